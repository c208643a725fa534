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
	Layout
	CodeProperty string            // which property holds the Kemendagri code; "" looks for the usual names
	NameProperty string            // the same for the name
	Map          map[string]string // what the file calls a column, and the property that it is
	Source       string            // for areas whose file names none
	Year         int
}

// The properties of an area that a file may tell.
const (
	areaCode     = "code"
	areaName     = "name"
	areaDistrict = "district"
	areaRegency  = "regency"
	areaProvince = "province"
	areaBPS      = "bps_code"
	areaYear     = "year"
	areaSource   = "source"
	areaBoundary = "boundary"
)

// areaNames are the usual names of an area's properties, in the order in which
// they are looked for.
func areaNames() map[string][]string {
	return map[string][]string{
		areaCode:     {"code", "kode", "kode_wilayah", "kode_kemendagri", "kode_desa", "kdepum"},
		areaName:     {"name", "nama", "namobj", "wadmkd", "kelurahan", "desa"},
		areaDistrict: {"district", "kecamatan", "wadmkc"},
		areaRegency:  {"regency", "kabupaten", "kabkota", "kota", "wadmkk"},
		areaProvince: {"province", "provinsi", "propinsi", "wadmpr"},
		areaBPS:      {"bps_code", "kode_bps", "kdbbps", "kdcbps"},
		areaYear:     {"year", "tahun"},
		areaSource:   {"source", "sumber"},
	}
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
	values, usual := foldProperties(o.renamed(properties)), areaNames()
	text := func(property, only string) string {
		names := usual[property]
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
	row := geo.AreaRow{Row: number, Name: text(areaName, o.NameProperty),
		District: text(areaDistrict, ""), Regency: text(areaRegency, ""), Province: text(areaProvince, ""),
		BPSCode: text(areaBPS, ""), Source: text(areaSource, ""), Year: o.Year}
	if row.Source == "" {
		row.Source = o.Source
	}
	if year, err := strconv.Atoi(text(areaYear, "")); err == nil && year > 1900 && year < 2200 {
		row.Year = year
	}
	refuse := func(t geo.Text) { row.Refused = append(row.Refused, t) }
	given := text(areaCode, o.CodeProperty)
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

// renamed gives properties by what the caller's Map calls them. A name that a
// column has by itself gives way to one that was mapped.
func (o AreaOptions) renamed(properties map[string]json.RawMessage) map[string]json.RawMessage {
	if len(o.Map) == 0 {
		return properties
	}
	out := make(map[string]json.RawMessage, len(properties))
	for column, value := range properties {
		if o.Map[column] == "" && !o.mapped(foldName(column)) {
			out[column] = value
		}
	}
	for column, value := range properties {
		if to := o.Map[column]; to != "" && to != ignored {
			out[to] = value
		}
	}
	return out
}

// mapped reports whether some other column was said to be a property.
func (o AreaOptions) mapped(property string) bool {
	for _, to := range o.Map {
		if to == property {
			return true
		}
	}
	return false
}

// textOf is the value of a property as text: of a number its digits.
func textOf(raw json.RawMessage) string {
	if len(raw) == 0 || string(raw) == "null" || raw[0] == '{' || raw[0] == '[' {
		return ""
	}
	s, plain := geo.PlainText(raw)
	if raw[0] != '"' {
		s = strings.TrimSuffix(string(raw), ".0") // a code that a table program made a number
	} else if !plain && json.Unmarshal(raw, &s) != nil {
		return ""
	}
	if ascii := !strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c > '~' }); ascii {
		return s // nothing to tidy
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
