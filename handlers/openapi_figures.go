package handlers

import "github.com/patok-id/patok/geo/indicator"

// figuresPaths describes published figures: the registry, the tables, and how they
// are published.
func figuresPaths() doc {
	text, whole, flag := doc{"type": "string"}, doc{"type": "integer"}, doc{"type": "boolean"}
	table := objectOf([]string{"source", "period", "area_code", "area_name", "edition", "published_at", "revision", "levels", "indicators", "areas", "covered"}, doc{
		"source": text, "period": text, "area_code": text, "area_name": text, "edition": whole, "published_at": text, "revision": whole,
		"levels": listOf(text), "indicators": listOf(text), "areas": whole, "covered": whole})
	registry := objectOf([]string{"as_of", "indicators", "sources", "tables"}, doc{"as_of": text, "indicators": listOf(doc{"type": "object"}),
		"sources": listOf(doc{"type": "object"}), "tables": listOf(table)})
	edition := objectOf([]string{"source", "period", "area_code", "edition", "threshold", "published_at", "revision", "sha256"}, doc{
		"source": text, "period": text, "area_code": text, "edition": whole, "threshold": whole, "published_at": text, "revision": whole, "sha256": text})
	changes := objectOf([]string{"from", "to", "rows"}, doc{"from": nullable("integer"), "to": whole,
		"rows": listOf(objectOf([]string{"area", "indicator", "before", "after"}, doc{"area": text, "indicator": text, "before": figureSchema(), "after": figureSchema()}))})

	asked := figuresParameters()
	get := func(id, summary, mediaType string, schema doc) doc {
		return doc{"get": operation(id, summary, asked, doc{"200": reply(summary, mediaType, schema), "304": doc{"description": "Not modified"}}, 401, 404, 413)}
	}
	file := doc{"type": "string", "format": "binary"}
	paths := doc{
		"/api/indicators": doc{"get": operation("indicators", "Indicators, their sources, and the tables that are published for who asks", nil,
			doc{"200": reply("The registry", typeJSON, registry)}, 401)},
		patternFigures:              get("figures", "Published figures: the administration's where who asks may analyse, everybody's elsewhere", typeJSON, figuresSchema()),
		patternFigures + ".csv":     get("figuresCSV", "The same as CSV", typeCSV, text),
		patternFigures + ".xlsx":    get("figuresXLSX", "The same as a workbook", typeXLSX, file),
		patternFigures + ".geojson": get("figuresGeoJSON", "The same with boundaries", typeGeoJSON, doc{"type": "object"}),
		patternFigures + "/changes": get("figuresChanges", "What an edition says otherwise than the one before", typeJSON, changes),
	}
	published := objectOf([]string{"published", "edition", "revision", "covered", "expected", "incomplete", "audiences", "changed"}, doc{
		"published": flag, "edition": whole, "revision": nullable("integer"), "covered": whole, "expected": whole, "changed": whole,
		"incomplete": listOf(objectOf([]string{"area_code", "area_name", "state", "late"}, doc{"area_code": text, "area_name": text, "state": text, "late": flag})),
		"audiences": listOf(objectOf([]string{"audience", "threshold", "shown", "small", "hidden", "missing", "withheld"}, doc{
			"withheld": listOf(text), "audience": text, "threshold": whole, "shown": whole, "small": whole, "hidden": whole, "missing": whole}))})
	paths["/api/publications"] = doc{
		"get": operation("publications", "The editions of published figures, newest period first",
			[]doc{queryParameter("source", "Code of a source.", text), queryParameter("period", "A period.", text)},
			doc{"200": reply("The editions", typeJSON, objectOf([]string{"publications"}, doc{"publications": listOf(edition)}))}),
		"post": guarded(withBody(operation("publish", "Publish what the closed batches of an area say, or tell what would come of it", nil,
			doc{"200": reply("What was done, or would be", typeJSON, published)}, 401, 403, 404, 409, 413, 415, 422), []string{typeJSON},
			objectOf([]string{"source", "period", "area_code"}, doc{"source": text, "period": text, "area_code": text, "dry_run": flag}))),
	}
	return paths
}

// figureSchema is a figure: a number; null for one that nobody told; "<10" for a
// small one; "*" for one that is hidden.
func figureSchema() doc {
	return doc{"nullable": true, "anyOf": []doc{{"type": "number"}, {"type": "string"}}}
}

func figuresSchema() doc {
	text, whole := doc{"type": "string"}, doc{"type": "integer"}
	counts := doc{"type": "object", "additionalProperties": whole}
	column := objectOf([]string{"indicator", "values"}, doc{"indicator": text, "values": listOf(figureSchema()),
		"denominators": listOf(nullable("number")), "denominator_source": text})
	return objectOf([]string{"source", "period", "level", "published_at", "edition", "revision", "audience", "threshold", "areas", "names", "columns", "missing", "hidden"}, doc{
		"source": text, "period": text, "level": text, "published_at": text, "edition": whole, "revision": whole, "threshold": whole,
		"audience": doc{"type": "string", "enum": []any{indicator.Public, indicator.Internal, indicator.Mixed}},
		"areas":    listOf(text), "names": listOf(text), "columns": listOf(column), "missing": counts, "hidden": counts})
}

func figuresParameters() []doc {
	text := doc{"type": "string"}
	levels := []any{}
	for _, l := range indicator.Levels() {
		levels = append(levels, l)
	}
	return []doc{pathParameter("source", text), pathParameter("period", text),
		queryParameter("indicators", "Codes with commas; all that the table has at the level by default.", text),
		queryParameter("level", "Of the places; RW and RT for who may analyse there.", doc{"type": "string", "enum": levels, "default": string(indicator.Kelurahan)}),
		queryParameter("area", "Code of an area, an RW or an RT: there and below it.", text),
		queryParameter("edition", "Its number; the newest by default.", doc{"type": "integer", "minimum": 1}),
		queryParameter("release", "As it stands in a release.", text)}
}

// joinParameter is the one of areas that asks for figures. Its companions are not
// listed: programs such as GDAL would take source, which is a property too, for
// one to filter by.
func joinParameter() doc {
	return queryParameter("indicators", "Figures to stand beside the properties, as codes with commas: each with its number or null, and under its name with _status what there is. Goes with source, period and, unless it is the newest, edition.", doc{"type": "string"})
}

// joinParameters are those of tiles with areas.
func joinParameters() []doc {
	text := doc{"type": "string"}
	return []doc{joinParameter(), queryParameter("source", "Whose figures.", text), queryParameter("period", "Of which period.", text),
		queryParameter("edition", "Its number; the newest by default.", doc{"type": "integer", "minimum": 1})}
}
