package index

import (
	"cmp"
	"math"
	"slices"
	"sync"

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
	layers := make([]*assetLayer, 0, len(s.ordered))
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
	if limit <= 0 || !onEarth(p) || len(layers) == 0 {
		return nil, nil
	}
	near := searches.Get().(*nearest)
	defer near.release()
	*near = nearest{from: newOrigin(p), limit: limit, layers: layers, most: math.Inf(1), window: boxAround(everywhere()),
		found: near.found[:0], bounds: near.bounds[:0]}
	// The largest first: it bounds the distance best for the others.
	slices.SortStableFunc(layers, func(a, b *assetLayer) int { return cmp.Compare(b.len(), a.len()) })
	for i, l := range layers {
		if nodes := l.section.tree.nodes; len(nodes) > 0 {
			near.searchPacked(int32(i), l, &nodes[0])
		}
		if l.tree.Len() > 0 {
			near.searchFresh(int32(i), l)
		}
	}
	return s.neighbors(near), nil
}

// neighbors reads the nearest of what was found.
func (s *Snapshot) neighbors(n *nearest) []Neighbor {
	n.settle()
	for _, p := range n.found { // rows lie far apart: ahead, the memory is waited for once
		if p.fresh == nil {
			r := &n.layers[p.layer].section.rows[p.row]
			n.touched += uint32(r.id) + r.shared
		}
	}
	neighbors, memory := make([]Neighbor, len(n.found)), make([]held, len(n.found))
	for i, p := range n.found {
		neighbors[i] = Neighbor{Asset: s.read(n.candidate(p), &memory[i]), DistanceM: p.distanceM}
	}
	return neighbors
}

// nearest gathers everything that may be among the nearest. The search goes down
// to where the origin is first, which bounds the distance well for all the rest
// (Roussopoulos et al. 1995); the geodesic is only computed for what bounds do
// not tell apart.
type nearest struct {
	from   origin
	limit  int
	most   float64 // nothing farther is wanted, in the measure of origin.atLeast
	layers []*assetLayer
	found  []nearby
	bounds []float64 // the least limit of what found is at most, ascending

	window   packedBox // nothing beyond is wanted
	windowed bool      // the window is smaller than the world
	windowAt float64   // what most was when the window was made
	touched  uint32    // keeps what neighbors reads ahead
}

// searches are used again, with the memory of their lists.
var searches = sync.Pool{New: func() any { return new(nearest) }}

// release lets go of the snapshot, of what was found and given up too.
func (n *nearest) release() {
	clear(n.found[:cap(n.found)])
	n.layers = nil
	searches.Put(n)
}

// nearby is an asset that may be one of the nearest.
type nearby struct {
	atLeast   float64
	distanceM float64 // once it is known
	at        orb.Point
	layer     int32
	row       int32
	fresh     *fresh // nil for a row
}

// candidate is the asset of a nearby.
func (n *nearest) candidate(p nearby) candidate {
	if p.fresh != nil {
		return candidate{id: p.fresh.asset.ID, asset: p.fresh.asset}
	}
	return n.layers[p.layer].row(int(p.row))
}

// beyond reports whether something at least this far cannot be among the nearest.
func (n *nearest) beyond(atLeast float64) bool { return atLeast > n.most }

// atMost says that nothing farther is wanted.
func (n *nearest) atMost(most float64) {
	if most >= n.most {
		return
	}
	if most < 0.7*n.windowAt || n.windowAt == 0 { // a window is not made for every little step
		window, windowed := n.from.window(most)
		n.window, n.windowed, n.windowAt = boxAround(window), windowed, most
	}
	n.most = most
}

// searchPacked looks at what is below a node of a layer's packed tree.
func (n *nearest) searchPacked(layer int32, l *assetLayer, at *packedNode) {
	from, to := at.children()
	if at.leaf() {
		n.leaf(layer, l, from, to)
		return
	}
	children := l.section.tree.nodes[from:to]
	first := n.nearestOf(children)
	if first < 0 {
		return
	}
	n.searchPacked(layer, l, &children[first])
	for i := range children {
		if i != first && n.mayHold(&children[i].box) {
			n.searchPacked(layer, l, &children[i])
		}
	}
}

// nearestOf is the node around the origin, or else the nearest to it; -1 where
// none is near enough.
func (n *nearest) nearestOf(nodes []packedNode) int {
	p, nearest, least := n.from.point, -1, n.most
	for i := range nodes {
		if nodes[i].box.contains(p) {
			return i
		}
	}
	for i := range nodes {
		b := &nodes[i].box
		if !b.touches(&n.window) {
			continue
		}
		if away := n.from.fromBox(b); away <= least {
			nearest, least = i, away
		}
	}
	return nearest
}

// mayHold reports whether one of the nearest may lie in a box.
func (n *nearest) mayHold(b *packedBox) bool {
	return b.touches(&n.window) && (n.windowed || !n.beyond(n.from.fromBox(b)))
}

// leaf looks at a run of rows.
func (n *nearest) leaf(layer int32, l *assetLayer, from, to int) {
	for i := from; i < to; i++ {
		p := l.section.points[i]
		if !n.window.contains(p) {
			continue
		}
		if atLeast := n.from.atLeast(p[0], p[1], p[0], p[1]); !n.beyond(atLeast) && !l.dead.has(i) {
			n.add(nearby{atLeast: atLeast, at: p, layer: layer, row: int32(i)})
		}
	}
}

func (n *nearest) searchFresh(layer int32, l *assetLayer) {
	l.tree.Nearby(
		func(min, max [2]float64, _ *fresh, _ bool) float64 {
			return n.from.atLeast(min[0], min[1], max[0], max[1])
		},
		func(p, _ [2]float64, f *fresh, atLeast float64) bool {
			if n.beyond(atLeast) {
				return false
			}
			n.add(nearby{atLeast: atLeast, at: p, layer: layer, fresh: f})
			return true
		})
}

// add keeps what may be one of the nearest. Once as many as wanted are at most
// so far, nothing farther is.
func (n *nearest) add(p nearby) {
	if len(n.found) > 4*n.limit+mostUnsettled {
		n.settle()
		if n.beyond(p.atLeast) {
			return
		}
	}
	p.distanceM = unknown
	n.found = append(n.found, p)
	n.bound(n.from.atMost(p.at))
}

// Where bounds cannot tell many places apart, as from far away, their distances
// are computed now and then.
const (
	mostUnsettled = 24
	unknown       = -1
)

// bound takes in how far something is at most.
func (n *nearest) bound(atMost float64) {
	if len(n.bounds) == n.limit && atMost >= n.bounds[n.limit-1] {
		return
	}
	if len(n.bounds) < n.limit {
		n.bounds = append(n.bounds, 0)
	}
	i := len(n.bounds) - 1
	for ; i > 0 && n.bounds[i-1] > atMost; i-- {
		n.bounds[i] = n.bounds[i-1]
	}
	n.bounds[i] = atMost
	if len(n.bounds) == n.limit {
		n.atMost(n.bounds[n.limit-1])
	}
}

// settle computes the distances of what was found and keeps the nearest, in
// their order.
func (n *nearest) settle() {
	kept := n.found[:0]
	for _, p := range n.found {
		if n.beyond(p.atLeast) {
			continue
		}
		if p.distanceM == unknown {
			p.distanceM = n.from.distanceM(p.at)
		}
		kept = append(kept, p)
	}
	slices.SortFunc(kept, func(a, b nearby) int {
		if c := cmp.Compare(a.distanceM, b.distanceM); c != 0 {
			return c
		}
		return cmp.Compare(n.candidate(a).id, n.candidate(b).id)
	})
	n.found = kept[:min(len(kept), n.limit)]
	n.bounds = n.bounds[:0]
	for _, p := range n.found {
		n.bound(measureOf(p.distanceM))
	}
}
