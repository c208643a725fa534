package exchange

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

// AssetOptions say how a file's columns and values are to be understood.
type AssetOptions struct {
	Layout
	Type         string            // of every row; "" reads TypeProperty
	TypeProperty string            // which column holds the type
	MapTypes     map[string]string // what the file calls a type, and its name in the registry
	Map          map[string]string // what the file calls a column, and Patok's property
	IDProperty   string            // which column holds the owner's id of a row
}

// assetNames are the usual names of common properties, folded. An attribute of
// a type is found by its own name.
var assetNames = map[string]string{
	"nama": "name", "namobj": "name", "nama_objek": "name", "nama_fasilitas": "name", "nama_tempat": "name",
	"kode_wilayah": "area_code", "kode_desa": "area_code", "kode_kelurahan": "area_code", "kelurahan_kode": "area_code",
	"kode_kemendagri": "area_code", "kode_desa_kelurahan": "area_code", "kdepum": "area_code",
	"nomor_rt": "rt", "no_rt": "rt", "nomor_rw": "rw", "no_rw": "rw",
	"alamat": "address", "kondisi": "condition", "status_operasi": "operation",
	"akurasi": "accuracy_m", "akurasi_m": "accuracy_m", "cara_titik": "taken_by", "diambil_pada": "taken_at",
	"alasan": "placement_reason", "alasan_titik": "placement_reason", "sumber": "source", "catatan": "note", "keterangan": "note",
	"id_sumber": sourceID,
	"lintang":   latitude, "latitude": latitude, "lat": latitude, "y": latitude, "koordinat_y": latitude, "garis_lintang": latitude,
	"bujur": longitude, "longitude": longitude, "lon": longitude, "lng": longitude, "long": longitude, "x": longitude, "koordinat_x": longitude, "garis_bujur": longitude,
	"koordinat": coordinate, "titik_koordinat": coordinate, "koordinat_gps": coordinate, "coordinates": coordinate, "coordinate": coordinate, "tautan_peta": coordinate, "link_maps": coordinate, "google_maps": coordinate,
}

// Columns that are no property of an asset, but say where or which it is.
const (
	latitude   = "latitude"
	longitude  = "longitude"
	coordinate = "coordinate"
	sourceID   = "source_id"
)

// naming is the understanding of one file's columns. Names are looked up once
// each.
type naming struct {
	options AssetOptions
	mapped  map[string]string // the caller's Map, folded
	types   map[string]string // the caller's MapTypes, folded
	known   map[string]string // columns that were looked up
	said    map[string]string // types that were looked up
}

func newNaming(o AssetOptions) *naming {
	n := &naming{options: o, mapped: map[string]string{}, types: map[string]string{}, known: map[string]string{}, said: map[string]string{}}
	for from, to := range o.Map {
		n.mapped[foldName(from)] = foldName(to)
	}
	for from, to := range o.MapTypes {
		n.types[foldName(from)] = foldName(to)
	}
	return n
}

// rowType is what naming calls the column that holds each row's type.
const rowType = "\x00type"

// of is Patok's name for a column: what the caller said, a usual name, or the
// folded name itself.
func (n *naming) of(column string) string {
	if name, ok := n.known[column]; ok {
		return name
	}
	name := foldName(column)
	switch {
	case n.options.Type == "" && n.options.TypeProperty != "" && name == foldName(n.options.TypeProperty):
		name = rowType
	case n.mapped[name] != "":
		name = n.mapped[name]
	case n.options.IDProperty != "" && name == foldName(n.options.IDProperty):
		name = sourceID
	case assetNames[name] != "":
		name = assetNames[name]
	}
	if len(n.known) < MaxColumns {
		n.known[strings.Clone(column)] = name
	}
	return name
}

// typeOf is the registry's name for what the file says. "Pos Kamling" is
// pos_kamling.
func (n *naming) typeOf(said string) string {
	if name, ok := n.said[said]; ok {
		return name
	}
	name := foldName(said)
	if mapped, ok := n.types[name]; ok {
		name = mapped
	}
	if len(n.said) < MaxColumns {
		n.said[strings.Clone(said)] = name
	}
	return name
}

// namedValue is a value with the name of its column.
type namedValue struct {
	column string
	value  json.RawMessage
}

// row makes an AssetRow of values in the order of their columns' names, so that
// of two columns with one meaning the same one always wins. point is the
// feature's own; nil lets columns tell it.
func (n *naming) row(number int, values []namedValue, point *orb.Point) geo.AssetRow {
	row := geo.AssetRow{Row: number, Type: n.typeOf(n.options.Type)}
	properties := make(map[string]json.RawMessage, len(values))
	var at place
	for _, v := range values {
		name := n.of(v.column)
		switch name {
		case rowType:
			row.Type = n.typeOf(textOf(v.value))
		case latitude:
			at.latitude = cmp.Or(at.latitude, textOf(v.value))
		case longitude:
			at.longitude = cmp.Or(at.longitude, textOf(v.value))
		case coordinate:
			at.coordinate = cmp.Or(at.coordinate, textOf(v.value))
		case sourceID:
			row.SourceID = textOf(v.value)
		case ignored:
		default:
			if _, taken := properties[name]; !taken || name == v.column {
				properties[name] = v.value
			}
		}
	}
	if row.Type == "" {
		row.Refused = append(row.Refused, geo.Text{ID: "Jenisnya kosong.", EN: "Its type is empty."})
	}
	if point == nil {
		var problem *geo.Text
		if point, problem = at.point(); problem != nil {
			row.Refused = append(row.Refused, *problem)
		}
	}
	row.Input = geo.Input{HasGeometry: true, Geometry: point, Properties: properties}
	return row
}

// place is what the columns that tell a place hold.
type place struct{ latitude, longitude, coordinate string }

// point reads a place; none of its columns filled is no place.
func (at place) point() (*orb.Point, *geo.Text) {
	fail := func(err error) (*orb.Point, *geo.Text) {
		t := messageOf(err)
		return nil, &t
	}
	lat, lon := at.latitude, at.longitude
	switch {
	case lat == "" && lon == "" && at.coordinate == "":
		return nil, nil
	case lat == "" && lon == "":
		p, err := ParseCoordinate(at.coordinate)
		if err != nil {
			return fail(err)
		}
		return &p, nil
	}
	var p orb.Point
	var err error
	// What is there is read first: half a place is often a text that slipped into the wrong column.
	if lat != "" {
		if p[1], err = ParseLatitude(lat); err != nil {
			return fail(err)
		}
	}
	if lon != "" {
		if p[0], err = ParseLongitude(lon); err != nil {
			return fail(err)
		}
	}
	if lat == "" || lon == "" {
		return nil, &geo.Text{ID: "Hanya satu dari lintang dan bujur yang terisi.", EN: "Only one of latitude and longitude is given."}
	}
	return &p, nil
}

func geoJSONAssets(src Source, o AssetOptions, each func(geo.AssetRow) bool) error {
	n := newNaming(o)
	var values []namedValue
	return features(src, func(number int, f *feature, refused *geo.Text) bool {
		if refused != nil {
			return each(geo.AssetRow{Row: number, Refused: []geo.Text{*refused}})
		}
		point, problem := f.Geometry.point()
		values = values[:0]
		for _, column := range slices.Sorted(maps.Keys(f.Properties)) {
			values = append(values, namedValue{column, f.Properties[column]})
		}
		row := n.row(number, values, point)
		if problem != nil {
			row.Refused = append(row.Refused, *problem)
		}
		return each(row)
	})
}
