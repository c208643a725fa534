package index

import (
	"slices"
	"strings"

	"github.com/patok-id/patok/geo"
)

// Filter selects what tiles show as geo.Query does in lists. The zero value
// selects everything.
type Filter struct {
	Types []string // of geo.AllAssets; nil is all
	Area  geo.Code // claimed in it or below it
}

// Key tells filters apart: "" is that of the zero value.
func (f Filter) Key() string {
	if len(f.Types) == 0 && f.Area == "" {
		return ""
	}
	return strings.Join(f.Types, ",") + " " + string(f.Area)
}

// drawnTypes are the types of a collection that the filter selects, in the order
// in which they are drawn.
func (s *Snapshot) drawnTypes(collection string, f Filter) []string {
	switch {
	case collection == geo.AllAssets && len(f.Types) == 0:
		return s.layerNames()
	case collection == geo.AllAssets:
		return slices.DeleteFunc(s.layerNames(), func(name string) bool { return !slices.Contains(f.Types, name) })
	case s.Type(collection) == nil:
		return nil
	}
	return []string{collection}
}
