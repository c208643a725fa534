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
	return appendAsset(nil, s.Live.Snapshot(), a, v)
}

// appendAsset writes an asset as a Feature with everything that the view shows.
func appendAsset(b []byte, at *index.Snapshot, a *geo.Asset, v view) []byte {
	return newFeatureWriter(at).asset(b, a, v, nil)
}

// featureWriter writes the features of an answer.
type featureWriter struct {
	at    *index.Snapshot
	shown shown
	kind  *geo.AssetType // of the last asset
}

// newFeatureWriter returns a writer of whole features, by the registry of at.
func newFeatureWriter(at *index.Snapshot) *featureWriter {
	return &featureWriter{at: at, shown: shownWhole()}
}

// asset writes an asset as a Feature. distance, when given, is a further
// property.
func (w *featureWriter) asset(b []byte, a *geo.Asset, v view, distance *float64) []byte {
	b = w.begin(b, a.ID)
	switch {
	case w.shown.bare:
	case a.Point == nil:
		b = append(b, "null"...)
	default:
		b = append(appendPosition(append(b, `{"type":"Point","coordinates":`...), *a.Point), '}')
	}
	b = append(b, `,"properties":{`...)
	if distance != nil {
		b = realMember(b, "distance_m", *distance, 2)
	}
	b = appendProperties(b, w.shown.assets, w.at, a)
	if v != public && a.Private != nil {
		b = appendPrivate(b, a.Private, v)
	}
	return append(w.attributes(b, a, v), '}', '}')
}

// begin writes what comes before a feature's geometry. One that is not wanted is
// null, as every Feature has one.
func (w *featureWriter) begin(b []byte, id int64) []byte {
	b = strconv.AppendInt(append(b, `{"type":"Feature","id":`...), id, 10)
	b = append(b, `,"geometry":`...)
	if w.shown.bare {
		b = append(b, "null"...)
	}
	return b
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

// attributes writes an asset's attributes beside its other properties. The
// registry decides what is public at this moment: an attribute that was public
// when it was stored, and no longer is, stays inside.
func (w *featureWriter) attributes(b []byte, a *geo.Asset, v view) []byte {
	if w.shown.attributes != nil && len(w.shown.attributes) == 0 {
		return b
	}
	if w.kind == nil || w.kind.Name != a.Type {
		w.kind = w.at.Type(a.Type)
	}
	t := w.kind
	if t == nil {
		return b
	}
	write := func(quoted, value []byte) {
		f := fieldOf(t, quoted)
		if f == nil || v == public && !f.Public() || w.shown.attributes != nil && !slices.Contains(w.shown.attributes, f.Name) {
			return
		}
		b = append(append(nextMember(b), quoted...), ':')
		b = append(b, value...)
	}
	eachMember(a.Attributes, write)
	if v != public && a.Private != nil {
		eachMember(a.Private.Internal, write)
		eachMember(a.Private.Personal, write)
	}
	return b
}

// fieldOf is the field of t that a member's name in JSON names, nil for none.
func fieldOf(t *geo.AssetType, quoted []byte) *geo.Field {
	for i := range t.Fields {
		if f := &t.Fields[i]; len(quoted) == len(f.Name)+2 && string(quoted[1:len(quoted)-1]) == f.Name {
			return f
		}
	}
	return t.Field(nameOf(quoted)) // it may be written otherwise
}

func nextMember(b []byte) []byte {
	if b[len(b)-1] == '{' {
		return b
	}
	return append(b, ',')
}

// appendArea writes an area as a Feature with everything, without its boundary
// when that is not wanted.
func appendArea(b []byte, a *geo.Area, boundary bool) []byte {
	w := featureWriter{shown: shownWhole()}
	w.shown.bare = !boundary
	return w.area(b, a)
}

// area writes an area as a Feature.
func (w *featureWriter) area(b []byte, a *geo.Area) []byte {
	b = w.begin(b, a.ID)
	if !w.shown.bare {
		b = appendMultiPolygon(b, a.Boundary)
	}
	b = append(b, `,"properties":{`...)
	return append(appendProperties(b, w.shown.areas, w.at, a), '}', '}')
}

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
