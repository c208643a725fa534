package handlers

import "github.com/patok-id/patok/geo"

// proposed is the answer to an edit that waits for review, beside the one that
// the status has anyway.
func proposed(other doc) doc {
	content := doc{typeJSON: doc{"schema": ref("schemas", "proposal")}}
	description := "It waits for review"
	if other != nil {
		for mediaType, schema := range other["content"].(doc) {
			content[mediaType] = schema
		}
		description = other["description"].(string) + ", or: " + description
	}
	return doc{"description": description, "content": content}
}

// proposalSchema is a proposal as its reviewers and its author see it.
func proposalSchema() doc {
	text, whole, flag := doc{"type": "string"}, doc{"type": "integer"}, doc{"type": "boolean"}
	feature := doc{"type": "object", "nullable": true}
	step := doc{"type": "string", "enum": []geo.Step{geo.StepKelurahan, geo.StepKecamatan, geo.StepAgency}}
	who := objectOf([]string{"id", "name", "title"}, doc{"id": whole, "name": text, "title": text})
	change := objectOf([]string{"field", "label", "before", "after", "conflict"}, doc{"field": text, "label": text, "before": doc{"nullable": true},
		"after": doc{"nullable": true}, "conflict": flag, "base": doc{"nullable": true}})
	event := objectOf([]string{"at", "actor", "title", "action", "step", "note", "fields"}, doc{"at": text, "actor": text, "title": text,
		"action": doc{"type": "string", "enum": []geo.ReviewAct{geo.ActSent, geo.ActApproved, geo.ActReturned, geo.ActCorrected, geo.ActRejected, geo.ActWithdrawn, geo.ActPublished}},
		"step":   nullable("string"), "note": text, "fields": doc{"type": "object", "additionalProperties": text}})
	can := objectOf([]string{"approve", "return", "reject", "withdraw", "correct"},
		doc{"approve": flag, "return": flag, "reject": flag, "withdraw": flag, "correct": flag})
	return objectOf([]string{"id", "version", "state", "verb", "type", "asset_id", "asset_version", "name", "area_code", "area_name", "to_area", "steps",
		"step", "author", "reason", "sent_at", "changed_at", "closed_at", "revision", "before", "after", "changes", "moved_m", "events", "can"}, doc{
		"id": whole, "version": whole, "state": doc{"type": "string", "enum": proposalStates[2:]},
		"verb": doc{"type": "string", "enum": []geo.Verb{geo.VerbCreate, geo.VerbUpdate, geo.VerbDelete, geo.VerbRestore}}, "type": text,
		"asset_id": nullable("integer"), "asset_version": nullable("integer"), "name": text, "area_code": text, "area_name": text, "to_area": nullable("string"),
		"steps": listOf(step), "step": whole, "author": who, "reason": text, "sent_at": text, "changed_at": text, "closed_at": nullable("string"),
		"revision": nullable("integer"), "before": feature, "after": feature, "changes": listOf(change), "moved_m": nullable("number"),
		"events": listOf(event), "can": can})
}

// reviewPaths describes what waits for review.
func reviewPaths() doc {
	text, whole := doc{"type": "string"}, doc{"type": "integer"}
	one := ref("schemas", "proposal")
	of := []doc{pathParameter("proposal", doc{"type": "integer", "format": "int64", "minimum": 1})}
	word := func(name, description string, words []string) doc {
		return queryParameter(name, description, doc{"type": "string", "enum": words, "default": words[0]})
	}
	filters := append(parameters("limit", "cursor", "area"), word("for", "Those to review, those that one sent, or all.", proposalViews),
		word("state", "How far they are.", proposalStates), queryParameter("type", "Name of an asset type.", text),
		queryParameter("asset", "Id of an asset.", doc{"type": "integer", "minimum": 1}))
	list := objectOf([]string{"proposals", "matched", "next"}, doc{"proposals": listOf(one), "matched": whole, "next": nullable("string")})
	counts := objectOf([]string{"review", "mine_returned", "mine_open"}, doc{"review": whole, "mine_returned": whole, "mine_open": whole})
	get := func(id, summary string, parameters []doc, schema doc, statuses ...int) doc {
		return guarded(operation(id, summary, parameters, doc{"200": reply(summary, typeJSON, schema)}, append(statuses, 401)...))
	}
	send := func(id, summary string, required []string, properties doc) doc {
		properties["version"] = whole
		return guarded(withBody(operation(id, summary, of, doc{"200": reply("The proposal", typeJSON, one)}, 401, 403, 404, 409, 412, 413, 415, 422),
			[]string{typeJSON}, objectOf(append(required, "version"), properties)))
	}
	notes := doc{"type": "object", "additionalProperties": text}
	approval := objectOf([]string{"id", "version"}, doc{"id": whole, "version": whole, "asset_version": nullable("integer")})
	result := objectOf([]string{"id", "ok", "state", "problem"}, doc{"id": whole, "ok": doc{"type": "boolean"}, "state": nullable("string"), "problem": nullable("string")})
	many := guarded(withBody(operation("approveMany", "Take a step for several, each on its own", nil,
		doc{"200": reply("What became of each", typeJSON, objectOf([]string{"results"}, doc{"results": listOf(result)}))}, 401, 403, 413, 415, 422),
		[]string{typeJSON}, objectOf([]string{"items"}, doc{"items": doc{"type": "array", "maxItems": maxApprovals, "items": approval}})))
	keep := doc{"type": "object", "additionalProperties": doc{"type": "string", "enum": []geo.Preferred{geo.Mine, geo.Theirs}}}
	return doc{
		"/api/proposals":         doc{"get": get("proposals", "Changes that wait for review, or waited", filters, list)},
		"/api/proposals/counts":  doc{"get": get("proposalCounts", "How many changes wait for the caller", nil, counts)},
		"/api/proposals/approve": doc{"post": many},
		patternProposal: doc{"get": get("proposal", "One change", of, one, 404),
			"patch": send("correctProposal", "Change it and send it again", nil, doc{"feature": ref("schemas", "object"), "reason": text, "keep": keep})},
		patternProposal + "/approve":  doc{"post": send("approveProposal", "Take the step that waits", nil, doc{"asset_version": nullable("integer"), "note": text})},
		patternProposal + "/return":   doc{"post": send("returnProposal", "Return it to its author", []string{"note"}, doc{"note": text, "fields": notes})},
		patternProposal + "/reject":   doc{"post": send("rejectProposal", "Reject it", []string{"note"}, doc{"note": text})},
		patternProposal + "/withdraw": doc{"post": send("withdrawProposal", "Withdraw what one sent", nil, doc{})},
	}
}
