package exchange

import (
	"encoding/json"
	"iter"

	"github.com/patok-id/patok/geo"
)

// AssetFile is a file of assets.
type AssetFile struct {
	Collection string         // an asset type, or geo.AllAssets
	Type       *geo.AssetType // whose attributes have columns; nil: common properties alone
	Internal   bool           // with what only those see who may read the assets fully
	AreaName   func(geo.Code) string
	Assets     iter.Seq2[*geo.Asset, error] // the private view where Internal
}

// assetFields are the properties that every asset has. Headings are those that
// an import understands.
var assetFields = []fileField{
	{"type", "jenis", 16}, {"name", "nama", 32}, {"uuid", "uuid", 38}, {"area_code", "kode_wilayah", 15}, {"area_name", "nama_wilayah", 18},
	{"area_located", "titik_di_wilayah", 15}, {"rt", "rt", 6}, {"rw", "rw", 6}, {"address", "alamat", 32},
	{"condition", "kondisi", 13}, {"operation", "status_operasi", 13}, {"accuracy_m", "akurasi_m", 10}, {"taken_by", "cara_titik", 12},
	{"taken_at", "waktu_titik", 17}, {"verified_at", "dikonfirmasi_pada", 17}, {"placement", "posisi_titik", 12}, {"outside_m", "meter_di_luar", 10},
	{"example", "data_contoh", 10},
}

// privateAssetFields follow them where the file is internal.
var privateAssetFields = []fileField{
	{"placement_reason", "alasan_titik", 24}, {"source", "sumber", 20}, {"note", "catatan", 24}, {"verified_by", "dikonfirmasi_oleh", 20},
}

// Features is the file, ready to be written. Fields of restricted sensitivity are
// in no file.
func (f AssetFile) Features() *FeatureFile {
	out := &FeatureFile{Name: f.Collection, fields: assetFields[:len(assetFields):len(assetFields)]}
	if f.Internal {
		out.fields = append(out.fields, privateAssetFields...)
	}
	position := map[string]int{} // of attributes
	if f.Type != nil {
		for _, field := range f.Type.Fields {
			if field.Public() || f.Internal && field.Sensitivity != geo.SensitivityRestricted {
				position[field.Name] = len(out.fields)
				out.fields = append(out.fields, fileField{field.Name, field.Name, 14})
			}
		}
	}
	fields := len(out.fields)
	out.rows = func(yield func(fileFeature, error) bool) {
		for a, err := range f.Assets {
			var feature fileFeature
			if err == nil {
				feature = f.feature(a, fields, position)
			}
			if !yield(feature, err) || err != nil {
				return
			}
		}
	}
	return out
}

func (f AssetFile) feature(a *geo.Asset, fields int, position map[string]int) fileFeature {
	out := fileFeature{id: a.ID, values: make([]any, 0, fields), geometry: func(b []byte) []byte { return append(b, "null"...) }}
	zone := geo.ZoneAt(middleLon)
	if a.Point != nil {
		p := *a.Point
		out.lon, out.lat = p.Lon(), p.Lat()
		out.geometry = func(b []byte) []byte {
			return append(AppendPosition(append(b, `{"type":"Point","coordinates":`...), p), '}')
		}
		zone = geo.ZoneAt(p.Lon())
	}
	var accuracy any
	if a.AccuracyM != nil {
		accuracy = *a.AccuracyM
	}
	out.values = append(out.values, a.Type, a.Name, a.UUID.String(), string(a.AreaCode), filled(f.AreaName(a.AreaCode)), filled(string(a.AreaLocated)),
		filled(a.RT), filled(a.RW), filled(a.Address), filled(a.Condition), filled(a.Operation), accuracy, filled(a.TakenBy), moment(a.TakenAt, zone),
		moment(a.VerifiedAt, zone), string(a.Placement), a.OutsideM, a.Example)
	if f.Internal {
		p := a.Private
		out.values = append(out.values, filled(p.PlacementReason), filled(p.Source), filled(p.Note), filled(p.VerifiedBy))
	}
	out.values = out.values[:fields]
	attributes := []json.RawMessage{a.Attributes}
	if f.Internal {
		attributes = append(attributes, a.Private.Internal, a.Private.Personal)
	}
	for _, raw := range attributes {
		var members map[string]json.RawMessage
		if json.Unmarshal(raw, &members) != nil {
			continue // no object: no attributes
		}
		for name, value := range members {
			if i, shown := position[name]; shown {
				out.values[i] = value
			}
		}
	}
	return out
}

// middleLon is where clocks are read for an asset without a point: west of 115°
// it is western time.
const middleLon = 110.0
