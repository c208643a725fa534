package index

import (
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

// Filter selects assets on maps as geo.Query does in lists. The zero value
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

// layers are those of a collection that the filter looks at.
func (s *Snapshot) layersFor(collection string, f Filter) []*assetLayer {
	layers := s.assetLayers(collection)
	if len(f.Types) == 0 || collection != geo.AllAssets {
		return layers
	}
	layers = layers[:0]
	for _, name := range s.layerNames() {
		if slices.Contains(f.Types, name) {
			layers = append(layers, s.layers[name])
		}
	}
	return layers
}

// Points calls each for the assets of a collection with a point in b, in no
// order, until each returns false.
func (s *Snapshot) Points(collection string, b orb.Bound, each func(orb.Point, *geo.Asset) bool) {
	more := true
	for _, l := range s.assetLayers(collection) {
		if !more {
			return
		}
		l.eachIn(b, func(c candidate, p orb.Point) bool {
			more = each(p, s.read(c, new(held)))
			return more
		})
	}
}
