package handlers

// planningPaths describes coverage and scenarios.
func planningPaths() doc {
	text, whole, real, flag := doc{"type": "string"}, doc{"type": "integer"}, doc{"type": "number"}, doc{"type": "boolean"}
	request := questionSchema()
	result := resultSchema()
	run := objectOf([]string{"id", "state", "progress", "result", "detail"}, doc{"id": text, "progress": real, "detail": text,
		"state": doc{"type": "string", "enum": []any{"running", "done", "failed", "stopped"}}, "result": doc{"type": "object", "nullable": true}})
	head := doc{"id": whole, "name": text, "shared": flag, "area_code": text, "revision": whole, "created_at": text, "changed_at": text, "version": whole,
		"mine": flag, "request": doc{"type": "object"}, "result": doc{"type": "object"},
		"by": objectOf([]string{"id", "name", "title"}, doc{"id": whole, "name": text, "title": text})}
	scenario := objectOf([]string{"id", "name", "by", "shared", "area_code", "request", "revision", "created_at", "changed_at", "version", "mine"}, head)
	list := objectOf([]string{"scenarios", "next"}, doc{"scenarios": listOf(scenario), "next": nullable("string")})
	body := []string{typeJSON}
	runID, scenarioID := []doc{pathParameter("run", text)}, []doc{pathParameter("scenario", whole)}

	paths := doc{
		"/api/coverage": doc{"post": personal(withBody(operation("coverage", "How well people are served, and where new facilities should stand", nil, doc{
			"200": reply("The result", typeJSON, result),
			"202": reply("It takes longer: ask for the run", typeJSON, objectOf([]string{"id", "progress"}, doc{"id": text, "progress": real})),
		}, 401, 403, 404, 413, 415, 422, 429), body, request))},
		"/api/coverage/{run}": doc{
			"get":    personal(operation("coverageRun", "How far one's own run is", runID, doc{"200": reply("The run", typeJSON, run)}, 401, 404)),
			"delete": personal(operation("stopCoverage", "Stop one's own run", runID, doc{"204": doc{"description": "Stopped"}}, 401, 403, 404)),
		},
		"/api/scenarios": doc{
			"get": guarded(operation("scenarios", "One's own scenarios and those that are shared", parameters("limit", "cursor"), doc{"200": reply("A page", typeJSON, list)}, 401)),
			"post": guarded(withBody(operation("createScenario", "Answer a question and keep both", nil,
				doc{"201": reply("Kept", typeJSON, objectOf([]string{"scenario"}, doc{"scenario": scenario}))}, 401, 403, 404, 409, 413, 415, 422, 429), body,
				objectOf([]string{"name", "request"}, doc{"name": text, "area_code": nullable("string"), "shared": flag, "request": request}))),
		},
		patternScenario: doc{
			"get": guarded(operation("scenario", "A scenario with its result", scenarioID, doc{"200": reply("The scenario", typeJSON, scenario)}, 401, 404)),
			"patch": guarded(withBody(operation("changeScenario", "Rename one's own, or share it", scenarioID, doc{"200": reply("Changed", typeJSON, scenario)},
				401, 403, 404, 412, 413, 415, 422), body, objectOf([]string{"version"}, doc{"version": whole, "name": text, "shared": flag}))),
			"delete": guarded(operation("removeScenario", "Delete one's own", scenarioID, doc{"204": doc{"description": "Deleted"}}, 401, 403, 404)),
		},
	}
	for _, f := range scenarioFiles() {
		schema := doc{"type": "string", "format": "binary"}
		if f.mediaType == typeGeoJSON {
			schema = doc{"type": "object"}
		}
		paths[patternScenario+"."+f.extension] = doc{"get": guarded(operation("scenario."+f.extension, "The scenario as a file, with its notes", scenarioID,
			doc{"200": reply("The file", f.mediaType, schema)}, 401, 404))}
	}
	return paths
}

// questionSchema is the body of a question.
func questionSchema() doc {
	text, real := doc{"type": "string"}, doc{"type": "number"}
	return objectOf([]string{"demand", "supply"}, doc{
		"demand": objectOf([]string{"by"}, doc{"by": doc{"type": "string", "enum": []any{byFamilies, byPeople, byIndicator}}, "source": text, "period": text,
			"indicator": doc{"description": `A code, or {"desil":[1,4]}. Figures are for who may analyse the area.`}}),
		"supply": objectOf([]string{"type"}, doc{"type": text, "operation": listOf(text), "capacity": doc{"type": "number", "nullable": true}}),
		"area":   nullable("string"), "radius_m": real, "detour": real, "network": doc{"type": "boolean"},
		"sites": doc{"type": "object", "nullable": true, "description": "For who may analyse the area.", "properties": doc{"p": doc{"type": "integer", "minimum": 1, "maximum": maxSites},
			"objective": doc{"type": "string", "enum": []any{toCover, toAll}}, "candidates": doc{"description": `"rt", "grid" or {"type":"…"}`}}},
	})
}

// resultSchema is the answer to a question.
func resultSchema() doc {
	text, whole, real, flag := doc{"type": "string"}, doc{"type": "integer"}, doc{"type": "number"}, doc{"type": "boolean"}
	maybe := doc{"type": "number", "nullable": true}
	measures := func(names ...string) doc {
		of := doc{}
		for _, name := range names {
			of[name] = maybe
		}
		return doc{"type": "object", "nullable": true, "properties": of}
	}
	area := objectOf([]string{"code", "name", "level", "weight", "covered", "share", "rt", "rt_unplaced", "unlocated", "nearest_p50", "ratio", "gap", "rank"}, doc{
		"code": text, "name": text, "level": text, "weight": real, "covered": real, "share": maybe, "rt": whole, "rt_unplaced": whole, "unlocated": real,
		"nearest_p50": maybe, "ratio": maybe, "gap": real, "rank": nullable("integer")})
	named := doc{"type": "object", "nullable": true}
	demand := objectOf([]string{"place", "asset", "name", "lon", "lat", "weight", "estimated", "nearest_m", "nearest", "covered", "ratio", "rank"}, doc{
		"place": text, "asset": whole, "name": text, "lon": real, "lat": real, "weight": doc{"description": "A number, or how a hidden one is shown"},
		"estimated": flag, "nearest_m": maybe, "nearest": named, "covered": flag, "ratio": maybe, "rank": nullable("integer")})
	site := objectOf([]string{"rank", "lon", "lat", "candidate", "gain", "covered_after", "share_after"}, doc{
		"rank": whole, "lon": real, "lat": real, "candidate": named, "gain": real, "covered_after": real, "share_after": real})
	return objectOf([]string{"as_of", "revision", "request", "total", "distance", "ratio", "areas", "notes"}, doc{
		"as_of": text, "revision": whole, "request": doc{"type": "object"},
		"total": objectOf([]string{"weight", "covered", "share", "rt", "rt_covered", "estimated_share", "unlocated"}, doc{
			"weight": real, "covered": real, "share": maybe, "rt": whole, "rt_covered": whole, "estimated_share": maybe, "unlocated": real}),
		"distance": measures("p10", "p25", "p50", "p75", "p90", "p95", "max"), "ratio": measures("mean", "min", "max", "per"),
		"areas": listOf(area), "demand": listOf(demand), "sites": listOf(site),
		"siting": doc{"type": "object", "properties": doc{"objective": text, "optimal": flag, "gap": real, "lower_bound": nullable("integer"),
			"needed": nullable("integer"), "left": real}},
		"notes": listOf(objectOf([]string{"code", "text", "count"}, doc{"code": text, "text": text, "count": maybe})),
	})
}
