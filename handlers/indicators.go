package handlers

import (
	"net/http"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/indicator"
)

// indicatorsInfo is the registry, and what is published of it for who asks.
type indicatorsInfo struct {
	AsOf       string                 `json:"as_of"`
	Indicators []*indicator.Indicator `json:"indicators"`
	Sources    []indicator.Source     `json:"sources"`
	Tables     []tableInfo            `json:"tables"`
}

// tableInfo is the newest edition of a table.
type tableInfo struct {
	Source      string            `json:"source"`
	Period      indicator.Period  `json:"period"`
	AreaCode    indicator.Place   `json:"area_code"`
	AreaName    string            `json:"area_name"`
	Edition     int               `json:"edition"`
	PublishedAt string            `json:"published_at"`
	Revision    int64             `json:"revision"`
	Levels      []indicator.Level `json:"levels"`
	Indicators  []string          `json:"indicators"`
	Areas       int               `json:"areas"`
	Covered     int               `json:"covered"`
}

// indicators answers the registry of indicators and sources, with the steps that
// the city has chosen, and the tables that are published.
func (s *Server) indicators(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	if err := noParams(r); err != nil {
		return err
	}
	catalog := s.Figures.Catalog()
	info := indicatorsInfo{AsOf: at.CommittedAt().UTC().Format(time.RFC3339Nano), Indicators: catalog.Indicators,
		Sources: []indicator.Source{}, Tables: []tableInfo{}}
	chosen := s.chosen(r.Context()).Figures
	for _, source := range catalog.Sources {
		own := *source
		own.Steps = chosen.StepsOf(source)
		info.Sources = append(info.Sources, own)
	}
	view := catalog.For(p, s.Clock())
	for _, t := range view.Tables() {
		info.Tables = append(info.Tables, tableInfo{Source: t.Public.Source, Period: t.Public.Period, AreaCode: t.Public.Area, AreaName: t.Name,
			Edition: t.Edition(), PublishedAt: t.Public.PublishedAt.Format(time.RFC3339Nano), Revision: t.Public.Revision,
			Levels: t.Levels, Indicators: t.Indicators, Areas: t.Areas, Covered: t.Covered})
	}
	w.Header().Add("Vary", "Authorization, Cookie")
	if !view.Public() {
		w.Header().Set("Cache-Control", "private, no-store")
	}
	return writeJSON(w, r, http.StatusOK, info)
}
