package handlers

import (
	"fmt"
	"testing"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/indicator"
)

// BenchmarkFigures answers all kelurahan of a province: one indicator and thirty,
// as everybody and as a planner sees them, before anything is kept.
func BenchmarkFigures(b *testing.B) {
	level := []indicator.Level{indicator.Kelurahan}
	var indicators []*indicator.Indicator
	content := &indicator.Content{}
	for i := range 8563 {
		content.Places = append(content.Places, indicator.Place(fmt.Sprintf("35.%02d.%02d.2%03d", 1+i/1000, 1+i/100%10, i%100)))
		content.Names = append(content.Names, "Desa")
	}
	for i := range indicator.MaxIndicators {
		code := fmt.Sprint("i_", i)
		indicators = append(indicators, &indicator.Indicator{Code: code, Levels: level, Public: level, Internal: level})
		column := indicator.PublishedColumn{Indicator: code, Levels: level}
		for j := range content.Places {
			column.Cells = append(column.Cells, indicator.Cell{State: indicator.CellState(1 + j%3), Value: float64(j * i % 997)})
		}
		content.Columns = append(content.Columns, column)
	}
	publication := func(id int64, to indicator.Audience) *indicator.Publication {
		return &indicator.Publication{ID: id, Source: "dtsen", Period: "2026-Q1", Area: "35", Edition: 1, Audience: to, Threshold: 10, Content: content}
	}
	catalog := indicator.NewCatalog(indicator.NewRegistry(indicators, []*indicator.Source{{Code: "dtsen", Level: indicator.Kelurahan}}),
		[]*indicator.Publication{publication(1, indicator.Public), publication(2, indicator.Internal)})
	planner := geo.Principal{AccountID: 1, Grants: []geo.Grant{{Role: geo.RolePlanner}}}
	for name, c := range map[string]struct {
		p          geo.Principal
		indicators []string
	}{"public-1": {geo.Public, []string{"i_7"}}, "public-30": {geo.Public, nil}, "planner-30": {planner, nil}} {
		b.Run(name, func(b *testing.B) {
			size := 0
			for b.Loop() {
				f, err := catalog.For(c.p, time.Now()).Figures(catalog.Newest()[0], indicator.Selection{Level: indicator.Kelurahan, Indicators: c.indicators})
				if err != nil {
					b.Fatal(err)
				}
				size = len(appendFigures(make([]byte, 0, 200+len(f.Places)*(40+6*len(f.Columns))), f))
			}
			b.ReportMetric(float64(size), "bytes")
		})
	}
}
