package handlers

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/patok-id/patok/geo"
)

func marshal(v any) ([]byte, error) {
	body, err := json.Marshal(v)
	return body, geo.Wrap("handlers.marshal", err)
}

func queryParameter(name, description string, schema doc) doc {
	return doc{"name": name, "in": "query", "required": false, "style": "form", "explode": false, "description": description, "schema": schema}
}

func pathParameter(name string, schema doc) doc {
	return doc{"name": name, "in": "path", "required": true, "schema": schema}
}

func headerParameter(name, description string) doc {
	return doc{"name": name, "in": "header", "required": false, "description": description, "schema": doc{"type": "string"}}
}

func commonParameters() doc {
	text, whole, decimal := doc{"type": "string"}, doc{"type": "integer", "minimum": 0}, doc{"type": "number"}
	flag := doc{"type": "boolean", "default": false}
	required := func(p doc) doc {
		p["required"] = true
		return p
	}
	return doc{
		"limit": queryParameter("limit", "How many features at most; more is taken as the maximum.",
			doc{"type": "integer", "minimum": 1, "maximum": geo.MaxLimit, "default": geo.DefaultLimit}),
		"nearest_limit": queryParameter("limit", "How many results at most.",
			doc{"type": "integer", "minimum": 1, "maximum": maxNearest, "default": nearestLimit}),
		"bbox": queryParameter("bbox", "West, south, east, north in degrees; with heights as third and sixth number they are not looked at. West above east crosses 180°.",
			doc{"type": "array", "minItems": 4, "maxItems": 6, "items": decimal}),
		"datetime":        queryParameter("datetime", "The state as of a time of RFC 3339; or an interval such as 2026-01-01T00:00:00Z/2026-02-01T00:00:00Z, 2026-01-01/.. or ../2026-01-01: of each feature the latest version within it. A date is its whole day by UTC. Deleted features are found as well.", text),
		"release":         queryParameter("release", "The state that a release gave a name to; not together with datetime.", text),
		"cursor":          queryParameter("cursor", "From the link next.", text),
		"located":         queryParameter("located", "Leave out assets without a point.", flag),
		"q":               queryParameter("q", "Part of the name or the code, in any case.", text),
		"area":            queryParameter("area", "Code of an area: there and below it.", text),
		"properties":      queryParameter("properties", "Names of the properties to show, with commas; all by default. Ids are always there.", text),
		"skip_geometry":   queryParameter("skipGeometry", "Show null in place of every geometry.", flag),
		"type":            queryParameter("type", "Types of assets with commas, for the layer assets; all by default.", text),
		"collection":      queryParameter("collection", "Asset types, with commas; all by default.", text),
		"lon":             required(queryParameter("lon", "Longitude in degrees.", doc{"type": "number", "minimum": -180, "maximum": 180})),
		"lat":             required(queryParameter("lat", "Latitude in degrees.", doc{"type": "number", "minimum": -90, "maximum": 90})),
		"v":               queryParameter("v", "Ignored: makes an address new.", text),
		"last_event_id":   queryParameter("last_event_id", "The last revision that was seen, where the header cannot be sent.", text),
		"allow_duplicate": queryParameter("allow_duplicate", "It is another one than the candidates.", flag),
		"idempotency_key": headerParameter("Idempotency-Key", "Repeating a create with the same key gives the first result."),
		"reason":          headerParameter("Patok-Reason", "Why: percent-encoded UTF-8, at most 500 characters; kept in the history."),
		"if_match":        headerParameter("If-Match", "The ETag that was read, or *. Needed: 428 without."),
		"if_none_match":   headerParameter("If-None-Match", "The ETag that is known: 304 when it still holds."),
		"id":              pathParameter("id", doc{"type": "integer", "format": "int64", "minimum": 1}),
		"layers":          pathParameter("layers", text),
		"name":            pathParameter("name", doc{"type": "string", "enum": []string{"patok"}}),
		"ext":             pathParameter("ext", doc{"type": "string", "enum": []string{"mvt", "pbf"}}),
		"z":               pathParameter("z", doc{"type": "integer", "minimum": 0, "maximum": 16}),
		"x":               pathParameter("x", whole), "y": pathParameter("y", whole),
		"row": pathParameter("row", whole), "col": pathParameter("col", whole),
	}
}

// problemResponses are the refusals, one per status.
func problemResponses() doc {
	out := doc{}
	for _, status := range []int{400, 401, 403, 404, 405, 406, 409, 412, 413, 414, 415, 422, 428, 429, 500, 503} {
		out["problem"+strconv.Itoa(status)] = reply(http.StatusText(status), "application/problem+json", ref("schemas", "problem"))
	}
	return out
}

func objectOf(required []string, properties doc) doc {
	return doc{"type": "object", "required": required, "properties": properties}
}

func nullable(kind string) doc { return doc{"type": kind, "nullable": true} }

func listOf(items doc) doc { return doc{"type": "array", "items": items} }

func commonSchemas() doc {
	text, number, whole, flag := doc{"type": "string"}, doc{"type": "number"}, doc{"type": "integer"}, doc{"type": "boolean"}
	links := listOf(ref("schemas", "link"))
	numbers := doc{"type": "array", "nullable": true, "items": number}
	feature := func(properties doc, geometry string) doc {
		return objectOf([]string{"type", "id", "geometry", "properties"}, doc{
			"type": doc{"type": "string", "enum": []string{"Feature"}}, "id": doc{"type": "integer", "format": "int64"},
			"geometry": ref("schemas", geometry), "properties": properties, "links": links})
	}
	return doc{
		"object":   doc{"type": "object"},
		"proposal": proposalSchema(), "versions": versionsSchema(),
		"batch": batchSchema(), "figure": batchValueSchema(), "difference": differenceSchema(),
		"link": objectOf([]string{"href", "rel", "type"}, doc{"href": text, "rel": text, "type": text, "title": text, "templated": flag}),
		"problem": objectOf([]string{"type", "title", "status", "detail", "instance", "requestId"}, doc{
			"type": text, "title": text, "status": whole, "detail": text, "instance": text, "requestId": text,
			"errors": listOf(objectOf([]string{"pointer", "code", "message"}, doc{"pointer": text, "code": text, "message": text}))}),
		"landing":     objectOf([]string{"title", "links"}, doc{"title": text, "description": text, "links": links}),
		"conformance": objectOf([]string{"conformsTo"}, doc{"conformsTo": listOf(text)}),
		"collections": objectOf([]string{"links", "collections"}, doc{"links": links, "collections": listOf(ref("schemas", "collection"))}),
		"collection": objectOf([]string{"id", "links", "itemType", "crs"}, doc{"id": text, "title": text, "description": text,
			"itemType": text, "crs": listOf(text), "links": links, "extent": doc{"type": "object"}}),
		"featureCollection": objectOf([]string{"type", "features", "links", "numberReturned", "timeStamp"}, doc{
			"type": doc{"type": "string", "enum": []string{"FeatureCollection"}}, "numberMatched": whole, "numberReturned": whole,
			"timeStamp": doc{"type": "string", "format": "date-time"}, "links": links, "features": listOf(doc{"type": "object"})}),
		"point": doc{"type": "object", "nullable": true, "required": []string{"type", "coordinates"}, "properties": doc{
			"type": doc{"type": "string", "enum": []string{"Point"}}, "coordinates": doc{"type": "array", "minItems": 2, "maxItems": 2, "items": number}}},
		"multiPolygon": doc{"type": "object", "nullable": true, "required": []string{"type", "coordinates"}, "properties": doc{
			"type": doc{"type": "string", "enum": []string{"MultiPolygon"}}, "coordinates": listOf(listOf(listOf(listOf(number))))}},
		"assetFeature": feature(commonProperties(), "point"),
		"areaFeature": feature(doc{"type": "object", "properties": doc{
			"code": text, "name": text, "kind": text, "level": whole, "parent_code": nullable("string"), "bps_code": nullable("string"),
			"source": nullable("string"), "year": nullable("integer"), "boundary_status": nullable("string"), "derived": flag, "example": flag,
			"label_point": numbers, "version": whole, "revision": whole}}, "multiPolygon"),
		"featureInput": doc{"type": "object", "properties": doc{"type": text, "geometry": doc{"type": "object", "nullable": true}, "properties": doc{"type": "object", "nullable": true}}},
		"login":        objectOf([]string{"name", "password"}, doc{"name": text, "password": text, "code": text}),
		"session": objectOf([]string{"account", "viewing", "example", "city", "revision", "as_of", "settings"}, doc{"account": nullable("object"), "viewing": nullable("object"),
			"example": flag, "city": nullable("object"), "revision": whole, "as_of": text, "settings": doc{"type": "object"}}),
		"search": objectOf([]string{"results"}, doc{"results": listOf(objectOf([]string{"collection", "id", "name", "context", "point", "bbox", "type"}, doc{
			"collection": text, "id": whole, "name": text, "context": text, "point": numbers, "bbox": numbers, "type": nullable("string")}))}),
		"summary": objectOf([]string{"revision", "as_of", "counts", "areas"}, doc{"revision": whole, "as_of": text,
			"counts": listOf(objectOf([]string{"type", "total", "placed"}, doc{"type": text, "total": whole, "placed": whole})), "areas": doc{"type": "object"}}),
		"tilejson": objectOf([]string{"tilejson", "tiles", "vector_layers"}, doc{"tilejson": text, "tiles": listOf(text), "vector_layers": listOf(doc{"type": "object"})}),
	}
}

// commonProperties are those that an asset of any type has.
func commonProperties() doc {
	text, number, whole := doc{"type": "string"}, doc{"type": "number"}, doc{"type": "integer"}
	return doc{"type": "object", "properties": doc{ // none is required: a list may be asked for some of them
		"type": text, "name": text, "uuid": doc{"type": "string", "format": "uuid"}, "area_code": text,
		"area_located": nullable("string"), "area_name": nullable("string"), "rt": nullable("string"), "rw": nullable("string"),
		"address": nullable("string"), "condition": nullable("string"), "operation": text, "accuracy_m": nullable("number"),
		"taken_by": nullable("string"), "taken_at": nullable("string"), "verified_at": nullable("string"),
		"placement": doc{"type": "string", "enum": []string{"inside", "near", "reasoned", "held", "unplaced", "override"}},
		"outside_m": number, "marks": listOf(text), "example": doc{"type": "boolean"}, "version": whole, "revision": whole,
		"updated_at": doc{"type": "string", "format": "date-time"}, "can_edit": doc{"type": "boolean"},
	}}
}

// assetSchema describes the features of one type: the common properties with
// the public attributes beside them.
func assetSchema(t *geo.AssetType) doc {
	properties := commonProperties()
	members := properties["properties"].(doc)
	var schema struct {
		Properties map[string]map[string]any `json:"properties"`
	}
	if json.Unmarshal(t.Schema, &schema) == nil {
		for _, f := range t.Fields {
			if f.Public() {
				members[f.Name] = asOpenAPI(schema.Properties[f.Name], f.Label.EN)
			}
		}
	}
	return doc{"allOf": []doc{ref("schemas", "assetFeature"), {"type": "object", "properties": doc{"properties": properties}}}}
}

// asOpenAPI keeps the keywords of JSON Schema that OpenAPI 3.0 has as well,
// and that mean the same there.
func asOpenAPI(schema map[string]any, title string) doc {
	out := doc{}
	for _, keyword := range []string{"enum", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "format"} {
		if v, ok := schema[keyword]; ok {
			out[keyword] = v
		}
	}
	if kind, ok := schema["type"].(string); ok {
		out["type"] = kind
	}
	if items, ok := schema["items"].(map[string]any); ok {
		out["items"] = asOpenAPI(items, "")
	}
	if title != "" {
		out["title"] = title
	}
	return out
}
