package geo

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

// posyanduType is a type with a public, an internal and a personal field.
func posyanduType() *AssetType {
	return &AssetType{Name: "posyandu", Fields: []Field{
		{Name: "strata", Label: Text{ID: "Strata", EN: "Level"}, Sensitivity: SensitivityPublic},
		{Name: "sasaran", Label: Text{ID: "Sasaran", EN: "For"}, Sensitivity: SensitivityPublic},
		{Name: "sandi", Label: Text{ID: "Sandi", EN: "Code"}, LabelDesa: &Text{ID: "Sandi desa"}, Sensitivity: SensitivityInternal},
		{Name: "ketua", Label: Text{ID: "Ketua", EN: "Head"}, Sensitivity: SensitivityRestricted, Personal: true},
	}, Schema: json.RawMessage(`{"type":"object","additionalProperties":false,"properties":{
"strata":{"enum":["madya","mandiri"]},"sasaran":{"type":"array"},"sandi":{"type":"string"},"ketua":{"type":"string"}}}`)}
}

// melati is a whole asset.
func melati() *Asset {
	return &Asset{ID: 7, Type: "posyandu", Name: "Posyandu Melati", AreaCode: "35.71.01.1001", Point: &orb.Point{112.005, -7.805},
		Operation: "aktif", Placement: Inside, Version: 3, Attributes: json.RawMessage(`{"strata": "madya", "sasaran": ["bumil", "lansia"]}`),
		Private: &Private{Internal: json.RawMessage(`{"sandi":"x"}`), Personal: json.RawMessage(`{"ketua":"Sri"}`), Note: "di belakang"}}
}

func fieldNames(list []Difference) string {
	names := make([]string, len(list))
	for i, d := range list {
		names[i] = d.Field + " " + string(d.Before) + "→" + string(d.After)
	}
	return strings.Join(names, "; ")
}

func TestDifferences(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Asset)
		want   string
	}{
		"nothing":          {func(*Asset) {}, ""},
		"spaces in JSON":   {func(a *Asset) { a.Attributes = json.RawMessage(`{"sasaran":["bumil","lansia"],"strata":"madya"}`) }, ""},
		"a text":           {func(a *Asset) { a.Name = "Mawar" }, `name "Posyandu Melati"→"Mawar"`},
		"the point":        {func(a *Asset) { a.Point = nil }, `geometry {"type":"Point","coordinates":[112.005,-7.805]}→null`},
		"an attribute":     {func(a *Asset) { a.Attributes = json.RawMessage(`{"strata":"mandiri"}`) }, `strata "madya"→"mandiri"; sasaran ["bumil","lansia"]→null`},
		"a personal field": {func(a *Asset) { a.Private.Personal = json.RawMessage(`{}`) }, `ketua "Sri"→null`},
		"no private part":  {func(a *Asset) { a.Private = nil; a.RT = "005" }, `rt null→"005"`},
		"an unknown field": {func(a *Asset) { a.Private.Internal = json.RawMessage(`{"sandi":"x","lama":1}`) }, ""},
		"what a form orders": {func(a *Asset) { a.Private.Note, a.Address, a.Point = "", "Jl. Veteran", &orb.Point{112.005, -7.806} },
			`geometry {"type":"Point","coordinates":[112.005,-7.805]}→{"type":"Point","coordinates":[112.005,-7.806]}; address null→"Jl. Veteran"; note "di belakang"→null`},
	} {
		after := melati()
		private := *after.Private
		after.Private = &private
		c.change(after)
		if got := fieldNames(Differences(melati(), after, posyanduType())); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	made := Differences(nil, melati(), posyanduType())
	if len(made) != 10 || made[0].Field != FieldGeometry || string(made[1].Before) != "null" {
		t.Errorf("of nothing: %s", fieldNames(made))
	}
	if gone := Differences(melati(), nil, posyanduType()); len(gone) != 10 || string(gone[0].After) != "null" {
		t.Errorf("to nothing: %s", fieldNames(gone))
	}
	desa := melati()
	desa.AreaCode = "33.28.01.2001"
	for _, d := range Differences(nil, desa, posyanduType()) {
		if d.Field == "sandi" && d.Label.ID != "Sandi desa" {
			t.Errorf("in a desa it is called %s", d.Label.ID)
		}
	}
}

func TestMovedM(t *testing.T) {
	moved := melati()
	moved.Point = &orb.Point{112.005, -7.806}
	if m := MovedM(melati(), moved); m == nil || *m < 110 || *m > 112 {
		t.Errorf("a thousandth of a degree north is %v m", m)
	}
	for name, a := range map[string]*Asset{"same": melati(), "none": {}, "nil": nil} {
		if m := MovedM(melati(), a); m != nil {
			t.Errorf("%s: %v", name, *m)
		}
	}
}
