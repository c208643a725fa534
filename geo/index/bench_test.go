package index_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// benchContent is a province: 100,000 assets and 1,600 kelurahan of 60 vertices.
func benchContent() geo.Content {
	rnd := rand.New(rand.NewPCG(1, 1))
	c := geo.Content{Revision: 1, Types: []*geo.AssetType{{Name: "posyandu"}, {Name: "rt"}}}
	for i := range 100_000 {
		p := orb.Point{111 + rnd.Float64()*2, -8 + rnd.Float64()*2}
		code := geo.Code(fmt.Sprintf("35.%02d.%02d.1%03d", 1+i%38, 1+i%20, 1+i%9))
		c.Assets = append(c.Assets, &geo.Asset{ID: int64(i + 1), Version: 1, Type: c.Types[i%2].Name, AreaCode: code, Name: fmt.Sprint("Melati ", i%500), Point: &p})
	}
	for i := range 1600 {
		center := orb.Point{111 + float64(i%40)*0.05, -8 + float64(i/40)*0.05}
		var ring orb.Ring
		for k := range 61 {
			sin, cos := math.Sincos(float64(k%60) * math.Pi / 30)
			ring = append(ring, orb.Point{center[0] + 0.03*cos, center[1] + 0.03*sin})
		}
		code := geo.Code(fmt.Sprintf("35.%02d.%02d.1%03d", 1+i%38, 1+i%20, i%1000))
		c.Areas = append(c.Areas, &geo.Area{ID: code.ID(), Code: code, Boundary: orb.MultiPolygon{{ring}}, LabelPoint: center})
	}
	return c
}

func BenchmarkNew100k(b *testing.B) {
	c := benchContent()
	for b.Loop() {
		index.New(c)
	}
}

func BenchmarkApplyOneMove(b *testing.B) {
	c := benchContent()
	s, rnd := index.New(c), rand.New(rand.NewPCG(2, 2))
	b.ReportAllocs()
	for i := int64(2); b.Loop(); i++ {
		a := *c.Assets[rnd.IntN(len(c.Assets))]
		p := orb.Point{a.Point[0] + rnd.Float64()*0.001, a.Point[1]}
		a.Point, a.Version = &p, i
		s, _ = s.Apply([]geo.Revision{{Number: i, Changes: []geo.Change{{Collection: a.Type, ID: a.ID, Asset: &a}}}})
	}
}

func BenchmarkQueryBbox1000(b *testing.B) {
	s := index.New(benchContent())
	q := geo.Query{Collection: "posyandu", Limit: 10_000, Bounds: []orb.Bound{{Min: orb.Point{112, -7}, Max: orb.Point{112.2828, -6.7172}}}}
	page, _ := s.Query(context.Background(), q)
	b.ReportMetric(float64(page.Matched), "features")
	b.ReportAllocs()
	for b.Loop() {
		_, _ = s.Query(context.Background(), q)
	}
}

func BenchmarkNearest10(b *testing.B) {
	s, rnd := index.New(benchContent()), rand.New(rand.NewPCG(3, 3))
	b.ReportAllocs()
	for b.Loop() {
		_, _ = s.Nearest(orb.Point{111 + rnd.Float64()*2, -8 + rnd.Float64()*2}, []string{"posyandu"}, 10)
	}
}

func BenchmarkLocate(b *testing.B) {
	s, rnd := index.New(benchContent()), rand.New(rand.NewPCG(4, 4))
	b.ReportAllocs()
	for b.Loop() {
		s.Locate(orb.Point{111 + rnd.Float64()*2, -8 + rnd.Float64()*2})
	}
}

func BenchmarkSearch(b *testing.B) {
	s := index.New(benchContent())
	for b.Loop() {
		_, _ = s.Search(context.Background(), "melati 49", 10)
	}
}
