package handlers

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/exchange"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/indicator"
	"github.com/patok-id/patok/tiles"
)

// joinParams are the parameters that ask for figures beside an area's own
// properties.
var joinParams = [...]string{"indicators", "source", "period", "edition"}

// joinQuery reads which figures are to be joined; nil for none.
func (p params) joinQuery() (*figuresQuery, error) {
	asked := slices.ContainsFunc(joinParams[:], func(name string) bool { _, given := p[name]; return given })
	if !asked {
		return nil, nil
	}
	q := figuresQuery{source: p["source"]}
	if p["indicators"] == "" || q.source == "" || p["period"] == "" {
		return nil, badRequest("handlers.joinQuery", "Sebutkan indicators, source dan period bersama.", "Name indicators, source and period together.")
	}
	if _, given := p["datetime"]; given {
		return nil, invalidParameter("datetime", "tidak dapat dipakai bersama indicators.", "cannot be used with indicators.")
	}
	var err error
	if q.period, err = indicator.ParsePeriod(p["period"]); err != nil {
		return nil, geo.NotFoundError("handlers.joinQuery")
	}
	return &q, q.readChoice(p)
}

// without is the query without some of its parameters.
func (p params) without(names ...string) params {
	rest := params{}
	for name, value := range p {
		if !slices.Contains(names, name) {
			rest[name] = value
		}
	}
	return rest
}

// joinedFor answers the figures that are to stand beside the areas of a level, as
// who asks may see them, and says how the answer may be kept.
func (s *Server) joinedFor(w http.ResponseWriter, r *http.Request, q *figuresQuery, level geo.Level) (*indicator.Figures, error) {
	p, err := s.readingPrincipal(r)
	if err != nil {
		return nil, err
	}
	q.Level = indicator.Level(level.Collection())
	f, err := s.figuresFor(r.Context(), p, *q)
	if err != nil {
		return nil, err
	}
	w.Header().Add("Vary", "Authorization, Cookie")
	if f.Audience != indicator.Public {
		w.Header().Set("Cache-Control", "private, no-store, no-transform")
	}
	return f, nil
}

// appendJoined writes an area with its figures; f is nil for none.
func appendJoined(b []byte, a *geo.Area, f *indicator.Figures) []byte {
	return withFigures(appendArea(b, a, true), a, f)
}

// withFigures puts figures at the end of the properties of the area that b ends
// with; f is nil for none.
func withFigures(b []byte, a *geo.Area, f *indicator.Figures) []byte {
	if f == nil {
		return b
	}
	end := len(b) - 2
	b = exchange.AppendFigures(b[:end], f, f.Row(indicator.Place(a.Code)))
	if b[end-1] == '{' { // no property before it: no comma
		b = slices.Delete(b, end, min(end+1, len(b)))
	}
	return append(b, '}', '}')
}

// endJoined ends a FeatureCollection, and says which figures are in it; f is nil
// for none.
func endJoined(b []byte, f *indicator.Figures) []byte {
	if f == nil {
		return endList(b)
	}
	return append(exchange.AppendFiguresMember(append(b, `],"figures":`...), f), '}')
}

// tileJoin reads the figures that a tile's areas are to be given, which are
// everybody's; nil for none. layers must hold a level of areas.
func (s *Server) tileJoin(r *http.Request, p params, layers []string) (*tiles.Join, error) {
	q, err := p.joinQuery()
	if err != nil || q == nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.Timeout)
	defer cancel()
	byLevel := map[geo.Level]*indicator.Figures{}
	var edition int64
	for _, name := range layers {
		for _, level := range index.LayerLevels(name) {
			q.Level = indicator.Level(level.Collection())
			f, err := s.figuresFor(ctx, geo.Public, *q)
			if err != nil {
				return nil, err
			}
			byLevel[level], edition = f, f.Public.ID
		}
	}
	if len(byLevel) == 0 {
		return nil, badRequest("handlers.tileJoin", "Angka hanya untuk lapisan wilayah.", "Figures are for layers of areas only.")
	}
	return &tiles.Join{Key: fmt.Sprint(edition, " ", strings.Join(q.Indicators, ",")), Names: q.Indicators, Cell: func(area geo.Code, name int) (float64, string) {
		f := byLevel[area.Level()]
		if f == nil { // shown in place of too many areas of the level that was asked for
			return 0, indicator.Missing.Word()
		}
		row := f.Row(indicator.Place(area))
		if row < 0 {
			return 0, indicator.Missing.Word()
		}
		cell := f.Columns[name].Cells[row]
		return cell.Value, cell.State.Word()
	}}, nil
}
