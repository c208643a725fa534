package handlers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"strconv"
	"testing"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/exchange"
)

// The rules of imports. {import} is an administrator's.
var (
	importers    = rule{func(a actor, _ place) bool { return a.is(geo.RoleAdministrator, geo.RolePIC, geo.RoleDinsos) }, 403} // somewhere
	importOwners = rule{func(a actor, _ place) bool { return a.is(geo.RoleAdministrator) && a.area == "" }, 404}
)

// importEntries are the lines of the matrix about files that come in. Who may do
// so for which area, TestImportsOfFigures asks.
func importEntries() []entry {
	contentType, form := importBody(nil, figuresPlan("muskel"), "uji.csv", "Kode;Desil 1\n"+lor+";3\n")
	undo := ask{header: map[string]string{"Patok-Reason": "keliru"}}
	return []entry{
		{"POST", "/api/imports/inspect", importers, ask{query: "what=figures", mediaType: typeCSV, body: "Kode;Desil 1\n" + lor + ";3\n"}},
		{"POST", "/api/imports", importers, ask{query: "dry_run=true", mediaType: contentType, body: form}},
		{"GET", "/api/imports", loggedIn, ask{}},
		{"GET", patternImport, importOwners, ask{}},
		{"POST", patternImport + "/undo", importOwners, undo},
	}
}

// figuresPlan reads Kode and Desil 1, and what else the columns are.
func figuresPlan(source string, more ...string) exchange.Plan {
	p := exchange.Plan{What: exchange.WhatFigures, Shape: exchange.Wide, Source: source, Period: "2026-Q1", Columns: map[string]exchange.Mapping{
		"Kode": {To: "area_code"}, "Desil 1": {To: "value", Indicator: "keluarga_desil_1"}}}
	for i := 0; i+1 < len(more); i += 2 {
		p.Columns[more[i]] = exchange.Mapping{To: more[i+1]}
	}
	return p
}

// importBody is the form of an import, and its media type.
func importBody(t testing.TB, plan any, name, content string) (contentType, body string) {
	var out bytes.Buffer
	form := multipart.NewWriter(&out)
	check := func(err error) {
		if err != nil {
			if t == nil {
				panic(err)
			}
			t.Fatal(err)
		}
	}
	check(form.SetBoundary("batas"))
	raw, err := json.Marshal(plan)
	check(err)
	check(form.WriteField("plan", string(raw)))
	file, err := form.CreateFormFile("file", name)
	check(err)
	_, err = file.Write([]byte(content))
	check(err)
	check(form.Close())
	return form.FormDataContentType(), out.String()
}

// makeImport takes in a figure of a place.
func (n *node) makeImport(at place) string {
	n.t.Helper()
	n.imported++
	contentType, form := importBody(n.t, figuresPlan("dtsen"), "uji.csv", fmt.Sprintf("Kode;Desil 1\n%s;%d\n", at.area(), n.imported))
	made := n.expect(200, "POST", "/api/imports", as(n, "admin"), body(contentType, form), header("Patok-Reason", "uji"))
	n.settle(made)
	return strconv.Itoa(int(made.at("receipt").(float64)))
}
