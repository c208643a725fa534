package handlers

import "github.com/patok-id/patok/geo"

// deedProperties are who made a revision, when and why.
func deedProperties(more doc) doc {
	text := doc{"type": "string"}
	for name, schema := range (doc{"revision": doc{"type": "integer"}, "at": doc{"type": "string", "format": "date-time"}, "actor": text, "actor_title": text,
		"approved_by": nullable("string"), "reason": text}) {
		more[name] = schema
	}
	return more
}

var deedRequired = [...]string{"revision", "at", "actor", "actor_title", "approved_by", "reason"}

func operationSchema() doc {
	return doc{"type": "string", "enum": []geo.Operation{geo.Create, geo.Update, geo.Delete, geo.Restore}}
}

// versionsSchema is the history of one feature.
func versionsSchema() doc {
	text, whole, flag := doc{"type": "string"}, doc{"type": "integer"}, doc{"type": "boolean"}
	change := objectOf([]string{"field", "label", "before", "after"}, doc{"field": text, "label": text, "before": doc{"nullable": true}, "after": doc{"nullable": true}})
	version := objectOf(append(deedRequired[:], "version", "until", "op", "current", "changes", "moved_m"), deedProperties(doc{"version": whole,
		"until": nullable("string"), "op": operationSchema(), "current": flag, "changes": listOf(change), "moved_m": nullable("number")}))
	return objectOf([]string{"collection", "id", "name", "deleted", "versions", "next"}, doc{"collection": text, "id": whole, "name": text, "deleted": flag,
		"versions": listOf(version), "next": nullable("string")})
}

// addHistory adds the history of the features of one collection.
func addHistory(paths doc, name string, feature doc) {
	base := "/api/collections/" + name + "/items/{id}"
	paths[base+"/history"] = doc{"get": guarded(operation(name+".history", "Every version, newest first", parameters("id", "limit", "cursor"),
		doc{"200": reply("Versions", typeJSON, ref("schemas", "versions"))}, 401, 404))}
	if name == geo.AllAssets {
		return
	}
	responses := doc{"200": reply("As it is now", typeGeoJSON, feature)}
	if geo.LevelOf(name) == 0 {
		responses["202"] = proposed(nil)
	}
	paths[base+"/revert"] = doc{"post": guarded(withBody(operation(name+".revert", "Bring a former version back as a new one", parameters("id", "if_match", "allow_duplicate", "reason"),
		responses, 401, 403, 404, 409, 412, 413, 415, 422, 428), []string{typeJSON}, objectOf([]string{"version"}, doc{"version": doc{"type": "integer", "minimum": 1}})))}
}

// historyPaths describes what was changed, and undoing it.
func historyPaths() doc {
	text, whole, flag, at := doc{"type": "string"}, doc{"type": "integer"}, doc{"type": "boolean"}, doc{"type": "string", "format": "date-time"}
	touched := objectOf([]string{"collection", "id", "name", "op", "version"}, doc{"collection": text, "id": whole, "name": text, "op": operationSchema(), "version": whole})
	revision := objectOf(append(deedRequired[:], "kind", "counts", "items", "more"), deedProperties(doc{
		"kind":   doc{"type": "string", "enum": []string{"edit", "import", "undo", "review", "sql"}},
		"counts": objectOf([]string{"create", "update", "delete"}, doc{"create": whole, "update": whole, "delete": whole}), "items": listOf(touched), "more": whole}))
	filters := append(parameters("limit", "cursor", "area"), queryParameter("actor", "Name of an account.", text), queryParameter("type", "Name of an asset type.", text),
		queryParameter("from", "Since this time.", at), queryParameter("until", "Until this time.", at), queryParameter("revision", "This revision only.", doc{"type": "integer", "minimum": 1}))
	kept := objectOf([]string{"collection", "id", "name", "why"}, doc{"collection": text, "id": whole, "name": text, "why": text})
	undone := objectOf([]string{"deleted", "reverted", "restored"}, doc{"deleted": whole, "reverted": whole, "restored": whole})
	report := objectOf([]string{"dry_run", "undone", "kept", "kept_total", "revision"}, doc{"dry_run": flag, "undone": undone, "kept": listOf(kept), "kept_total": whole, "revision": nullable("integer")})
	what := objectOf([]string{"reason"}, doc{"revision": doc{"type": "integer", "minimum": 1}, "actor": text, "from": at, "until": at, "type": text, "area": text, "reason": text})
	dry := queryParameter("dry_run", "Tell what it would do, and change nothing.", doc{"type": "boolean", "default": false})
	return doc{
		"/api/history": doc{"get": guarded(operation("revisions", "What was changed, by revision, newest first", filters,
			doc{"200": reply("Revisions", typeJSON, objectOf([]string{"revisions", "next"}, doc{"revisions": listOf(revision), "next": nullable("string")}))}, 401))},
		"/api/history/undo": doc{"post": guarded(withBody(operation("undo", "Undo a revision, or what somebody did in a time, as one new revision", []doc{dry},
			doc{"200": reply("What became of it", typeJSON, report)}, 401, 403, 404, 409, 413, 415, 422), []string{typeJSON}, what))},
	}
}
