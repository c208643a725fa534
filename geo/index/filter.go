package index

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/patok-id/patok/geo"
)

// assetFilter is a query without its boxes.
type assetFilter struct {
	snapshot *Snapshot
	area     geo.Code
	located  bool
	tests    []func(*geo.Asset) bool
	scratch  held
}

func (s *Snapshot) assetFilter(q geo.Query) (*assetFilter, error) {
	f := &assetFilter{snapshot: s, area: q.Area, located: q.LocatedOnly}
	for name, value := range q.Equal {
		test, err := s.assetEquals(q.Collection, name, value)
		if err != nil {
			return nil, err
		}
		f.tests = append(f.tests, test)
	}
	if q.Search != "" {
		part := newNeedle(q.Search)
		f.tests = append(f.tests, func(a *geo.Asset) bool { return part.in(a.Name) || part.inCode(a.AreaCode) })
	}
	return f, nil
}

// counted reports whether counters know how many assets the filter selects.
func (f *assetFilter) counted() bool { return len(f.tests) == 0 }

// match reports whether the filter selects an asset. A row is only read as far
// as it must be.
func (f *assetFilter) match(c candidate) bool {
	a := c.asset
	if a == nil {
		p := f.snapshot.pack
		if f.located && c.row.at() >= p.sectionOf(c.row).placed() {
			return false
		}
		if f.area != "" && !geo.Code(p.texts.of(p.at(c.row).area)).Within(f.area) {
			return false
		}
		if len(f.tests) == 0 {
			return true
		}
		a = p.unpack(c.row, &f.scratch)
	} else if f.located && !located(a) || !a.AreaCode.Within(f.area) {
		return false
	}
	for _, test := range f.tests {
		if !test(a) {
			return false
		}
	}
	return true
}

func all[T any](tests []func(T) bool) func(T) bool {
	return func(v T) bool {
		for _, test := range tests {
			if !test(v) {
				return false
			}
		}
		return true
	}
}

// assetEquals is the test of one property. Every read of an asset is of its
// public fields: the snapshot holds no others.
func (s *Snapshot) assetEquals(collection, name, value string) (func(*geo.Asset) bool, error) {
	switch name {
	case "type":
		if collection == geo.AllAssets {
			return func(a *geo.Asset) bool { return a.Type == value }, nil
		}
	case "name":
		return func(a *geo.Asset) bool { return a.Name == value }, nil
	case "uuid":
		return func(a *geo.Asset) bool { return a.UUID.String() == value }, nil
	case "area_code":
		code := codeOf(value)
		return func(a *geo.Asset) bool { return a.AreaCode == code }, nil
	case "area_located":
		code := codeOf(value)
		return func(a *geo.Asset) bool { return a.AreaLocated == code }, nil
	case "rt":
		return func(a *geo.Asset) bool { return a.RT == value }, nil
	case "rw":
		return func(a *geo.Asset) bool { return a.RW == value }, nil
	case "condition":
		return func(a *geo.Asset) bool { return a.Condition == value }, nil
	case "operation":
		return func(a *geo.Asset) bool { return a.Operation == value }, nil
	case "placement":
		return func(a *geo.Asset) bool { return string(a.Placement) == value }, nil
	}
	if s.hasAttribute(collection, name) {
		return attributeEquals(name, value), nil
	}
	return nil, unknownProperty(name)
}

// codeOf reads a code with or without dots; what is none stays as it is and
// equals no area's.
func codeOf(value string) geo.Code {
	if code, err := geo.ParseCode(value); err == nil {
		return code
	}
	return geo.Code(value)
}

// hasAttribute reports whether name is a public attribute with one value, of
// the type or, for assets, of any type.
func (s *Snapshot) hasAttribute(collection, name string) bool {
	for _, t := range s.types {
		if t.Name != collection && collection != geo.AllAssets {
			continue
		}
		f := t.Field(name)
		if f != nil && f.Public() && f.Widget != "multi" {
			return true
		}
	}
	return false
}

// attributeEquals compares an attribute as its value reads in JSON, without
// the quotes of a string. Attributes are read only where their bytes may hold
// the property, and the value too if it is written as it is.
func attributeEquals(name, value string) func(*geo.Asset) bool {
	key, _ := json.Marshal(name)
	var plain []byte
	if quoted, err := json.Marshal(value); err == nil && len(quoted) == len(value)+2 && isASCII(value) {
		plain = []byte(value)
	}
	return func(a *geo.Asset) bool {
		if !bytes.Contains(a.Attributes, key) || !bytes.Contains(a.Attributes, plain) {
			return false
		}
		var attributes map[string]json.RawMessage
		if json.Unmarshal(a.Attributes, &attributes) != nil {
			return false
		}
		raw, ok := attributes[name]
		if !ok || len(raw) == 0 {
			return false
		}
		switch raw[0] {
		case '"':
			var text string
			return json.Unmarshal(raw, &text) == nil && text == value
		case '{', '[', 'n': // objects, lists and null equal nothing
			return false
		}
		return string(raw) == value
	}
}

// areaFilter is the query without its boxes as a function.
func areaFilter(q geo.Query) (func(*Shape) bool, error) {
	var tests []func(*Shape) bool
	if q.Area != "" {
		tests = append(tests, func(s *Shape) bool { return s.Area.Code.Within(q.Area) })
	}
	if q.LocatedOnly {
		tests = append(tests, func(s *Shape) bool { return s.drawn })
	}
	for name, value := range q.Equal {
		test, err := areaEquals(name, value)
		if err != nil {
			return nil, err
		}
		tests = append(tests, test)
	}
	if q.Search != "" {
		part := newNeedle(q.Search)
		tests = append(tests, func(s *Shape) bool { return part.in(s.Area.Name) || part.inCode(s.Area.Code) })
	}
	return all(tests), nil
}

func areaEquals(name, value string) (func(*Shape) bool, error) {
	switch name {
	case "code":
		code := codeOf(value)
		return func(s *Shape) bool { return s.Area.Code == code }, nil
	case "parent_code":
		code := codeOf(value)
		return func(s *Shape) bool { return s.Area.ParentCode == code }, nil
	case "name":
		return func(s *Shape) bool { return s.Area.Name == value }, nil
	case "kind":
		return func(s *Shape) bool { return string(s.Area.Kind) == value }, nil
	case "bps_code":
		return func(s *Shape) bool { return s.Area.BPSCode == value }, nil
	}
	return nil, unknownProperty(name)
}

func unknownProperty(name string) error {
	if len(name) > 40 {
		name = name[:40]
	}
	quoted := strconv.Quote(name)
	return &geo.Error{Kind: geo.BadRequest, Op: "index.Query", Message: geo.Text{
		ID: "Parameter " + quoted + " tidak dikenal.",
		EN: "The parameter " + quoted + " is not known.",
	}}
}
