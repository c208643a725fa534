package handlers

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestCreateReplacePatchDeleteRestore(t *testing.T) {
	n := newNode(t)
	made := n.expect(http.StatusCreated, "POST", "/api/collections/posyandu/items", as(n, "pic-lor"), body(typeGeoJSON,
		feature(112.005, -7.805, `"name":"Posyandu Melati","area_code":"35.71.01.1001","strata":"madya","rt":"5","note":"di belakang"`)))
	path := itemPath("posyandu", made.id())
	if made.header.Get("Location") != n.http.URL+path {
		t.Errorf("Location %q", made.header.Get("Location"))
	}
	if !strings.HasPrefix(made.header.Get("ETag"), `"1-`) || made.header.Get("Patok-Revision") == "" {
		t.Errorf("headers %v", made.header)
	}
	for name, want := range map[string]any{"placement": "inside", "area_located": lor, "area_name": "Bandar Lor", "rt": "005",
		"strata": "madya", "version": 1.0, "note": "di belakang", "can_edit": true, "operation": "aktif"} {
		if got := made.at("properties", name); got != want {
			t.Errorf("%s = %v, want %v", name, got, want)
		}
	}
	n.settle(made)
	read := n.expect(200, "GET", path)
	if read.at("properties", "note") != nil || read.at("properties", "can_edit") != nil {
		t.Errorf("the public sees %s", read.body)
	}

	replaced := n.expect(200, "PUT", path, as(n, "pic-lor"), header("If-Match", made.header.Get("ETag")), body(typeGeoJSON,
		feature(112.006, -7.806, `"name":"Posyandu Mawar","area_code":"35.71.01.1001"`)))
	if replaced.at("properties", "strata") != nil || replaced.at("properties", "rt") != nil || replaced.at("properties", "version") != 2.0 {
		t.Errorf("a replacement kept what it did not name: %s", replaced.body)
	}
	patched := n.expect(200, "PATCH", path, as(n, "pic-lor"), header("If-Match", replaced.header.Get("ETag")),
		body(typeMergePatch, `{"properties":{"strata":"mandiri","condition":"baik"}}`))
	if patched.at("properties", "name") != "Posyandu Mawar" || patched.at("properties", "strata") != "mandiri" ||
		patched.at("geometry", "coordinates", 0) != 112.006 {
		t.Errorf("a patch changed what it did not name: %s", patched.body)
	}
	unset := n.expect(200, "PATCH", path, as(n, "pic-lor"), header("If-Match", patched.header.Get("ETag")),
		body(typeMergePatch, `{"geometry":null,"properties":{"strata":null}}`))
	if unset.json["geometry"] != nil || unset.at("properties", "strata") != nil || unset.at("properties", "placement") != "unplaced" {
		t.Errorf("null does not unset: %s", unset.body)
	}
	confirmed := n.expect(200, "POST", path+"/confirm", as(n, "pic-lor"), header("If-Match", unset.header.Get("ETag")))
	if confirmed.at("properties", "verified_at") == nil || confirmed.at("properties", "verified_by") != "pic-lor" {
		t.Errorf("confirmed: %s", confirmed.body)
	}

	n.expect(http.StatusConflict, "POST", path+"/restore", as(n, "pic-lor"))
	gone := n.expect(http.StatusNoContent, "DELETE", path, as(n, "pic-lor"), header("If-Match", confirmed.header.Get("ETag")))
	n.settle(gone)
	n.expect(404, "GET", path)
	n.expect(412, "DELETE", path, as(n, "pic-lor"), header("If-Match", confirmed.header.Get("ETag")))
	n.expect(404, "DELETE", path, as(n, "pic-lor"))
	back := n.expect(200, "POST", path+"/restore", as(n, "pic-lor"))
	if back.at("properties", "name") != "Posyandu Mawar" || back.at("properties", "version").(float64) <= confirmed.at("properties", "version").(float64) {
		t.Errorf("restored: %s", back.body)
	}
	n.settle(back)
	n.expect(200, "GET", path)
	n.expect(404, "POST", itemPath("posyandu", 999)+"/restore", as(n, "pic-lor"))
}

func TestPreconditions(t *testing.T) {
	n := newNode(t)
	made := n.create("pic-lor", "posyandu", feature(112.005, -7.805, `"name":"Posyandu","area_code":"35.71.01.1001"`))
	path, etag := itemPath("posyandu", made.id()), made.header.Get("ETag")
	rename := body(typeMergePatch, `{"properties":{"name":"Posyandu Baru"}}`)
	required := n.expect(428, "PATCH", path, as(n, "pic-lor"), rename)
	if required.json["type"] != "/problems/if-match-required" {
		t.Errorf("type %v", required.json["type"])
	}
	n.expect(428, "DELETE", path, as(n, "pic-lor"))
	for _, tag := range []string{`"9-abc"`, `W/` + etag, `"9"`, `"abc"`, `""`} {
		stale := n.expect(412, "PATCH", path, as(n, "pic-lor"), header("If-Match", tag), rename)
		if stale.json["type"] != "/problems/stale" || stale.at("current", "properties", "version") != 1.0 ||
			stale.at("current", "properties", "can_edit") != true || !strings.HasPrefix(stale.header.Get("ETag"), `"1-`) {
			t.Errorf("If-Match %s: %s %s", tag, stale.header.Get("ETag"), stale.body)
		}
	}
	n.expect(400, "PATCH", path, as(n, "pic-lor"), header("If-Match", "1-abc"), rename)
	n.expect(412, "PATCH", itemPath("posyandu", 999), as(n, "pic-lor"), header("If-Match", etag), rename)
	n.expect(404, "PATCH", itemPath("posyandu", 999), as(n, "pic-lor"), rename)
	n.expect(200, "PATCH", path, as(n, "pic-lor"), header("If-Match", `W/"7-x", "9-y", `+etag), rename)
	n.expect(200, "PATCH", path, as(n, "pic-lor"), header("If-Match", "*"), rename)
	if v := n.count(`select version from assets where id = $1`, made.id()); v != 3 {
		t.Errorf("version %d after two changes", v)
	}
}

func TestCreateIsIdempotent(t *testing.T) {
	n := newNode(t)
	text := feature(112.005, -7.805, `"name":"Posyandu","area_code":"35.71.01.1001","uuid":"0192f0c1-7b7e-7c3a-9d6e-5f3a1b2c4d5e"`)
	post := func(status int, options ...option) answered {
		return n.expect(status, "POST", "/api/collections/posyandu/items", append([]option{as(n, "pic-lor")}, options...)...)
	}
	first := post(201, body(typeGeoJSON, text))
	again := post(200, body(typeGeoJSON, text))
	if first.body != again.body || first.header.Get("ETag") != again.header.Get("ETag") {
		t.Errorf("the repeated create answers otherwise:\n%s\n%s", first.body, again.body)
	}
	keyed := feature(112.002, -7.802, `"name":"Posyandu Kunci","area_code":"35.71.01.1001"`)
	one := post(201, header("Idempotency-Key", "k1"), body(typeGeoJSON, keyed))
	two := post(200, header("Idempotency-Key", "k1"), body(typeGeoJSON, keyed))
	if one.id() != two.id() {
		t.Errorf("ids %d and %d", one.id(), two.id())
	}
	post(422, header("Idempotency-Key", "k1"), body(typeGeoJSON, strings.Replace(keyed, "Kunci", "Lain", 1)))
	post(400, header("Idempotency-Key", strings.Repeat("k", 201)), body(typeGeoJSON, keyed))
	if c := n.count(`select count(*) from assets`); c != 2 {
		t.Errorf("%d assets, want 2", c)
	}
}

func TestPlacement(t *testing.T) {
	n := newNode(t)
	for name, c := range map[string]struct {
		lon, lat  float64
		more      string
		status    int
		placement string
		codes     string
	}{
		"inside":             {112.005, -7.805, "", 201, "inside", ""},
		"near":               {112.0101, -7.805, "", 201, "near", ""},
		"outside, no reason": {112.011, -7.805, "", 422, "", "/properties/placement_reason reason_required"},
		"outside, reason":    {112.011, -7.805, `,"placement_reason":"batas di peta bergeser"`, 201, "reasoned", ""},
		"far":                {112.015, -7.805, "", 202, "held", ""},
		"outside the city":   {113, -7.805, "", 422, "", "/geometry outside_city"},
		"outside Indonesia":  {10, 50, "", 422, "", "/geometry outside_indonesia"},
		"swapped":            {-7.805, 112.005, "", 422, "", "/geometry swapped_axes"},
	} {
		t.Run(name, func(t *testing.T) {
			a := n.in(t).expect(c.status, "POST", "/api/collections/posyandu/items?allow_duplicate=true", as(n, "pic-lor"),
				body(typeGeoJSON, feature(c.lon, c.lat, `"name":"Posyandu","area_code":"35.71.01.1001"`+c.more)))
			if c.placement != "" && a.at("properties", "placement") != c.placement {
				t.Errorf("placement %v, want %s", a.at("properties", "placement"), c.placement)
			}
			if a.codes() != c.codes {
				t.Errorf("codes %q, want %q", a.codes(), c.codes)
			}
			switch name {
			case "swapped":
				if fmt.Sprint(a.json["suggestion"]) != "[112.005 -7.805]" {
					t.Errorf("suggestion %v", a.json["suggestion"])
				}
			case "outside, no reason":
				if m, _ := a.json["outside_m"].(float64); m < 100 || m > 120 || a.json["area_located"] != kidul {
					t.Errorf("outside_m %v in %v", a.json["outside_m"], a.json["area_located"])
				}
			}
		})
	}
}

func TestHeldAssetsAreHidden(t *testing.T) {
	n := newNode(t)
	held := n.create("pic-lor", "posyandu", feature(112.015, -7.805, `"name":"Posyandu Tersembunyi","area_code":"35.71.01.1001"`))
	path := itemPath("posyandu", held.id())
	for _, who := range []string{"", "pic-kidul", "bappeda", "dinsos"} {
		n.expect(404, "GET", path, as(n, who))
	}
	for _, who := range []string{"admin", "pic-lor", "lurah", "program"} {
		a := n.expect(200, "GET", path, as(n, who))
		if a.at("properties", "can_edit") != (who != "lurah") || !strings.Contains(a.header.Get("Cache-Control"), "no-store") {
			t.Errorf("%s: %v %s", who, a.at("properties", "can_edit"), a.header.Get("Cache-Control"))
		}
	}
	// A hidden one answers exactly as one that never was.
	for _, p := range []string{path, itemPath("posyandu", 999_999)} {
		a := n.expect(412, "PATCH", p, as(n, "pic-kidul"), header("If-Match", "*"), body(typeMergePatch, `{"properties":{"name":"x"}}`))
		if a.at("current") != nil {
			t.Errorf("%s: %s", p, a.body)
		}
	}
	published := n.expect(200, "PATCH", path, as(n, "admin"), header("If-Match", "*"), body(typeMergePatch, `{"properties":{"placement":"override"}}`))
	if published.at("properties", "placement") != "override" {
		t.Errorf("an administrator cannot publish: %s", published.body)
	}
	n.settle(published)
	n.expect(200, "GET", path)
}

func TestDuplicates(t *testing.T) {
	n := newNode(t)
	first := n.create("pic-lor", "posyandu", feature(112.005, -7.805, `"name":"Posyandu Melati","area_code":"35.71.01.1001"`))
	again := feature(112.0051, -7.805, `"name":"Posyandu Melati","area_code":"35.71.01.1001"`)
	a := n.expect(409, "POST", "/api/collections/posyandu/items", as(n, "pic-lor"), body(typeGeoJSON, again))
	if a.json["type"] != "/problems/duplicate" || a.at("candidates", 0, "id") != float64(first.id()) {
		t.Errorf("no candidate: %s", a.body)
	}
	b := n.expect(201, "POST", "/api/collections/posyandu/items?allow_duplicate=true", as(n, "pic-lor"), body(typeGeoJSON, again))
	if fmt.Sprint(b.at("properties", "marks")) != "[possible_duplicate]" {
		t.Errorf("marks %v", b.at("properties", "marks"))
	}
}

func TestRights(t *testing.T) {
	n := newNode(t)
	made := n.create("pic-lor", "posyandu", feature(112.005, -7.805, `"name":"Posyandu","area_code":"35.71.01.1001"`))
	path := itemPath("posyandu", made.id())
	text := feature(112.004, -7.804, `"name":"Lain","area_code":"35.71.01.1001"`)
	before := n.count(`select sum(version) from assets`)
	for who, status := range map[string]int{"": 401, "pic-kidul": 403, "lurah": 403, "bappeda": 403, "dinsos": 403} {
		n.expect(status, "POST", "/api/collections/posyandu/items", as(n, who), body(typeGeoJSON, text))
		n.expect(status, "PUT", path, as(n, who), header("If-Match", "*"), body(typeGeoJSON, text))
		n.expect(status, "PATCH", path, as(n, who), header("If-Match", "*"), body(typeMergePatch, `{"properties":{"name":"x"}}`))
		n.expect(status, "DELETE", path, as(n, who), header("If-Match", "*"))
		n.expect(status, "POST", path+"/confirm", as(n, who), header("If-Match", "*"))
	}
	if after := n.count(`select sum(version) from assets`); after != before {
		t.Errorf("refused changes changed something: %d, was %d", after, before)
	}
	n.expect(200, "PATCH", path, as(n, "program"), header("If-Match", "*"), body(typeMergePatch, `{"properties":{"name":"Oleh program"}}`))
	n.expect(401, "GET", path, header("Authorization", "Bearer "+strings.Repeat("a", 43)))
	n.expect(401, "GET", path, header("Authorization", "Basic YTpi"))
}

func TestCollectionsThatTakeNoEdits(t *testing.T) {
	n := newNode(t)
	text := feature(112.005, -7.805, `"name":"x"`)
	for _, c := range []string{"assets", "kelurahan", "kecamatan", "kabupaten", "provinsi"} {
		for _, who := range []string{"", "admin"} {
			a := n.expect(405, "POST", "/api/collections/"+c+"/items", as(n, who), body(typeGeoJSON, text))
			if a.header.Get("Allow") != "GET, HEAD, OPTIONS" {
				t.Errorf("%s: Allow %q", c, a.header.Get("Allow"))
			}
			n.expect(405, "DELETE", "/api/collections/"+c+"/items/3571011001", as(n, who), header("If-Match", "*"))
		}
	}
	n.expect(404, "POST", "/api/collections/tidak_ada/items", as(n, "admin"), body(typeGeoJSON, text))
}

func TestOptionsNameWhatTheCallerMayDo(t *testing.T) {
	n := newNode(t)
	made := n.create("pic-lor", "posyandu", feature(112.005, -7.805, `"name":"Posyandu","area_code":"35.71.01.1001"`))
	for _, c := range []struct{ who, path, allow string }{
		{"", "/api/collections/posyandu/items", "GET, HEAD, OPTIONS"},
		{"pic-lor", "/api/collections/posyandu/items", "GET, HEAD, POST, OPTIONS"},
		{"bappeda", "/api/collections/posyandu/items", "GET, HEAD, OPTIONS"},
		{"pic-lor", itemPath("posyandu", made.id()), "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"},
		{"", itemPath("posyandu", made.id()), "GET, HEAD, OPTIONS"},
		{"admin", "/api/collections/kelurahan/items", "GET, HEAD, OPTIONS"},
		{"admin", "/api/settings", "GET, HEAD, PUT, OPTIONS"},
		{"pic-lor", "/api/settings", "GET, HEAD, OPTIONS"},
		{"", "/api/session", "GET, HEAD, POST, DELETE, OPTIONS"},
	} {
		a := n.expect(200, "OPTIONS", c.path, as(n, c.who))
		if a.header.Get("Allow") != c.allow || a.body != "" {
			t.Errorf("%q %s: Allow %q, want %q", c.who, c.path, a.header.Get("Allow"), c.allow)
		}
	}
}
