package geo

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"time"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"
)

// FieldGeometry is the field that stands for an asset's point as a whole.
const FieldGeometry = "geometry"

// Difference is one field that differs between two states of an asset. Before
// and After are JSON; null is nothing. The point is a GeoJSON Point.
type Difference struct {
	Field  string // the property's name, or FieldGeometry
	Label  Text
	Before json.RawMessage
	After  json.RawMessage
}

// Differences lists the fields in which two states of an asset of type t
// differ: the point first, then as forms show them. A nil state has no field.
// Fields that only some may see count where both states have a private part;
// attributes that t no longer has are left out.
func Differences(before, after *Asset, t *AssetType) []Difference {
	var out []Difference
	withPrivate := (before == nil || before.Private != nil) && (after == nil || after.Private != nil)
	old, now := values(before, withPrivate), values(after, withPrivate)
	for _, f := range fieldsOf(t, before, after) {
		if !sameJSON(old[f.Field], now[f.Field]) {
			out = append(out, Difference{Field: f.Field, Label: f.Label, Before: orNull(old[f.Field]), After: orNull(now[f.Field])})
		}
	}
	return out
}

// MovedM is how many metres lie between the points of two states of an asset;
// nil unless both have one and they differ.
func MovedM(before, after *Asset) *float64 {
	if before == nil || after == nil || before.Point == nil || after.Point == nil || *before.Point == *after.Point {
		return nil
	}
	m := orbgeo.DistanceHaversine(*before.Point, *after.Point)
	return &m
}

// label names one field.
type label struct {
	Field string
	Label Text
}

// commonLabels are the fields that every asset has, in the order of forms.
var commonLabels = []label{
	{FieldGeometry, Text{ID: "Titik", EN: "Point"}},
	{"name", Text{ID: "Nama", EN: "Name"}},
	{"area_code", Text{ID: "Kelurahan atau desa", EN: "Kelurahan or desa"}},
	{"rw", Text{ID: "RW", EN: "RW"}},
	{"rt", Text{ID: "RT", EN: "RT"}},
	{"address", Text{ID: "Alamat", EN: "Address"}},
	{"condition", Text{ID: "Kondisi", EN: "Condition"}},
	{"operation", Text{ID: "Keadaan", EN: "Status"}},
	{"taken_by", Text{ID: "Cara titik diambil", EN: "How the point was taken"}},
	{"accuracy_m", Text{ID: "Ketelitian (meter)", EN: "Accuracy (metres)"}},
	{"taken_at", Text{ID: "Titik diambil pada", EN: "Point taken at"}},
	{"placement", Text{ID: "Letak terhadap wilayah", EN: "Place in relation to the area"}},
	{"placement_reason", Text{ID: "Alasan letak", EN: "Reason for the place"}},
	{"source", Text{ID: "Sumber", EN: "Source"}},
	{"note", Text{ID: "Catatan", EN: "Note"}},
	{"verified_at", Text{ID: "Dikonfirmasi pada", EN: "Confirmed at"}},
}

// fieldsOf lists every field that assets of type t have. In a desa some are
// called otherwise.
func fieldsOf(t *AssetType, states ...*Asset) []label {
	desa := false
	for _, a := range states {
		desa = desa || a != nil && a.AreaCode.Kind() != Kelurahan && a.AreaCode != ""
	}
	list := slices.Clone(commonLabels)
	for _, f := range t.Fields {
		text := f.Label
		if desa && f.LabelDesa != nil {
			text = *f.LabelDesa
		}
		list = append(list, label{f.Name, text})
	}
	return list
}

// values gives the fields of a that are not empty, as JSON by name.
func values(a *Asset, withPrivate bool) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	if a == nil {
		return out
	}
	set := func(name string, value any, given bool) {
		if given {
			out[name] = encode(value)
		}
	}
	shown := *a
	if !withPrivate {
		shown.Private = nil
	}
	for name, value := range allAttributes(&shown) {
		set(name, value, true)
	}
	for name, text := range map[string]string{"name": a.Name, "area_code": string(a.AreaCode), "rw": a.RW, "rt": a.RT,
		"address": a.Address, "condition": a.Condition, "operation": a.Operation, "taken_by": a.TakenBy, "placement": string(a.Placement)} {
		set(name, text, text != "")
	}
	if a.Point != nil {
		out[FieldGeometry] = encodePoint(a.Point)
	}
	set("accuracy_m", a.AccuracyM, a.AccuracyM != nil)
	setTime := func(name string, t *time.Time) {
		if t != nil {
			set(name, t.UTC().Format(time.RFC3339Nano), true)
		}
	}
	setTime("taken_at", a.TakenAt)
	setTime("verified_at", a.VerifiedAt)
	if p := shown.Private; p != nil {
		set("placement_reason", p.PlacementReason, p.PlacementReason != "")
		set("source", p.Source, p.Source != "")
		set("note", p.Note, p.Note != "")
	}
	return out
}

// pointJSON is a GeoJSON Point.
type pointJSON struct {
	Type        string     `json:"type"`
	Coordinates *orb.Point `json:"coordinates"`
}

// encodePoint writes a point as GeoJSON; nil is null.
func encodePoint(p *orb.Point) json.RawMessage {
	if p == nil {
		return json.RawMessage("null")
	}
	return encode(pointJSON{Type: "Point", Coordinates: p})
}

// decodePoint reads what encodePoint wrote; nil is none.
func decodePoint(b json.RawMessage) *orb.Point {
	var p *pointJSON
	if json.Unmarshal(b, &p) != nil || p == nil {
		return nil
	}
	return p.Coordinates
}

func encode(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage("null") // cannot happen: texts, finite numbers, and what was decoded once
	}
	return b
}

func orNull(v json.RawMessage) json.RawMessage {
	if v == nil {
		return json.RawMessage("null")
	}
	return v
}

// sameJSON reports whether two values mean the same, however they are written.
func sameJSON(a, b json.RawMessage) bool {
	if isNull(a) || isNull(b) {
		return isNull(a) && isNull(b)
	}
	if bytes.Equal(a, b) {
		return true
	}
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}
