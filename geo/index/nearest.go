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
	near := &nearest{from: newOrigin(p), limit: limit, most: math.Inf(1), window: everywhere(), layers: layers, found: make([]nearby, 0, limit+1)}
	near.queue = near.memory[:0]
	slices.SortStableFunc(layers, func(a, b *assetLayer) int { return cmp.Compare(b.len(), a.len()) })
	near.guess(layers[0])
	near.searchPacked()
	for _, l := range layers {
		if l.tree.Len() > 0 {
			near.searchFresh(l)
		}
	}
	return s.neighbors(near.found), nil
}

// neighbors reads what was found.
func (s *Snapshot) neighbors(found []nearby) []Neighbor {
	neighbors, memory := make([]Neighbor, len(found)), make([]held, len(found))
	for i, f := range found {
		neighbors[i] = Neighbor{Asset: s.read(f.candidate, &memory[i]), DistanceM: f.distanceM}
	}
	return neighbors
}

// nearest holds the best so far. A bound of the distance is known before the
// search, which then looks at nodes in the order of theirs.
type nearest struct {
	from     origin
	limit    int
	most     float64   // nothing farther is wanted, in the measure of origin.atLeast
	window   orb.Bound // nothing beyond is as near as windowed, which most was once
	windowed float64
	layers   []*assetLayer
	found    []nearby
	queue    []node // a heap, the nearest first
	memory   [96]node
}

// node is one of the packed tree of a layer.
type node struct {
	atLeast   float64
	layer, at int32
}

// nearby is a candidate and how far it is.
type nearby struct {
	candidate
	distanceM float64
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
	}
	n.most = most
}

// guess bounds the distance by the rows that are next to the origin along the
// curve.
func (n *nearest) guess(l *assetLayer) {
	s, key := l.section, PositionOf(n.from.point).Key()
	at := search(s.placed(), func(i int) bool { return s.keys[i] >= key })
	first := max(0, min(at-n.limit/2, s.placed()-n.limit))
	most, seen := 0.0, 0
	for i := first; i < s.placed() && seen < n.limit; i++ {
		if !l.dead.has(i) {
			most = max(most, n.from.haversine(s.points[i]))
			seen++
		}
	}
	if seen == n.limit {
		n.atMost(measureOf(2 * greatestRadiusM * math.Asin(min(1, math.Sqrt(most)))))
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
			n.leaf(l, from, to)
			continue
		}
		for child := from; child < to; child++ {
			n.push(l, next.layer, int32(child))
		}
	}
}

// leaf looks at a run of rows.
func (n *nearest) leaf(l *assetLayer, from, to int) {
	for i := from; i < to; i++ {
		p := l.section.points[i]
		if !n.window.Contains(p) || n.beyond(n.from.atLeast(p[0], p[1], p[0], p[1])) || l.dead.has(i) {
			continue
		}
		if d := n.from.distanceM(p); len(n.found) < n.limit || d <= n.found[n.limit-1].distanceM {
			n.add(nearby{l.row(i), d})
		}
	}
}

func (n *nearest) searchFresh(l *assetLayer) {
	l.tree.Nearby(
		func(min, max [2]float64, _ *fresh, _ bool) float64 {
			return n.from.atLeast(min[0], min[1], max[0], max[1])
		},
		func(p, _ [2]float64, f *fresh, atLeast float64) bool {
			if n.beyond(atLeast) {
				return false
			}
			n.add(nearby{candidate{id: f.asset.ID, asset: f.asset}, n.from.distanceM(p)})
			return true
		})
}

func (n *nearest) add(f nearby) {
	at := len(n.found)
	for at > 0 && cmp.Or(cmp.Compare(n.found[at-1].distanceM, f.distanceM), cmp.Compare(n.found[at-1].id, f.id)) > 0 {
		at--
	}
	if at == n.limit {
		return
	}
	n.found = slices.Insert(n.found, at, f)
	n.found = n.found[:min(len(n.found), n.limit)]
	if len(n.found) == n.limit {
		n.atMost(measureOf(n.found[n.limit-1].distanceM))
	}
}

// push adds a node of a layer's tree unless it is too far.
func (n *nearest) push(l *assetLayer, layer, at int32) {
	b := &l.section.tree.nodes[at].box
	if float64(b.west) > n.window.Max[0] || float64(b.east) < n.window.Min[0] || float64(b.south) > n.window.Max[1] || float64(b.north) < n.window.Min[1] {
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
