package handlers

import (
	"encoding/json"
	"slices"
	"strconv"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

// typeMergePatch is the media type of RFC 7396.
const typeMergePatch = "application/merge-patch+json"

// readFeature makes an input of a GeoJSON Feature (RFC 7946, section 3.2): a
// Point or null, and properties. Foreign members are left alone, but crs, which
// older GeoJSON had, is refused. Heights are dropped.
func readFeature(members map[string]json.RawMessage) (geo.Input, error) {
	in := geo.Input{HasGeometry: true}
	problems := featureProblems(members)
	raw, given := members["geometry"]
	if !given {
		problems = append(problems, fieldProblem("/geometry", "required", "Wajib ada; null bila belum dititik.", "Required; null when there is no point yet."))
	} else {
		in.Geometry = readPoint(raw, true, &problems)
	}
	raw, given = members["properties"]
	if !given {
		problems = append(problems, fieldProblem("/properties", "required", "Wajib ada.", "Required."))
	} else {
		in.Properties = readProperties(raw, &problems)
	}
	return in, geo.InvalidFields("handlers.readFeature", problems)
}

// readPatch makes an input of a merge patch over a Feature (RFC 7396). A
// geometry that is patched may leave out its type, which can only be Point.
func readPatch(members map[string]json.RawMessage, id int64) (geo.Input, error) {
	var in geo.Input
	var problems []geo.FieldError
	for _, p := range featureProblems(members) {
		if p.Code != "required" {
			problems = append(problems, p)
		}
	}
	if raw, given := members["id"]; given && string(raw) != strconv.FormatInt(id, 10) {
		problems = append(problems, fieldProblem("/id", "read_only", "id tidak dapat diubah.", "The id cannot be changed."))
	}
	if raw, given := members["geometry"]; given {
		in.HasGeometry = true
		in.Geometry = readPoint(raw, false, &problems)
	}
	if raw, given := members["properties"]; given {
		if string(raw) == "null" {
			problems = append(problems, fieldProblem("/properties", "type", "Tidak boleh dihapus.", "Cannot be removed."))
		} else {
			in.Properties = readProperties(raw, &problems)
		}
	}
	return in, geo.InvalidFields("handlers.readPatch", problems)
}

func fieldProblem(pointer, code, id, en string) geo.FieldError {
	return geo.FieldError{Pointer: pointer, Code: code, Message: geo.Text{ID: id, EN: en}}
}

func featureProblems(members map[string]json.RawMessage) []geo.FieldError {
	var problems []geo.FieldError
	switch raw, given := members["type"]; {
	case !given:
		problems = append(problems, fieldProblem("/type", "required", `Wajib "Feature".`, `Must be "Feature".`))
	case string(raw) != `"Feature"`:
		problems = append(problems, fieldProblem("/type", "type", `Harus "Feature".`, `Must be "Feature".`))
	}
	if _, given := members["crs"]; given {
		problems = append(problems, fieldProblem("/crs", "unknown", "Koordinat harus WGS 84; hapus crs.", "Coordinates must be WGS 84; remove crs."))
	}
	return problems
}

func readProperties(raw json.RawMessage, problems *[]geo.FieldError) map[string]json.RawMessage {
	if string(raw) == "null" {
		return map[string]json.RawMessage{}
	}
	properties, err := object(raw)
	if err != nil {
		*problems = append(*problems, fieldProblem("/properties", "type", "Harus objek.", "Must be an object."))
	}
	return properties
}

// readPoint reads a Point or null. Whatever else it is becomes a problem.
func readPoint(raw json.RawMessage, typeNeeded bool, problems *[]geo.FieldError) *orb.Point {
	fail := func(pointer, code, id, en string) *orb.Point {
		*problems = append(*problems, fieldProblem(pointer, code, id, en))
		return nil
	}
	if string(raw) == "null" {
		return nil
	}
	members, err := object(raw)
	if err != nil {
		return fail("/geometry", "type", "Harus Point atau null.", "Must be a Point or null.")
	}
	if _, given := members["crs"]; given {
		return fail("/geometry/crs", "unknown", "Koordinat harus WGS 84; hapus crs.", "Coordinates must be WGS 84; remove crs.")
	}
	if kind, given := members["type"]; string(kind) != `"Point"` && (given || typeNeeded) {
		return fail("/geometry/type", "geometry_type", "Hanya Point atau null yang diterima di sini.", "Only a Point or null is taken here.")
	}
	var position []json.RawMessage
	if json.Unmarshal(members["coordinates"], &position) != nil || len(position) < 2 || len(position) > 3 {
		return fail("/geometry/coordinates", "coordinates", "Harus [bujur, lintang].", "Must be [longitude, latitude].")
	}
	var ordinates [3]float64
	for i, text := range position {
		f, ok := parseNumber(string(text))
		if !ok {
			return fail("/geometry/coordinates/"+strconv.Itoa(i), "type", "Harus berupa angka.", "Must be a number.")
		}
		ordinates[i] = f
	}
	return &orb.Point{roundCoordinate(ordinates[0]), roundCoordinate(ordinates[1])}
}

// contentCRS refuses a request whose Content-Crs is not the system that every
// body is read in. QGIS writes it without angle brackets.
func contentCRS(header string) error {
	name := trimBrackets(header)
	if name == "" || slices.Contains([]string{crs84, "http://www.opengis.net/def/crs/OGC/0/CRS84h"}, name) {
		return nil
	}
	return badRequest("handlers.contentCRS", "Content-Crs harus "+crs84+".", "Content-Crs must be "+crs84+".")
}
