package index

import (
	"cmp"
	"math"
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
	near := &nearest{from: newOrigin(p), limit: limit, most: math.Inf(1), window: everywhere(), windowBox: boxAround(everywhere()), layers: layers}
	near.queue, near.found, near.bounds = near.nodes[:0], near.places[:0], near.measures[:0]
	slices.SortStableFunc(layers, func(a, b *assetLayer) int { return cmp.Compare(b.len(), a.len()) })
	near.guess(layers[0])
	near.searchPacked()
	for i, l := range layers {
		if l.tree.Len() > 0 {
			near.searchFresh(int32(i), l)
		}
	}
	return s.neighbors(near), nil
}

// neighbors reads the nearest of what was found.
func (s *Snapshot) neighbors(n *nearest) []Neighbor {
	n.settle()
	neighbors, memory := make([]Neighbor, len(n.found)), make([]held, len(n.found))
	for i, p := range n.found {
		neighbors[i] = Neighbor{Asset: s.read(n.candidate(p), &memory[i]), DistanceM: p.distanceM}
	}
	return neighbors
}

// nearest gathers everything that may be among the nearest. A bound of their
// distance is known before the search, which then looks at nodes in the order of
// theirs; the geodesic is only computed for what bounds do not tell apart.
type nearest struct {
	from   origin
	limit  int
	most   float64   // nothing farther is wanted, in the measure of origin.atLeast
	window orb.Bound // nothing beyond is as near as windowed, which most was once
	layers []*assetLayer
	found  []nearby
	bounds []float64 // the least limit of what found is at most, ascending
	queue  []node    // a heap, the nearest first

	windowed  float64
	windowBox packedBox
	nodes     [32]node // memory of the lists, enough for most searches
	places    [48]nearby
	measures  [16]float64
}

// node is one of the packed tree of a layer.
type node struct {
	atLeast   float64
	layer, at int32
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
	if most < 0.8*n.windowed || n.windowed == 0 { // a window is not made for every little step
		n.windowed, n.window = most, n.from.window(most)
		n.windowBox = boxAround(n.window)
	}
	n.most = most
}

// guess bounds the distance by the rows that are next to the origin along the
// curve.
func (n *nearest) guess(l *assetLayer) {
	s, key := l.section, PositionOf(n.from.point).Key()
	at, _ := slices.BinarySearch(s.keys, key)
	first := max(0, min(at-n.limit/2, s.placed()-n.limit))
	most, seen := 0.0, 0
	for i := first; i < s.placed() && seen < n.limit; i++ {
		if !l.dead.has(i) {
			most = max(most, n.from.atMost(s.points[i]))
			seen++
		}
	}
	if seen == n.limit {
		n.atMost(most)
	}
}

// searchPacked looks at the packed trees of all layers at once.
func (n *nearest) searchPacked() {
	for i, l := range n.layers {
		if len(l.section.tree.nodes) > 0 {
			n.push(l, int32(i), 0)
		}
	}
	for len(n.queue) > 0 {
		next := n.pop()
		if n.beyond(next.atLeast) {
			return
		}
		l := n.layers[next.layer]
		at := &l.section.tree.nodes[next.at]
		from, to := at.children()
		if at.leaf() {
			n.leaf(next.layer, l, from, to)
			continue
		}
		for child := from; child < to; child++ {
			n.push(l, next.layer, int32(child))
		}
	}
}

// leaf looks at a run of rows.
func (n *nearest) leaf(layer int32, l *assetLayer, from, to int) {
	for i := from; i < to; i++ {
		p := l.section.points[i]
		if !n.window.Contains(p) {
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

// push adds a node of a layer's tree unless it is too far.
func (n *nearest) push(l *assetLayer, layer, at int32) {
	b := &l.section.tree.nodes[at].box
	if !b.touches(&n.windowBox) {
		return
	}
	atLeast := n.from.atLeast(float64(b.west), float64(b.south), float64(b.east), float64(b.north))
	if n.beyond(atLeast) {
		return
	}
	n.queue = append(n.queue, node{})
	i := len(n.queue) - 1
	for i > 0 && n.queue[(i-1)/2].atLeast > atLeast {
		n.queue[i] = n.queue[(i-1)/2]
		i = (i - 1) / 2
	}
	n.queue[i] = node{atLeast, layer, at}
}

// pop takes the nearest node out.
func (n *nearest) pop() node {
	first, last := n.queue[0], n.queue[len(n.queue)-1]
	n.queue = n.queue[:len(n.queue)-1]
	if len(n.queue) == 0 {
		return first
	}
	i := 0
	for {
		child := 2*i + 1
		if child >= len(n.queue) {
			break
		}
		if child+1 < len(n.queue) && n.queue[child+1].atLeast < n.queue[child].atLeast {
			child++
		}
		if n.queue[child].atLeast >= last.atLeast {
			break
		}
		n.queue[i] = n.queue[child]
		i = child
	}
	n.queue[i] = last
	return first
}
