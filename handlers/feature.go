package handlers

import (
	"slices"
	"strconv"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// view is how much of an asset an answer shows.
type view int

// The views.
const (
	public  view = iota // what everybody may see
	full                // with what only those who may edit or review see
	private             // full, for somebody who may edit it
)

// viewFor is the view of asset a that p has.
func (s *Server) viewFor(p geo.Principal, a *geo.Asset) view {
	switch {
	case s.may(p, geo.ActionEdit, a):
		return private
	case s.may(p, geo.ActionReadFull, a):
		return full
	}
	return public
}

// feature is one asset as a Feature without links, by the current registry.
func (s *Server) feature(a *geo.Asset, v view) []byte {
	return appendAsset(nil, s.Live.Snapshot(), a, v, nil)
}

// appendAsset writes an asset as a Feature. distance, when given, is a further
// property.
func appendAsset(b []byte, at *index.Snapshot, a *geo.Asset, v view, distance *float64) []byte {
	b = intMember(append(b, `{"type":"Feature"`...), "id", a.ID)
	b = member(b, "geometry")
	if a.Point == nil {
		b = append(b, "null"...)
	} else {
		b = appendPosition(append(b, `{"type":"Point","coordinates":`...), *a.Point)
		b = append(b, '}')
	}
	b = append(member(b, "properties"), '{')
	if distance != nil {
		b = realMember(b, "distance_m", *distance, 2)
	}
	b = appendCommon(b, at, a)
	if v != public && a.Private != nil {
		b = appendPrivate(b, a.Private, v)
	}
	return append(appendAttributes(b, at.Type(a.Type), a, v), '}', '}')
}

// appendCommon writes the public properties that every asset has.
func appendCommon(b []byte, at *index.Snapshot, a *geo.Asset) []byte {
	b = stringMember(b, "type", a.Type)
	b = stringMember(b, "name", a.Name)
	b = appendUUID(member(b, "uuid"), a.UUID)
	b = stringMember(b, "area_code", string(a.AreaCode))
	b = textMember(b, "area_located", string(a.AreaLocated))
	name := ""
	if area := at.AreaByCode(a.AreaCode); area != nil {
		name = area.Name
	}
	b = textMember(b, "area_name", name)
	b = textMember(b, "rt", a.RT)
	b = textMember(b, "rw", a.RW)
	b = textMember(b, "address", a.Address)
	b = textMember(b, "condition", a.Condition)
	b = textMember(b, "operation", a.Operation)
	if a.AccuracyM == nil {
		b = append(member(b, "accuracy_m"), "null"...)
	} else {
		b = realMember(b, "accuracy_m", *a.AccuracyM, 2)
	}
	b = textMember(b, "taken_by", a.TakenBy)
	b = timeMember(b, "taken_at", a.TakenAt)
	b = timeMember(b, "verified_at", a.VerifiedAt)
	b = stringMember(b, "placement", string(a.Placement))
	b = realMember(b, "outside_m", a.OutsideM, 1)
	b = append(member(b, "marks"), '[')
	for i, m := range a.Marks {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, m)
	}
	b = append(b, ']')
	if a.Example {
		b = append(member(b, "example"), "true"...)
	}
	b = intMember(b, "version", a.Version)
	b = intMember(b, "revision", a.Revision)
	return timeMember(b, "updated_at", &a.UpdatedAt)
}

func appendPrivate(b []byte, p *geo.Private, v view) []byte {
	b = textMember(b, "placement_reason", p.PlacementReason)
	b = textMember(b, "source", p.Source)
	b = textMember(b, "note", p.Note)
	b = textMember(b, "verified_by", p.VerifiedBy)
	b = append(member(b, "proposals"), '[')
	for i, id := range p.Proposals {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, id, 10)
	}
	b = append(b, ']')
	if v == private {
		return append(member(b, "can_edit"), "true"...)
	}
	return append(member(b, "can_edit"), "false"...)
}

// appendAttributes writes an asset's attributes beside its other properties.
// The registry decides what is public at this moment: an attribute that was
// public when it was stored, and no longer is, stays inside.
func appendAttributes(b []byte, t *geo.AssetType, a *geo.Asset, v view) []byte {
	if t == nil {
		return b
	}
	write := func(name string, value []byte) {
		f := t.Field(name)
		if f == nil || v == public && !f.Public() {
			return
		}
		b = append(appendString(nextMember(b), name), ':')
		b = append(b, value...)
	}
	eachMember(a.Attributes, write)
	if v != public && a.Private != nil {
		eachMember(a.Private.Internal, write)
		eachMember(a.Private.Personal, write)
	}
	return b
}

func nextMember(b []byte) []byte {
	if b[len(b)-1] == '{' {
		return b
	}
	return append(b, ',')
}

// appendArea writes an area as a Feature, without its boundary when it is not
// wanted.
func appendArea(b []byte, a *geo.Area, boundary bool) []byte {
	b = intMember(append(b, `{"type":"Feature"`...), "id", a.ID)
	b = member(b, "geometry")
	if boundary {
		b = appendMultiPolygon(b, a.Boundary)
	} else {
		b = append(b, "null"...)
	}
	b = append(member(b, "properties"), '{')
	b = stringMember(b, "code", string(a.Code))
	b = stringMember(b, "name", a.Name)
	b = stringMember(b, "kind", string(a.Kind))
	b = intMember(b, "level", int64(a.Level))
	b = textMember(b, "parent_code", string(a.ParentCode))
	b = textMember(b, "bps_code", a.BPSCode)
	b = textMember(b, "source", a.Source)
	b = member(b, "year")
	if a.Year == 0 {
		b = append(b, "null"...)
	} else {
		b = appendInt(b, a.Year)
	}
	b = textMember(b, "boundary_status", string(a.Status))
	b = appendBool(member(b, "derived"), a.Derived)
	if a.Example {
		b = appendBool(member(b, "example"), true)
	}
	b = member(b, "label_point")
	if len(a.Boundary) == 0 {
		b = append(b, "null"...)
	} else {
		b = appendPosition(b, a.LabelPoint)
	}
	b = intMember(b, "version", a.Version)
	b = intMember(b, "revision", a.Revision)
	b = timeMember(b, "updated_at", &a.UpdatedAt)
	return append(b, '}', '}')
}

func appendInt(b []byte, n int) []byte { return appendNumber(b, float64(n), 0) }

func appendBool(b []byte, v bool) []byte {
	if v {
		return append(b, "true"...)
	}
	return append(b, "false"...)
}

// publicFields are the names of t's fields that everybody may see and that
// hold one value each, so that they can be asked for in a query.
func publicFields(t *geo.AssetType) []string {
	var names []string
	for _, f := range t.Fields {
		if f.Public() && f.Widget != "multi" {
			names = append(names, f.Name)
		}
	}
	slices.Sort(names)
	return names
}
