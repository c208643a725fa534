package exchange

import (
	"maps"
	"slices"
	"strings"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/indicator"
)

// What says what a file holds.
type What string

// The kinds of content.
const (
	WhatFigures What = "figures"
	WhatAssets  What = "assets"
	WhatAreas   What = "areas"
)

// Shape is how figures stand in a table.
type Shape string

// The shapes.
const (
	Long Shape = "long" // a row per figure
	Wide Shape = "wide" // a column per indicator
)

// Plan says how a file is to be understood. For figures a column that it does
// not name is not read; for assets and areas it is known by its usual names.
type Plan struct {
	What      What               `json:"what"`
	Sheet     string             `json:"sheet,omitempty"`
	HeaderRow int                `json:"header_row,omitempty"` // line of the column names; 0 looks for it
	Decimal   string             `json:"decimal,omitempty"`    // "," or "." where a column's own values do not tell; "" is unknown
	Shape     Shape              `json:"shape,omitempty"`
	Period    indicator.Period   `json:"period,omitempty"` // of rows that name none
	Source    string             `json:"source,omitempty"` // of figures a source's code; of assets and areas where the data is from
	Area      geo.Code           `json:"area,omitempty"`   // of rows that name none: the kelurahan of a list of its RT
	Type      string             `json:"type,omitempty"`   // of assets
	Columns   map[string]Mapping `json:"columns"`
}

// Mapping is what a column means: a role, or with To "value" in a wide table the
// figures of an indicator.
type Mapping struct {
	To        string `json:"to"`
	Indicator string `json:"indicator,omitempty"`
}

// The roles of columns of figures.
const (
	toArea        = "area_code"
	toBPS         = "bps_code"
	toName        = "area_name"
	toDistrict    = "district" // names of what lies above the area
	toRegency     = "regency"
	toProvince    = "province"
	toRW          = "rw"
	toRT          = "rt"
	toPeriod      = "period"
	toIndicator   = "indicator"
	toValue       = "value"
	toDenominator = "denominator"
	toNote        = "note"
	ignored       = "ignore"

	toType = "type" // of a file of assets: what each row is
)

// roles lists what a column of figures can be.
func roles() []string {
	return []string{toArea, toBPS, toName, toDistrict, toRegency, toProvince, toRW, toRT, toPeriod, toIndicator, toValue, toDenominator, toNote, ignored}
}

// maxPlanColumns bounds a plan.
const maxPlanColumns = MaxColumns

// Check lists what is wrong with a plan, with pointers into it. registry is only
// asked about plans of figures.
func (p Plan) Check(registry *indicator.Registry) []geo.FieldError {
	var problems []geo.FieldError
	bad := func(pointer, code, id, en string) {
		problems = append(problems, geo.FieldError{Pointer: pointer, Code: code, Message: geo.Text{ID: id, EN: en}})
	}
	if !slices.Contains([]What{WhatFigures, WhatAssets, WhatAreas}, p.What) {
		bad("/what", "enum", "Harus figures, assets atau areas.", "Must be figures, assets or areas.")
	}
	if p.Decimal != "" && p.Decimal != "," && p.Decimal != "." {
		bad("/decimal", "enum", "Harus koma atau titik.", "Must be a comma or a point.")
	}
	if p.HeaderRow < 0 {
		bad("/header_row", "range", "Harus nomor baris.", "Must be the number of a line.")
	}
	if len(p.Columns) > maxPlanColumns {
		bad("/columns", "too_many", "Terlalu banyak kolom.", "Too many columns.")
	}
	switch p.What {
	case WhatFigures:
		return append(problems, p.checkFigures(registry)...)
	case WhatAssets:
		if p.Type == "" && !p.has(toType) {
			bad("/type", "required", "Pilih jenis asetnya.", "Choose the type of asset.")
		}
	}
	return problems
}

func (p Plan) checkFigures(registry *indicator.Registry) []geo.FieldError {
	var problems []geo.FieldError
	bad := func(pointer, code, id, en string) {
		problems = append(problems, geo.FieldError{Pointer: pointer, Code: code, Message: geo.Text{ID: id, EN: en}})
	}
	if registry.Source(p.Source) == nil {
		bad("/source", "required", "Pilih sumber angkanya.", "Choose the source of the figures.")
	}
	if p.Period == "" && !p.has(toPeriod) {
		bad("/period", "required", "Isi periodenya.", "Give the period.")
	} else if p.Period != "" {
		if _, err := indicator.ParsePeriod(string(p.Period)); err != nil {
			bad("/period", "period", messageOf(err).ID, messageOf(err).EN)
		}
	}
	if p.Area == "" && !p.NamesAreas() {
		bad("/columns", "no_area", "Pilih kolom wilayahnya: kode atau nama.", "Choose the column of the area: code or name.")
	}
	if p.Shape != Long && p.Shape != Wide {
		bad("/shape", "enum", "Harus long atau wide.", "Must be long or wide.")
	}
	if p.Shape == Long && (!p.has(toIndicator) || !p.has(toValue)) {
		bad("/columns", "no_value", "Tabel panjang memerlukan kolom indikator dan kolom nilai.", "A long table needs a column of indicators and one of values.")
	}
	if p.Shape == Wide && !p.has(toValue) {
		bad("/columns", "no_value", "Pilih indikator paling sedikit untuk satu kolom.", "Choose the indicator of one column at least.")
	}
	seen := map[Mapping]string{}
	for _, name := range slices.Sorted(maps.Keys(p.Columns)) {
		m := p.Columns[name]
		pointer := "/columns/" + escaped(name)
		wide := p.Shape == Wide && (m.To == toValue || m.To == toDenominator)
		switch {
		case !slices.Contains(roles(), m.To):
			bad(pointer, "enum", "Arti kolom ini tidak dikenal.", "What this column is is not known.")
		case wide && registry.Indicator(m.Indicator) == nil:
			bad(pointer, "unknown", "Indikator ini tidak ada.", "There is no such indicator.")
		case m.To != ignored && seen[m] != "":
			bad(pointer, "repeated", "Dua kolom mempunyai arti yang sama.", "Two columns mean the same.")
		}
		if seen[m] = name; name == "" {
			bad(pointer, "required", "Nama kolomnya kosong.", "The column has no name.")
		}
	}
	return problems
}

// escaped writes a name as a part of a JSON pointer (RFC 6901).
func escaped(name string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(name) }

// NamesAreas reports whether some column of figures tells the area of each row.
func (p Plan) NamesAreas() bool { return p.has(toArea) || p.has(toBPS) || p.has(toName) }

func (p Plan) has(role string) bool {
	for _, m := range p.Columns {
		if m.To == role {
			return true
		}
	}
	return false
}

// Mapped is the plan with a column that is something else: a role, or the figures
// of an indicator by its code.
func (p Plan) Mapped(column, what string, registry *indicator.Registry) Plan {
	m := Mapping{To: what}
	if registry.Indicator(what) != nil {
		m = Mapping{To: toValue, Indicator: what}
	}
	columns := map[string]Mapping{}
	for name, before := range p.Columns {
		if before != m || m.To == ignored {
			columns[name] = before
		}
	}
	columns[column] = m
	p.Columns = columns
	if p.has(toIndicator) {
		p.Shape = Long
	}
	return p
}

// layout is where the plan says that the table is.
func (p Plan) layout() Layout { return Layout{Sheet: p.Sheet, HeaderRow: p.HeaderRow} }

// renames are what columns are, but for the one with the type.
func (p Plan) renames() map[string]string {
	names := make(map[string]string, len(p.Columns))
	for column, m := range p.Columns {
		if m.To != toType {
			names[column] = m.To
		}
	}
	return names
}

// AssetOptions are how a plan has a file of assets read.
func (p Plan) AssetOptions() AssetOptions {
	o := AssetOptions{Layout: p.layout(), Type: p.Type, Map: p.renames()}
	for column, m := range p.Columns {
		if m.To == toType && p.Type == "" {
			o.TypeProperty = column
		}
	}
	return o
}

// AreaOptions are how a plan has a file of areas read.
func (p Plan) AreaOptions() AreaOptions {
	return AreaOptions{Layout: p.layout(), Map: p.renames(), Source: p.Source}
}
