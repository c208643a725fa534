package handlers

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/patok-id/patok/geo"
)

// batchPath is the address of a batch that an answer holds, and of what belongs
// to it.
func batchPath(a answered, part string) string {
	return fmt.Sprintf("/api/batches/%.0f%s", a.json["id"], part)
}

// version is the member of a body that says which version was read.
func version(a answered) string { return fmt.Sprintf(`"version":%.0f`, a.json["version"]) }

// openLor has somebody open figures of Bandar Lor.
func (n *node) openLor(who, source, period string) answered {
	n.t.Helper()
	return n.expect(http.StatusCreated, "POST", "/api/batches", as(n, who), body(typeJSON, `{"area_code":"`+lor+`","source":"`+source+`","period":"`+period+`"}`))
}

// putFigures writes values, as JSON objects, and returns the batch then.
func (n *node) putFigures(who string, b answered, values string) answered {
	n.t.Helper()
	put := n.expect(200, "PUT", batchPath(b, "/values"), as(n, who), body(typeJSON, "{"+version(b)+`,"values":[`+values+"]}"))
	put.json = put.json["batch"].(map[string]any)
	return put
}

func figure(place, indicator, number string) string {
	return `{"place":"` + place + `","indicator":"` + indicator + `","number":` + number + `}`
}

func (n *node) sendMinutes(who string, b answered) answered {
	n.t.Helper()
	return n.expect(200, "PUT", batchPath(b, "/minutes"), as(n, who), body(typeJSON, "{"+version(b)+`,"number":"141/12","held_on":"2026-04-09","attendance":42}`))
}

// step takes a decision about a batch.
func (n *node) step(who string, b answered, act, more string) answered {
	n.t.Helper()
	return n.expect(200, "POST", batchPath(b, "/"+act), as(n, who), body(typeJSON, "{"+version(b)+more+"}"))
}

func TestABatchGoesItsWayOverHTTP(t *testing.T) {
	n := newNode(t)
	n.sql(`insert into settings (name, value) values ('figures', '{"windows":{"muskel":{"from_day":1,"until_day":14}}}')`)
	b := n.openLor("pic-lor", "muskel", "2026-Q1")
	if b.header.Get("Location") != n.http.URL+batchPath(b, "") || b.at("due") != "2026-04-14" || b.at("late") != true || b.at("kind") != "kelurahan" || b.at("can", "enter") != true {
		t.Errorf("opened as %v %s", b.header, b.body)
	}
	again := n.expect(409, "POST", "/api/batches", as(n, "pic-lor"), body(typeJSON, `{"area_code":"`+lor+`","source":"muskel","period":"2026-Q1"}`))
	if again.json["type"] != "/problems/waiting" || again.json["batch"] != b.json["id"] || again.json["proposal"] != nil {
		t.Errorf("opened twice: %s", again.body)
	}
	lacks := n.expect(422, "POST", batchPath(b, "/send"), as(n, "pic-lor"), body(typeJSON, "{"+version(b)+"}"))
	if lacks.codes() != "/minutes required; /values required" {
		t.Errorf("lacks %s", lacks.codes())
	}
	first := n.putFigures("pic-lor", b, figure(lor, "keluarga", "100")+","+figure(lor+"-1-2", "keluarga", "40")+","+figure(lor+"-001-003", "keluarga", "59")+","+figure(lor, "rtlh", "null"))
	stale := n.expect(412, "PUT", batchPath(b, "/values"), as(n, "pic-lor"), body(typeJSON, "{"+version(b)+`,"values":[]}`))
	if stale.at("current", "version") != first.json["version"] || stale.at("current", "figures", "told") != 3.0 {
		t.Errorf("an older version: %s", stale.body)
	}
	entry := n.expect(200, "GET", batchPath(b, "/values?previous=true"), as(n, "lurah"))
	if got := fmt.Sprint(entry.at("places"), entry.at("differences", 0, "sum"), entry.at("differences", 0, "of"), entry.at("previous"), entry.at("values", 1, "number")); got !=
		"["+lor+" "+lor+"-001-002 "+lor+"-001-003] 99children<nil> <nil>" {
		t.Errorf("to fill in: %s", got)
	}
	b = n.sendMinutes("pic-lor", first)
	if refused := n.expect(422, "POST", batchPath(b, "/send"), as(n, "pic-lor"), body(typeJSON, "{"+version(b)+"}")); refused.codes() != "/values/"+lor+"/keluarga difference" {
		t.Errorf("sent with a difference: %s", refused.codes())
	}
	b = n.putFigures("pic-lor", b, `{"place":"`+lor+`","indicator":"keluarga","number":100,"note":"satu pindah"}`)
	b = n.step("pic-lor", b, "send", `,"note":"sudah dimusyawarahkan"`)
	if counts := n.expect(200, "GET", "/api/batches/counts", as(n, "lurah")); counts.at("check") != 1.0 || counts.at("late") != 1.0 {
		t.Errorf("the lurah's counts %s", counts.body)
	}
	n.expect(403, "POST", batchPath(b, "/approve"), as(n, "camat"), body(typeJSON, "{"+version(b)+"}"))
	b = n.step("lurah", b, "return", `,"note":"RT 3?","cells":{"`+lor+`-001-003/keluarga":"lebih dari tahun lalu"}`)
	if b.at("events", 2, "cells", lor+"-001-003/keluarga") == nil || b.at("events", 2, "by") != "lurah" || b.at("events", 2, "step") != "kelurahan" {
		t.Errorf("returned as %s", b.body)
	}
	b = n.putFigures("pic-lor", b, figure(lor+"-001-003", "keluarga", "60"))
	b = n.step("pic-lor", b, "send", "")
	b = n.step("lurah", b, "approve", "")
	many := n.expect(200, "POST", "/api/batches/approve", as(n, "camat"), body(typeJSON, `{"items":[{"id":987654321,"version":1},{"id":`+fmt.Sprintf("%.0f", b.json["id"])+`,`+version(b)+`}],"note":"sekaligus"}`))
	if many.at("results", 0, "ok") != false || many.at("results", 1, "ok") != true || many.at("results", 1, "state") != "checking" {
		t.Errorf("approved together: %s", many.body)
	}
	b = n.expect(200, "GET", batchPath(b, ""), as(n, "dinsos"))
	b = n.step("dinsos", b, "approve", `,"number":"SK 12","dated":"2026-04-20"`)
	if b.at("state") != "closed" || b.at("events", 6, "dated") != "2026-04-20" || b.at("late") != false {
		t.Errorf("closed as %s", b.body)
	}
	n.expect(409, "PUT", batchPath(b, "/values"), as(n, "pic-lor"), body(typeJSON, "{"+version(b)+`,"values":[]}`))
	marked := n.expect(200, "PUT", batchPath(b, "/marks/disahkan"), as(n, "dinsos"), body(typeJSON, `{"dated":"2026-05-01","number":"SK 7"}`), header("Accept-Language", "en"))
	if marked.at("marks", 0, "label") != "Ratified by the head of the region" {
		t.Errorf("marked %s", marked.body)
	}
	n.expect(422, "POST", "/api/batches", as(n, "pic-lor"), body(typeJSON, `{"area_code":"`+lor+`","source":"muskel","period":"2026-Q1"}`))
	second := n.expect(201, "POST", "/api/batches", as(n, "pic-lor"), body(typeJSON, `{"area_code":"`+lor+`","source":"muskel","period":"2026-Q1","reason":"salah hitung"}`))
	second = n.putFigures("pic-lor", second, figure(lor, "keluarga", "97"))
	diff := n.expect(200, "GET", batchPath(second, "/difference"), as(n, "camat"))
	if second.at("edition") != 2.0 || diff.at("against", "edition") != 1.0 || diff.at("rows", 0, "before") != 100.0 || diff.at("rows", 0, "after") != 97.0 {
		t.Errorf("corrected: %s", diff.body)
	}
}

// TestWhatABatchDoesNotTake: bodies that are wrong, and numbers of persons in any
// text.
func TestWhatABatchDoesNotTake(t *testing.T) {
	n := newNode(t)
	b := n.openLor("pic-lor", "muskel", "2026-Q1")
	at := func(more string) string { return `{"place":"` + lor + `","indicator":"keluarga",` + more + `}` }
	for _, c := range []struct{ values, want string }{
		{at(`"number":1.5`), "/values/0/number whole"},
		{at(`"number":1`) + "," + figure(lor, "p0", "3"), "/values/1/place level"},
		{at(`"number":"1"`), "/values/0/number type"},
		{at(`"number":1e18`), "/values/0/number range"},
		{at(`"note":"x"`), "/values/0/number required"},
		{at(`"number":1,"note":"NIK 3571011203850001"`), "/values/0/note identifier"},
		{at(`"number":1,"lain":1`), "/values/0/lain unknown"},
		{figure("35.71.01.1001-003-005-001", "keluarga", "1"), "/values/0/place place"},
		{figure(kidul, "keluarga", "1"), "/values/0/place outside"},
		{figure(lor, "keluarga", "1") + "," + figure(lor, "keluarga", "2"), "/values/1 repeated"},
	} {
		got := n.expect(422, "PUT", batchPath(b, "/values"), as(n, "pic-lor"), body(typeJSON, "{"+version(b)+`,"values":[`+c.values+"]}"))
		if got.codes() != c.want {
			t.Errorf("%s: %s, want %s", c.values, got.codes(), c.want)
		}
	}
	person := "3571.0112.0385.0001"
	for path, text := range map[string]string{
		"/minutes":      `"number":"1","held_on":"2026-04-09","attendance":4,"note":"` + person + `"`,
		"/send":         `"note":"` + person + `"`,
		"/withdraw":     `"note":"` + person + `"`,
		"/marks/verval": `"dated":"2026-05-01","note":"` + person + `"`,
	} {
		method := "POST"
		said := version(b) + ","
		if path[1] == 'm' {
			method = "PUT"
		}
		if strings.HasPrefix(path, "/marks") {
			said = ""
		}
		got := n.expect(422, method, batchPath(b, path), as(n, "admin"), body(typeJSON, "{"+said+text+"}"))
		if got.codes() != "/note identifier" {
			t.Errorf("%s: %s", path, got.codes())
		}
	}
	n.expect(422, "POST", "/api/batches", as(n, "pic-lor"), body(typeJSON, `{"area_code":"`+lor+`","source":"muskel","period":"2026-Q2","reason":"`+person+`"}`))
	for text, want := range map[string]string{
		`{"source":"muskel","period":"2026-Q1"}`:                           "/area_code required",
		`{"area_code":"` + lor + `","source":"muskel","period":"2026-Q5"}`: "/period period",
		`{"area_code":"x","source":"muskel","period":"2026-Q1"}`:           "/area_code code",
	} {
		if got := n.expect(422, "POST", "/api/batches", as(n, "admin"), body(typeJSON, text)); got.codes() != want {
			t.Errorf("%s: %s, want %s", text, got.codes(), want)
		}
	}
	for _, path := range []string{"/api/batches?state=x", "/api/batches?for=x", "/api/batches?period=x", "/api/batches/overview", "/api/batches/overview?source=muskel&period=x",
		"/api/reconciliation?kind=x", "/api/batches?limit=0"} {
		n.expect(400, "GET", path, as(n, "admin"))
	}
	if n.count(`select count(*) from batch_values`) != 0 || strings.Contains(n.log.String(), "0385") {
		t.Error("something of it was kept, or written down")
	}
}

// TestNothingOfFiguresLeaks plants numbers and texts in batches, and looks for
// them on every route as everybody who may not read them.
func TestNothingOfFiguresLeaks(t *testing.T) {
	n := newNode(t)
	n.makeFar()
	b := n.openLor("pic-lor", "muskel", "2026-Q1")
	b = n.putFigures("pic-lor", b, `{"place":"`+lor+`","indicator":"keluarga","number":987651,"note":"RAHASIA-CATATAN"},`+figure(lor+"-001-001", "keluarga", "987652"))
	b = n.sendMinutes("pic-lor", b)
	b = n.expect(200, "PUT", batchPath(b, "/minutes/scan"), as(n, "pic-lor"), body("application/pdf", "%PDF-1.7 RAHASIA-PINDAIAN"))
	b = n.step("pic-lor", b, "send", `,"note":"RAHASIA-ACARA"`)
	secrets := []string{"987651", "987652", "RAHASIA", "141/12"}
	id := fmt.Sprintf("%.0f", b.json["id"])
	var paths []string
	n.eachRoute(func(method, pattern string) {
		if method == "GET" && pattern != patternEvents {
			c := cast{node: n, made: map[string]string{"batch": id}}
			paths = append(paths, c.path(pattern))
		}
	})
	paths = append(paths, "/api/batches?area="+lor, "/api/batches/"+id+"/values?previous=true", "/api/reconciliation?kind=children", "/api/batches/overview?source=muskel&period=2026-Q1",
		"/api/history", "/api/search?q=RAHASIA")
	found := 0
	for _, who := range []string{"", "pic-kidul", "pic-semampir", "bappeda", "program", "dinkes", "pic-lor", "camat", "dinsos"} {
		for _, path := range paths {
			a := n.do("GET", path, as(n, who))
			for _, s := range secrets {
				told := strings.Contains(a.body, s)
				reader := who == "pic-lor" || who == "camat" || who == "dinsos"
				if told && !reader {
					t.Errorf("GET %s as %q tells %s: %.300s", path, who, s, a.body)
				}
				if told {
					found++
				}
			}
		}
	}
	if found < 3*4 {
		t.Errorf("who may read it finds it %d times only", found)
	}
	seen := n.expect(200, "GET", batchPath(b, ""), as(n, "bappeda"))
	if seen.at("state") != "sent" || seen.at("figures") != nil || seen.at("minutes") != nil || seen.at("events") != nil || seen.at("can", "approve") != false {
		t.Errorf("a planner sees %s", seen.body)
	}
	for _, s := range secrets[:3] {
		if strings.Contains(n.log.String(), s) {
			t.Errorf("the log tells %s", s)
		}
	}
}

func TestReadingAScanIsWrittenDown(t *testing.T) {
	n := newNode(t)
	b := n.sendMinutes("pic-lor", n.openLor("pic-lor", "muskel", "2026-Q1"))
	n.expect(415, "PUT", batchPath(b, "/minutes/scan"), as(n, "pic-lor"), body("image/svg+xml", "<svg/>"))
	n.expect(422, "PUT", batchPath(b, "/minutes/scan"), as(n, "pic-lor"), body("image/jpeg", "<html>"))
	n.expect(413, "PUT", batchPath(b, "/minutes/scan"), as(n, "pic-lor"), body("application/pdf", "%PDF-"+strings.Repeat("x", 5<<20)))
	kept := n.expect(200, "PUT", batchPath(b, "/minutes/scan"), as(n, "pic-lor"), body("image/jpeg", "%PDF-1.7 isi"))
	if kept.at("minutes", "scan", "media_type") != "application/pdf" || kept.at("minutes", "kind") != "muskel" {
		t.Errorf("kept as %s", kept.body)
	}
	got := n.expect(200, "GET", batchPath(b, "/minutes/scan"), as(n, "camat"))
	if got.body != "%PDF-1.7 isi" || got.header.Get("Content-Type") != "application/pdf" || got.header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("read as %v %q", got.header, got.body)
	}
	if c := n.count(`select count(*) from audit where action = 'batch_scan_read' and actor = 'camat'`); c != 1 {
		t.Errorf("%d lines about it", c)
	}
	n.expect(422, "DELETE", batchPath(b, "/minutes/scan"), as(n, "camat"))
	n.expect(200, "DELETE", batchPath(b, "/minutes/scan"), as(n, "camat"), because("ada nama di dalamnya"))
	n.expect(404, "GET", batchPath(b, "/minutes/scan"), as(n, "camat"))
}

// TestTheOverviewOverHTTP: who is how far, and since when late.
func TestTheOverviewOverHTTP(t *testing.T) {
	n := newNode(t)
	n.expect(200, "PUT", "/api/settings", as(n, "admin"), body(typeJSON, `{"figures":{"windows":{"muskel":{"from_day":1,"until_day":14}},"steps":{"muskel":["kecamatan","dinsos"]}}}`))
	b := n.openLor("pic-lor", "muskel", "2026-Q1")
	n.putFigures("pic-lor", b, figure(lor, "keluarga", "100"))
	got := n.expect(200, "GET", "/api/batches/overview?source=muskel&period=2026-Q1", as(n, "camat"))
	row := func(i int) string {
		return fmt.Sprint(got.at("rows", i, "area_code"), got.at("rows", i, "state"), got.at("rows", i, "late"), got.at("rows", i, "told"), got.at("rows", i, "steps"), got.at("rows", i, "figures"))
	}
	if got.at("due") != "2026-04-14" || row(0) != lor+"drafttrue 1 [kecamatan dinsos] map[keluarga:100 keluarga_desil_1_4:<nil>]" ||
		row(1) != kidul+"nonetrue 0 [] <nil>" {
		t.Errorf("%s\n%s\n%s", row(0), row(1), got.body)
	}
	if seen := n.expect(200, "GET", "/api/batches/overview?source=muskel&period=2026-Q1", as(n, "bappeda")); seen.at("rows", 0, "told") != nil || seen.at("rows", 0, "figures") != nil {
		t.Errorf("a planner sees %s", seen.body)
	}
	n.expect(404, "GET", "/api/batches/overview?source=lain&period=2026-Q1", as(n, "camat"))
	list := n.expect(200, "GET", "/api/batches?for=mine&state=open&source=muskel&period=2026-Q1&area=35.71.01&limit=1", as(n, "pic-lor"))
	if list.at("matched") != 1.0 || list.at("batches", 0, "id") != b.json["id"] || list.at("next") != nil || list.at("batches", 0, "events") != nil {
		t.Errorf("mine are %s", list.body)
	}
}

// TestDifferencesOverHTTP pages through what should be looked at.
func TestDifferencesOverHTTP(t *testing.T) {
	n := newNode(t)
	n.create("pic-lor", "posyandu", feature(112.005, -7.805, `"name":"Melati","area_code":"`+lor+`"`))
	b := n.openLor("pic-lor", "profil", "2025")
	n.putFigures("pic-lor", b, figure(lor, "jumlah_posyandu", "3")+","+figure(lor, "penduduk", "10")+","+figure(lor, "penduduk_laki", "5")+","+figure(lor, "penduduk_perempuan", "6"))
	first := n.expect(200, "GET", "/api/reconciliation?area=35.71&limit=1", as(n, "camat"))
	if first.at("matched") != 2.0 || first.at("rows", 0, "kind") != "parts" || first.at("rows", 0, "difference") != -1.0 || first.at("rows", 0, "area_name") != "Bandar Lor" {
		t.Fatalf("first %s", first.body)
	}
	rest := n.expect(200, "GET", strings.TrimPrefix(first.at("next").(string), n.http.URL), as(n, "camat"))
	if rest.at("rows", 0, "kind") != "points" || rest.at("rows", 0, "told") != 3.0 || rest.at("rows", 0, "counted") != 1.0 || rest.at("next") != nil || rest.at("rows", 0, "batch") != b.json["id"] {
		t.Errorf("then %s", rest.body)
	}
	if other := n.expect(200, "GET", "/api/reconciliation", as(n, "pic-kidul")); other.at("matched") != 0.0 {
		t.Errorf("the PIC next door sees %s", other.body)
	}
}

func TestTheRegistryIsChanged(t *testing.T) {
	n := newNode(t)
	n.expect(403, "PUT", "/api/indicators/uji", as(n, "dinsos"), body(typeJSON, indicatorBody))
	n.expect(403, "PUT", "/api/indicators/uji", as(n, "admin-mojoroto"), body(typeJSON, indicatorBody))
	made := n.expect(200, "PUT", "/api/indicators/uji", as(n, "admin"), body(typeJSON, indicatorBody))
	if made.at("code") != "uji" || made.at("label", "en") != "Test" {
		t.Errorf("added as %s", made.body)
	}
	n.expect(200, "PUT", "/api/indicators/uji", as(n, "admin"), body(typeJSON, indicatorBody))
	if n.count(`select count(*) from indicator_history`) != 0 || n.count(`select count(*) from audit where action = 'indicator'`) != 1 || n.count(`select count(*) from indicators where definition ? 'code'`) != 0 {
		t.Error("the same again changes something, or the code is kept twice")
	}
	for change, want := range map[string]string{
		`"base":"semua",`:                           "/base unknown",
		`"counted":"warung",`:                       "/counted unknown",
		`"parts":["uji"],`:                          "/parts/0 cycle",
		`"version":3,`:                              "/version unknown",
		`"parts":["keluarga","keluarga_desil_99"],`: "/parts/1 unknown",
	} {
		text := strings.Replace(indicatorBody, "{", "{"+change, 1)
		if got := n.expect(422, "PUT", "/api/indicators/uji", as(n, "admin"), body(typeJSON, text)); got.codes() != want {
			t.Errorf("%s: %s, want %s", change, got.codes(), want)
		}
	}
	n.expect(200, "PUT", "/api/indicators/uji", as(n, "admin"), body(typeJSON, strings.Replace(indicatorBody, `"Test"`, `"Trial"`, 1)))
	if n.count(`select count(*) from indicator_history`) != 1 {
		t.Error("a change leaves no history")
	}
}

// TestSettingsOfFigures: read by members, changed by who administers everything,
// member by member.
func TestSettingsOfFigures(t *testing.T) {
	n := newNode(t)
	if seen := n.expect(200, "GET", "/api/settings"); seen.at("figures") != nil {
		t.Errorf("the public sees %s", seen.body)
	}
	usual := n.expect(200, "GET", "/api/session", as(n, "pic-lor"))
	if usual.at("settings", "figures", "public_threshold") != 10.0 || usual.at("settings", "figures", "marks", 4, "code") != "diterima_desil" {
		t.Errorf("usual %s", usual.body)
	}
	set := n.expect(200, "PUT", "/api/settings", as(n, "admin"), body(typeJSON, `{"figures":{"public_threshold":11,"steps":{"profil":["kecamatan"]}}}`))
	if set.at("figures", "public_threshold") != 11.0 || set.at("figures", "internal_threshold") != 5.0 || set.at("figures", "marks", 0, "code") != "verval" {
		t.Errorf("set %s", set.body)
	}
	set = n.expect(200, "PUT", "/api/settings", as(n, "admin"), body(typeJSON, `{"figures":{"internal_threshold":3}}`))
	if set.at("figures", "public_threshold") != 11.0 || set.at("figures", "steps", "profil", 0) != "kecamatan" {
		t.Errorf("set again %s", set.body)
	}
	for text, want := range map[string]string{
		`{"public_threshold":2}`:               "/figures/public_threshold range; /figures/internal_threshold range",
		`{"steps":{"profil":["dinas"]}}`:       "/figures/steps/profil enum",
		`{"k":10}`:                             "/figures/k unknown",
		`[]`:                                   "/figures type",
		`{"windows":{"x":{"until_day":14}}}`:   "/figures/windows/x unknown",
		`{"marks":[{"code":"a","label":"x"}]}`: "/figures/marks type",
	} {
		if got := n.expect(422, "PUT", "/api/settings", as(n, "admin"), body(typeJSON, `{"figures":`+text+`}`)); got.codes() != want {
			t.Errorf("%s: %s, want %s", text, got.codes(), want)
		}
	}
	n.expect(403, "PUT", "/api/settings", as(n, "dinsos"), body(typeJSON, `{"figures":{"public_threshold":3}}`))
}

// TestWhatAnAccountMayDoWithFigures is what the page shows its menu by.
func TestWhatAnAccountMayDoWithFigures(t *testing.T) {
	n := newNode(t)
	for who, want := range map[string]string{
		"pic-lor": "analyse figures enter", "lurah": "analyse figures check", "camat": "analyse figures check", "dinsos": "analyse figures enter check publish",
		"bappeda": "analyse", "program": "", "dinkes": "", "admin": "analyse figures enter check publish", "admin-mojoroto": "analyse figures enter check publish",
	} {
		a := n.expect(200, "GET", "/api/session", as(n, who))
		var got []string
		for _, action := range []geo.Action{geo.ActionAnalyse, geo.ActionFigures, geo.ActionEnter, geo.ActionCheck, geo.ActionPublish} {
			if a.at("account", "may", string(action)) == true {
				got = append(got, string(action))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s may %v, want %s", who, got, want)
		}
	}
}
