package tiles

import (
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/index"
)

// TestChangedBytesRaiseTheTileRevision makes random edits and compares tiles
// before and after: wherever bytes differ, the tile revision has risen.
func TestChangedBytesRaiseTheTileRevision(t *testing.T) {
	rnd := geotest.Random(t)
	c := randomContent(rnd)
	s := index.New(c)
	changed, unchanged := 0, 0
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
					same := string(encode(t, s, []string{layer}, id)) == string(encode(t, next, []string{layer}, id))
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
	t.Logf("%d tiles changed and were marked, %d did not and were not", changed, unchanged)
	if changed < 100 || unchanged < 100 {
		t.Error("the test shows nothing")
	}
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
