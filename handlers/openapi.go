package handlers

import (
	"maps"
	"net/http"
	"strconv"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// doc is an object of an OpenAPI 3.0 document.
type doc map[string]any

// openapi describes the API as the registry has it at this moment: every
// collection with paths of its own, since clients such as GDAL read the limits
// and the properties of a collection there.
func (s *Server) openapi(w http.ResponseWriter, r *http.Request, _ geo.Principal, at *index.Snapshot) error {
	if err := noParams(r); err != nil {
		return err
	}
	if err := accepts(r, typeOpenAPI, typeJSON); err != nil {
		return err
	}
	body, err := marshal(describeAPI(at, s.origin(r), s.Version))
	if err != nil {
		return err
	}
	writeBody(w, r, http.StatusOK, typeOpenAPI, body)
	return nil
}

func describeAPI(at *index.Snapshot, origin, version string) doc {
	if version == "" {
		version = "0"
	}
	schemas := commonSchemas()
	for _, t := range at.Types() {
		schemas["asset_"+t.Name] = assetSchema(t)
	}
	return doc{
		"openapi": "3.0.3",
		"info": doc{
			"title": "Patok", "version": version,
			"description": "Areas and facilities of Indonesian kelurahan. Messages come in Indonesian, or in English by Accept-Language. Public data needs no log-in.",
		},
		"servers": []doc{{"url": origin}},
		"paths":   apiPaths(at),
		"components": doc{
			"schemas":    schemas,
			"parameters": commonParameters(),
			"responses":  problemResponses(),
			"securitySchemes": doc{
				"bearer": doc{"type": "http", "scheme": "bearer"},
				"cookie": doc{"type": "apiKey", "in": "cookie", "name": "patok"},
			},
		},
	}
}

func ref(kind, name string) doc { return doc{"$ref": "#/components/" + kind + "/" + name} }

func parameters(names ...string) []doc {
	list := make([]doc, len(names))
	for i, name := range names {
		list[i] = ref("parameters", name)
	}
	return list
}

// reply is a 2xx response with content of one media type.
func reply(description, mediaType string, schema doc) doc {
	return doc{"description": description, "content": doc{mediaType: doc{"schema": schema}}}
}

// operation is one method of a path. statuses are the problems that it has
// besides those that everything has.
func operation(id, summary string, parameters []doc, responses doc, statuses ...int) doc {
	for _, status := range append(statuses, 400, 405, 406, 414, 500, 503) {
		responses[strconv.Itoa(status)] = ref("responses", "problem"+strconv.Itoa(status))
	}
	o := doc{"operationId": id, "summary": summary, "responses": responses}
	if len(parameters) > 0 {
		o["parameters"] = parameters
	}
	return o
}

// guarded says that an operation needs a log-in.
func guarded(o doc) doc {
	o["security"] = []doc{{"bearer": []string{}}, {"cookie": []string{}}}
	return o
}

// personal says that a log-in lets an operation do more, and is not needed.
func personal(o doc) doc {
	o["security"] = []doc{{}, {"bearer": []string{}}, {"cookie": []string{}}}
	return o
}

func withBody(o doc, mediaTypes []string, schema doc) doc {
	content := doc{}
	for _, m := range mediaTypes {
		content[m] = doc{"schema": schema}
	}
	o["requestBody"] = doc{"required": true, "content": content}
	return o
}

func apiPaths(at *index.Snapshot) doc {
	object := ref("schemas", "object")
	get := func(id, summary string, parameters []doc, mediaType string, schema doc, statuses ...int) doc {
		return doc{"get": operation(id, summary, parameters, doc{"200": reply(summary, mediaType, schema)}, statuses...)}
	}
	session := get("session", "Who is logged in, whose data this is, as of when", nil, typeJSON, ref("schemas", "session"), 401)
	session["post"] = withBody(operation("logIn", "Log in", nil, doc{"201": reply("Logged in", typeJSON, ref("schemas", "session"))}, 401, 403, 413, 415, 422, 429),
		[]string{typeJSON}, ref("schemas", "login"))
	session["delete"] = operation("logOut", "Log out", nil, doc{"204": doc{"description": "Logged out"}}, 403)
	settings := get("settings", "Settings of the page", nil, typeJSON, object, 401)
	settings["put"] = guarded(withBody(operation("changeSettings", "Change settings", nil, doc{"200": reply("Changed", typeJSON, object)}, 401, 403, 413, 415, 422),
		[]string{typeJSON}, object))
	doubts := get("doubts", "Assets to look at again", parameters("limit", "cursor"), typeGeoJSON, ref("schemas", "featureCollection"), 401)
	guarded(doubts["get"].(doc))
	events := doc{"get": operation("events", "Changes as server-sent events", parameters("last_event_id"),
		doc{"200": reply("A stream, one event per revision", "text/event-stream", doc{"type": "string"})})}
	paths := doc{
		"/api":              get("landing", "Landing page", nil, typeJSON, ref("schemas", "landing")),
		"/api/conformance":  get("conformance", "Conformance classes", nil, typeJSON, ref("schemas", "conformance")),
		"/api/openapi.json": get("openapi", "This document", nil, typeOpenAPI, object),
		"/api/docs":         get("docs", "Documentation for people", nil, typeHTML, doc{"type": "string"}),
		"/api/collections":  get("collections", "All collections", nil, typeJSON, ref("schemas", "collections")),
		"/api/types":        get("types", "Registry of asset types", nil, typeJSON, object),
		"/api/locate":       get("locate", "The areas that contain a point", parameters("lon", "lat"), typeGeoJSON, ref("schemas", "featureCollection")),
		"/api/nearest":      get("nearest", "The nearest assets", parameters("lon", "lat", "collection", "nearest_limit"), typeGeoJSON, ref("schemas", "featureCollection"), 404),
		"/api/search":       get("search", "Areas and assets by name or code", parameters("q", "nearest_limit"), typeJSON, ref("schemas", "search")),
		"/api/summary":      get("summary", "Exact counts of an area", parameters("area"), typeJSON, ref("schemas", "summary")),
		"/api/session":      session, "/api/settings": settings, "/api/doubts": doubts, "/api/events": events,
		"/tiles/{layers}.json":              get("tileJSON", "TileJSON of layers", append(parameters("layers", "type", "area", "v"), joinParameters()...), typeJSON, ref("schemas", "tilejson"), 404),
		"/tiles/{layers}/metadata.json":     get("metadata", "TileJSON of layers, where GDAL looks for it", append(parameters("layers", "type", "area", "v"), joinParameters()...), typeJSON, ref("schemas", "tilejson"), 404),
		"/tiles/{layers}/{z}/{x}/{y}.{ext}": tilePath("tile", "layers", "z", "x", "y", "ext", "v"),
		"/styles/{name}.json":               get("style", "MapLibre style of all layers", parameters("name", "v"), typeJSON, object, 404),
	}
	maps.Copy(paths, peoplePaths())
	maps.Copy(paths, progressPaths())
	maps.Copy(paths, reviewPaths())
	maps.Copy(paths, historyPaths())
	maps.Copy(paths, importPaths())
	maps.Copy(paths, batchPaths())
	maps.Copy(paths, planningPaths())
	maps.Copy(paths, releasePaths())
	maps.Copy(paths, figuresPaths())
	for _, name := range at.Collections() {
		addCollection(paths, at, name)
	}
	return paths
}

func tilePath(id string, names ...string) doc {
	return doc{"get": operation(id, "A vector tile", append(parameters(append(names, "type", "area")...), joinParameters()...), doc{
		"200": reply("Mapbox Vector Tile 2.1", "application/vnd.mapbox-vector-tile", doc{"type": "string", "format": "binary"}),
		"204": doc{"description": "Nothing lies in the tile"},
		"304": doc{"description": "Not modified"},
	}, 404)}
}

// addCollection adds the paths of one collection.
func addCollection(paths doc, at *index.Snapshot, name string) {
	base := "/api/collections/" + name
	t := at.Type(name)
	feature := ref("schemas", "areaFeature")
	switch {
	case t != nil:
		feature = ref("schemas", "asset_"+name)
	case name == geo.AllAssets:
		feature = ref("schemas", "assetFeature")
	}
	list := doc{"allOf": []doc{ref("schemas", "featureCollection"), {"type": "object", "properties": doc{"features": doc{"type": "array", "items": feature}}}}}
	paths[base] = doc{"get": operation(name+".collection", "The collection "+name, nil,
		doc{"200": reply("Description", typeJSON, ref("schemas", "collection"))}, 404)}
	filters := parameters("bbox", "datetime", "release", "limit", "cursor", "located", "q", "area")
	for _, property := range filterProperties(at, name) {
		filters = append(filters, doc{"name": property, "in": "query", "required": false, "style": "form", "explode": false,
			"description": "Equality", "schema": doc{"type": "string"}})
	}
	one := parameters("id", "datetime", "release", "if_none_match")
	addDownloads(paths, name, filters)
	filters = append(filters, parameters("properties", "skip_geometry")...)
	if geo.LevelOf(name) != 0 {
		filters, one = append(filters, joinParameter()), append(one, joinParameter())
	}
	items := doc{"get": operation(name+".items", "Features of "+name, filters, doc{"200": reply("A page", typeGeoJSON, list)}, 401, 404, 413)}
	item := doc{"get": operation(name+".item", "One feature of "+name, one, doc{
		"200": reply("The feature", typeGeoJSON, feature), "304": doc{"description": "Not modified"}}, 401, 404)}
	if t != nil {
		addEdits(paths, items, item, name, feature)
	}
	addHistory(paths, name, feature)
	paths[base+"/items"], paths[base+"/items/{id}"] = items, item
	paths[base+"/tiles/WebMercatorQuad/{z}/{row}/{col}"] = tilePath(name+".vector.getTile", "z", "row", "col", "v")
}

// addEdits adds what changes the assets of a type.
func addEdits(paths, items, item doc, name string, feature doc) {
	done := func(text string) doc { return reply(text, typeGeoJSON, feature) }
	input := ref("schemas", "featureInput")
	whole := []string{typeGeoJSON, typeJSON}
	items["post"] = guarded(withBody(operation(name+".create", "Create", parameters("allow_duplicate", "idempotency_key", "reason"), doc{
		"200": done("The result of the first request with this key"), "201": done("Created"), "202": proposed(done("Kept for an administrator"))},
		401, 403, 404, 409, 413, 415, 422), whole, input))
	item["put"] = guarded(withBody(operation(name+".replace", "Replace", parameters("id", "if_match", "allow_duplicate", "reason"), doc{"200": done("Replaced"), "202": proposed(nil)},
		401, 403, 404, 409, 412, 413, 415, 422, 428), whole, input))
	item["patch"] = guarded(withBody(operation(name+".patch", "Change (RFC 7396)", parameters("id", "if_match", "allow_duplicate", "reason"), doc{"200": done("Changed"), "202": proposed(nil)},
		401, 403, 404, 409, 412, 413, 415, 422, 428), []string{typeMergePatch}, input))
	item["delete"] = guarded(operation(name+".delete", "Delete", parameters("id", "if_match", "reason"), doc{"204": doc{"description": "Deleted"}, "202": proposed(nil)}, 401, 403, 404, 409, 412, 422, 428))
	base := "/api/collections/" + name + "/items/{id}"
	paths[base+"/restore"] = doc{"post": guarded(operation(name+".restore", "Undo a delete", parameters("id", "reason"), doc{"200": done("Restored"), "202": proposed(nil)}, 401, 403, 404, 409, 422))}
	paths[base+"/confirm"] = doc{"post": guarded(operation(name+".confirm", "Confirm that it is still there", parameters("id", "if_match", "reason"),
		doc{"200": done("Confirmed")}, 401, 403, 404, 412, 428))}
}

// filterProperties are the properties that items can be compared by.
func filterProperties(at *index.Snapshot, name string) []string {
	if geo.LevelOf(name) != 0 {
		return []string{"code", "name", "kind", "parent_code", "bps_code"}
	}
	common := []string{"name", "uuid", "area_code", "area_located", "rt", "rw", "condition", "operation", "placement"}
	if t := at.Type(name); t != nil {
		return append(common, publicFields(t)...)
	}
	return append(common, "type")
}
