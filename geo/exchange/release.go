package exchange

import (
	"io"
	"iter"
	"strings"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/indicator"
)

// The media types of files.
const (
	TypeCSV     = "text/csv"
	TypeXLSX    = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	TypeGeoJSON = "application/geo+json"
)

// fileWriters are the forms that a collection or a table comes in.
type fileWriters interface {
	WriteCSV(io.Writer) (rows int, err error)
	WriteXLSX(io.Writer) (rows int, err error)
	WriteGeoJSON(io.Writer) (rows int, err error)
}

// ReleaseFiles are the files of a release: every asset type, every level of
// areas and every published table as CSV, XLSX and GeoJSON. Public files hold
// public fields and the public's figures; the administration's figures are files
// of their own. A sheet has room for a million rows: a larger collection has no
// workbook.
func ReleaseFiles(f *indicator.Frozen) geo.ReleaseFiles {
	return func(yield func(geo.ReleaseFile, func(io.Writer) (int, error)) bool) {
		r := releaseFiles{f: f, areas: map[geo.Code]*geo.Area{}, yield: yield}
		for _, a := range f.Areas {
			r.areas[a.Code] = a
		}
		for _, t := range f.Types {
			if !r.add(geo.ReleaseFile{Name: t.Name, About: t.Name, Rows: f.Counts[t.Name]}, r.assets(t)) {
				return
			}
		}
		for level := geo.LevelKelurahan; level >= geo.LevelProvinsi; level-- {
			collection := level.Collection()
			var areas []*geo.Area
			for _, a := range f.Areas {
				if a.Level == level {
					areas = append(areas, a)
				}
			}
			if !r.add(geo.ReleaseFile{Name: collection, About: collection, Rows: len(areas)}, AreaFeatures(collection, each(areas))) {
				return
			}
		}
		for _, t := range f.Newest() {
			if !r.table(t) {
				return
			}
		}
	}
}

type releaseFiles struct {
	f     *indicator.Frozen
	areas map[geo.Code]*geo.Area
	yield func(geo.ReleaseFile, func(io.Writer) (int, error)) bool
}

// sheetRows is how many rows below the headings a sheet has room for.
const sheetRows = 1<<20 - 1

// add hands on the forms of a collection or a table; false means stop.
func (r *releaseFiles) add(file geo.ReleaseFile, forms fileWriters) bool {
	name := file.Name
	for _, form := range []struct {
		extension, mediaType string
		write                func(io.Writer) (int, error)
	}{{".xlsx", TypeXLSX, forms.WriteXLSX}, {".csv", TypeCSV, forms.WriteCSV}, {".geojson", TypeGeoJSON, forms.WriteGeoJSON}} {
		if form.mediaType == TypeXLSX && file.Rows > sheetRows {
			continue
		}
		file.Name, file.MediaType = name+form.extension, form.mediaType
		if !r.yield(file, form.write) {
			return false
		}
	}
	return true
}

func (r *releaseFiles) assets(t *geo.AssetType) *FeatureFile {
	return AssetFile{Collection: t.Name, Type: t, AreaName: r.areaName, Assets: r.f.Assets(t.Name)}.Features()
}

func (r *releaseFiles) areaName(code geo.Code) string {
	if a := r.areas[code]; a != nil {
		return a.Name
	}
	return ""
}

// table hands on the files of a table, for both audiences. Where several areas
// published their own, the area is part of the name.
func (r *releaseFiles) table(t indicator.Published) bool {
	p := t.Public
	about := p.Source + " " + string(p.Period)
	name := strings.ToLower(strings.ReplaceAll(about, " ", "_"))
	if r.several(p) {
		name += "_" + string(p.Area)
	}
	for _, audience := range []indicator.Audience{indicator.Public, indicator.Internal} {
		figures := tableFile{r.f.Whole(t, audience), r.f.Source(p.Source), func(code geo.Code) *geo.Area { return r.areas[code] }}
		file := geo.ReleaseFile{Name: name, About: about, Internal: audience == indicator.Internal, Area: geo.Code(p.Area), Rows: len(figures.Places)}
		if len(figures.Columns) > 0 && !r.add(file, figures) {
			return false
		}
	}
	return true
}

// several reports whether more than one area published figures of that source
// and period.
func (r *releaseFiles) several(p *indicator.Publication) bool {
	for _, t := range r.f.Editions(p.Source, p.Period) {
		if t.Public.Area != p.Area {
			return true
		}
	}
	return false
}

// tableFile is a table that is written as a file.
type tableFile struct {
	*indicator.Figures
	source *indicator.Source
	areaOf func(geo.Code) *geo.Area
}

// WriteCSV writes the figures as CSV and counts the places.
func (t tableFile) WriteCSV(w io.Writer) (rows int, err error) {
	return len(t.Places), WriteCSV(w, PublishedTable(t.Figures, t.source))
}

// WriteXLSX writes the figures as a workbook and counts the places.
func (t tableFile) WriteXLSX(w io.Writer) (rows int, err error) {
	return len(t.Places), WriteXLSX(w, PublishedTable(t.Figures, t.source))
}

// WriteGeoJSON writes the figures as GeoJSON and counts the places.
func (t tableFile) WriteGeoJSON(w io.Writer) (rows int, err error) {
	return len(t.Places), WritePublished(w, t.Figures, t.areaOf)
}

// each gives the elements of a list, none of which fails.
func each[T any](list []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, v := range list {
			if !yield(v, nil) {
				return
			}
		}
	}
}
