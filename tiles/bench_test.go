package tiles

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/maptile"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// benchTile is of the deepest zoom, where each asset stands by itself.
var benchTile = ID{MaxZoom, 53157, 34188}

// benchAssets lie in one tile and have five attributes: type, name, code, rt and
// condition.
func benchAssets(n int) geo.Content {
	rnd := rand.New(rand.NewPCG(1, 1))
	b := benchTile.bound(0)
	c := geo.Content{Revision: 1, Types: []*geo.AssetType{{Name: "posyandu"}}}
	for i := range n {
		p := orb.Point{b.Min[0] + rnd.Float64()*(b.Max[0]-b.Min[0]), b.Min[1] + rnd.Float64()*(b.Max[1]-b.Min[1])}
		c.Assets = append(c.Assets, &geo.Asset{
			ID: int64(i + 1), Type: "posyandu", Name: fmt.Sprint("Melati ", rnd.IntN(n)), Point: &p,
			AreaCode:  geo.Code(fmt.Sprintf("35.71.%02d.1%03d", rnd.IntN(3)+1, rnd.IntN(20))),
			RT:        fmt.Sprintf("%03d", rnd.IntN(20)),
			Condition: []string{"baik", "rusak_ringan"}[rnd.IntN(2)],
		})
	}
	return c
}

// BenchmarkEncode10000 compares our way from a snapshot to bytes with orb's from
// features that are there already.
func BenchmarkEncode10000(b *testing.B) {
	const n = 10_000
	c := benchAssets(n)
	perFeature := func(b *testing.B) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n)/float64(b.N), "ns/feature")
	}
	b.Run("patok", func(b *testing.B) {
		s, e := index.New(c), NewEncoder()
		b.ReportAllocs()
		for b.Loop() {
			if tile, err := e.encode(s, []string{"posyandu"}, index.Filter{}, benchTile, nil); err != nil || len(tile) == 0 {
				b.Fatal(err)
			}
		}
		perFeature(b)
	})
	b.Run("orb", func(b *testing.B) {
		fc := geojson.NewFeatureCollection()
		for _, a := range c.Assets {
			f := geojson.NewFeature(*a.Point)
			f.ID = a.ID
			f.Properties = geojson.Properties{"type": a.Type, "name": a.Name, "area_code": string(a.AreaCode), "rt": a.RT, "condition": a.Condition}
			fc.Append(f)
		}
		tile := maptile.New(uint32(benchTile.X), uint32(benchTile.Y), maptile.Zoom(benchTile.Z))
		b.ReportAllocs()
		for b.Loop() {
			for i, a := range c.Assets {
				fc.Features[i].Geometry = *a.Point // projecting overwrites it
			}
			layers := mvt.NewLayers(map[string]*geojson.FeatureCollection{"posyandu": fc})
			layers.ProjectToTile(tile)
			if _, err := mvt.Marshal(layers); err != nil {
				b.Fatal(err)
			}
		}
		perFeature(b)
	})
}

// benchProvince is n assets in 1,500 settlements, and a snapshot of them with
// edits beside the pack.
func benchProvince(n, edits int) *index.Snapshot {
	rnd := rand.New(rand.NewPCG(3, 3))
	types := []string{"rt", "rt", "rt", "rt", "rt", "rt", "rt", "pos_kamling", "pos_kamling", "posyandu"}
	at := make([]orb.Point, 1500)
	for i := range at {
		at[i] = orb.Point{111 + 3*rnd.Float64(), -8.3 + 1.3*rnd.Float64()}
	}
	asset := func(id int) *geo.Asset {
		i := rnd.IntN(len(at))
		p := orb.Point{at[i][0] + rnd.NormFloat64()*0.012, at[i][1] + rnd.NormFloat64()*0.012}
		return &geo.Asset{ID: int64(id), Version: 1, Type: types[rnd.IntN(len(types))], Point: &p, Placement: geo.Inside,
			AreaCode: geo.Code(fmt.Sprintf("35.%02d.%02d.2%03d", i%38+1, i%20+1, i%1000)), Condition: "baik", Operation: "aktif",
			Name: fmt.Sprintf("RT %03d RW %03d %d", rnd.IntN(30), rnd.IntN(12), i), RT: fmt.Sprintf("%03d", rnd.IntN(30)), RW: fmt.Sprintf("%03d", rnd.IntN(12))}
	}
	c := geo.Content{Revision: 1, Types: []*geo.AssetType{{Name: "rt"}, {Name: "pos_kamling"}, {Name: "posyandu"}}}
	for id := range n {
		c.Assets = append(c.Assets, asset(id+1))
	}
	r := geo.Revision{Number: 2}
	for id := range edits {
		a := asset(id*(n/edits) + 1)
		a.Version = 2
		r.Changes = append(r.Changes, geo.Change{Collection: a.Type, ID: a.ID, Asset: a})
	}
	s, _ := index.New(c).Apply([]geo.Revision{r})
	return s
}

// BenchmarkTiles draws the tiles of a province at a zoom one after the other.
func BenchmarkTiles(b *testing.B) {
	s := benchProvince(300_000, 1000)
	around, _ := s.Extent(geo.AllAssets)
	for _, z := range []int{0, 6, 10, 13, 15} {
		ids := tilesOver(around, z)
		rand.New(rand.NewPCG(5, 5)).Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
		for name, f := range map[string]index.Filter{"": {}, "-area": {Area: "35.07"}} {
			b.Run(fmt.Sprint("z", z, name), func(b *testing.B) {
				e, bytes := NewEncoder(), 0
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					tile, err := e.encode(s, []string{geo.AllAssets}, f, ids[i%len(ids)], nil)
					if err != nil {
						b.Fatal(err)
					}
					bytes += len(tile)
				}
				b.ReportMetric(float64(bytes)/float64(b.N), "bytes/tile")
			})
		}
	}
}

func BenchmarkEncodeAreas(b *testing.B) {
	s := index.New(geo.Content{Areas: readAreas(b, "3328_kelurahan.geojson")})
	around, _ := s.Extent("kelurahan")
	for _, z := range []int{8, 11, 14} {
		ids := tilesOver(around, z)
		b.Run(fmt.Sprint("z", z), func(b *testing.B) {
			e := NewEncoder()
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, err := e.encode(s, []string{"kelurahan"}, index.Filter{}, ids[i%len(ids)], nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSource(b *testing.B) {
	s, c := index.New(benchAssets(10_000)), newSource(b)
	if _, err := c.Tile(context.Background(), Wanted{Snapshot: s, Layers: []string{"posyandu"}, ID: benchTile}, Gzip, nil); err != nil {
		b.Fatal(err)
	}
	b.Run("held", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = c.Kept(Wanted{Snapshot: s, Layers: []string{"posyandu"}, ID: benchTile}, Gzip)
		}
	})
	raw, _ := Encode(s, []string{"posyandu"}, index.Filter{}, benchTile)
	for _, coding := range []Coding{Gzip, Brotli, Zstd} {
		b.Run(string(coding), func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			for b.Loop() {
				packed, _ := c.coders.pack(raw, coding)
				b.ReportMetric(float64(len(packed))/float64(len(raw)), "ratio")
			}
		})
	}
}
