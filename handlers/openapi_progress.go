package handlers

// progressPaths describes how far the kelurahan are.
func progressPaths() doc {
	text, whole, flag := doc{"type": "string"}, doc{"type": "integer"}, doc{"type": "boolean"}
	row := objectOf([]string{"area_code", "area_name", "district", "type", "target", "registered", "placed", "confirmed", "returned", "waiting",
		"last_activity", "due", "declared", "declared_by", "declared_at", "confirmed_by", "confirmed_at", "late", "done", "pic"}, doc{
		"area_code": text, "area_name": text, "district": text, "type": text, "target": nullable("integer"), "registered": whole, "placed": whole,
		"confirmed": whole, "returned": whole, "waiting": whole, "last_activity": nullable("string"), "due": nullable("string"),
		"declared":    doc{"type": "string", "nullable": true, "enum": []any{"complete", "none", nil}},
		"declared_by": text, "declared_at": nullable("string"), "confirmed_by": text, "confirmed_at": nullable("string"), "late": flag, "done": flag,
		"pic": listOf(objectOf([]string{"name", "title"}, doc{"name": text, "title": text}))})
	list := objectOf([]string{"as_of", "rows", "types", "may"}, doc{"as_of": text, "rows": listOf(row), "types": listOf(text),
		"may": objectOf([]string{"declare", "confirm", "target"}, doc{"declare": listOf(text), "confirm": listOf(text), "target": flag})})
	target := objectOf([]string{"area_code", "type"}, doc{"area_code": text, "type": text,
		"target": doc{"type": "integer", "nullable": true, "minimum": 0}, "due": nullable("string")})

	filters := append(parameters("area"), queryParameter("type", "Name of an asset type.", text))
	get := func(id, summary, mediaType string, schema doc) doc {
		return doc{"get": guarded(operation(id, summary, filters, doc{"200": reply(summary, mediaType, schema)}, 401, 413))}
	}
	targets := guarded(withBody(operation("progressTargets", "Set targets and due days; what is left out stays", nil,
		doc{"200": reply("Set", typeJSON, objectOf([]string{"changed"}, doc{"changed": whole}))}, 401, 403, 404, 413, 415, 422),
		[]string{typeJSON}, objectOf([]string{"targets"}, doc{"targets": listOf(target)})))
	targets["requestBody"].(doc)["content"].(doc)[typeCSV] = doc{"schema": doc{"type": "string",
		"description": "Columns kode_wilayah, jenis, target and tenggat; an empty cell leaves what is there."}}
	say := func(id, summary string, body doc) doc {
		of := []doc{pathParameter("area", text), pathParameter("type", text)}
		return doc{"put": guarded(withBody(operation(id, summary, of, doc{"200": reply("The row", typeJSON, row)}, 401, 403, 404, 409, 413, 415, 422),
			[]string{typeJSON}, body))}
	}
	return doc{
		"/api/progress":         get("progress", "How far each kelurahan is, by type", typeJSON, list),
		"/api/progress.csv":     get("progressCSV", "The progress as CSV", typeCSV, text),
		"/api/progress.xlsx":    get("progressXLSX", "The progress as a workbook", typeXLSX, doc{"type": "string", "format": "binary"}),
		"/api/progress/targets": doc{"put": targets},
		"/api/progress/{area}/{type}/declaration": say("declareProgress", "Declare a type complete, or that there is none; null takes it back",
			objectOf([]string{"declared"}, doc{"declared": doc{"type": "string", "nullable": true, "enum": []any{"complete", "none", nil}}})),
		"/api/progress/{area}/{type}/confirmation": say("confirmProgress", "Agree to what somebody else declared, or take that back",
			objectOf([]string{"confirmed"}, doc{"confirmed": flag})),
	}
}
