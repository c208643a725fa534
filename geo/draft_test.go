package geo

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

var testType = &AssetType{
	Name: "rt", Version: 2,
	Schema: json.RawMessage(`{"type":"object","additionalProperties":false,"required":["jumlah_kk"],"properties":{
		"jumlah_kk":{"type":"integer","minimum":0,"maximum":500},
		"jenis":{"enum":["pusat","sekretariat"]},
		"hari":{"type":"array","items":{"enum":["senin","selasa"]},"uniqueItems":true},
		"ketua_nama":{"type":"string","maxLength":20},
		"ketua_hp":{"type":"string","pattern":"^[0-9+ -]{6,20}$"}}}`),
	Fields: []Field{
		{Name: "jumlah_kk", Sensitivity: SensitivityPublic}, {Name: "jenis", Sensitivity: SensitivityPublic},
		{Name: "hari", Sensitivity: SensitivityPublic},
		{Name: "ketua_nama", Sensitivity: SensitivityInternal},
		{Name: "ketua_hp", Sensitivity: SensitivityRestricted, Personal: true},
	},
}

func input(t *testing.T, properties string) Input {
	t.Helper()
	in := Input{HasGeometry: true, Geometry: &orb.Point{112, -7.8}}
	if err := json.Unmarshal([]byte(properties), &in.Properties); err != nil {
		t.Fatal(err)
	}
	return in
}

func TestApplyInputSplitsBySensitivity(t *testing.T) {
	e := Edit{Verb: VerbCreate, Input: input(t, `{"name":" RT 5 ","rt":"5","jumlah_kk":40,"ketua_nama":"Siti","ketua_hp":"0812 345678","version":9,"jenis":null}`)}
	d, err := ApplyInput(nil, testType, NewValidator(), e)
	if err != nil {
		t.Fatal(err)
	}
	a := d.Asset
	if a.Name != "RT 5" || a.RT != "005" || a.TypeVersion != 2 || a.Version != 0 || a.Operation != "aktif" || a.UUID == [16]byte{} {
		t.Errorf("draft %+v", a)
	}
	if string(a.Attributes) != `{"jumlah_kk":40}` || string(a.Private.Internal) != `{"ketua_nama":"Siti"}` || string(a.Private.Personal) != `{"ketua_hp":"0812 345678"}` {
		t.Errorf("public %s, internal %s, personal %s", a.Attributes, a.Private.Internal, a.Private.Personal)
	}
}

func TestApplyInputMergesAndReplaces(t *testing.T) {
	v := NewValidator()
	first, err := ApplyInput(nil, testType, v, Edit{Verb: VerbCreate, Input: input(t, `{"name":"RT 5","jumlah_kk":40,"jenis":"pusat","ketua_nama":"Siti","address":"Jalan A","taken_by":"gps","accuracy_m":4}`)})
	if err != nil {
		t.Fatal(err)
	}
	base := first.Asset
	base.ID = 7
	merged, err := ApplyInput(&base, testType, v, Edit{Verb: VerbMerge, Input: Input{Properties: map[string]json.RawMessage{"jenis": json.RawMessage("null"), "jumlah_kk": json.RawMessage("41")}}})
	if err != nil || string(merged.Asset.Attributes) != `{"jumlah_kk":41}` || merged.Asset.Address != "Jalan A" || string(merged.Asset.Private.Internal) != `{"ketua_nama":"Siti"}` || merged.PointMoved || *merged.Asset.AccuracyM != 4 {
		t.Errorf("merged %+v %v", merged, err)
	}
	replaced, err := ApplyInput(&base, testType, v, Edit{Verb: VerbReplace, Input: input(t, `{"name":"RT 5","jumlah_kk":41}`)})
	if err != nil || replaced.Asset.Address != "" || string(replaced.Asset.Private.Internal) != `{}` || replaced.Asset.UUID != base.UUID {
		t.Errorf("replaced %+v %v", replaced, err)
	}
	moved, err := ApplyInput(&base, testType, v, Edit{Verb: VerbMerge, Input: Input{HasGeometry: true, Geometry: &orb.Point{112.1, -7.8}}})
	if err != nil || !moved.PointMoved || moved.Asset.AccuracyM != nil || moved.Asset.TakenBy != "" {
		t.Errorf("a moved point kept how the old one was taken: %+v %v", moved, err)
	}
	if string(base.Attributes) != `{"jenis":"pusat","jumlah_kk":40}` || base.Address != "Jalan A" {
		t.Errorf("the base was changed: %+v", base)
	}
}

func TestApplyInputNamesEveryBrokenRule(t *testing.T) {
	for properties, want := range map[string]string{
		`{"jumlah_kk":40}`:                                          "/properties/name required",
		`{"name":"x"}`:                                              "/properties/jumlah_kk required",
		`{"name":"x","jumlah_kk":-1}`:                               "/properties/jumlah_kk minimum",
		`{"name":"x","jumlah_kk":501}`:                              "/properties/jumlah_kk maximum",
		`{"name":"x","jumlah_kk":"40"}`:                             "/properties/jumlah_kk type",
		`{"name":"x","jumlah_kk":4.5}`:                              "/properties/jumlah_kk type",
		`{"name":"x","jumlah_kk":4,"jenis":"lain"}`:                 "/properties/jenis enum",
		`{"name":"x","jumlah_kk":4,"hari":["senin","senin"]}`:       "/properties/hari unique",
		`{"name":"x","jumlah_kk":4,"hari":["senin","x"]}`:           "/properties/hari/1 enum",
		`{"name":"x","jumlah_kk":4,"ketua_hp":"rumah"}`:             "/properties/ketua_hp pattern",
		`{"name":"x","jumlah_kk":4,"lain":1}`:                       "/properties/lain unknown",
		`{"name":"x","jumlah_kk":4,"role":"administrator"}`:         "/properties/role unknown",
		`{"name":5,"jumlah_kk":4}`:                                  "/properties/name type, /properties/name required",
		`{"name":"a\u0000b","jumlah_kk":4}`:                         "/properties/name characters, /properties/name required",
		`{"name":"x","jumlah_kk":4,"ketua_nama":"a\u0000b"}`:        "/properties/ketua_nama characters",
		`{"name":"x","jumlah_kk":4,"rt":"12a"}`:                     "/properties/rt pattern",
		`{"name":"x","jumlah_kk":4,"rt":"0000"}`:                    "/properties/rt pattern",
		`{"name":"x","jumlah_kk":4,"condition":"bagus"}`:            "/properties/condition enum",
		`{"name":"x","jumlah_kk":4,"accuracy_m":-1}`:                "/properties/accuracy_m range",
		`{"name":"x","jumlah_kk":4,"taken_at":"kemarin"}`:           "/properties/taken_at format",
		`{"name":"x","jumlah_kk":4,"area_code":"3571010005"}`:       "/properties/area_code code",
		`{"name":"x","jumlah_kk":4,"area_code":"35.71"}`:            "/properties/area_code code",
		`{"name":"x","jumlah_kk":4,"uuid":"1"}`:                     "/properties/uuid format",
		`{"name":"` + strings.Repeat("x", 121) + `","jumlah_kk":4}`: "/properties/name too_long, /properties/name required",
	} {
		_, err := ApplyInput(nil, testType, NewValidator(), Edit{Verb: VerbCreate, Input: input(t, properties)})
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Kind != Invalid {
			t.Errorf("%.60s: %v", properties, err)
			continue
		}
		var got []string
		for _, f := range e.Fields {
			got = append(got, f.Pointer+" "+f.Code)
			if f.Message.ID == "" || f.Message.EN == "" {
				t.Errorf("%.60s: %s has no sentence in both languages", properties, f.Code)
			}
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("%.60s: %v, want %s", properties, got, want)
		}
	}
}

func TestCheckPoint(t *testing.T) {
	for name, c := range map[string]struct {
		p    orb.Point
		code string
	}{
		"Kediri":      {orb.Point{112.01, -7.82}, ""},
		"swapped":     {orb.Point{-7.82, 112.01}, "swapped_axes"},
		"sign lost":   {orb.Point{112.01, 7.82}, "outside_indonesia"},
		"null island": {orb.Point{0, 0}, "outside_indonesia"},
		"London":      {orb.Point{0.1, 51}, "outside_indonesia"},
	} {
		e := CheckPoint(c.p)
		if got := ""; e != nil {
			got = e.Code
			if got != c.code {
				t.Errorf("%s: %s", name, got)
			}
		} else if c.code != "" {
			t.Errorf("%s passed", name)
		}
	}
}

func TestRewind(t *testing.T) {
	clockwise := orb.Ring{{0, 0}, {0, 4}, {4, 4}, {4, 0}, {0, 0}}
	hole := orb.Ring{{1, 1}, {2, 1}, {2, 2}, {1, 2}, {1, 1}}
	mp := Rewind(orb.MultiPolygon{{slices.Clone(clockwise), slices.Clone(hole)}})
	if mp[0][0].Orientation() != orb.CCW || mp[0][1].Orientation() != orb.CW {
		t.Errorf("rings %v", mp)
	}
	again, err := DecodeBoundary(EncodeBoundary(mp))
	if err != nil || !orb.Equal(again, mp) {
		t.Errorf("EWKB does not carry it: %v %v", again, err)
	}
}

func TestLineEWKB(t *testing.T) {
	line := orb.LineString{{112, -7.8}, {112.01, -7.81}, {112.02, -7.8}}
	if again, err := DecodeLine(EncodeLine(line)); err != nil || !orb.Equal(again, line) {
		t.Errorf("EWKB does not carry it: %v %v", again, err)
	}
	if _, err := DecodeLine(EncodePoint(&line[0])); err == nil {
		t.Error("a point is read as a line")
	}
}

func FuzzDecodeEWKB(f *testing.F) {
	f.Add(EncodePoint(&orb.Point{112, -7.8}))
	f.Add(EncodeBoundary(orb.MultiPolygon{{{{0, 0}, {1, 0}, {1, 1}, {0, 0}}}}))
	f.Add(EncodeLine(orb.LineString{{0, 0}, {1, 0}}))
	f.Add([]byte{1, 1, 0, 0, 0x20})
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, err := DecodePoint(b); err == nil && p != nil && !finite(*p) {
			t.Errorf("a point that is not finite: %v", p)
		}
		DecodeLine(b)     //nolint:errcheck // the same
		DecodeBoundary(b) //nolint:errcheck // it may refuse; it may not panic
	})
}

// What held to a schema once is not checked again, and nothing else passes by that.
func TestValidatorRemembers(t *testing.T) {
	v := NewValidator()
	good := map[string]json.RawMessage{"jumlah_kk": json.RawMessage("40")}
	bad := map[string]json.RawMessage{"jumlah_kk": json.RawMessage("501")}
	newer := *testType
	newer.Version++
	newer.Schema = json.RawMessage(`{"type":"object","properties":{"jumlah_kk":{"maximum":39}}}`)
	for range 2 {
		if p := v.Check(testType, good); len(p) != 0 {
			t.Errorf("%+v", p)
		}
		if p := v.Check(testType, bad); len(p) != 1 {
			t.Errorf("%+v", p)
		}
		if p := v.Check(&newer, good); len(p) != 1 {
			t.Errorf("the new schema refuses it: %+v", p)
		}
	}
	for n := range 3 * maxHolds {
		v.Check(testType, map[string]json.RawMessage{"jumlah_kk": json.RawMessage("1"), "ketua_nama": Quote(strconv.Itoa(n))})
	}
	if s, err := v.schema(testType); err != nil || len(s.holds) > maxHolds {
		t.Errorf("%v, %d remembered", err, len(s.holds))
	}
}
