package handlers

import "github.com/patok-id/patok/geo/exchange"

// releasePaths describes releases and their files.
func releasePaths() doc {
	text, whole := doc{"type": "string"}, doc{"type": "integer"}
	file := objectOf([]string{"name", "audience", "media_type", "bytes", "rows", "sha256", "href"}, doc{"name": text, "collection": text, "table": text,
		"audience": doc{"type": "string", "enum": []any{"public", "internal"}}, "media_type": text, "bytes": whole, "rows": whole, "sha256": text, "href": text})
	incomplete := listOf(objectOf([]string{"kind", "area_code", "area_name", "what", "count"}, doc{
		"kind": doc{"type": "string", "enum": []any{"batch", "declaration", "held", "proposal"}}, "area_code": text, "area_name": text, "what": text, "count": whole}))
	release := objectOf([]string{"name", "title", "note", "revision", "released_at", "by", "files"}, doc{"name": text, "title": text, "note": text,
		"revision": whole, "released_at": text, "by": nullable("string"), "files": listOf(file), "incomplete": incomplete})
	named := []doc{pathParameter("release", text)}
	fileOf := append(named[:1:1], pathParameter("file", text))
	content := doc{"200": doc{"description": "The file", "content": fileContent()}, "304": doc{"description": "Not modified"}}
	purpose := queryParameter("purpose", "What it is wanted for; logged.", doc{"type": "string", "minLength": minPurpose, "maxLength": maxPurpose})
	purpose["required"] = true
	return doc{
		"/api/releases": doc{
			"get": operation("releases", "All releases, the newest first", nil, doc{"200": reply("The releases", typeJSON,
				objectOf([]string{"releases"}, doc{"releases": listOf(release)}))}, 401),
			"post": guarded(withBody(operation("createRelease", "Give all that is published now a name, and keep its files for ever",
				[]doc{queryParameter("dry_run", "Tell what it would lack, and make nothing.", doc{"type": "boolean", "default": false})},
				doc{"200": reply("What it would hold and lack", typeJSON, objectOf([]string{"incomplete", "files", "rows"}, doc{"incomplete": incomplete, "files": whole, "rows": whole})),
					"201": reply("Released", typeJSON, release)}, 401, 403, 409, 413, 415, 422),
				[]string{typeJSON}, objectOf(nil, doc{"name": text, "title": text, "note": text}))),
		},
		patternRelease:                   doc{"get": operation("release", "One release", named, doc{"200": reply("The release", typeJSON, release)}, 401, 404)},
		patternRelease + "/files/{file}": doc{"get": operation("releaseFile", "A file of a release: the same bytes for ever", fileOf, content, 404)},
		patternRelease + "/files/internal/{file}": doc{"get": guarded(operation("internalReleaseFile", "A file of the administration's figures, for who may analyse all of its area",
			append(fileOf[:2:2], purpose), content, 401, 404))},
	}
}

// fileContent is what a file of a release may be.
func fileContent() doc {
	binary := doc{"type": "string", "format": "binary"}
	return doc{exchange.TypeCSV: doc{"schema": doc{"type": "string"}}, exchange.TypeXLSX: doc{"schema": binary},
		exchange.TypeGeoJSON: doc{"schema": doc{"type": "object"}}, typeJSON: doc{"schema": doc{"type": "object"}}}
}

// addDownloads adds the files of a collection; filters are those of its items.
func addDownloads(paths doc, name string, filters []doc) {
	var taken []doc
	for _, f := range filters {
		if f["$ref"] != "#/components/parameters/limit" && f["$ref"] != "#/components/parameters/cursor" {
			taken = append(taken, f)
		}
	}
	taken = append(taken, queryParameter("fields", "internal: with what only those see who may read the whole selection fully; needs a purpose, and is logged.",
		doc{"type": "string", "enum": []any{"internal"}}),
		queryParameter("purpose", "What internal fields are wanted for.", doc{"type": "string", "minLength": minPurpose, "maxLength": maxPurpose}))
	for _, form := range downloadForms() {
		paths["/api/collections/"+name+"/items."+form.extension] = doc{"get": operation(name+".items."+form.extension, "All features of "+name+" that a filter selects, as a file", taken,
			doc{"200": reply("The file", form.mediaType, fileContent()[form.mediaType].(doc)["schema"].(doc))}, 401, 403, 404, 413)}
	}
}
