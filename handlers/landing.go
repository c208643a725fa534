package handlers

import (
	"bytes"
	"html/template"
	"net/http"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// landing is the way in for programs (OGC API Common part 1, section 8.2).
func (s *Server) landing(w http.ResponseWriter, r *http.Request, _ geo.Principal, _ *index.Snapshot) error {
	if err := noParams(r); err != nil {
		return err
	}
	o := s.origin(r)
	return writeJSON(w, r, http.StatusOK, map[string]any{
		"title": "Patok",
		"description": geo.Text{
			ID: "Wilayah administrasi dan aset kelurahan: titik, batas, dan ubin peta.",
			EN: "Administrative areas and the facilities of kelurahan: points, boundaries and map tiles.",
		}.In(language(r)),
		"links": []link{
			{Href: o + "/api", Rel: "self", Type: typeJSON, Title: "This document"},
			{Href: o + "/api/openapi.json", Rel: "service-desc", Type: typeOpenAPI, Title: "OpenAPI 3.0"},
			{Href: o + "/api/docs", Rel: "service-doc", Type: typeHTML, Title: "Documentation"},
			{Href: o + "/api/conformance", Rel: "conformance", Type: typeJSON, Title: "Conformance"},
			{Href: o + "/api/collections", Rel: "data", Type: typeJSON, Title: "Collections"},
		},
	})
}

// conformance lists the classes of the OGC APIs that are met in full.
func (s *Server) conformance(w http.ResponseWriter, r *http.Request, _ geo.Principal, _ *index.Snapshot) error {
	if err := noParams(r); err != nil {
		return err
	}
	return writeJSON(w, r, http.StatusOK, map[string]any{"conformsTo": []string{
		"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
		"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/landing-page",
		"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json",
		"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/oas30",
		"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
		"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
		"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
		"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
		"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
	}})
}

// docsPage lists what the API has for a person. It needs no style and no script.
const docsPage = `<!doctype html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Patok API</title></head>
<body><h1>Patok API</h1>
<p>{{.Intro}}</p>
<ul>
<li><a href="/api">/api</a></li>
<li><a href="/api/openapi.json">/api/openapi.json</a></li>
<li><a href="/api/collections">/api/collections</a></li>
<li><a href="/api/types">/api/types</a></li>
<li><a href="/styles/patok.json">/styles/patok.json</a></li>
</ul>
<h2>{{.Collections}}</h2>
<table><thead><tr><th>{{.Name}}</th><th>GeoJSON</th><th>TileJSON</th></tr></thead><tbody>
{{range .List}}<tr><td>{{.Title}}</td><td><a href="/api/collections/{{.ID}}/items">/api/collections/{{.ID}}/items</a></td><td><a href="/tiles/{{.ID}}.json">/tiles/{{.ID}}.json</a></td></tr>
{{end}}</tbody></table>
<h2>{{.Parameters}}</h2>
<dl>
<dt>bbox</dt><dd>{{.BBox}}</dd>
<dt>datetime</dt><dd>{{.Datetime}}</dd>
<dt>limit, cursor</dt><dd>{{.Limit}}</dd>
<dt>q</dt><dd>{{.Q}}</dd>
<dt>area</dt><dd>{{.Area}}</dd>
<dt>located</dt><dd>{{.Located}}</dd>
</dl>
</body></html>
`

// docs is the API for people to read.
func (s *Server) docs(w http.ResponseWriter, r *http.Request, _ geo.Principal, at *index.Snapshot) error {
	if err := noParams(r); err != nil {
		return err
	}
	if err := accepts(r, typeHTML); err != nil {
		return err
	}
	lang := language(r)
	text := func(id, en string) string { return geo.Text{ID: id, EN: en}.In(lang) }
	data := map[string]any{
		"Lang":        lang,
		"Intro":       text("Data terbuka dapat dibaca siapa saja, tanpa masuk.", "Public data may be read by anybody, without logging in."),
		"Collections": text("Koleksi", "Collections"),
		"Name":        text("Nama", "Name"),
		"Parameters":  text("Parameter untuk items", "Parameters of items"),
		"BBox":        text("barat,selatan,timur,utara dalam derajat", "west,south,east,north in degrees"),
		"Datetime":    text("keadaan pada waktu itu, misalnya 2026-01-01T00:00:00Z, atau selang waktu, misalnya 2026-01-01/..", "the state as of a time such as 2026-01-01T00:00:00Z, or an interval such as 2026-01-01/.."),
		"Limit":       text("banyaknya per halaman (1 sampai 10000); halaman berikut ada di tautan next", "how many per page (1 to 10000); the next page is in the link next"),
		"Q":           text("bagian dari nama atau kode", "part of a name or a code"),
		"Area":        text("kode wilayah, termasuk semua di bawahnya", "the code of an area, with all below it"),
		"Located":     text("true: hanya yang sudah bertitik", "true: only those with a point"),
	}
	var list []map[string]string
	for _, name := range at.Collections() {
		title, _ := collectionTitle(at, name)
		list = append(list, map[string]string{"ID": name, "Title": title.In(lang)})
	}
	data["List"] = list
	return writeHTML(w, r, http.StatusOK, docsPage, data)
}

// writeHTML answers with a page made from a template of ours.
func writeHTML(w http.ResponseWriter, r *http.Request, status int, page string, data any) error {
	body, err := renderHTML(page, data)
	if err != nil {
		return geo.Wrap("handlers.writeHTML", err)
	}
	writeBody(w, r, status, typeHTML+utf8Suffix, body)
	return nil
}

func renderHTML(page string, data any) ([]byte, error) {
	t, err := template.New("page").Parse(page)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, data)
	return b.Bytes(), err
}
