package index

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

// Neighbor is an asset and how far it is.
type Neighbor struct {
	Asset     *geo.Asset
	DistanceM float64 // on the WGS 84 ellipsoid, see DistanceM
}

// Nearest returns the limit assets of collections that are nearest to p,
// nearest first, equal distances by id. An unknown collection is NotFound.
func (s *Snapshot) Nearest(p orb.Point, collections []string, limit int) ([]Neighbor, error) {
	var layers []*assetLayer
	for _, name := range collections {
		if name != geo.AllAssets && s.Type(name) == nil {
			return nil, geo.NotFoundError("index.Nearest")
		}
		for _, l := range s.assetLayers(name) {
			if !slices.Contains(layers, l) {
				layers = append(layers, l)
			}
		}
	}
	if limit <= 0 || !onEarth(p) {
		return nil, nil
	}
	near := &nearest{from: newOrigin(p), limit: limit}
	for _, l := range layers {
		near.search(l)
	}
	return near.found, nil
}

// nearest holds the best so far. The tree gives assets in the order of a lower
// bound of their distance; once that is beyond the last of a full list, no
// asset to come can be nearer.
type nearest struct {
	from  origin
	limit int
	found []Neighbor
}

func (n *nearest) search(l *assetLayer) {
	l.tree.Nearby(
		func(min, max [2]float64, _ *geo.Asset, _ bool) float64 { return n.from.atLeastM(min, max) },
		func(p, _ [2]float64, a *geo.Asset, atLeastM float64) bool {
			if len(n.found) == n.limit && atLeastM > n.found[n.limit-1].DistanceM {
				return false
			}
			n.add(Neighbor{Asset: a, DistanceM: DistanceM(n.from.point, p)})
			return true
		})
}

func (n *nearest) add(found Neighbor) {
	at, _ := slices.BinarySearchFunc(n.found, found, func(a, b Neighbor) int {
		return cmp.Or(cmp.Compare(a.DistanceM, b.DistanceM), cmp.Compare(a.Asset.ID, b.Asset.ID))
	})
	if at == n.limit {
		return
	}
	if len(n.found) == n.limit {
		n.found = n.found[:n.limit-1]
	}
	n.found = slices.Insert(n.found, at, found)
}
