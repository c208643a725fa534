package tiles

import (
	"bytes"
	"fmt"
	"maps"
	"math/bits"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/index"
)

// few is how many assets a tile of these tests shows each by itself.
const few = 25

var testFilters = []index.Filter{
	{}, {Types: []string{"rt"}}, {Area: "35.71.01"}, {Area: "35.71.02.1001"}, {Types: []string{"rt", "posyandu"}, Area: "35.72"},
}

// clustered makes tiles that show few assets each by itself.
func clustered() *Encoder {
	e := NewEncoder()
	e.maxPoints = few
	return e
}

func (e *Encoder) must(t testing.TB, s *index.Snapshot, layer string, f index.Filter, id ID) []byte {
	t.Helper()
	tile, err := e.encode(s, []string{layer}, f, id, nil)
	if err != nil {
		t.Fatal(err)
	}
	return tile
}

// contentOf reads a snapshot's assets out of it.
func contentOf(t testing.TB, s *index.Snapshot) []*geo.Asset {
	page, err := s.Query(t.Context(), geo.Query{Collection: geo.AllAssets, Limit: geo.MaxLimit})
	if err != nil || page.Next != 0 {
		t.Fatal("not all assets are in a page", err)
	}
	return page.Assets
}

// selects says what a filter selects, asset by asset.
func selects(layer string, f index.Filter, a *geo.Asset) bool {
	ofType := a.Type == layer
	if layer == geo.AllAssets {
		ofType = len(f.Types) == 0 || strings.Contains(","+strings.Join(f.Types, ",")+",", ","+a.Type+",")
	}
	return ofType && a.Point != nil && a.AreaCode.Within(f.Area)
}

// counted adds up what tiles count, as their clients are told to.
type counted map[string]uint64

func (c counted) tile(t *testing.T, l decodedLayer, assets map[int64]*geo.Asset) {
	t.Helper()
	for id, f := range l.features {
		switch {
		case f.properties["buffer"] == true:
		case f.properties["cluster"] == true:
			for key, value := range f.properties {
				if key == "count" || strings.HasPrefix(key, "count_") || strings.HasPrefix(key, "sum_") {
					c[key] += value.(uint64)
				}
			}
		case assets[id] == nil:
			t.Fatalf("asset %d is drawn", id)
		default:
			c.asset(l.name, assets[id])
		}
	}
}

func (c counted) asset(layer string, a *geo.Asset) {
	c["count"]++
	if layer == geo.AllAssets {
		c["count_"+a.Type]++
	}
	if n := jumlahKK(a); n > 0 {
		c["sum_jumlah_kk"] += n
	}
}

func jumlahKK(a *geo.Asset) uint64 {
	var n uint64
	_, _ = fmt.Sscanf(string(a.Attributes), `{"jumlah_kk": %d}`, &n)
	return n
}

// TestSumOverTilesEqualsTheTable makes random edits and adds up all tiles of
// every zoom.
func TestSumOverTilesEqualsTheTable(t *testing.T) {
	rnd := geotest.Random(t)
	e, s, clusters := clustered(), index.New(randomContent(rnd)), 0
	for n := int64(6); n < 66; n++ {
		change, _ := randomChange(rnd, s, n)
		s, _ = s.Apply([]geo.Revision{{Number: n, Changes: []geo.Change{change}}})
		if n%30 != 0 {
			continue
		}
		assets := map[int64]*geo.Asset{}
		for _, a := range contentOf(t, s) {
			assets[a.ID] = a
		}
		for _, layer := range []string{"assets", "rt"} {
			for _, f := range testFilters {
				clusters += sumsEqual(t, e, s, layer, f, assets)
			}
		}
	}
	if clusters < 1000 {
		t.Errorf("there were only %d clusters", clusters)
	}
}

// sumsEqual compares the tiles of every zoom with assets, and returns how many
// clusters it saw.
func sumsEqual(t *testing.T, e *Encoder, s *index.Snapshot, layer string, f index.Filter, assets map[int64]*geo.Asset) (clusters int) {
	t.Helper()
	want := counted{}
	for _, a := range assets {
		if selects(layer, f, a) {
			want.asset(layer, a)
		}
	}
	for z := range MaxZoom + 1 {
		got, tiles := counted{}, map[ID]bool{}
		for _, a := range assets {
			if a.Point != nil {
				tiles[tileOf(*a.Point, z)] = true
			}
		}
		for id := range tiles {
			l := decode(t, e.must(t, s, layer, f, id))[layer]
			got.tile(t, l, assets)
			for _, feature := range l.features {
				if feature.properties["cluster"] == true {
					clusters++
				}
			}
		}
		if !maps.Equal(got, want) {
			t.Fatalf("%s, %q, zoom %d: the tiles count %v, the table %v", layer, f.Key(), z, got, want)
		}
	}
	return clusters
}

// TestExpansionZoomIsTrue draws the assets of clusters at the zooms around it.
func TestExpansionZoomIsTrue(t *testing.T) {
	rnd := geotest.Random(t)
	c := randomContent(rnd)
	heap := orb.Point{112.0123, -7.8123}
	for i := range 40 { // a heap of many at one place, which nothing but the deepest zoom takes apart
		a := randomAsset(rnd, int64(1000+i))
		a.Point = &heap
		c.Assets = append(c.Assets, a)
	}
	e, s, seen := clustered(), index.New(c), map[uint64]int{}
	for z := range MaxZoom {
		around := orb.Bound{Min: orb.Point{111.95, -7.85}, Max: orb.Point{112.05, -7.75}}
		if z > 12 {
			around = orb.Bound{Min: orb.Point{112, -7.82}, Max: heap}
		}
		for _, id := range tilesOver(around, z) {
			for feature, f := range decode(t, e.must(t, s, "assets", index.Filter{}, id))["assets"].features {
				zoom, _ := f.properties["expansion_zoom"].(uint64)
				if f.properties["cluster"] != true || f.properties["buffer"] == true {
					if zoom != 0 {
						t.Fatalf("%v has an expansion zoom", f.properties)
					}
					continue
				}
				seen[zoom]++
				if zoom <= uint64(z) || zoom > MaxZoom {
					t.Fatalf("at zoom %d a cluster expands at %d", z, zoom)
				}
				for at := z + 1; at <= int(zoom); at++ {
					n := e.featuresOf(t, s, c, feature, z, at)
					if (n > 1) != (at == int(zoom)) {
						t.Fatalf("zoom %d: a cluster of %v expands at %d, is %d features at %d", z, f.properties["count"], zoom, n, at)
					}
				}
			}
		}
	}
	if seen[MaxZoom] == 0 || len(seen) < 8 {
		t.Errorf("the clusters expand at %v", seen)
	}
}

// featuresOf counts the features of the tiles at a zoom that show assets of a
// cell, by its id and the zoom of its tile.
func (e *Encoder) featuresOf(t *testing.T, s *index.Snapshot, c geo.Content, cell int64, z, at int) int {
	within := func(p orb.Point) bool { return uint64(tileNumber(p, z+3)) == uint64(cell)&^(1<<48) }
	tiles := map[ID]bool{}
	inCell := map[int64]bool{}
	for _, a := range c.Assets {
		if a.Point != nil && within(*a.Point) {
			tiles[tileOf(*a.Point, at)] = true
			inCell[a.ID] = true
		}
	}
	n := 0
	for id := range tiles {
		for feature, f := range decode(t, e.must(t, s, "assets", index.Filter{}, id))["assets"].features {
			inside := inCell[feature]
			if f.properties["cluster"] == true {
				number := uint64(feature) &^ (1 << 48)
				inside = number>>(2*(at-z)) == uint64(cell)&^(1<<48)
			}
			if inside && f.properties["buffer"] != true {
				n++
			}
		}
	}
	return n
}

// tileNumber is a tile's number along the Morton curve behind a 1.
func tileNumber(p orb.Point, z int) int64 {
	id, number := tileOf(p, z), int64(1)
	for bit := z - 1; bit >= 0; bit-- {
		number = number<<2 | int64(id.Y>>bit&1)<<1 | int64(id.X>>bit&1)
	}
	return number
}

func TestClustersLieInTheirCells(t *testing.T) {
	e, rnd := clustered(), geotest.Random(t)
	seen := map[bool]int{}
	for try := 0; try < 20 && seen[true] == 0; try++ { // few lie so near their tile's end
		clustersLieInTheirCells(t, e, index.New(randomContent(rnd)), seen)
	}
	if seen[true] == 0 || seen[false] == 0 {
		t.Errorf("%d clusters in buffers, %d not", seen[true], seen[false])
	}
}

func clustersLieInTheirCells(t *testing.T, e *Encoder, s *index.Snapshot, seen map[bool]int) {
	t.Helper()
	for z := range MaxZoom {
		for _, id := range tilesOver(orb.Bound{Min: orb.Point{111.97, -7.83}, Max: orb.Point{112.03, -7.77}}, z) {
			features := decode(t, e.must(t, s, "assets", index.Filter{}, id))["assets"].features
			for feature, f := range features {
				if f.properties["cluster"] != true {
					continue
				}
				p := f.rings[0][0]
				number := uint64(feature) &^ (1 << 48)
				if feature>>48 != 1 || bits.Len64(number) != 2*(z+3)+1 {
					t.Fatalf("a cluster at zoom %d has the id %x", z, feature)
				}
				x, y := 0, 0
				for bit := z + 2; bit >= 0; bit-- {
					x, y = x<<1|int(number>>(2*bit)&1), y<<1|int(number>>(2*bit+1)&1)
				}
				if x -= id.X * 8; int(p.x)>>9 != x || int(p.y)>>9 != y-id.Y*8 {
					t.Fatalf("%v: the cluster of cell %d, %d is at %v", id, x, y-id.Y*8, p)
				}
				outside := f.properties["buffer"] == true
				if outside != (x < 0 || x > 7 || y-id.Y*8 < 0 || y-id.Y*8 > 7) {
					t.Fatalf("%v: a cluster at %v says %v of the buffer", id, p, outside)
				}
				seen[outside]++
			}
		}
	}
}

// TestWhatIsPackedDoesNotShow compares nodes with the same content: one has
// loaded it as a whole, one has followed changes, some of them over what was
// there before, and one has packed anew amid them.
func TestWhatIsPackedDoesNotShow(t *testing.T) {
	rnd := geotest.Random(t)
	for range 3 {
		c, e := randomContent(rnd), clustered()
		early, r := leadingTo(rnd, c)
		followed, _ := index.New(early).Apply([]geo.Revision{r})
		live, half := index.NewLive(), len(r.Changes)/2
		live.Reset(early)
		live.Apply([]geo.Revision{{Number: 2, Changes: r.Changes[:half]}})
		live.Repack()
		live.Apply([]geo.Revision{{Number: c.Revision, Changes: r.Changes[half:]}})
		nodes := []*index.Snapshot{index.New(c), followed, live.Snapshot()}
		for z := range MaxZoom + 1 {
			for _, id := range someTiles(rnd, orb.Bound{Min: orb.Point{111.95, -7.85}, Max: orb.Point{112.05, -7.75}}, z) {
				for _, f := range testFilters {
					want := e.must(t, nodes[0], "assets", f, id)
					for n, s := range nodes[1:] {
						if !bytes.Equal(e.must(t, s, "assets", f, id), want) {
							t.Fatalf("%v, %q: the tile depends on what is packed (%d)", id, f.Key(), n)
						}
					}
				}
			}
		}
	}
}

// leadingTo is what may come before content, and the changes from there: some
// assets stay, some change into what they are, some come, and others go.
func leadingTo(rnd *rand.Rand, c geo.Content) (geo.Content, geo.Revision) {
	early := geo.Content{Epoch: c.Epoch, Revision: 1, Types: c.Types, Areas: c.Areas}
	r := geo.Revision{Number: c.Revision}
	for _, a := range c.Assets {
		switch rnd.IntN(3) {
		case 0:
			early.Assets = append(early.Assets, a)
			continue
		case 1:
			old := randomAsset(rnd, a.ID)
			old.Version = 0
			early.Assets = append(early.Assets, old)
		}
		r.Changes = append(r.Changes, geo.Change{Collection: a.Type, ID: a.ID, Asset: a})
	}
	for id := int64(5000); id < 5100; id++ {
		early.Assets = append(early.Assets, randomAsset(rnd, id))
		r.Changes = append(r.Changes, geo.Change{Collection: "rt", ID: id, Delete: true})
	}
	return early, r
}
