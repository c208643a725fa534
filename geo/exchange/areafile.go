package exchange

import (
	"iter"

	"github.com/patok-id/patok/geo"
)

var areaFields = []fileField{
	{"code", "kode_wilayah", 15}, {"name", "nama", 24}, {"kind", "bentuk", 12}, {"level", "tingkat", 8}, {"parent_code", "kode_induk", 12},
	{"bps_code", "kode_bps", 12}, {"source", "sumber_batas", 20}, {"year", "tahun_batas", 10}, {"boundary_status", "status_batas", 12},
	{"derived", "disusun_dari_bawahannya", 12}, {"example", "data_contoh", 10},
}

// AreaFeatures is a file of the areas of a level. A table has the point of an
// area's label in the place of its boundary.
func AreaFeatures(collection string, areas iter.Seq2[*geo.Area, error]) *FeatureFile {
	return &FeatureFile{Name: collection, fields: areaFields, rows: func(yield func(fileFeature, error) bool) {
		for a, err := range areas {
			var feature fileFeature
			if err == nil {
				feature = areaFeature(a)
			}
			if !yield(feature, err) || err != nil {
				return
			}
		}
	}}
}

func areaFeature(a *geo.Area) fileFeature {
	var year any
	if a.Year != 0 {
		year = a.Year
	}
	out := fileFeature{id: a.ID, geometry: func(b []byte) []byte { return AppendBoundary(b, a.Boundary) },
		values: []any{string(a.Code), a.Name, string(a.Kind), int(a.Level), filled(string(a.ParentCode)), filled(a.BPSCode), filled(a.Source), year,
			filled(string(a.Status)), a.Derived, a.Example}}
	if len(a.Boundary) > 0 {
		out.lon, out.lat = a.LabelPoint.Lon(), a.LabelPoint.Lat()
	}
	return out
}
