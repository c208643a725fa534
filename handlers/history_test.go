package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

// versions puts a history into words.
func (a answered) versions() string {
	var lines []string
	list, _ := a.json["versions"].([]any)
	for _, v := range list {
		m, _ := v.(map[string]any)
		var fields []string
		changes, _ := m["changes"].([]any)
		for _, c := range changes {
			fields = append(fields, fmt.Sprint(c.(map[string]any)["field"]))
		}
		lines = append(lines, fmt.Sprintf("%v %v %v %q %v", m["version"], m["op"], m["actor"], m["reason"], strings.Join(fields, ",")))
	}
	return strings.Join(lines, "\n")
}

// TestHistoryOverHTTP is the life of one asset: told, brought back, undone.
func TestHistoryOverHTTP(t *testing.T) {
	n := newNode(t)
	made := n.create("pic-lor", "rt", feature(112.005, -7.805, `"name":"RT 005","area_code":"35.71.01.1001","ketua_nama":"RAHASIA-KETUA","jumlah_kk":40`))
	path := itemPath("rt", made.id())
	changed := n.expect(200, "PATCH", path, as(n, "pic-lor"), header("If-Match", "*"), because("titik keliru, pindah ke balai"),
		body(typeMergePatch, `{"geometry":{"coordinates":[112.006,-7.805]},"properties":{"jumlah_kk":45,"ketua_nama":"RAHASIA-BARU"}}`))
	n.settle(changed)
	told := n.expect(200, "GET", path+"/history", as(n, "pic-lor"))
	const want = `2 update pic-lor "titik keliru, pindah ke balai" geometry,jumlah_kk
1 create pic-lor "" geometry,name,area_code,operation,placement,jumlah_kk`
	if told.versions() != want || told.at("name") != "RT 005" || told.at("deleted") != false || told.at("next") != nil ||
		told.at("versions", 0, "changes", 0, "label") != "Titik" || told.at("versions", 0, "moved_m").(float64) < 100 || told.at("versions", 0, "current") != true {
		t.Errorf("%s\nwant\n%s\n%s", told.versions(), want, told.body)
	}
	if strings.Contains(told.body, "RAHASIA") {
		t.Errorf("what is about people has a history: %s", told.body)
	}
	page := n.expect(200, "GET", path+"/history?limit=1", as(n, "pic-lor"))
	next, _ := page.at("next").(string)
	older := n.expect(200, "GET", strings.TrimPrefix(next, n.http.URL), as(n, "pic-lor"))
	if older.at("versions", 0, "version") != 1.0 || older.at("next") != nil {
		t.Errorf("the next page %s", older.body)
	}
	back := n.expect(200, "POST", path+"/revert", as(n, "pic-lor"), header("If-Match", `"2"`), because("keliru"), body(typeJSON, `{"version":1}`))
	n.settle(back)
	if back.at("properties", "jumlah_kk") != 40.0 || back.at("properties", "version") != 3.0 || back.at("properties", "ketua_nama") != "RAHASIA-BARU" {
		t.Errorf("reverted %s", back.body)
	}
	n.expect(412, "POST", path+"/revert", as(n, "pic-lor"), header("If-Match", `"2"`), body(typeJSON, `{"version":1}`))
	n.expect(428, "POST", path+"/revert", as(n, "pic-lor"), body(typeJSON, `{"version":1}`))
	if a := n.expect(422, "POST", path+"/revert", as(n, "pic-lor"), header("If-Match", "*"), body(typeJSON, `{"version":9}`)); a.codes() != "/version unknown" {
		t.Errorf("%s", a.body)
	}
	n.expect(422, "POST", path+"/revert", as(n, "pic-lor"), header("If-Match", "*"), body(typeJSON, `{"version":"1"}`))
	n.expect(415, "POST", path+"/revert", as(n, "pic-lor"), header("If-Match", "*"))

	list := n.expect(200, "GET", "/api/history?actor=pic-lor&type=rt&limit=2", as(n, "pic-lor"))
	if list.at("revisions", 0, "kind") != "edit" || list.at("revisions", 0, "counts", "update") != 1.0 || list.at("revisions", 0, "items", 0, "id") != float64(made.id()) ||
		list.at("revisions", 0, "more") != 0.0 || list.at("revisions", 0, "reason") != "keliru" || list.at("next") == nil {
		t.Errorf("%s", list.body)
	}
	undo := fmt.Sprintf(`{"revision":%v,"reason":"dua kali keliru"}`, back.header.Get("Patok-Revision"))
	dry := n.expect(200, "POST", "/api/history/undo?dry_run=true", as(n, "pic-lor"), body(typeJSON, undo))
	if dry.at("dry_run") != true || dry.at("undone", "reverted") != 1.0 || dry.at("revision") != nil {
		t.Errorf("dry run %s", dry.body)
	}
	undone := n.expect(200, "POST", "/api/history/undo", as(n, "pic-lor"), body(typeJSON, undo))
	n.settle(undone)
	if fmt.Sprint(undone.at("revision")) != undone.header.Get("Patok-Revision") || n.expect(200, "GET", path).at("properties", "jumlah_kk") != 45.0 {
		t.Errorf("undone %s", undone.body)
	}
	again := n.expect(200, "POST", "/api/history/undo", as(n, "admin"), body(typeJSON, undo))
	if again.at("kept_total") != 1.0 || again.at("kept", 0, "why") != "Sudah diubah lagi sesudahnya." || again.at("revision") != nil {
		t.Errorf("undone again %s", again.body)
	}
	for text, want := range map[string]string{`{"revision":1}`: "/reason required", `{"reason":"x"}`: "/actor required; /from required; /until required", `{"revision":0,"reason":"x"}`: "/revision range",
		`{"actor":"a","from":"2026-01-02T00:00:00Z","until":"2026-01-01T00:00:00Z","reason":"x"}`: "/until range", `{"revision":1,"reason":"x","all":true}`: "/all unknown",
		`{"revision":1,"reason":"` + strings.Repeat("x", 501) + `"}`: "/reason length", `{"revision":1,"reason":"x","area":"x"}`: "/area code"} {
		if a := n.expect(422, "POST", "/api/history/undo", as(n, "admin"), body(typeJSON, text)); a.codes() != want {
			t.Errorf("%s: %s, want %s", text, a.codes(), want)
		}
	}
	for _, query := range []string{"?from=x", "?revision=0", "?area=x", "?limit=0", "?cursor=x", "?x=1"} {
		n.expect(400, "GET", "/api/history"+query, as(n, "admin"))
	}
}

// TestAnAfternoonIsUndone, and each state of before is still there by its time.
func TestAnAfternoonIsUndone(t *testing.T) {
	n := newNode(t)
	kept := n.create("admin", "posyandu", feature(112.002, -7.805, `"name":"Tetap","area_code":"35.71.01.1001"`))
	gone := n.create("admin", "posyandu", feature(112.004, -7.805, `"name":"Hilang","area_code":"35.71.01.1001"`))
	begin := n.clock()
	n.settle(n.expect(200, "PATCH", itemPath("posyandu", kept.id()), as(n, "pic-lor"), header("If-Match", "*"), body(typeMergePatch, `{"properties":{"name":"Berubah"}}`)))
	n.settle(n.expect(204, "DELETE", itemPath("posyandu", gone.id()), as(n, "pic-lor"), header("If-Match", "*")))
	n.create("pic-lor", "posyandu", feature(112.006, -7.805, `"name":"Baru","area_code":"35.71.01.1001"`))
	end := n.clock()
	text := fmt.Sprintf(`{"actor":"pic-lor","from":%q,"until":%q,"type":"posyandu","area":"35.71.01","reason":"salah kelurahan"}`, begin, end)
	undone := n.expect(200, "POST", "/api/history/undo", as(n, "admin-mojoroto"), body(typeJSON, text))
	n.settle(undone)
	if undone.at("undone", "deleted") != 1.0 || undone.at("undone", "reverted") != 1.0 || undone.at("undone", "restored") != 1.0 || undone.at("kept_total") != 0.0 {
		t.Errorf("%s", undone.body)
	}
	for when, want := range map[string]string{begin: "Tetap,Hilang", end: "Berubah,Baru", n.clock(): "Tetap,Hilang"} {
		for _, query := range []string{"", "&bbox=112,-7.81,112.01,-7.80", "&area=35.71.01.1001"} {
			if got := n.expect(200, "GET", "/api/collections/posyandu/items?datetime="+url.QueryEscape(when)+query).names(); got != want {
				t.Errorf("as of %s%s: %s, want %s", when, query, got, want)
			}
		}
	}
	if got := n.expect(200, "GET", "/api/collections/posyandu/items").names(); got != "Tetap,Hilang" {
		t.Errorf("now %s", got)
	}
	told := n.expect(200, "GET", itemPath("posyandu", gone.id())+"/history", as(n, "pic-lor"))
	if want := "2 restore admin-mojoroto \"salah kelurahan\" \n1 delete pic-lor \"\" \n1 create admin \"\" geometry,name,area_code,operation,placement"; told.versions() != want {
		t.Errorf("%s\nwant\n%s", told.versions(), want)
	}
}

// TestHistoryTellsOthersNothing: that something happened is nobody else's
// business, and what never was is told the same.
func TestHistoryTellsOthersNothing(t *testing.T) {
	n := newNode(t)
	made := n.create("pic-lor", "rt", feature(112.005, -7.805, `"name":"RAHASIA-RT","area_code":"35.71.01.1001","note":"RAHASIA-CATATAN"`))
	held := n.create("pic-lor", "rt", feature(112.0155, -7.805, `"name":"RAHASIA-DITAHAN","area_code":"35.71.01.1001"`))
	n.settle(n.expect(200, "PATCH", itemPath("rt", made.id()), as(n, "pic-lor"), header("If-Match", "*"), body(typeMergePatch, `{"properties":{"note":"RAHASIA-LAIN"}}`)))
	revision := made.header.Get("Patok-Revision")
	for _, who := range []string{"", "pic-kidul", "bappeda", "dinsos"} {
		refusal := 404
		if who == "" {
			refusal = http.StatusUnauthorized
		}
		for _, id := range []int{made.id(), held.id()} {
			a := n.expect(refusal, "GET", itemPath("rt", id)+"/history", as(n, who))
			never := n.expect(refusal, "GET", itemPath("rt", id+5)+"/history", as(n, who))
			if len(a.body) != len(never.body) || strings.Contains(a.body, "RAHASIA") {
				t.Errorf("%q is told of %d: %s %s", who, id, a.body, never.body)
			}
			gone := n.do("POST", itemPath("rt", id)+"/revert", as(n, who), header("If-Match", "*"), body(typeJSON, `{"version":1}`))
			if gone.status < 400 || strings.Contains(gone.body, "RAHASIA") {
				t.Errorf("%q reverts %d: %s", who, id, gone.body)
			}
		}
		if who == "" {
			n.expect(http.StatusUnauthorized, "GET", "/api/history")
			continue
		}
		for _, query := range []string{"", "?revision=" + revision, "?actor=pic-lor", "?type=rt", "?area=35.71.01.1001", "?limit=1"} {
			a := n.expect(200, "GET", "/api/history"+query, as(n, who))
			list, _ := a.json["revisions"].([]any)
			for _, v := range list {
				if items := v.(map[string]any)["items"]; strings.Contains(fmt.Sprint(items), ":rt") {
					t.Errorf("%q is told %v", who, items)
				}
			}
			if strings.Contains(a.body, "RAHASIA") || strings.Contains(a.body, "pic-lor") && !strings.Contains(query, "pic-lor") {
				t.Errorf("%s tells %q %s", query, who, a.body)
			}
		}
		number, _ := strconv.Atoi(revision)
		mine := n.expect(404, "POST", "/api/history/undo", as(n, who), body(typeJSON, fmt.Sprintf(`{"revision":%d,"reason":"x"}`, number)))
		none := n.expect(404, "POST", "/api/history/undo", as(n, who), body(typeJSON, `{"revision":999999,"reason":"x"}`))
		if len(mine.body) != len(none.body) {
			t.Errorf("%q is told that revision %d is: %s", who, number, mine.body)
		}
	}
}

// TestAnAreaIsBroughtBack by who administers it, from its own history.
func TestAnAreaIsBroughtBack(t *testing.T) {
	n := newNode(t)
	const path = "/api/collections/kelurahan/items/3571011001"
	n.sql(`update areas set name = 'Keliru', boundary = st_multi(st_makeenvelope(112, -7.81, 112.006, -7.80, 4326)) where code = '35.71.01.1001'`)
	told := n.expect(200, "GET", path+"/history", as(n, "bappeda"))
	if told.at("versions", 0, "changes", 1, "field") != "geometry" || told.at("versions", 0, "changes", 1, "before", "area_ha").(float64) < 120 || told.at("name") != "Keliru" {
		t.Errorf("%s", told.body)
	}
	n.expect(404, "GET", path+"/history", as(n, "pic-kidul"))
	n.expect(401, "POST", path+"/revert", header("If-Match", "*"), body(typeJSON, `{"version":1}`))
	n.expect(403, "POST", path+"/revert", as(n, "pic-lor"), header("If-Match", "*"), body(typeJSON, `{"version":1}`))
	n.expect(412, "POST", path+"/revert", as(n, "admin"), header("If-Match", `"1"`), body(typeJSON, `{"version":1}`))
	back := n.expect(200, "POST", path+"/revert", as(n, "admin"), header("If-Match", `"2"`), because("batas keliru"), body(typeJSON, `{"version":1}`))
	n.settle(back)
	if now := n.expect(200, "GET", path); now.at("properties", "name") != "Bandar Lor" || now.header.Get("ETag") != back.header.Get("ETag") {
		t.Errorf("%s\n%s", now.body, back.body)
	}
	for who, want := range map[string]bool{"admin": true, "pic-lor": false, "": false} {
		if allow := n.expect(200, "OPTIONS", path+"/revert", as(n, who)).header.Get("Allow"); strings.Contains(allow, "POST") != want {
			t.Errorf("%q may %s", who, allow)
		}
	}
	n.expect(405, "POST", "/api/collections/assets/items/1/revert", as(n, "admin"), header("If-Match", "*"), body(typeJSON, `{"version":1}`))
	n.expect(404, "POST", "/api/collections/nope/items/1/revert", as(n, "admin"), header("If-Match", "*"), body(typeJSON, `{"version":1}`))
}
