package geo

import (
	"encoding/json"
	"maps"
	"math"
	"time"

	"github.com/paulmach/orb"
)

// Deed is who made a revision, when and why.
type Deed struct {
	Revision   int64
	At         time.Time
	Actor      string // an account's name, sql:ROLE, or a command's
	ActorTitle string // "" without an account
	ApprovedBy string // who let it through; "" when nobody had to
	Reason     string
}

// Version is what one revision did to a feature: the state that it left, with
// how that differs from the one before, or the feature's end.
type Version struct {
	Deed
	Number    int64      // of the state; with Delete, of the one that ended
	Until     *time.Time // when another took its place; nil while it stands, and with Delete
	Operation Operation
	Current   bool // the state as it is now
	Changes   []Difference
	MovedM    *float64
}

// History is a page of the versions of one feature, newest first.
type History struct {
	Collection string
	ID         int64
	Name       string // the last one
	Deleted    bool
	Versions   []Version
	Next       int64 // the revision before which the next page begins; 0 at the end
}

// RevisionFilter says which revisions are wanted. A zero member wants all.
type RevisionFilter struct {
	Revision    int64 // this one only
	Actor       string
	Type        string // with assets of this type
	Area        Code   // with what belongs there or below it
	From, Until time.Time
	Before      int64 // revisions below it
	Limit       int
}

// RevisionSummary is one revision as far as the asker may know of it.
type RevisionSummary struct {
	Deed
	Kind    string // edit, import, undo, review, sql
	Counts  map[Operation]int
	Touched []Touched // the first MaxTouched
}

// MaxTouched is how many features a summary of a revision names.
const MaxTouched = 20

// Touched is one feature that a revision touched, as the revision left it or,
// with Delete, found it.
type Touched struct {
	Collection string
	ID         int64
	Name       string
	Operation  Operation
	Version    int64
}

// AreaDifferences lists the fields in which two states of an area differ, as
// Differences does for assets. A boundary is told by its size in hectares.
func AreaDifferences(before, after *Area, beforeHa, afterHa float64) []Difference {
	old, now := areaValues(before), areaValues(after)
	var out []Difference
	for i, l := range areaLabels {
		if old[i] != now[i] {
			out = append(out, Difference{Field: l.Field, Label: l.Label, Before: encode(old[i]), After: encode(now[i])})
		}
	}
	if !areaBoundary(before).Equal(areaBoundary(after)) {
		out = append(out, Difference{Field: FieldGeometry, Label: Text{ID: "Batas", EN: "Boundary"},
			Before: sizeJSON(before, beforeHa), After: sizeJSON(after, afterHa)})
	}
	return out
}

// areaLabels are the fields of areaValues.
var areaLabels = []label{
	{"name", Text{ID: "Nama", EN: "Name"}},
	{"kind", Text{ID: "Bentuk", EN: "Kind"}},
	{"bps_code", Text{ID: "Kode BPS", EN: "BPS code"}},
	{"source", Text{ID: "Sumber batas", EN: "Source of the boundary"}},
	{"year", Text{ID: "Tahun batas", EN: "Year of the boundary"}},
	{"boundary_status", Text{ID: "Status batas", EN: "Status of the boundary"}},
	{"derived", Text{ID: "Disusun dari wilayah di bawahnya", EN: "Made from the areas below"}},
}

// areaValues gives the fields of a by areaLabels; nil is nothing.
func areaValues(a *Area) [7]any {
	if a == nil {
		return [7]any{}
	}
	values := [7]any{a.Name, string(a.Kind), a.BPSCode, a.Source, a.Year, string(a.Status), a.Derived}
	for i, v := range values {
		if v == "" || v == 0 {
			values[i] = nil
		}
	}
	return values
}

func areaBoundary(a *Area) orb.MultiPolygon {
	if a == nil {
		return nil
	}
	return a.Boundary
}

// sizeJSON tells a boundary by its size; null is none.
func sizeJSON(a *Area, ha float64) json.RawMessage {
	if len(areaBoundary(a)) == 0 {
		return encode(nil)
	}
	return encode(map[string]float64{"area_ha": math.Round(ha*100) / 100})
}

// InputOf is the input that makes of an asset what a former version of it was,
// whether or not today's rules take it. Fields about people have no history: they
// stay as they are now.
func InputOf(former, now *Asset) Input {
	properties := values(former, true)
	delete(properties, FieldGeometry)
	if now.Private != nil {
		var personal map[string]json.RawMessage
		if json.Unmarshal(now.Private.Personal, &personal) == nil {
			maps.Copy(properties, personal)
		}
	}
	return Input{HasGeometry: true, Geometry: former.Point, Properties: properties}
}
