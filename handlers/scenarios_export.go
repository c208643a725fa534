package handlers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/exchange"
	"github.com/patok-id/patok/geo/index"
)

// scenarioFile is a format that scenarios are written in.
type scenarioFile struct {
	extension, mediaType string
	write                func(*geo.Scenario, *coverageResult) ([]byte, error)
}

// scenarioFiles are the formats. Each holds the notes, since a file goes from
// hand to hand.
func scenarioFiles() []scenarioFile {
	return []scenarioFile{
		{"geojson", typeGeoJSON, scenarioGeoJSON},
		{"csv", typeCSV, func(x *geo.Scenario, r *coverageResult) ([]byte, error) {
			var b bytes.Buffer
			err := exchange.WriteCSV(&b, scenarioTable(x, r))
			return b.Bytes(), err
		}},
		{"xlsx", typeXLSX, func(x *geo.Scenario, r *coverageResult) ([]byte, error) {
			var b bytes.Buffer
			err := exchange.WriteXLSX(&b, scenarioTable(x, r))
			return b.Bytes(), err
		}},
	}
}

// exportScenario answers a scenario as a file, and writes down that it left.
func (s *Server) exportScenario(f scenarioFile) action {
	const op = "handlers.exportScenario"
	return func(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
		x, err := s.readScenario(r, p)
		if err != nil {
			return err
		}
		if err := accepts(r, f.mediaType); err != nil {
			return err
		}
		var result coverageResult
		if err := json.Unmarshal(x.Result, &result); err != nil {
			return geo.Wrap(op, err)
		}
		body, err := f.write(x, &result)
		if err != nil {
			return geo.Wrap(op, err)
		}
		err = s.Store.Audit(r.Context(), entryOf(p, "export", fmt.Sprintf("scenario.%s", f.extension), clientAddress(r),
			map[string]any{"scenario": x.ID, "area": x.AreaCode, "rows": len(result.Demand)}))
		if err != nil {
			return err // what is not in the log does not leave
		}
		w.Header().Set("Cache-Control", "private, no-store")
		w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="skenario-%d.%s"`, x.ID, f.extension))
		writeBody(w, r, http.StatusOK, f.mediaType, body)
		return nil
	}
}

// scenarioGeoJSON writes the sites and the RT as points, with the notes as
// foreign members (RFC 7946, section 6.1).
func scenarioGeoJSON(x *geo.Scenario, r *coverageResult) ([]byte, error) {
	features := []map[string]any{}
	add := func(kind string, lon, lat float64, properties map[string]any) {
		properties["kind"] = kind
		features = append(features, map[string]any{"type": "Feature", "properties": properties,
			"geometry": map[string]any{"type": "Point", "coordinates": [2]float64{lon, lat}}})
	}
	for _, site := range r.Sites {
		properties := map[string]any{"rank": site.Rank, "gain": site.Gain, "covered_after": site.CoveredAfter, "share_after": site.ShareAfter}
		if site.Candidate != nil {
			properties["name"], properties["place"] = site.Candidate.Name, site.Candidate.Place
		}
		add("site", site.Lon, site.Lat, properties)
	}
	for _, d := range r.Demand {
		add("demand", d.Lon, d.Lat, map[string]any{"place": d.Place, "name": d.Name, "weight": d.Weight, "estimated": d.Estimated,
			"nearest_m": d.NearestM, "covered": d.Covered, "ratio": d.Ratio, "rank": d.Rank})
	}
	return marshal(map[string]any{"type": "FeatureCollection", "features": features, "name": x.Name, "by": x.By.Title, "as_of": r.AsOf,
		"revision": r.Revision, "request": r.Request, "total": r.Total, "areas": r.Areas, "siting": r.Siting, "notes": r.Notes})
}

// scenarioTable is a scenario as an office keeps it: first what must be read
// with it, then the areas, the RT and the proposed sites.
func scenarioTable(x *geo.Scenario, r *coverageResult) exchange.Table {
	return exchange.Table{Name: "Skenario", Columns: []exchange.Column{
		{Name: "Bagian", Width: 12}, {Name: "Peringkat", Width: 10}, {Name: "Kode", Width: 24}, {Name: "Nama", Width: 30}, {Name: "Bobot", Width: 10},
		{Name: "Terjangkau", Width: 11}, {Name: "Terjangkau (%)", Width: 14}, {Name: "Belum terjangkau", Width: 16}, {Name: "Jarak terdekat (m)", Width: 17},
		{Name: "Fasilitas terdekat", Width: 26}, {Name: "Rasio", Width: 8}, {Name: "Perkiraan", Width: 10}, {Name: "Bujur", Width: 12}, {Name: "Lintang", Width: 12},
		{Name: "Keterangan", Width: 80},
	}, Rows: func(yield func([]any) bool) {
		for _, row := range scenarioRows(x, r) {
			if !yield(row) {
				return
			}
		}
	}}
}

func scenarioRows(x *geo.Scenario, r *coverageResult) [][]any {
	note := func(text string) []any {
		return []any{"Catatan", nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, text}
	}
	rows := [][]any{note(fmt.Sprintf("Skenario %q oleh %s", x.Name, x.By.Title))}
	for _, n := range r.Notes {
		rows = append(rows, note(n.Text))
	}
	rows = append(rows, []any{"Seluruhnya", nil, string(x.AreaCode), nil, r.Total.Weight, r.Total.Covered, percent(r.Total.Share),
		weightOf(r.Total.Weight - r.Total.Covered), nil, nil, nil, nil, nil, nil, nil})
	for _, a := range r.Areas {
		rows = append(rows, []any{"Wilayah", whole(a.Rank), string(a.Code), a.Name, a.Weight, a.Covered, percent(a.Share), a.Gap, cell(a.NearestP50), nil, cell(a.Ratio), nil, nil, nil, nil})
	}
	for _, d := range r.Demand {
		var nearest any
		if d.Nearest != nil {
			nearest = d.Nearest.Name
		}
		rows = append(rows, []any{"RT", whole(d.Rank), string(d.Place), d.Name, d.Weight, yes(d.Covered), nil, nil, cell(d.NearestM), nearest, cell(d.Ratio), yes(d.Estimated), d.Lon, d.Lat, nil})
	}
	for _, site := range r.Sites {
		code, name := "", "Petak"
		if c := site.Candidate; c != nil {
			code, name = string(c.Place), c.Name
			if code == "" {
				code = strconv.FormatInt(c.Asset, 10)
			}
		}
		rows = append(rows, []any{"Usulan lokasi", site.Rank, code, name, site.Gain, site.CoveredAfter, percent(&site.ShareAfter), nil, nil, nil, nil, nil, site.Lon, site.Lat,
			"Bobot: tambahan yang terjangkau"})
	}
	return rows
}

func cell(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}

func whole(v *int) any {
	if v == nil {
		return nil
	}
	return *v
}

func percent(v *float64) any {
	if v == nil {
		return nil
	}
	return *rounded(*v*100, 2)
}

func yes(v bool) string {
	if v {
		return "ya"
	}
	return "tidak"
}
