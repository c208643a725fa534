package handlers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"github.com/patok-id/patok/geo"
)

// releaseEntries are the lines of the matrix about releases and files.
func releaseEntries() []entry {
	list := []entry{
		{"GET", "/api/releases", everybody, ask{}},
		{"POST", "/api/releases", admins, send(`{"name":"{new_name}","title":"Rilis"}`)},
		{"GET", patternRelease, everybody, ask{}},
		{"GET", patternRelease + "/files/{file}", everybody, ask{}},
		{"GET", patternRelease + "/files/internal/{file}", everybody, ask{unasked: "it needs published figures; TestInternalFilesOfARelease asks it"}},
	}
	for _, form := range downloadForms() {
		list = append(list, entry{"GET", patternItems + "." + form.extension, everybody, ask{query: "area={area}"}})
	}
	return list
}

// makeRelease releases what is published now.
func (n *node) makeRelease(place) string {
	n.t.Helper()
	name := newName()
	n.expect(201, "POST", "/api/releases", as(n, "admin"), body(typeJSON, `{"name":"`+name+`","title":"Rilis"}`))
	return name
}

// TestAReleaseIsReadForEver: its files, and its items by ?release=, stay as they
// were.
func TestAReleaseIsReadForEver(t *testing.T) {
	n := newNode(t)
	id := n.makePosyandu(own)
	n.settle(n.expect(200, "PATCH", "/api/collections/posyandu/items/"+id, as(n, "admin"), header("If-Match", "*"), body(typeMergePatch, `{"properties":{"name":"Melati"}}`)))
	made := n.expect(201, "POST", "/api/releases", as(n, "admin"), body(typeJSON, `{"name":"2026","title":"Rilis 2026","note":"Tahunan"}`))
	if made.header.Get("Location") == "" || made.json["title"] != "Rilis 2026" || made.json["by"] != "admin" {
		t.Errorf("%s %s", made.header, made.body)
	}
	one := n.expect(200, "GET", "/api/releases/2026")
	if one.json["by"] != nil || one.json["incomplete"] != nil {
		t.Errorf("the public is told %s", one.body)
	}
	files := map[string]string{}
	listed, _ := one.json["files"].([]any)
	for _, f := range listed {
		file, _ := f.(map[string]any)
		name, _ := file["name"].(string)
		answer := n.expect(200, "GET", "/api/releases/2026/files/"+name, header("Accept-Encoding", "identity"))
		files[name] = answer.body
		if answer.header.Get("ETag") != `"`+fmt.Sprint(file["sha256"])+`"` || answer.header.Get("Cache-Control") != "public, max-age=31536000, immutable" ||
			answer.header.Get("Content-Length") != strconv.Itoa(len(answer.body)) || float64(len(answer.body)) != file["bytes"] {
			t.Errorf("%s: %v of %v", name, answer.header, file)
		}
		n.expect(304, "GET", "/api/releases/2026/files/"+name, header("If-None-Match", answer.header.Get("ETag")))
	}
	if !strings.Contains(files["posyandu.csv"], "Melati") || files["kelurahan.geojson"] == "" || files["posyandu.xlsx"] == "" || files["manifest.json"] == "" {
		t.Fatalf("%v", one.body)
	}
	items := "/api/collections/posyandu/items?release=2026"
	before := featuresOf(t, n.expect(200, "GET", items))

	n.settle(n.expect(200, "PATCH", "/api/collections/posyandu/items/"+id, as(n, "admin"), header("If-Match", "*"), body(typeMergePatch, `{"properties":{"name":"Mawar"}}`)))
	n.makePosyandu(own)
	for name, text := range files {
		if again := n.expect(200, "GET", "/api/releases/2026/files/"+name); again.body != text {
			t.Errorf("%s changed", name)
		}
	}
	if after := featuresOf(t, n.expect(200, "GET", items)); after != before || !strings.Contains(after, "Melati") || strings.Contains(after, "Mawar") {
		t.Errorf("items of the release were %s, are %s", before, after)
	}
	if item := n.expect(200, "GET", "/api/collections/posyandu/items/"+id+"?release=2026"); !strings.Contains(item.body, "Melati") {
		t.Error(item.body)
	}
	n.expect(404, "GET", "/api/collections/posyandu/items?release=2025")
	n.expect(400, "GET", items+"&datetime=2026-01-01")
	n.expect(404, "GET", "/api/releases/2025")
	n.expect(404, "GET", "/api/releases/2026/files/lain.csv")
	n.expect(409, "POST", "/api/releases", as(n, "admin"), body(typeJSON, `{"name":"2026","title":"Lagi"}`))
	n.expect(422, "POST", "/api/releases", as(n, "admin"), body(typeJSON, `{"name":"Rilis 1","title":""}`))
}

// featuresOf is a list without what says when it was asked for.
func featuresOf(t *testing.T, a answered) string {
	t.Helper()
	var list struct{ Features json.RawMessage }
	if err := json.Unmarshal([]byte(a.body), &list); err != nil {
		t.Fatal(err)
	}
	return string(list.Features)
}

// TestAFileComesAsItIsKept for who takes gzip.
func TestAFileComesAsItIsKept(t *testing.T) {
	n := newNode(t)
	n.makePosyandu(own)
	name := n.makeRelease(own)
	path := "/api/releases/" + name + "/files/posyandu.csv"
	plain := n.expect(200, "GET", path, header("Accept-Encoding", "identity"))
	packed := n.expect(200, "GET", path, header("Accept-Encoding", "gzip"))
	if packed.header.Get("Content-Encoding") != "gzip" || packed.header.Get("ETag") != plain.header.Get("ETag") {
		t.Errorf("%v and %v", plain.header, packed.header)
	}
	if text := unzipped(t, packed); text != plain.body {
		t.Errorf("%q is not %q", text, plain.body)
	}
	head := n.expect(200, "HEAD", path, header("Accept-Encoding", "identity"))
	if head.body != "" || head.header.Get("Content-Length") != strconv.Itoa(len(plain.body)) {
		t.Error(head.header)
	}
	if disposition := plain.header.Get("Content-Disposition"); disposition != `attachment; filename="`+name+`_posyandu.csv"` {
		t.Error(disposition)
	}
}

// unzipped is an answer's body as text, whoever unpacked it.
func unzipped(t *testing.T, a answered) string {
	t.Helper()
	if a.header.Get("Content-Encoding") != "gzip" {
		return a.body
	}
	z, err := gzip.NewReader(bytes.NewReader([]byte(a.body)))
	if err != nil {
		return a.body // the client unpacked it
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestADryRunMakesNothing and tells what is not ready.
func TestADryRunMakesNothing(t *testing.T) {
	n := newNode(t)
	n.makeHeld(own)
	dry := n.expect(200, "POST", "/api/releases?dry_run=true", as(n, "admin"), body(typeJSON, `{}`))
	if !strings.Contains(dry.body, `"kind":"held"`) || !strings.Contains(dry.body, `"kind":"declaration"`) || dry.json["files"] == 0.0 {
		t.Error(dry.body)
	}
	if list := n.expect(200, "GET", "/api/releases"); list.body != `{"releases":[]}` {
		t.Error(list.body)
	}
	for _, who := range []string{"bappeda", "dinsos", "pic-lor", "admin-mojoroto"} {
		n.expect(403, "POST", "/api/releases?dry_run=true", as(n, who), body(typeJSON, `{}`))
	}
	n.expect(401, "POST", "/api/releases?dry_run=true", body(typeJSON, `{}`))
	name := n.makeRelease(own)
	for who, told := range map[string]bool{"admin": true, "bappeda": true, "pic-lor": false} {
		if answer := n.expect(200, "GET", "/api/releases/"+name, as(n, who)); (answer.json["incomplete"] != nil) != told || answer.header.Get("Cache-Control") != "private, no-store" {
			t.Errorf("%s: %s", who, answer.body)
		}
	}
}

// TestDownloads: a file holds what items holds, by the same filter.
func TestDownloads(t *testing.T) {
	n := newNode(t)
	n.makePosyandu(own)
	n.settle(n.expect(201, "POST", "/api/collections/posyandu/items", as(n, "admin"), body(typeGeoJSON, feature(other.lon(), -7.805, `"name":"Di Kidul","area_code":"`+kidul+`","note":"rahasia dapur"`))))
	n.makeHeld(own)
	path := "/api/collections/posyandu/items"
	for _, query := range []string{"", "?area=" + kidul, "?name=Di+Kidul", "?q=kidul", "?bbox=112.01,-7.81,112.02,-7.80"} {
		want := n.expect(200, "GET", path+query).json["numberMatched"]
		file := n.expect(200, "GET", path+".geojson"+query)
		list, _ := file.json["features"].([]any)
		if float64(len(list)) != want || strings.Contains(file.body, "dapur") || strings.Contains(file.body, "Ditahan") {
			t.Errorf("%s: %d of %v: %s", query, len(list), want, file.body)
		}
		if lines := strings.Count(n.expect(200, "GET", path+".csv"+query).body, "\r\n"); float64(lines-1) != want {
			t.Errorf("%s: %d lines of %v", query, lines, want)
		}
		n.expect(200, "GET", path+".xlsx"+query)
	}
	if name := n.expect(200, "GET", path+".csv?area="+kidul).header.Get("Content-Disposition"); name != `attachment; filename="posyandu_`+kidul+`.csv"` {
		t.Error(name)
	}
	areas := n.expect(200, "GET", "/api/collections/kelurahan/items.geojson")
	if list, _ := areas.json["features"].([]any); len(list) != 2 {
		t.Error(areas.body)
	}
	n.expect(200, "GET", "/api/collections/assets/items.csv?type=posyandu")
	n.expect(404, "GET", "/api/collections/lain/items.csv")
	for _, query := range []string{"limit=5", "cursor=x", "tiada=1", "fields=semua", "purpose=untuk+apa+saja+boleh"} {
		n.expect(400, "GET", path+".csv?"+query)
	}
}

// TestInternalFieldsLeaveWithAPurpose: for who may read the whole selection, and
// with a line in the log.
func TestInternalFieldsLeaveWithAPurpose(t *testing.T) {
	n := newNode(t)
	for _, area := range []place{own, other} {
		n.settle(n.expect(201, "POST", "/api/collections/posyandu/items", as(n, "admin"),
			body(typeGeoJSON, feature(area.lon(), -7.806, `"name":"Posyandu","area_code":"`+area.area()+`","note":"rahasia dapur"`))))
	}
	const purpose = "&purpose=rekap+posyandu+2026"
	for _, form := range downloadForms() {
		path := "/api/collections/posyandu/items." + form.extension + "?fields=internal"
		n.expect(401, "GET", path+purpose)
		n.expect(403, "GET", path+purpose, as(n, "pic-lor"))
		n.expect(403, "GET", path+purpose+"&area="+lor, as(n, "bappeda"))
		n.expect(400, "GET", path+"&area="+lor, as(n, "pic-lor"))
		n.expect(400, "GET", path+"&purpose=singkat&area="+lor, as(n, "pic-lor"))
		answer := n.expect(200, "GET", path+purpose+"&area="+lor, as(n, "pic-lor"))
		if answer.header.Get("Cache-Control") != "private, no-store" || form.extension != "xlsx" && !strings.Contains(answer.body, "rahasia dapur") {
			t.Errorf("%s: %v %s", form.extension, answer.header, answer.body)
		}
		var rows, logged int
		n.must(n.conn.QueryRow(t.Context(), `select count(*), max((detail ->> 'rows')::int) from audit where action = 'export' and actor = 'pic-lor'
and target = $1 and detail ->> 'purpose' = 'rekap posyandu 2026'`, "posyandu."+form.extension).Scan(&logged, &rows))
		if logged != 1 || rows != 1 {
			t.Errorf("%s: %d lines of %d rows", form.extension, logged, rows)
		}
	}
	n.expect(400, "GET", "/api/collections/kelurahan/items.csv?fields=internal"+purpose, as(n, "admin"))
	n.expect(400, "GET", "/api/collections/posyandu/items.csv?datetime=2026-01-01&fields=internal"+purpose, as(n, "admin"))
}

// TestInternalFilesOfARelease are for who may analyse all of their area, say what
// for, and are logged.
func TestInternalFilesOfARelease(t *testing.T) {
	n := newNode(t)
	name := n.makeRelease(own)
	n.sql(`insert into release_files (release, name, audience, about, area_code, media_type, bytes, rows, sha256, content)
select release, 'dtsen_2026-q1.csv', 'internal', 'dtsen 2026-Q1', '35.71', media_type, bytes, 1370, sha256, content from release_files
where release = '` + name + `' and name = 'posyandu.csv'`)
	path := "/api/releases/" + name + "/files/internal/dtsen_2026-q1.csv"
	const purpose = "?purpose=bahan+musrenbang+kecamatan"
	for _, who := range []string{"bappeda", "dinsos", "admin"} {
		n.expect(400, "GET", path, as(n, who))
		answer := n.expect(200, "GET", path+purpose, as(n, who))
		if answer.header.Get("Cache-Control") != "private, no-store" {
			t.Error(answer.header)
		}
		if list := n.expect(200, "GET", "/api/releases/"+name, as(n, who)); !strings.Contains(list.body, "internal/dtsen_2026-q1.csv") || !strings.Contains(list.body, `"table":"dtsen 2026-Q1"`) {
			t.Errorf("%s is not told of it: %s", who, list.body)
		}
	}
	for _, who := range []string{"pic-lor", "lurah", "camat", "program", "dinkes", "admin-mojoroto"} {
		n.expect(404, "GET", path+purpose, as(n, who))
		if list := n.expect(200, "GET", "/api/releases", as(n, who)); strings.Contains(list.body, "internal/") {
			t.Errorf("%s is told of it", who)
		}
	}
	n.expect(401, "GET", path+purpose)
	if list := n.expect(200, "GET", "/api/releases"); strings.Contains(list.body, "internal/") || strings.Contains(list.body, "dtsen") {
		t.Error("the public is told of it")
	}
	n.expect(404, "GET", "/api/releases/"+name+"/files/dtsen_2026-q1.csv", as(n, "admin"))
	var lines int
	n.must(n.conn.QueryRow(t.Context(), `select count(*) from audit where action = 'export' and target = $1 and detail ->> 'rows' = '1370'
and detail ->> 'purpose' = 'bahan musrenbang kecamatan'`, "release/"+name+"/internal/dtsen_2026-q1.csv").Scan(&lines))
	if lines != 3 {
		t.Errorf("%d lines in the log", lines)
	}
}

// TestWorkbooksTakeTurns: who comes while too many are made comes again.
func TestWorkbooksTakeTurns(t *testing.T) {
	n := newNode(t)
	n.workbooks.Add(maxWorkbooks)
	answer := n.expect(503, "GET", "/api/collections/posyandu/items.xlsx")
	if answer.header.Get("Retry-After") == "" {
		t.Error(answer.header)
	}
	n.workbooks.Add(-maxWorkbooks)
	n.expect(200, "GET", "/api/collections/posyandu/items.xlsx")
	if n.workbooks.Load() != 0 {
		t.Error("a turn was not given back")
	}
	d := &download{matched: maxWorkbookRows + 1}
	if err := d.workbook(&n.workbooks); geo.KindOf(err) != geo.TooLarge || n.workbooks.Load() != 0 {
		t.Error(err)
	}
}
