package handlers

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

func TestScenarios(t *testing.T) {
	n := newNode(t)
	n.settled()
	const create = `{"name":"Satu posyandu lagi","area_code":"35.71.01","shared":false,"request":{"area":"35.71.01","demand":{"by":"families"},"supply":{"type":"posyandu"},"sites":{"p":1}}}`
	made := n.expect(201, "POST", "/api/scenarios", as(n, "bappeda"), body(typeJSON, create))
	path := fmt.Sprintf("/api/scenarios/%v", made.at("scenario", "id"))
	if made.header.Get("Location") != n.http.URL+path || made.at("scenario", "result", "sites", 0, "gain") != 30.0 || made.at("scenario", "mine") != true {
		t.Fatalf("%s", made.body)
	}
	n.create("admin", "posyandu", feature(112.0195, -7.806, `"name":"Baru","area_code":"`+kidul+`"`))
	if kept := n.expect(200, "GET", path, as(n, "bappeda")); kept.at("result", "sites", 0, "gain") != 30.0 || kept.at("request", "radius_m") != 500.0 {
		t.Errorf("a scenario stays as it was: %s", kept.body)
	}
	n.expect(404, "GET", path, as(n, "camat"))
	n.expect(412, "PATCH", path, as(n, "bappeda"), body(typeJSON, `{"version":7,"shared":true}`))
	n.expect(422, "PATCH", path, as(n, "bappeda"), body(typeJSON, `{"version":1,"name":" "}`))
	if changed := n.expect(200, "PATCH", path, as(n, "bappeda"), body(typeJSON, `{"version":1,"shared":true,"name":"Untuk rapat"}`)); changed.at("name") != "Untuk rapat" || changed.at("version") != 2.0 {
		t.Errorf("%s", changed.body)
	}
	if shared := n.expect(200, "GET", path, as(n, "camat")); shared.at("mine") != false || shared.at("by", "name") != "bappeda" {
		t.Errorf("shared: %s", shared.body)
	}
	if list := n.expect(200, "GET", "/api/scenarios", as(n, "camat")); list.at("scenarios", 0, "name") != "Untuk rapat" || list.at("scenarios", 0, "result") != nil {
		t.Errorf("a list: %s", list.body)
	}
	n.expect(404, "GET", path, as(n, "pic-lor")) // it is about more than Bandar Lor
	n.checkFiles(path)
	n.expect(403, "DELETE", path, as(n, "camat"))
	n.expect(204, "DELETE", path, as(n, "bappeda"))
	n.expect(404, "GET", path, as(n, "bappeda"))
}

// checkFiles reads a scenario in every format. Each tells its notes, and each
// reading is logged.
func (n *node) checkFiles(path string) {
	n.t.Helper()
	const said = "Jarak: garis lurus × 1,3, perkiraan jalan kaki."
	geojson := n.expect(200, "GET", path+".geojson", as(n, "bappeda"))
	if !strings.Contains(geojson.body, said) || geojson.at("features", 0, "properties", "kind") != "site" || geojson.at("features", 1, "properties", "kind") != "demand" {
		n.t.Errorf("GeoJSON: %s", geojson.body)
	}
	text := strings.TrimPrefix(n.expect(200, "GET", path+".csv", as(n, "bappeda")).body, "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	n.must(err)
	parts := map[string]int{}
	for _, row := range rows {
		parts[row[0]]++
	}
	if !strings.Contains(text, said) || parts["RT"] != 4 || parts["Usulan lokasi"] != 1 || parts["Wilayah"] != 5 || parts["Catatan"] < 8 || parts["Seluruhnya"] != 1 {
		n.t.Errorf("CSV: %v\n%s", parts, text)
	}
	book, err := excelize.OpenReader(bytes.NewReader([]byte(n.expect(200, "GET", path+".xlsx", as(n, "bappeda")).body)))
	n.must(err)
	sheet, err := book.GetRows("Skenario")
	n.must(err)
	if len(sheet) != len(rows) {
		n.t.Errorf("%d rows as XLSX, and %d as CSV", len(sheet), len(rows))
	}
	if lines := n.count(`select count(*)::int from audit where action = 'export' and target like 'scenario.%'`); lines != 3 {
		n.t.Errorf("%d lines in the log, want 3", lines)
	}
}

func TestWrongScenarios(t *testing.T) {
	n := newNode(t)
	for request, want := range map[string]string{
		`{}`: "/name required; /name length; /request required",
		`{"name":"x","area_code":"35.71","request":{"area":"35.71.01",` + families + `,"x":1}}`: "/request/x unknown; /area_code area",
	} {
		if got := n.expect(422, "POST", "/api/scenarios", as(n, "bappeda"), body(typeJSON, request)).codes(); got != want {
			t.Errorf("%s: %s, want %s", request, got, want)
		}
	}
	n.expect(403, "POST", "/api/scenarios", as(n, "pic-lor"), body(typeJSON, `{"name":"x","area_code":"35.71","request":{"area":"35.71",`+families+`}}`))
}
