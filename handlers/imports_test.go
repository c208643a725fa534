package handlers

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/patok-id/patok/geo/exchange"
)

// sendFile takes a file in.
func (n *node) sendFile(status int, who, query string, plan any, content string, more ...option) answered {
	n.t.Helper()
	contentType, form := importBody(n.t, plan, "angka.csv", content)
	return n.expect(status, "POST", "/api/imports"+query, append([]option{as(n, who), body(contentType, form)}, more...)...)
}

func TestImportsOfFigures(t *testing.T) {
	n := newNode(t)
	const content = "Kode;RT;RW;Desil 1\n" + lor + ";;;9\n" + lor + ";1;2;5\nTOTAL;;;9\n"
	found := n.expect(200, "POST", "/api/imports/inspect?what=figures&source=muskel&period=2026-Q1", as(n, "pic-lor"), body(typeCSV, content), header("Patok-File", "angka%20baru.csv"))
	if found.at("file") != "angka baru.csv" || found.at("shape") != "wide" || found.at("rows") != 2.0 || found.at("columns", 3, "guess", "indicator") != "keluarga_desil_1" {
		t.Fatal(found.body)
	}
	plan := found.at("plan")
	tried := n.sendFile(200, "pic-lor", "?dry_run=true", plan, content)
	if tried.at("new") != 2.0 || tried.at("skipped") != 1.0 || tried.at("receipt") != nil || tried.at("revision") != nil || tried.at("verdicts", 2, "outcome") != "skipped" ||
		tried.at("batches", 0, "id") != nil || tried.at("differences", 0, "sum") != 5.0 || n.count(`select count(*) from batches`) != 0 {
		t.Fatal(tried.body)
	}
	done := n.sendFile(200, "pic-lor", "", plan, content)
	n.settle(done)
	if done.at("new") != 2.0 || done.at("receipt") == nil || done.at("batches", 0, "state") != "draft" || n.count(`select count(*) from batch_values`) != 2 {
		t.Fatal(done.body)
	}
	if again := n.sendFile(200, "pic-lor", "", plan, content); again.at("unchanged") != 2.0 || again.at("revision") != nil || again.at("receipt") != nil {
		t.Error(again.body)
	}

	// Next door: the file is refused whole, and says which row.
	both := content + kidul + ";;;7\n"
	refused := n.sendFile(422, "pic-lor", "", plan, both)
	if refused.at("refused") != 1.0 || !strings.Contains(refused.body, `"row":5`) || !strings.Contains(refused.body, kidul) || n.count(`select count(*) from batches`) != 1 {
		t.Error(refused.body)
	}
	for _, who := range []string{"lurah", "camat", "bappeda", "program", "dinkes"} {
		n.sendFile(403, who, "?dry_run=true", plan, content)
	}
	centre := figuresPlan("dtsen")
	if answer := n.sendFile(422, "pic-lor", "", centre, "Kode;Desil 1\n"+lor+";3\n"); answer.at("refused") != 1.0 {
		t.Errorf("what comes from the centre: %s", answer.body)
	}

	own := n.expect(200, "POST", "/api/imports/inspect?source=muskel&period=2026-Q1", as(n, "pic-lor"), body(typeCSV, "RW;RT;Desil 1\n1;2;3\n"))
	if own.at("plan", "area") != lor {
		t.Errorf("a list of RT alone: %s", own.body)
	}
	if others := n.expect(200, "POST", "/api/imports/inspect?source=muskel&period=2026-Q1", as(n, "dinsos"), body(typeCSV, "RW;RT;Desil 1\n1;2;3\n")); others.at("plan", "area") != nil {
		t.Errorf("of who enters for many: %s", others.body)
	}

	// The receipt, and the way back.
	id := strconv.Itoa(int(done.at("receipt").(float64)))
	list := n.expect(200, "GET", "/api/imports", as(n, "pic-lor"))
	if list.at("imports", 0, "by", "name") != "pic-lor" || list.at("imports", 0, "can_undo") != true || list.at("imports", 0, "report", "new") != 2.0 {
		t.Error(list.body)
	}
	whole := n.expect(200, "GET", "/api/imports/"+id, as(n, "pic-lor"))
	if len(whole.at("report", "verdicts").([]any)) != 3 || whole.at("sha256") == "" || whole.at("report", "batches", 0, "area_code") != lor {
		t.Error(whole.body)
	}
	for _, who := range []string{"pic-kidul", "lurah", "dinsos"} {
		n.expect(404, "GET", "/api/imports/"+id, as(n, who))
		n.expect(404, "POST", "/api/imports/"+id+"/undo", as(n, who), header("Patok-Reason", "iseng"))
		if others := n.expect(200, "GET", "/api/imports", as(n, who)); strings.Contains(others.body, "angka") {
			t.Errorf("%s sees %s", who, others.body)
		}
	}
	n.expect(422, "POST", "/api/imports/"+id+"/undo", as(n, "pic-lor"))
	undone := n.expect(200, "POST", "/api/imports/"+id+"/undo", as(n, "pic-lor"), header("Patok-Reason", "berkas%20keliru"))
	if undone.at("undone") != 2.0 || undone.at("kept") != 0.0 || undone.at("revision") == nil {
		t.Error(undone.body)
	}
	n.expect(409, "POST", "/api/imports/"+id+"/undo", as(n, "pic-lor"), header("Patok-Reason", "lagi"))
}

// Nothing of a file with data about persons stays: not in the answer, not in the
// log, not in the database.
func TestImportsRefusePersons(t *testing.T) {
	n := newNode(t)
	const secret = "3571011203850001"
	list := "Kode;Nama Kepala Keluarga;No KK;Desil 1\n" + lor + ";Siti Rahasia;" + secret + ";1\n"
	check := func(a answered, columns string) {
		t.Helper()
		var named []string
		for _, c := range a.at("columns").([]any) {
			named = append(named, fmt.Sprint(c.(map[string]any)["name"], " ", c.(map[string]any)["code"], " ", c.(map[string]any)["rows"]))
		}
		if a.at("type") != "/problems/identifiers" || strings.Join(named, "; ") != columns || strings.Contains(a.body, secret) || strings.Contains(a.body, "Rahasia") {
			t.Errorf("%s", a.body)
		}
	}
	check(n.expect(422, "POST", "/api/imports/inspect?what=figures", as(n, "pic-lor"), body(typeCSV, list)), "Nama Kepala Keluarga by_name [2]; No KK identifier [2]")
	check(n.sendFile(422, "pic-lor", "", figuresPlan("muskel"), list), "Nama Kepala Keluarga by_name [2]; No KK identifier [2]")
	check(n.sendFile(422, "admin", "", exchange.Plan{What: exchange.WhatAssets, Type: "posyandu"}, "nama;ketua\nPosyandu;"+secret+"\n"), "ketua identifier [2]")
	check(n.expect(422, "POST", "/api/imports/inspect?what=assets", as(n, "admin"), body(typeGeoJSON,
		`{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,"properties":{"nik":"x","a":"`+secret+`"}}]}`)), "a identifier [1]; nik identifier [1]")
	if log := n.log.String(); strings.Contains(log, secret) || strings.Contains(log, "Rahasia") {
		t.Error("the log tells of persons")
	}
	if n.count(`select count(*) from imports`)+n.count(`select count(*) from batches`)+n.count(`select count(*) from assets`) != 0 {
		t.Error("something was kept")
	}
}

// Assets and areas go the same way.
func TestImportsOfAssetsAndAreas(t *testing.T) {
	n := newNode(t)
	const content = "Daftar posyandu\n\nJudul;X;Y;Keterangan\nMelati;112.005;-7.805;baik\nMawar;112.006;-7.806;\n"
	found := n.expect(200, "POST", "/api/imports/inspect?what=assets", as(n, "admin"), body(typeCSV, content), header("Patok-File", "posyandu.csv"))
	if found.at("header_row") != 3.0 || found.at("plan", "type") != "posyandu" || found.at("columns", 1, "guess", "to") != "longitude" || found.at("columns", 0, "guess") != nil {
		t.Fatal(found.body)
	}
	plan := found.at("plan").(map[string]any)
	plan["columns"].(map[string]any)["Judul"] = map[string]string{"to": "name"}
	plan["columns"].(map[string]any)["Keterangan"] = map[string]string{"to": "ignore"}
	if tried := n.sendFile(200, "admin", "?dry_run=true", plan, content); tried.at("new") != 2.0 || n.count(`select count(*) from assets`) != 0 {
		t.Fatal(tried.body)
	}
	done := n.sendFile(200, "admin", "", plan, content)
	n.settle(done)
	if n.count(`select count(*) from assets where name in ('Melati', 'Mawar') and note = ''`) != 2 {
		t.Error(done.body)
	}
	undone := n.expect(200, "POST", fmt.Sprintf("/api/imports/%.0f/undo", done.at("receipt")), as(n, "admin"), header("Patok-Reason", "keliru"))
	if undone.at("undone") != 2.0 || n.count(`select count(*) from assets`) != 0 {
		t.Error(undone.body)
	}
	n.expect(403, "POST", "/api/imports/inspect?what=assets", as(n, "pic-lor"), body(typeCSV, content))
	n.sendFile(403, "pic-lor", "", plan, content)
	n.sendFile(403, "admin-mojoroto", "", plan, content)

	areas := "kd;Desa;geometri\n35.71.01.1003;Banjarmlati;\"POLYGON((112.02 -7.81,112.03 -7.81,112.03 -7.80,112.02 -7.80,112.02 -7.81))\"\n"
	areaPlan := exchange.Plan{What: exchange.WhatAreas, Source: "BIG", Columns: map[string]exchange.Mapping{"kd": {To: "code"}, "Desa": {To: "name"}, "geometri": {To: "boundary"}}}
	added := n.sendFile(200, "admin", "", areaPlan, areas)
	n.settle(added)
	if added.at("new") != 1.0 || n.count(`select count(*) from areas where code = '35.71.01.1003' and source = 'BIG'`) != 1 {
		t.Error(added.body)
	}
	if one := n.expect(200, "GET", fmt.Sprintf("/api/imports/%.0f", added.at("receipt")), as(n, "admin")); one.at("can_undo") != false {
		t.Error(one.body)
	}
	n.expect(409, "POST", fmt.Sprintf("/api/imports/%.0f/undo", added.at("receipt")), as(n, "admin"), header("Patok-Reason", "keliru"))
}

// What is no proper form is refused before it costs anything.
func TestImportForms(t *testing.T) {
	n := newNode(t)
	good, _ := json.Marshal(figuresPlan("muskel"))
	part := func(name, content string) string {
		return "--batas\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"x.csv\"\r\n\r\n" + content + "\r\n"
	}
	const end = "--batas--\r\n"
	file := part("file", "Kode;Desil 1\n"+lor+";3\n")
	for name, c := range map[string]struct {
		form   string
		status int
	}{
		"nothing":        {end, 400},
		"no file":        {part("plan", string(good)) + end, 400},
		"no plan":        {file + end, 400},
		"twice":          {part("plan", string(good)) + file + file + end, 400},
		"something else": {part("plan", string(good)) + part("lain", "") + file + end, 400},
		"cut off":        {part("plan", string(good)) + "--batas\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nKode", 400},
		"no JSON":        {part("plan", "{") + file + end, 400},
		"unknown member": {part("plan", `{"what":"figures","entah":1}`) + file + end, 400},
		"a wrong type":   {part("plan", `{"what":1}`) + file + end, 400},
		"a wrong area":   {part("plan", `{"what":"figures","area":"x"}`) + file + end, 422},
		"a large plan":   {part("plan", `{"what":"`+strings.Repeat("x", maxPlanBytes)+`"}`) + file + end, 413},
		"a large file":   {part("plan", string(good)) + part("file", strings.Repeat("x", maxImportBytes+1)) + end, 413},
		"a large form":   {part("file", "x") + part("lain", strings.Repeat("x", 1<<20)), 400},
		"incomplete":     {part("plan", `{"what":"figures","columns":{}}`) + file + end, 422},
		"the other way":  {file + part("plan", string(good)) + end, 200},
	} {
		if a := n.do("POST", "/api/imports?dry_run=true", as(n, "pic-lor"), body("multipart/form-data; boundary=batas", c.form)); a.status != c.status {
			t.Errorf("%s: %d, want %d: %.300s", name, a.status, c.status, a.body)
		}
	}
	n.expect(415, "POST", "/api/imports", as(n, "pic-lor"), body(typeJSON, "{}"))
	n.expect(415, "POST", "/api/imports/inspect", as(n, "pic-lor"), body("text/plain", "a"))
	n.expect(413, "POST", "/api/imports/inspect", as(n, "pic-lor"), body(typeCSV, strings.Repeat("x", maxImportBytes+1)))
	n.expect(400, "POST", "/api/imports/inspect?what=entah", as(n, "pic-lor"), body(typeCSV, "a"))
	n.expect(400, "POST", "/api/imports/inspect", as(n, "pic-lor"), body(typeCSV, "a;b\n1;2"), header("Patok-File", "%zz"))
	n.expect(422, "POST", "/api/imports/inspect", as(n, "pic-lor"), body(typeXLSX, "PK\x03\x04 bukan arsip"))
	n.imports.Add(maxImports)
	n.expect(503, "POST", "/api/imports/inspect", as(n, "pic-lor"), body(typeCSV, "a"))
	n.imports.Add(-maxImports)
	if n.imports.Load() != 0 {
		t.Errorf("%d files are still being read", n.imports.Load())
	}
}

func TestFileNames(t *testing.T) {
	for sent, want := range map[string]string{"": "berkas", "/": "berkas", "a.csv": "a.csv", `C:\data\a.csv`: "a.csv", "../../etc/passwd": "passwd", "a\x00\nb.csv": "ab.csv", "desil 1.xlsx": "desil 1.xlsx",
		strings.Repeat("x", 300): strings.Repeat("x", maxFileNameRunes)} {
		if got := fileName(sent); got != want {
			t.Errorf("%q: %q, want %q", sent, got, want)
		}
	}
}

func FuzzReadImport(f *testing.F) {
	contentType, form := importBody(f, figuresPlan("muskel"), "a.csv", "Kode;Desil 1\n35.71;3\n")
	f.Add(contentType, form)
	f.Add("multipart/form-data; boundary=x", "--x\r\n\r\n--x--")
	f.Fuzz(func(t *testing.T, contentType, form string) {
		r := httptest.NewRequest(http.MethodPost, "/api/imports", io.NopCloser(strings.NewReader(form)))
		r.Header.Set("Content-Type", contentType)
		got, err := readImport(httptest.NewRecorder(), r)
		if err != nil && outcomeOf(asError(err).Kind).status >= 500 {
			if _, refused := err.(*refusal); !refused { //nolint:errorlint // it comes as it is
				t.Fatal(err)
			}
		}
		if err == nil && got.src.Open == nil {
			t.Fatal("no file")
		}
	})
}
