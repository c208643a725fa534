package geo

import (
	"encoding/json"
	"maps"
	"slices"

	orbgeo "github.com/paulmach/orb/geo"
)

// sameSpotMeters is how near two points are that mean the same spot.
const sameSpotMeters = 3.0

// Clash is a field that two people changed, each in their own way.
type Clash struct {
	Field  string // the property's name, or FieldGeometry
	Base   json.RawMessage
	Mine   json.RawMessage // what the proposal says
	Theirs json.RawMessage // what is published meanwhile
}

// Proposed gives what an edit changed between two states of an asset of type t
// as an input that changes just that, and base with what these members were.
func Proposed(before, after *Asset, t *AssetType) (input, base Input) {
	mine, was := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	for _, d := range Differences(before, after, t) {
		if d.Field == "placement" && string(d.After) != `"override"` || d.Field == "verified_at" {
			continue // the server's to say
		}
		mine[d.Field], was[d.Field] = d.After, d.Before
	}
	return inputOf(mine), inputOf(was)
}

// Merge puts a proposed input over the current state of an asset, where base is
// what its author had read. Fields that somebody else changed meanwhile stay as
// they are unless the proposal changes them too: those are clashes. The point is
// one field, with how it was taken; two points at most sameSpotMeters apart are one.
func Merge(base Input, current *Asset, proposed Input) (merged Input, clashes []Clash) {
	mine, was, now := proposed.members(), base.members(), values(current, true)
	for _, field := range slices.Sorted(maps.Keys(mine)) {
		if slices.Contains(fixFields, field) && proposed.HasGeometry {
			continue // they go with the point
		}
		theirs := orNull(now[field])
		if sameJSON(was[field], theirs) || sameJSON(mine[field], theirs) || field == FieldGeometry && sameSpot(current, proposed) {
			continue
		}
		clashes = append(clashes, Clash{Field: field, Base: orNull(was[field]), Mine: mine[field], Theirs: theirs})
	}
	for _, c := range clashes {
		drop(mine, c.Field)
	}
	return inputOf(mine), clashes
}

// fixFields tell how a point was taken.
var fixFields = []string{"accuracy_m", "taken_by", "taken_at"}

func sameSpot(current *Asset, proposed Input) bool {
	return current != nil && current.Point != nil && proposed.Geometry != nil &&
		orbgeo.DistanceHaversine(*current.Point, *proposed.Geometry) <= sameSpotMeters
}

// Over puts another input over this one, member by member.
func (in Input) Over(below Input) Input {
	all := below.members()
	maps.Copy(all, in.members())
	return inputOf(all)
}

// Pick gives the members of the input that want says yes to.
func (in Input) Pick(want func(field string) bool) Input {
	all := in.members()
	maps.DeleteFunc(all, func(field string, _ json.RawMessage) bool { return !want(field) })
	return inputOf(all)
}

// Lasting gives what of the input may be kept for ever: nothing about people, and
// nothing that type t (nil when it is gone) does not say of that it is not.
func (in Input) Lasting(t *AssetType) Input {
	return in.Pick(func(field string) bool {
		if slices.ContainsFunc(commonLabels, func(l label) bool { return l.Field == field }) {
			return true
		}
		return t != nil && t.Field(field) != nil && !t.Field(field).Personal
	})
}

// Empty reports whether the input names nothing.
func (in Input) Empty() bool { return !in.HasGeometry && len(in.Properties) == 0 }

// members gives the input's fields as JSON by name.
func (in Input) members() map[string]json.RawMessage {
	all := map[string]json.RawMessage{}
	maps.Copy(all, in.Properties)
	if in.HasGeometry {
		all[FieldGeometry] = encodePoint(in.Geometry)
	}
	return all
}

// inputOf is the input with these fields. A point is a GeoJSON Point or null.
func inputOf(members map[string]json.RawMessage) Input {
	in := Input{Properties: members}
	if raw, given := members[FieldGeometry]; given {
		in.HasGeometry = true
		in.Geometry = decodePoint(raw)
		delete(members, FieldGeometry)
	}
	return in
}

// inputJSON is how an input is kept: as a merge patch over a feature.
type inputJSON struct {
	Geometry   json.RawMessage            `json:"geometry,omitempty"`
	Properties map[string]json.RawMessage `json:"properties"`
}

// MarshalJSON writes the input as a merge patch over a feature.
func (in Input) MarshalJSON() ([]byte, error) {
	out := inputJSON{Properties: in.Properties}
	if in.HasGeometry {
		out.Geometry = encodePoint(in.Geometry)
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (in *Input) UnmarshalJSON(b []byte) error {
	var raw inputJSON
	if err := json.Unmarshal(b, &raw); err != nil {
		return err
	}
	*in = Input{Properties: raw.Properties}
	if raw.Geometry != nil {
		in.HasGeometry, in.Geometry = true, decodePoint(raw.Geometry)
	}
	return nil
}
