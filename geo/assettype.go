package geo

import (
	"encoding/json"
	"strings"
)

// Sensitivity is who may see a field.
type Sensitivity string

// The sensitivities.
const (
	SensitivityPublic     Sensitivity = "public"     // everybody
	SensitivityInternal   Sensitivity = "internal"   // those who may edit the asset
	SensitivityRestricted Sensitivity = "restricted" // the same, and never in an export
)

// Cardinality is how many active assets of a type a kelurahan may have.
type Cardinality string

// The cardinalities.
const (
	Many Cardinality = "many"
	One  Cardinality = "one"
)

// AssetType is one entry of the registry: what assets of this type are called,
// which attributes they have, and which rules they follow.
type AssetType struct {
	Name             string          `json:"name"`
	Version          int             `json:"version"` // grows with the schema; kept per asset
	Label            Text            `json:"label"`
	LabelDesa        *Text           `json:"label_desa,omitempty"` // where a desa's asset is called otherwise
	Plural           Text            `json:"plural"`
	Icon             string          `json:"icon"`
	Color            string          `json:"color"`
	Schema           json.RawMessage `json:"schema"` // JSON Schema 2020-12 of the attributes, closed
	Fields           []Field         `json:"fields"` // in the order of the form
	DuplicateRadiusM float64         `json:"duplicate_radius_m"`
	Cardinality      Cardinality     `json:"cardinality"`
	ConfirmDays      int             `json:"confirm_days"` // how long a confirmation is good
	NormRadiusM      float64         `json:"norm_radius_m"`
	NormRatio        int             `json:"norm_ratio"` // people per asset; 0 = none
	MinZoom          int             `json:"min_zoom"`
	Position         int             `json:"-"` // order in lists
	RowVersion       int64           `json:"-"` // version of the registry row
}

// Field is how one attribute is shown, asked for and guarded. What values it
// takes is said by the schema alone.
type Field struct {
	Name        string      `json:"name"`
	Label       Text        `json:"label"`
	LabelDesa   *Text       `json:"label_desa,omitempty"` // where it is called otherwise in a desa
	Help        Text        `json:"help"`
	Sensitivity Sensitivity `json:"sensitivity"`
	Personal    bool        `json:"personal"` // about a person: kept in the erasable table
	Unit        string      `json:"unit"`
	Widget      string      `json:"widget"`
	Options     []Option    `json:"options,omitempty"`
}

// Public reports whether everybody may see the field.
func (f *Field) Public() bool { return f.Sensitivity == SensitivityPublic && !f.Personal }

// Option is one value of a field with its label.
type Option struct {
	Value string `json:"value"`
	Label Text   `json:"label"`
}

// Field returns the field called name, nil when the type has none.
func (t *AssetType) Field(name string) *Field {
	for i := range t.Fields {
		if t.Fields[i].Name == name {
			return &t.Fields[i]
		}
	}
	return nil
}

// Summed returns the public attributes whose numbers add up over a map's
// clusters: whole ones with a unit, such as jumlah_kk, but no averages, which
// have _per_ in their names.
func (t *AssetType) Summed() []string {
	var schema struct {
		Properties map[string]struct {
			Type any `json:"type"`
		} `json:"properties"`
	}
	if len(t.Schema) == 0 || json.Unmarshal(t.Schema, &schema) != nil {
		return nil
	}
	var names []string
	for i := range t.Fields {
		f := &t.Fields[i]
		if f.Public() && f.Unit != "" && !strings.Contains(f.Name, "_per_") && schema.Properties[f.Name].Type == "integer" {
			names = append(names, f.Name)
		}
	}
	return names
}
