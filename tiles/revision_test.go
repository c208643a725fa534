package tiles

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/index"
)

// TestChangedBytesRaiseTheTileRevision makes random edits and compares tiles
// before and after: wherever bytes differ, the tile revision has risen. Tiles go
// from points to clusters and back.
func TestChangedBytesRaiseTheTileRevision(t *testing.T) {
	rnd := geotest.Random(t)
	c := randomContent(rnd)
	s, e := index.New(c), clustered()
	changed, unchanged, crossed := 0, 0, 0
	for n := int64(6); n < 66; n++ {
		change, place := randomChange(rnd, s, n)
		next, events := s.Apply([]geo.Revision{{Number: n, Changes: []geo.Change{change}}})
		if e := events[0].Changes; len(e) > 0 && e[0].Extent != nil {
			place = *e[0].Extent
		}
		for z := range MaxZoom + 1 {
			for _, id := range someTiles(rnd, place, z) {
				for _, layer := range []string{"posyandu", "rt", "assets", "kelurahan", "kelurahan_label"} {
					before, after := s.TileRevision(layer, id.Z, id.X, id.Y), next.TileRevision(layer, id.Z, id.X, id.Y)
					f := testFilters[rnd.IntN(len(testFilters))]
					e.maxPoints = few
					if rnd.IntN(2) == 0 {
						e.maxPoints = e.count(s, layer, f, id) // the next one is too many
					}
					was, is := e.must(t, s, layer, f, id), e.must(t, next, layer, f, id)
					same := bytes.Equal(was, is)
					if bytes.Contains(was, []byte("cluster")) != bytes.Contains(is, []byte("cluster")) {
						crossed++
					}
					switch {
					case !same && after != n || after < before:
						t.Fatalf("%v of %s changed with revision %d, its tile revision went from %d to %d", id, layer, n, before, after)
					case !same:
						changed++
					case after == before:
						unchanged++
					}
				}
			}
		}
		s = next
	}
	t.Logf("%d tiles changed and were marked, %d did not and were not; %d went to clusters or back", changed, unchanged, crossed)
	if changed < 100 || unchanged < 100 || crossed == 0 {
		t.Error("the test shows nothing")
	}
}

// count is how many assets lie in the tile's own square.
func (e *Encoder) count(s *index.Snapshot, layer string, f index.Filter, id ID) int {
	e.drawing.Begin(s, layer, f, id.Z, id.X, id.Y)
	defer e.drawing.End()
	return e.drawing.Count()
}

// randomChange creates, moves or deletes an asset or an area.
func randomChange(rnd *rand.Rand, s *index.Snapshot, n int64) (geo.Change, orb.Bound) {
	switch id := int64(rnd.IntN(400) + 1); rnd.IntN(6) {
	case 0:
		i := rnd.IntN(70)
		a := randomArea(rnd, i)
		a.Version = n
		return geo.Change{Collection: "kelurahan", ID: a.ID, Area: a}, a.Bound()
	case 1:
		a := randomArea(rnd, rnd.IntN(60))
		return geo.Change{Collection: "kelurahan", ID: a.ID, Delete: true}, a.Bound()
	case 2:
		return geo.Change{Collection: "rt", ID: id, Delete: true}, orb.Point{112, -7.8}.Bound()
	default:
		a := randomAsset(rnd, id)
		if old := s.Asset(id); old != nil && old.Point != nil && a.Point != nil && rnd.IntN(2) == 0 {
			a.Point = &orb.Point{old.Point[0] + 0.0001, old.Point[1]} // a small move, over a tile's edge at times
		}
		a.Version = n
		return geo.Change{Collection: a.Type, ID: id, Asset: a}, orb.Point{112, -7.8}.Bound()
	}
}

// someTiles are up to six tiles of a zoom around a box, and one elsewhere.
func someTiles(rnd *rand.Rand, b orb.Bound, z int) []ID {
	all := tilesOver(b, z)
	ids := []ID{{z, rnd.IntN(1 << z), rnd.IntN(1 << z)}}
	for range min(6, 9*len(all)) {
		id := all[rnd.IntN(len(all))]
		id = ID{z, id.X + rnd.IntN(3) - 1, id.Y + rnd.IntN(3) - 1}
		if id.Valid() {
			ids = append(ids, id)
		}
	}
	return ids
}

func TestManyChangesMarkTheLayer(t *testing.T) {
	s := index.New(geo.Content{Revision: 1, Types: []*geo.AssetType{{Name: "rt"}, {Name: "posyandu"}}})
	r := geo.Revision{Number: 2}
	for i := range 6000 {
		r.Changes = append(r.Changes, geo.Change{Collection: "rt", ID: int64(i + 1),
			Asset: &geo.Asset{ID: int64(i + 1), Type: "rt", Version: 1, Point: &orb.Point{112 + float64(i)*1e-5, -7.8}}})
	}
	s, _ = s.Apply([]geo.Revision{r})
	if s.TileRevision("rt", 14, 0, 0) != 2 || s.TileRevision("assets", 3, 0, 0) != 2 {
		t.Error("a tile far away is not marked: the batch flooded the marks")
	}
	if s.TileRevision("posyandu", 14, 0, 0) != 1 {
		t.Error("another layer is marked")
	}
}

// TestChangedBordersRaiseTheTileRevision is the same for areas that share their
// borders, whose neighbours are simplified anew, and for the areas above them. It
// compares with a snapshot made of the content as it is then, too: the bytes must
// not depend on how it came about.
func TestChangedBordersRaiseTheTileRevision(t *testing.T) {
	rnd := geotest.Random(t)
	const columns, rows = 7, 6
	q := newQuilt(rnd, columns, rows)
	areas := map[int64]*geo.Area{}
	for _, a := range q.areas() {
		areas[a.ID] = a
	}
	content := func() geo.Content {
		return geo.Content{Revision: 1, Areas: slices.Collect(maps.Values(areas))}
	}
	s := index.New(content())
	changed := 0
	for n := int64(2); n < 26; n++ {
		r := geo.Revision{Number: n}
		for _, c := range changeQuilt(rnd, q, areas, n) {
			r.Changes = append(r.Changes, c)
			if delete(areas, c.ID); !c.Delete {
				areas[c.ID] = c.Area
			}
		}
		next, _ := s.Apply([]geo.Revision{r})
		if err := next.Check(); err != nil {
			t.Fatal(err)
		}
		anew := index.New(content())
		for z := range MaxZoom + 1 {
			for _, id := range someTiles(rnd, quiltBound, z) {
				for _, layer := range []string{"kelurahan", "areas"} {
					was, is := encode(t, s, []string{layer}, id), encode(t, next, []string{layer}, id)
					if string(is) != string(encode(t, anew, []string{layer}, id)) {
						t.Fatalf("%v of %s is another one when it is loaded anew", id, layer)
					}
					before, after := s.TileRevision(layer, id.Z, id.X, id.Y), next.TileRevision(layer, id.Z, id.X, id.Y)
					if string(was) != string(is) && after != n || after < before {
						t.Fatalf("%v of %s changed with revision %d, its tile revision went from %d to %d", id, layer, n, before, after)
					}
					if string(was) != string(is) {
						changed++
					}
				}
			}
		}
		s = next
	}
	if changed < 100 {
		t.Errorf("only %d tiles changed", changed)
	}
}

// changeQuilt moves one border, for both areas beside it or for one alone,
// deletes an area or brings one back, or does so with one above.
func changeQuilt(rnd *rand.Rand, q *quilt, areas map[int64]*geo.Area, version int64) []geo.Change {
	x, y := rnd.IntN(q.columns), rnd.IntN(q.rows)
	set := func(a *geo.Area) geo.Change {
		a.Version = version
		return geo.Change{Collection: a.Level.Collection(), ID: a.ID, Area: a}
	}
	switch a := q.area(x, y); rnd.IntN(6) {
	case 0:
		return []geo.Change{{Collection: "kelurahan", ID: a.ID, Delete: true}}
	case 1:
		return []geo.Change{set(a)}
	case 2:
		above := *q.area(x, y)
		above.Code = above.ParentCode
		above.ID, above.Level, above.ParentCode = above.Code.ID(), above.Code.Level(), above.Code.Parent()
		if areas[above.ID] != nil {
			return []geo.Change{{Collection: above.Level.Collection(), ID: above.ID, Delete: true}}
		}
		return []geo.Change{set(&above)}
	default:
		x, y = max(x, 1), max(y, 1)
		at := [3]int{x, y, rnd.IntN(2)}
		beside := [2]int{x - at[2], y - 1 + at[2]} // the other cell at this edge
		q.edges[at] = q.edge(rnd, [2]int{x, y}, [2]int{x + 1 - at[2], y + at[2]}, false)
		changes := []geo.Change{set(q.area(x, y))}
		if rnd.IntN(3) > 0 {
			changes = append(changes, set(q.area(beside[0], beside[1])))
		}
		return changes
	}
}
