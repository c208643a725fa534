package handlers

import (
	"slices"
	"strconv"
	"strings"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// property is one property that features of a kind have.
type property[T any] struct {
	name  string
	value func(b []byte, at *index.Snapshot, v T) []byte // appends it as JSON
	when  func(v T) bool                                 // nil: always
}

func appendProperties[T any](b []byte, list []property[T], at *index.Snapshot, v T) []byte {
	for i := range list {
		if p := &list[i]; p.when == nil || p.when(v) {
			b = p.value(member(b, p.name), at, v)
		}
	}
	return b
}

// assetProperties are the public properties that every asset has, in order. Its
// attributes come after them.
var assetProperties = [...]property[*geo.Asset]{
	{name: "type", value: func(b []byte, _ *index.Snapshot, a *geo.Asset) []byte { return appendString(b, a.Type) }},
	{name: "name", value: func(b []byte, _ *index.Snapshot, a *geo.Asset) []byte { return appendString(b, a.Name) }},
	{name: "uuid", value: func(b []byte, _ *index.Snapshot, a *geo.Asset) []byte { return appendUUID(b, a.UUID) }},
	{name: "area_code", value: func(b []byte, _ *index.Snapshot, a *geo.Asset) []byte { return appendString(b, string(a.AreaCode)) }},
	{name: "area_located", value: func(b []byte, _ *index.Snapshot, a *geo.Asset) []byte { return appendText(b, string(a.AreaLocated)) }},
	{name: "area_name", value: appendAreaName},
	{name: "rt", value: func(b []byte, _ *index.Snapshot, a *geo.Asset) []byte { return appendText(b, a.RT) }},
	{name: "rw", value: func(b []byte, _ *index.Snapshot, a *geo.Asset) []byte { return appendText(b, a.RW) }},
	{name: "address", value: func(b []byte, _ *index.Snapshot, a *geo.Asset) []byte { return appendText(b, a.Address) }},
	{name: "condition", value: func(b []byte, _ *index.Snapshot, a *geo.Asset) []byte { return appendText(b, a.Condition) }},
	{name: "operation", value: func(b []byte, _ *index.Snapshot, a *geo.Asset) []byte { return appendText(b, a.Operation) }},
	{name: "accuracy_m", value: appendAccuracy},
	{name: "taken_by", value: func(b []byte, _ *index.Snapshot, a *geo.Asset) []byte { return appendText(b, a.TakenBy) }},
	{name: "taken_at", value: func(b []byte, _ *index.Snapshot, a *geo.Asset) []byte { return appendTime(b, a.TakenAt) }},
	{name: "verified_at", value: func(b []byte, _ *index.Snapshot, a *geo.Asset) []byte { return appendTime(b, a.VerifiedAt) }},
	{name: "placement", value: func(b []byte, _ *index.Snapshot, a *geo.Asset) []byte { return appendString(b, string(a.Placement)) }},
	{name: "outside_m", value: func(b []byte, _ *index.Snapshot, a *geo.Asset) []byte { return appendReal(b, a.OutsideM, 1) }},
	{name: "marks", value: appendMarks},
	{name: "example", value: func(b []byte, _ *index.Snapshot, a *geo.Asset) []byte { return appendBool(b, a.Example) },
		when: func(a *geo.Asset) bool { return a.Example }},
	{name: "version", value: func(b []byte, _ *index.Snapshot, a *geo.Asset) []byte { return strconv.AppendInt(b, a.Version, 10) }},
	{name: "revision", value: func(b []byte, _ *index.Snapshot, a *geo.Asset) []byte { return strconv.AppendInt(b, a.Revision, 10) }},
	{name: "updated_at", value: func(b []byte, _ *index.Snapshot, a *geo.Asset) []byte { return appendTime(b, &a.UpdatedAt) }},
}

// areaProperties are the properties of an area, in order.
var areaProperties = [...]property[*geo.Area]{
	{name: "code", value: func(b []byte, _ *index.Snapshot, a *geo.Area) []byte { return appendString(b, string(a.Code)) }},
	{name: "name", value: func(b []byte, _ *index.Snapshot, a *geo.Area) []byte { return appendString(b, a.Name) }},
	{name: "kind", value: func(b []byte, _ *index.Snapshot, a *geo.Area) []byte { return appendString(b, string(a.Kind)) }},
	{name: "level", value: func(b []byte, _ *index.Snapshot, a *geo.Area) []byte { return strconv.AppendInt(b, int64(a.Level), 10) }},
	{name: "parent_code", value: func(b []byte, _ *index.Snapshot, a *geo.Area) []byte { return appendText(b, string(a.ParentCode)) }},
	{name: "bps_code", value: func(b []byte, _ *index.Snapshot, a *geo.Area) []byte { return appendText(b, a.BPSCode) }},
	{name: "source", value: func(b []byte, _ *index.Snapshot, a *geo.Area) []byte { return appendText(b, a.Source) }},
	{name: "year", value: appendYear},
	{name: "boundary_status", value: func(b []byte, _ *index.Snapshot, a *geo.Area) []byte { return appendText(b, string(a.Status)) }},
	{name: "derived", value: func(b []byte, _ *index.Snapshot, a *geo.Area) []byte { return appendBool(b, a.Derived) }},
	{name: "example", value: func(b []byte, _ *index.Snapshot, a *geo.Area) []byte { return appendBool(b, a.Example) },
		when: func(a *geo.Area) bool { return a.Example }},
	{name: "label_point", value: appendLabelPoint},
	{name: "version", value: func(b []byte, _ *index.Snapshot, a *geo.Area) []byte { return strconv.AppendInt(b, a.Version, 10) }},
	{name: "revision", value: func(b []byte, _ *index.Snapshot, a *geo.Area) []byte { return strconv.AppendInt(b, a.Revision, 10) }},
	{name: "updated_at", value: func(b []byte, _ *index.Snapshot, a *geo.Area) []byte { return appendTime(b, &a.UpdatedAt) }},
}

func appendAreaName(b []byte, at *index.Snapshot, a *geo.Asset) []byte {
	name := ""
	if area := at.AreaByCode(a.AreaCode); area != nil {
		name = area.Name
	}
	return appendText(b, name)
}

func appendAccuracy(b []byte, _ *index.Snapshot, a *geo.Asset) []byte {
	if a.AccuracyM == nil {
		return append(b, "null"...)
	}
	return appendReal(b, *a.AccuracyM, 2)
}

func appendMarks(b []byte, _ *index.Snapshot, a *geo.Asset) []byte {
	b = append(b, '[')
	for i, m := range a.Marks {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, m)
	}
	return append(b, ']')
}

func appendYear(b []byte, _ *index.Snapshot, a *geo.Area) []byte {
	if a.Year == 0 {
		return append(b, "null"...)
	}
	return strconv.AppendInt(b, int64(a.Year), 10)
}

func appendLabelPoint(b []byte, _ *index.Snapshot, a *geo.Area) []byte {
	if len(a.Boundary) == 0 {
		return append(b, "null"...)
	}
	return appendPosition(b, a.LabelPoint)
}

// shown says what of features an answer shows: ?properties= and ?skipGeometry= of
// OGC API - Features - Part 6 (draft). Ids are always there.
type shown struct {
	assets     []property[*geo.Asset]
	areas      []property[*geo.Area]
	attributes []string // nil: all
	bare       bool     // no geometries
}

// shownWhole shows everything.
func shownWhole() shown { return shown{assets: assetProperties[:], areas: areaProperties[:]} }

// shown reads what of the features of a collection is to be shown. A name that is
// no public property of theirs is BadRequest.
func (p params) shown(at *index.Snapshot, collection string) (shown, error) {
	s := shownWhole()
	var err error
	if s.bare, err = p.flag("skipGeometry"); err != nil {
		return s, err
	}
	text, given := p["properties"]
	if !given {
		return s, nil
	}
	names := strings.Split(text, ",")
	attributes := publicAttributes(at, collection)
	s.attributes = []string{}
	for i, name := range names {
		switch {
		case slices.Contains(names[:i], name):
			return s, invalidParameter("properties", "menyebut satu nama dua kali.", "names a property twice.")
		case slices.Contains(attributes, name):
			s.attributes = append(s.attributes, name)
		case !hasProperty(collection, name):
			return s, invalidParameter("properties", "menyebut "+show(name)+" yang tidak dikenal.", "names "+show(name)+", which is not known.")
		}
	}
	s.assets, s.areas = selectProperties(s.assets, names), selectProperties(s.areas, names)
	return s, nil
}

// hasProperty reports whether every feature of a collection has a property.
func hasProperty(collection, name string) bool {
	if geo.LevelOf(collection) != 0 {
		return len(selectProperties(areaProperties[:], []string{name})) > 0
	}
	return len(selectProperties(assetProperties[:], []string{name})) > 0
}

func selectProperties[T any](list []property[T], names []string) []property[T] {
	var chosen []property[T]
	for _, p := range list {
		if slices.Contains(names, p.name) {
			chosen = append(chosen, p)
		}
	}
	return chosen
}

// publicAttributes are the names of the attributes of a collection that everybody
// may see.
func publicAttributes(at *index.Snapshot, collection string) []string {
	var names []string
	for _, t := range at.Types() {
		for _, f := range t.Fields {
			if f.Public() && (collection == t.Name || collection == geo.AllAssets) {
				names = append(names, f.Name)
			}
		}
	}
	return names
}
