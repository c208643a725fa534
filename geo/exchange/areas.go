package exchange

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

// AreaOptions say how a file's properties are to be understood.
type AreaOptions struct {
	CodeProperty string // which property holds the Kemendagri code; "" looks for the usual names
	NameProperty string // the same for the name
	Source       string // for areas whose file names none
	Year         int
}

// areaNames are the usual names of an area's properties, in the order in which
// they are looked for.
var areaNames = struct{ code, name, district, regency, province, bps, year, source []string }{
	code:     []string{"code", "kode", "kode_wilayah", "kode_kemendagri", "kode_desa", "kdepum"},
	name:     []string{"name", "nama", "namobj", "wadmkd", "kelurahan", "desa"},
	district: []string{"district", "kecamatan", "wadmkc"},
	regency:  []string{"regency", "kabupaten", "kabkota", "kota", "wadmkk"},
	province: []string{"province", "provinsi", "propinsi", "wadmpr"},
	bps:      []string{"bps_code", "kode_bps", "kdbbps", "kdcbps"},
	year:     []string{"year", "tahun"},
	source:   []string{"source", "sumber"},
}

func geoJSONAreas(src Source, o AreaOptions, each func(geo.AreaRow) bool) error {
	return features(src, func(number int, f *feature, refused *geo.Text) bool {
		if refused != nil {
			return each(geo.AreaRow{Row: number, Refused: []geo.Text{*refused}})
		}
		return each(areaOf(number, f.Properties, f.Geometry.boundary, o))
	})
}

func areaOf(number int, properties map[string]json.RawMessage, boundary func() (orb.MultiPolygon, *geo.Text), o AreaOptions) geo.AreaRow {
	values := foldProperties(properties)
	text := func(names []string, only string) string {
		if only != "" {
			names = []string{foldName(only)}
		}
		for _, name := range names {
			if s := textOf(values[name]); s != "" {
				return s
			}
		}
		return ""
	}
	row := geo.AreaRow{Row: number, Name: text(areaNames.name, o.NameProperty),
		District: text(areaNames.district, ""), Regency: text(areaNames.regency, ""), Province: text(areaNames.province, ""),
		BPSCode: text(areaNames.bps, ""), Source: text(areaNames.source, ""), Year: o.Year}
	if row.Source == "" {
		row.Source = o.Source
	}
	if year, err := strconv.Atoi(text(areaNames.year, "")); err == nil && year > 1900 && year < 2200 {
		row.Year = year
	}
	refuse := func(t geo.Text) { row.Refused = append(row.Refused, t) }
	given := text(areaNames.code, o.CodeProperty)
	code, err := geo.ParseCode(given)
	switch {
	case given == "":
		refuse(geo.Text{ID: "Kode wilayahnya kosong.", EN: "It has no area code."})
	case err != nil:
		refuse(messageOf(err))
	}
	row.Code = code
	if row.Name == "" {
		refuse(geo.Text{ID: "Namanya kosong.", EN: "It has no name."})
	}
	read, problem := boundary()
	if problem != nil {
		refuse(*problem)
	}
	row.Boundary = read
	return row
}

// textOf is the value of a property as text: of a number its digits.
func textOf(raw json.RawMessage) string {
	if len(raw) == 0 || string(raw) == "null" || raw[0] == '{' || raw[0] == '[' {
		return ""
	}
	var s string
	if raw[0] != '"' {
		s = strings.TrimSuffix(string(raw), ".0") // a code that a table program made a number
	} else if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	s = strings.Map(func(c rune) rune {
		if c == '\u2019' { // the apostrophe of some files; names have the plain one
			return '\''
		}
		return c
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// foldProperties gives properties by their folded names. Of two that fold to
// one name the exact one wins.
func foldProperties(properties map[string]json.RawMessage) map[string]json.RawMessage {
	out := make(map[string]json.RawMessage, len(properties))
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		value, folded := properties[name], foldName(name)
		if _, taken := out[folded]; !taken || name == folded {
			out[folded] = value
		}
	}
	return out
}

// foldName is how names of columns are compared: "Kode Wilayah " is kode_wilayah.
func foldName(name string) string {
	fields := strings.FieldsFunc(strings.ToLower(name), func(c rune) bool {
		return c == ' ' || c == '_' || c == '-' || c == '.' || c == '/' || c == '\t' || c == '\n' || c == '\r' || c == '\u00a0'
	})
	return strings.Join(fields, "_")
}

// messageOf is the public message of an error.
func messageOf(err error) geo.Text {
	if e, ok := errors.AsType[*geo.Error](err); ok {
		return e.Message
	}
	return geo.Text{ID: "Tidak dapat dibaca.", EN: "Cannot be read."}
}
