package handlers

import (
	"encoding/json"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

func request(t testing.TB, target string, headers ...string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
	r.URL = &url.URL{Path: "/", RawQuery: target}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

func TestIfMatch(t *testing.T) {
	for header, want := range map[string]struct {
		version int64
		any, ok bool
	}{
		``: {0, false, true}, `*`: {0, true, true}, ` * `: {0, true, true}, `"3-ab"`: {3, false, true}, `"3"`: {3, false, true}, `W/"3-ab"`: {-1, false, true},
		`"3-ab", "5-cd"`: {5, false, true}, `"4-ab","3-cd"`: {4, false, true}, `"x"`: {-1, false, true}, `"-3-x"`: {-1, false, true},
		`3-ab`: {0, false, false}, `"3-ab`: {0, false, false}, `"3-ab" "4-x"`: {0, false, false}, `"3-a,b"`: {3, false, true},
		`"99999999999999999999-a"`: {-1, false, true},
	} {
		var e geo.Edit
		r := request(t, "")
		if header != "" {
			r.Header.Set("If-Match", header)
		}
		err := ifMatch(r, 5, &e)
		if (err == nil) != want.ok || want.ok && (e.IfVersion != want.version || e.AnyVersion != want.any) {
			t.Errorf("If-Match %s: version %d any %v err %v", header, e.IfVersion, e.AnyVersion, err)
		}
	}
}

func TestNumbers(t *testing.T) {
	for text, want := range map[string]bool{
		"1": true, "-1": true, "1.5": true, ".5": true, "1.": true, "1e3": true, "-112.00500000000000012": true,
		"": false, "NaN": false, "Inf": false, "+Inf": false, "0x10": false, "0x1p4": false, "1_0": false, " 1": false, "1 ": false, "+1": false,
		"1e999": false, "--1": false, "1e": false, "٣": false, "1,5": false, strings.Repeat("1", 65): false,
	} {
		if f, ok := parseNumber(text); ok != want || ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
			t.Errorf("parseNumber(%q) = %v, %v", text, f, ok)
		}
	}
}

func TestBoxAcross180(t *testing.T) {
	got, err := params{"bbox": "177,-20,-177,20"}.bbox()
	want := []orb.Bound{{Min: orb.Point{177, -20}, Max: orb.Point{180, 20}}, {Min: orb.Point{-180, -20}, Max: orb.Point{-177, 20}}}
	if err != nil || len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("%v, %v", got, err)
	}
}

func TestCursorsComeBack(t *testing.T) {
	for _, id := range []int64{1, 3571011001, 1<<53 - 1} {
		if got, err := (params{"cursor": cursorAfter(id)}).cursor(); err != nil || got != id {
			t.Errorf("cursor of %d: %d, %v", id, got, err)
		}
	}
}

func TestLanguages(t *testing.T) {
	for header, want := range map[string]string{"": "id", "en": "en", "en-US,en;q=0.9": "en", "id,en;q=0.9": "id", "de": "id", "de,en;q=0.1": "en",
		"en;q=0, id;q=0": "id", "*": "id", "en;q=x": "id", "EN": "en"} {
		if got := language(request(t, "", "Accept-Language", header)); got != want {
			t.Errorf("language(%q) = %s, want %s", header, got, want)
		}
	}
}

func TestKindsHaveStatuses(t *testing.T) {
	slugs := map[string]bool{}
	for _, k := range []geo.Kind{geo.Internal, geo.Invalid, geo.BadRequest, geo.NotFound, geo.Unauthorized, geo.Forbidden, geo.Duplicate,
		geo.Conflict, geo.Stale, geo.NoVersion, geo.TooLarge, geo.RateLimited, geo.Unavailable} {
		o := outcomeOf(k)
		if o.status < 400 || (o.status == 500) != (k == geo.Internal) {
			t.Errorf("%s: %d", k, o.status)
		}
		slugs[o.slug] = true
	}
	for slug := range slugs {
		if title := titleOf(slug); title.ID == "" || title.EN == "" || (title == titleOf("internal")) != (slug == "internal") {
			t.Errorf("%s has no title of its own in both languages: %v", slug, title)
		}
	}
}

func TestPlainHost(t *testing.T) {
	for host, want := range map[string]bool{"tile.openstreetmap.org": true, "a.b:8443": true, "a;b": false, "a b": false, "a'b": false, "": false,
		"A.b": false, "-a.b": false, "a.b:": false, "[::1]": false, "a.b/c": false} {
		if got := plainHost.MatchString(host); got != want {
			t.Errorf("plainHost %q = %v", host, got)
		}
	}
}

// FuzzCheckJSON: what is let through is JSON for the standard library too, and
// survives a round trip without a change of any text.
func FuzzCheckJSON(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2.5e3,-0,true,false,null,"x\u00e9\ud83d\ude00"]}`, `{"a":1,"a":2}`, `"\ud800"`, `"\u0000"`, `[[[[`, `{} {}`, "\"\xff\"",
		`1e999`, `{"a":}`, `"\`, `"\u12`, `-`, `01`, `nul`, "\ufeff{}", `{"\u0061":1,"a":2}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if checkJSON(b) != nil {
			return
		}
		var v any
		if err := json.Unmarshal(b, &v); err != nil {
			t.Fatalf("%q was let through: %v", b, err)
		}
		if !utf8.Valid(b) || hasReplaced(v) && !strings.Contains(string(b), "\ufffd") && !strings.Contains(strings.ToLower(string(b)), `\ufffd`) {
			t.Fatalf("%q loses something when it is read", b)
		}
	})
}

func hasReplaced(v any) bool {
	switch v := v.(type) {
	case string:
		return strings.ContainsRune(v, utf8.RuneError)
	case []any:
		for _, e := range v {
			if hasReplaced(e) {
				return true
			}
		}
	case map[string]any:
		for k, e := range v {
			if strings.ContainsRune(k, utf8.RuneError) || hasReplaced(e) {
				return true
			}
		}
	}
	return false
}

// FuzzBBox: every box that is taken is in range and the right way round.
func FuzzBBox(f *testing.F) {
	for _, seed := range []string{"112,-8,113,-7", "177,-20,-177,20", "1,2,3", "NaN,0,1,1", "1,2,3,4,5,6", "0x1,1,1,1", "1e2,-9e1,1e2,9e1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		bounds, err := params{"bbox": text}.bbox()
		if err != nil {
			if geo.KindOf(err) != geo.BadRequest {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		for _, b := range bounds {
			if !(b.Min[0] >= -180 && b.Max[0] <= 180 && b.Min[1] >= -90 && b.Max[1] <= 90 && b.Min[0] <= b.Max[0] && b.Min[1] <= b.Max[1]) {
				t.Fatalf("%q gives %v", text, bounds)
			}
		}
	})
}

// FuzzFeature: no body panics, and a point that is read is finite.
func FuzzFeature(f *testing.F) {
	for _, seed := range []string{feature(112, -7, `"name":"x"`), `{"type":"Feature","geometry":null,"properties":null}`, `{"geometry":{"type":"Point","coordinates":[1]}}`,
		`{"type":"Feature","geometry":{"type":"Point","coordinates":[1e308,-1e308,1]},"properties":{}}`, `[]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if checkJSON(b) != nil {
			return
		}
		members, err := object(b)
		if err != nil {
			return
		}
		for _, read := range []func() (geo.Input, error){
			func() (geo.Input, error) { return readFeature(members) },
			func() (geo.Input, error) { return readPatch(members, 1) },
		} {
			in, err := read()
			if err == nil && in.Geometry != nil && (math.IsNaN(in.Geometry[0]) || math.IsNaN(in.Geometry[1])) {
				t.Fatalf("%q gives %v", b, in.Geometry)
			}
			if err != nil && geo.KindOf(err) != geo.Invalid {
				t.Fatalf("%q: %v", b, err)
			}
		}
	})
}

// FuzzHeaders: no header panics.
func FuzzHeaders(f *testing.F) {
	f.Add(`"3-ab", W/"x"`, "gzip;q=0.5, br", "application/json;q=1, */*")
	f.Add(`"`, ";;;,,,q=", "q=q=q")
	f.Fuzz(func(t *testing.T, tags, codings, accept string) {
		r := request(t, "")
		r.Header["If-Match"], r.Header["If-None-Match"] = []string{tags}, []string{tags}
		r.Header["Accept-Encoding"], r.Header["Accept"], r.Header["Accept-Language"] = []string{codings}, []string{accept}, []string{accept}
		var e geo.Edit
		if err := ifMatch(r, 3, &e); err == nil && e.IfVersion < noVersion {
			t.Fatalf("%q gives version %d", tags, e.IfVersion)
		}
		notModified(r, `"3-ab"`)
		acceptsCoding(r, "gzip")
		_ = accepts(r, typeJSON)
		if l := language(r); l != "id" && l != "en" {
			t.Fatalf("language %q", l)
		}
	})
}

// FuzzAppendString: what is written reads as what was meant.
func FuzzAppendString(f *testing.F) {
	f.Add("a\"b\\c\n\x00\x1f\u2028é😀\xff")
	f.Fuzz(func(t *testing.T, s string) {
		var got string
		if err := json.Unmarshal(appendString(nil, s), &got); err != nil || got != strings.ToValidUTF8(s, "\ufffd") && utf8.ValidString(s) {
			t.Fatalf("%q reads as %q, %v", s, got, err)
		}
	})
}

func TestAppendNumber(t *testing.T) {
	for f, want := range map[float64]string{112.005: "112.005", -7.80512345678: "-7.8051235", 0: "0", -0.00000001: "0", 100: "100", 180: "180", 1e6: "1000000"} {
		if got := string(appendNumber(nil, f, 7)); got != want {
			t.Errorf("%v is written %s, want %s", f, got, want)
		}
	}
	if got := string(appendNumber([]byte("x0,"), 2000, 0)); got != "x0,2000" {
		t.Errorf("a year is written %s", got)
	}
	if got := string(appendNumber([]byte("[10,"), 0.5, 1)); got != "[10,0.5" {
		t.Errorf("written %s", got)
	}
}

func TestEachMember(t *testing.T) {
	for raw, want := range map[string]string{
		`{}`: "", ``: "", `[1]`: "", `null`: "", `{"a": 1}`: "a=1;", ` {"a":"x,}\"]","b": [1,{"c":2}] , "d":{"e":"}"}, "f":null}`: `a="x,}\"]";b=[1,{"c":2}];d={"e":"}"};f=null;`,
		`{"\u0061\"": true}`: `a"=true;`,
	} {
		got := ""
		eachMember([]byte(raw), func(quoted, value []byte) { got += nameOf(quoted) + "=" + string(value) + ";" })
		if got != want {
			t.Errorf("%s: %s, want %s", raw, got, want)
		}
	}
}

// FuzzEachMember compares the scanner with the standard library.
func FuzzEachMember(f *testing.F) {
	f.Add([]byte(`{"a":"x,}\"]","b":[1,{"c":2}] , "d":{"e":"}"},"f":null}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var want map[string]json.RawMessage
		if checkJSON(raw) != nil || json.Unmarshal(raw, &want) != nil {
			return
		}
		seen := 0
		eachMember(raw, func(quoted, value []byte) {
			seen++
			name := nameOf(quoted)
			if string(want[name]) != string(value) {
				t.Fatalf("%q: %s is %q, want %q", raw, name, value, want[name])
			}
		})
		if seen != len(want) {
			t.Fatalf("%q: %d members, want %d", raw, seen, len(want))
		}
	})
}

// BenchmarkAppendAsset is the cost of one feature of a list.
func BenchmarkAppendAsset(b *testing.B) {
	at := index.New(geo.Content{Epoch: "e", Types: []*geo.AssetType{{Name: "posyandu", Fields: []geo.Field{
		{Name: "strata", Sensitivity: geo.SensitivityPublic}, {Name: "jumlah_kader", Sensitivity: geo.SensitivityPublic}}}}})
	a := &geo.Asset{ID: 17, Type: "posyandu", Name: "Posyandu Melati", AreaCode: "35.71.01.1001", Point: &orb.Point{112.0051234, -7.8051234},
		Operation: "aktif", Placement: geo.Inside, Version: 3, Revision: 812, Attributes: []byte(`{"strata": "madya", "jumlah_kader": 5}`)}
	var out []byte
	w := newFeatureWriter(at)
	b.ReportAllocs()
	for b.Loop() {
		out = w.asset(out[:0], a, public, nil)
	}
}
