package index

import (
	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

// Count is how many assets of a type there are, and how many have a point.
type Count struct {
	Type   string `json:"type"`
	Total  int    `json:"total"`
	Placed int    `json:"placed"`
}

// Summary returns the exact counts per asset type, by Position, and the number
// of areas per level collection, in area and below it; "" is everywhere. An
// asset counts in the area that is claimed for it. Nothing is scanned.
func (s *Snapshot) Summary(area geo.Code) (counts []Count, areas map[string]int) {
	counts = make([]Count, len(s.types))
	for i, t := range s.types {
		c, _ := s.layers[t.Name].counts.Get(area)
		counts[i] = Count{Type: t.Name, Total: c.total, Placed: c.placed}
	}
	areas = make(map[string]int, geo.LevelKelurahan)
	for level := geo.LevelProvinsi; level <= geo.LevelKelurahan; level++ {
		areas[level.Collection()], _ = s.areas[level].counts.Get(area)
	}
	return counts, areas
}

// Extent returns the smallest box around a collection's features; false when
// it has none with a place.
func (s *Snapshot) Extent(collection string) (orb.Bound, bool) {
	if level := geo.LevelOf(collection); level != 0 {
		min, max := s.areas[level].tree.Bounds()
		return orb.Bound{Min: min, Max: max}, s.areas[level].tree.Len() > 0
	}
	var around *orb.Bound
	for _, l := range s.assetLayers(collection) {
		if b, any := l.extent(); any {
			around = union(around, &b)
		}
	}
	if around == nil {
		return orb.Bound{}, false
	}
	return *around, true
}
