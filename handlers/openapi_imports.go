package handlers

import (
	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/exchange"
	"github.com/patok-id/patok/geo/indicator"
)

// importPaths describes how files come in.
func importPaths() doc {
	text, whole, flag := doc{"type": "string"}, doc{"type": "integer"}, doc{"type": "boolean"}
	binary := doc{"type": "string", "format": "binary"}
	kinds := doc{"type": "string", "enum": []exchange.What{exchange.WhatFigures, exchange.WhatAssets, exchange.WhatAreas}}
	mapping := objectOf([]string{"to"}, doc{"to": text, "indicator": text})
	guess := objectOf([]string{"to"}, doc{"to": text, "indicator": text})
	guess["nullable"] = true
	plan := objectOf([]string{"what", "columns"}, doc{"what": kinds, "sheet": text, "header_row": whole, "decimal": text, "shape": text, "period": text,
		"source": text, "area": text, "type": text, "columns": doc{"type": "object", "additionalProperties": mapping}})
	column := objectOf([]string{"name", "sample", "guess", "identifier"}, doc{"name": text, "sample": listOf(text), "guess": guess, "identifier": flag})
	inspection := objectOf([]string{"file", "format", "encoding", "separator", "decimal", "sheets", "sheet", "header_row", "rows", "columns", "shape", "plan"}, doc{
		"file": text, "format": text, "encoding": text, "separator": text, "decimal": text, "sheets": listOf(text), "sheet": text, "header_row": whole,
		"rows": whole, "columns": listOf(column), "shape": text, "plan": plan})
	report := importReport(text, whole, flag)
	receipt := objectOf([]string{"id", "what", "file", "sha256", "by", "at", "report", "undone_at", "can_undo"}, doc{"id": whole, "what": kinds, "file": text,
		"sha256": text, "by": doc{"type": "object", "nullable": true, "properties": doc{"id": whole, "name": text, "title": text}}, "at": text, "report": report,
		"undone_at": nullable("string"), "can_undo": flag})
	form := objectOf([]string{"plan", "file"}, doc{"plan": plan, "file": binary})
	choose := func(name, description string) doc {
		return queryParameter(name, description, doc{"type": "boolean", "default": false})
	}
	what := queryParameter("what", "What the file holds.", kinds)
	of := []doc{pathParameter("import", doc{"type": "integer", "format": "int64", "minimum": 1})}
	undone := objectOf([]string{"undone", "kept", "revision"}, doc{"undone": whole, "kept": whole, "revision": whole})
	page := objectOf([]string{"imports", "next"}, doc{"imports": listOf(receipt), "next": nullable("string")})
	return doc{
		"/api/imports/inspect": doc{"post": guarded(withBody(operation("inspectImport", "What a file holds, with a plan for it; nothing is kept",
			[]doc{what, queryParameter("sheet", "Worksheet of a workbook.", text), queryParameter("source", "Source of figures.", text), queryParameter("period", "Period of figures.", text),
				headerParameter("Patok-File", "The file's name, percent-encoded.")},
			doc{"200": reply("What was found", typeJSON, inspection)}, 401, 403, 413, 415, 422), []string{typeCSV, typeXLSX, typeGeoJSON}, binary))},
		"/api/imports": doc{
			"get": guarded(operation("imports", "What was taken in, newest first", parameters("limit", "cursor"), doc{"200": reply("A page of receipts", typeJSON, page)}, 401)),
			"post": guarded(withBody(operation("importFile", "Take a file in, all of it or nothing",
				append(parameters("reason"), choose("dry_run", "Tell what would happen, and write nothing."), choose("skip_refused", "Take the good rows of a file that has bad ones.")),
				doc{"200": reply("What became of it", typeJSON, report)}, 401, 403, 409, 413, 415, 422), []string{"multipart/form-data"}, form))},
		patternImport:           doc{"get": guarded(operation("import", "The receipt of an import", of, doc{"200": reply("The receipt", typeJSON, receipt)}, 401, 404))},
		patternImport + "/undo": doc{"post": guarded(operation("undoImport", "Take back what an import did", append(of, ref("parameters", "reason")), doc{"200": reply("Undone", typeJSON, undone)}, 401, 403, 404, 409, 413, 422))},
	}
}

// importReport describes what became of an import.
func importReport(text, whole, flag doc) doc {
	verdict := objectOf([]string{"row", "name", "outcome", "doubtful", "reasons"}, doc{"row": whole, "name": text, "doubtful": flag, "reasons": listOf(text),
		"outcome": doc{"type": "string", "enum": []geo.Outcome{geo.OutcomeNew, geo.OutcomeChanged, geo.OutcomeUnchanged, geo.OutcomeRefused, geo.OutcomeSkipped}}})
	batch := objectOf([]string{"id", "area_code", "area_name", "period", "edition", "state", "values"}, doc{"id": nullable("integer"), "area_code": text,
		"area_name": text, "period": text, "edition": whole, "state": text, "values": whole})
	number := doc{"type": "number"}
	difference := objectOf([]string{"place", "indicator", "told", "sum", "of", "note", "explained"}, doc{"place": text, "indicator": text, "told": number, "sum": number,
		"of": doc{"type": "string", "enum": []indicator.Sum{indicator.OfChildren, indicator.OfParts, indicator.OfPoints}}, "note": text, "explained": flag})
	return objectOf([]string{"file", "dry_run", "read", "new", "changed", "unchanged", "refused", "doubtful", "skipped", "ignored", "verdicts", "verdicts_total", "batches",
		"differences", "receipt", "revision"}, doc{"file": text, "dry_run": flag, "read": whole, "new": whole, "changed": whole, "unchanged": whole, "refused": whole,
		"doubtful": whole, "skipped": whole, "ignored": listOf(text), "verdicts": listOf(verdict), "verdicts_total": whole, "batches": listOf(batch),
		"differences": listOf(difference), "receipt": nullable("integer"), "revision": nullable("integer")})
}
