package handlers

import (
	"github.com/patok-id/patok/geo/indicator"
)

// batchSchema is a batch; figures, minutes and events are null for who only
// watches.
func batchSchema() doc {
	text, whole, flag := doc{"type": "string"}, doc{"type": "integer"}, doc{"type": "boolean"}
	gone := func(schema doc) doc {
		schema["nullable"] = true
		return schema
	}
	step := doc{"type": "string", "enum": []any{"", indicator.StepKelurahan, indicator.StepKecamatan, indicator.StepDinsos}}
	scan := gone(objectOf([]string{"media_type", "bytes", "hash", "added_at", "purged_at"},
		doc{"media_type": text, "bytes": whole, "hash": text, "added_at": text, "purged_at": nullable("string")}))
	minutes := gone(objectOf([]string{"number", "held_on", "attendance", "note", "kind", "scan"},
		doc{"number": text, "held_on": text, "attendance": whole, "note": text, "kind": doc{"type": "string", "enum": []string{"muskel", "musdes"}}, "scan": scan}))
	event := objectOf([]string{"at", "by", "title", "action", "step", "number", "dated", "note", "cells"}, doc{"at": text, "by": text, "title": text,
		"action": doc{"type": "string", "enum": []indicator.Act{indicator.ActCreated, indicator.ActSent, indicator.ActApproved, indicator.ActReturned, indicator.ActWithdrawn, indicator.ActClosed}},
		"step":   step, "number": text, "dated": nullable("string"), "note": text, "cells": doc{"type": "object", "additionalProperties": text}})
	mark := objectOf([]string{"mark", "label", "dated", "number", "note", "by", "at"}, doc{"mark": text, "label": text, "dated": text, "number": text, "note": text, "by": text, "at": text})
	rights := []string{"enter", "send", "approve", "return", "withdraw", "correct", "mark", "minutes", "purge"}
	can := doc{}
	for _, name := range rights {
		can[name] = flag
	}
	return objectOf([]string{"id", "version", "area_code", "area_name", "kind", "period", "source", "edition", "state", "steps", "step", "reason",
		"created_at", "changed_at", "sent_at", "closed_at", "due", "late", "figures", "minutes", "events", "marks", "can"}, doc{
		"id": whole, "version": whole, "area_code": text, "area_name": text, "kind": text, "period": text, "source": text, "edition": whole,
		"state": doc{"type": "string", "enum": []indicator.State{indicator.Draft, indicator.Sent, indicator.Checking, indicator.Returned, indicator.Closed, indicator.Withdrawn}},
		"steps": listOf(step), "step": whole, "reason": text, "created_at": text, "changed_at": text, "sent_at": nullable("string"), "closed_at": nullable("string"),
		"due": nullable("string"), "late": flag, "figures": gone(objectOf([]string{"places", "told"}, doc{"places": whole, "told": whole})),
		"minutes": minutes, "events": gone(listOf(event)), "marks": listOf(mark), "can": objectOf(rights, can)})
}

func batchValueSchema() doc {
	text, number := doc{"type": "string"}, doc{"type": "number"}
	return objectOf([]string{"place", "indicator", "number"}, doc{"place": text, "indicator": text, "number": nullable("number"),
		"denominator": number, "denominator_source": text, "note": text})
}

func differenceSchema() doc {
	text, number := doc{"type": "string"}, doc{"type": "number"}
	return objectOf([]string{"place", "indicator", "told", "sum", "of", "note", "explained"}, doc{"place": text, "indicator": text, "told": number, "sum": number,
		"of": doc{"type": "string", "enum": []indicator.Sum{indicator.OfChildren, indicator.OfParts, indicator.OfPoints}}, "note": text, "explained": doc{"type": "boolean"}})
}

// batchPaths describes the figures of areas and how they are agreed upon.
func batchPaths() doc {
	text, whole := doc{"type": "string"}, doc{"type": "integer"}
	one := ref("schemas", "batch")
	of := []doc{pathParameter("batch", doc{"type": "integer", "format": "int64", "minimum": 1})}
	word := func(name, description string, words []string) doc {
		return queryParameter(name, description, doc{"type": "string", "enum": words, "default": words[0]})
	}
	get := func(id, summary string, parameters []doc, schema doc, statuses ...int) doc {
		return guarded(operation(id, summary, parameters, doc{"200": reply(summary, typeJSON, schema)}, append(statuses, 401)...))
	}
	change := func(id, summary string, parameters []doc, required []string, properties doc) doc {
		return guarded(withBody(operation(id, summary, parameters, doc{"200": reply("The batch", typeJSON, one)}, 401, 403, 404, 409, 412, 413, 415, 422),
			[]string{typeJSON}, objectOf(required, properties)))
	}
	decide := func(id, summary string, required []string, properties doc) doc {
		properties["version"], properties["note"] = whole, text
		return doc{"post": change(id, summary, of, append(required, "version"), properties)}
	}
	source, period := queryParameter("source", "Code of a source.", text), queryParameter("period", "Such as 2026, 2026-Q1, 2026-03 or 2026-03-31.", text)
	list := objectOf([]string{"batches", "matched", "next"}, doc{"batches": listOf(one), "matched": whole, "next": nullable("string")})
	open := change("openBatch", "Open the figures of an area, period and source; of a closed one the next edition", nil, []string{"area_code", "period", "source"},
		doc{"area_code": text, "period": text, "source": text, "reason": text})
	open["responses"].(doc)["201"] = open["responses"].(doc)["200"]
	delete(open["responses"].(doc), "200")
	mark := append([]doc{pathParameter("mark", text)}, of...)
	paths := doc{
		"/api/batches": doc{"get": get("batches", "Figures of areas, and how far they are", append(parameters("limit", "cursor", "area"), source, period,
			word("for", "All, those that wait for the caller's step, or those that the caller wrote.", batchViews), word("state", "How far they are.", batchStates)), list), "post": open},
		"/api/batches/overview": doc{"get": get("batchOverview", "How far each area is with the figures of a source and period", append(parameters("area"), source, period), overviewSchema(), 404, 413)},
		"/api/batches/counts": doc{"get": get("batchCounts", "How many wait for the caller", nil, objectOf([]string{"check", "returned", "draft", "late"},
			doc{"check": whole, "returned": whole, "draft": whole, "late": whole}))},
		"/api/batches/approve":     doc{"post": approveBatchesOperation()},
		patternBatch:               doc{"get": get("batch", "One batch", of, one, 404)},
		patternBatch + "/send":     decide("sendBatch", "Send it", nil, doc{}),
		patternBatch + "/approve":  decide("approveBatch", "Take the step that waits; the last one closes", nil, doc{"number": text, "dated": nullable("string")}),
		patternBatch + "/return":   decide("returnBatch", "Return it to those who enter", []string{"note"}, doc{"cells": doc{"type": "object", "additionalProperties": text}}),
		patternBatch + "/withdraw": decide("withdrawBatch", "Withdraw it", nil, doc{}),
		patternBatch + "/minutes": doc{"put": change("putMinutes", "Write the minutes of its meeting", of, []string{"version", "number", "held_on", "attendance"},
			doc{"version": whole, "number": text, "held_on": text, "attendance": whole, "note": text})},
		patternBatch + "/marks/{mark}": doc{"put": change("putMark", "Date a mark", mark, []string{"dated"}, doc{"dated": text, "number": text, "note": text}),
			"delete": guarded(operation("removeMark", "Take a mark back", mark, doc{"200": reply("The batch", typeJSON, one)}, 401, 403, 404, 409))},
	}
	addValuePaths(paths, of)
	addScanPath(paths, of)
	paths["/api/reconciliation"] = doc{"get": get("reconciliation", "Told numbers that differ from what is counted", append(parameters("limit", "cursor", "area"), period,
		word("kind", "What they are held against.", reconciliationKinds)), reconciliationSchema())}
	paths["/api/indicators/{code}"] = doc{"put": guarded(withBody(operation("putIndicator", "Add an indicator to the registry or change one", []doc{pathParameter("code", text)},
		doc{"200": reply("The indicator", typeJSON, ref("schemas", "object"))}, 401, 403, 413, 415, 422), []string{typeJSON}, ref("schemas", "object")))}
	return paths
}

func addValuePaths(paths doc, of []doc) {
	text, whole := doc{"type": "string"}, doc{"type": "integer"}
	value, difference := ref("schemas", "figure"), ref("schemas", "difference")
	previous := objectOf([]string{"period", "edition", "values"}, doc{"period": text, "edition": whole, "values": listOf(value)})
	previous["nullable"] = true
	entry := objectOf([]string{"batch", "version", "places", "values", "previous", "indicators", "differences"}, doc{"batch": whole, "version": whole,
		"places": listOf(text), "values": listOf(value), "previous": previous, "indicators": listOf(text), "differences": listOf(difference)})
	withPrevious := queryParameter("previous", "With what it is compared with.", doc{"type": "boolean", "default": false})
	key := objectOf([]string{"place", "indicator"}, doc{"place": text, "indicator": text})
	put := objectOf([]string{"version", "values"}, doc{"version": whole, "values": doc{"type": "array", "maxItems": maxValues, "items": value},
		"remove": doc{"type": "array", "maxItems": maxValues, "items": key}})
	done := objectOf([]string{"batch", "differences"}, doc{"batch": ref("schemas", "batch"), "differences": listOf(difference)})
	paths[patternBatch+"/values"] = doc{
		"get": guarded(operation("batchValues", "Its exact figures", append([]doc{withPrevious}, of...), doc{"200": reply("The figures", typeJSON, entry)}, 401, 403, 404)),
		"put": guarded(withBody(operation("putBatchValues", "Change figures, all of them or none; a number of null is not known", of,
			doc{"200": reply("Changed", typeJSON, done)}, 401, 403, 404, 409, 412, 413, 415, 422), []string{typeJSON}, put))}
	against := objectOf([]string{"period", "edition"}, doc{"period": text, "edition": whole})
	against["nullable"] = true
	row := objectOf([]string{"place", "indicator", "before", "after"}, doc{"place": text, "indicator": text, "before": nullable("number"), "after": nullable("number")})
	paths[patternBatch+"/difference"] = doc{"get": guarded(operation("batchDifference", "What a correction changes", of,
		doc{"200": reply("The figures that differ", typeJSON, objectOf([]string{"against", "rows"}, doc{"against": against, "rows": listOf(row)}))}, 401, 403, 404))}
}

func addScanPath(paths doc, of []doc) {
	file := doc{"type": "string", "format": "binary"}
	content := doc{}
	for _, t := range scanTypes {
		content[t] = doc{"schema": file}
	}
	one := reply("The batch", typeJSON, ref("schemas", "batch"))
	paths[patternScan] = doc{
		"get":    guarded(operation("scan", "The picture of its minutes", of, doc{"200": doc{"description": "The picture", "content": content}}, 401, 403, 404)),
		"put":    guarded(withBody(operation("putScan", "Keep the picture of its minutes", of, doc{"200": one}, 401, 403, 404, 409, 413, 415, 422), scanTypes, file)),
		"delete": guarded(operation("purgeScan", "Remove the picture for ever; its hash stays", append(parameters("reason"), of...), doc{"200": one}, 401, 403, 404, 422)),
	}
}

func approveBatchesOperation() doc {
	text, whole := doc{"type": "string"}, doc{"type": "integer"}
	item := objectOf([]string{"id", "version"}, doc{"id": whole, "version": whole})
	result := objectOf([]string{"id", "ok", "state", "problem"}, doc{"id": whole, "ok": doc{"type": "boolean"}, "state": nullable("string"), "problem": nullable("string")})
	return guarded(withBody(operation("approveBatches", "Take a step for several, each on its own", nil,
		doc{"200": reply("What became of each", typeJSON, objectOf([]string{"results"}, doc{"results": listOf(result)}))}, 401, 403, 413, 415, 422),
		[]string{typeJSON}, objectOf([]string{"items"}, doc{"items": doc{"type": "array", "maxItems": maxBatchApprovals, "items": item}, "note": text})))
}

func overviewSchema() doc {
	text, whole := doc{"type": "string"}, doc{"type": "integer"}
	totals := doc{"type": "object", "nullable": true, "additionalProperties": nullable("number")}
	row := objectOf([]string{"area_code", "area_name", "district", "batch", "state", "steps", "step", "edition", "told", "expected", "late", "changed_at", "differences", "figures", "previous"}, doc{
		"area_code": text, "area_name": text, "district": text, "batch": nullable("integer"), "state": text, "steps": listOf(text), "step": whole, "edition": whole,
		"told": nullable("integer"), "expected": whole, "late": doc{"type": "boolean"}, "changed_at": nullable("string"), "differences": nullable("integer"),
		"figures": totals, "previous": totals})
	return objectOf([]string{"source", "period", "due", "rows"}, doc{"source": text, "period": text, "due": nullable("string"), "rows": listOf(row)})
}

func reconciliationSchema() doc {
	text, whole, number := doc{"type": "string"}, doc{"type": "integer"}, doc{"type": "number"}
	row := objectOf([]string{"area_code", "area_name", "place", "kind", "source", "period", "indicator", "told", "counted", "difference", "note", "batch"}, doc{
		"area_code": text, "area_name": text, "place": text, "kind": text, "source": text, "period": text, "indicator": text, "told": number, "counted": number,
		"difference": number, "note": text, "batch": whole})
	return objectOf([]string{"rows", "matched", "next"}, doc{"rows": listOf(row), "matched": whole, "next": nullable("string")})
}
