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
	near := nearest{from: newOrigin(p), limit: limit, layers: layers, found: make([]nearby, 0, limit+1)}
	near.searchPacked()
	for _, l := range layers {
		near.searchFresh(l)
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

// nearest holds the best so far. Trees give boxes and points in the order of a
// lower bound of their distance; once that is beyond the last of a full list,
// nothing to come can be nearer.
type nearest struct {
	from   origin
	limit  int
	layers []*assetLayer
	found  []nearby
	queue  []node // a heap, the nearest first
}

// nearby is a candidate and how far it is.
type nearby struct {
	candidate
	distanceM float64
}

// node is one of the packed tree of a layer.
type node struct {
	atLeastM     float64
	layer, level int32
	at           int32
}

// beyond reports whether something this far cannot be among the nearest.
func (n *nearest) beyond(atLeastM float64) bool {
	return len(n.found) == n.limit && atLeastM > n.found[n.limit-1].distanceM
}

// searchPacked looks at the packed trees of all layers at once.
func (n *nearest) searchPacked() {
	for i, l := range n.layers {
		if levels := l.section.tree.levels; len(levels) > 0 {
			n.push(levels[len(levels)-1], node{layer: int32(i), level: int32(len(levels) - 1)})
		}
	}
	for len(n.queue) > 0 {
		next := n.pop()
		if n.beyond(next.atLeastM) {
			return
		}
		l := n.layers[next.layer]
		first := int(next.at) * nodeSize
		if next.level == 0 {
			n.leaf(l, first, min(first+nodeSize, l.section.tree.n))
			continue
		}
		under := l.section.tree.levels[next.level-1]
		for i := first; i < min(first+nodeSize, len(under)); i++ {
			n.push(under, node{layer: next.layer, level: next.level - 1, at: int32(i)})
		}
	}
}

// leaf looks at a run of rows.
func (n *nearest) leaf(l *assetLayer, from, to int) {
	for i := from; i < to; i++ {
		p := l.section.rows[i].point()
		if n.beyond(n.from.atLeastM(p, p)) || l.dead.has(i) {
			continue
		}
		n.add(nearby{l.row(i), n.from.distanceM(p)})
	}
}

func (n *nearest) searchFresh(l *assetLayer) {
	l.tree.Nearby(
		func(min, max [2]float64, _ *fresh, _ bool) float64 { return n.from.atLeastM(min, max) },
		func(p, _ [2]float64, f *fresh, atLeastM float64) bool {
			if n.beyond(atLeastM) {
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
}

// push adds a node of a tree's level unless it is too far.
func (n *nearest) push(level []packedBox, at node) {
	b := &level[at.at]
	at.atLeastM = n.from.atLeastM([2]float64{float64(b.west), float64(b.south)}, [2]float64{float64(b.east), float64(b.north)})
	if n.beyond(at.atLeastM) {
		return
	}
	n.queue = append(n.queue, at)
	i := len(n.queue) - 1
	for i > 0 && n.queue[(i-1)/2].atLeastM > at.atLeastM {
		n.queue[i] = n.queue[(i-1)/2]
		i = (i - 1) / 2
	}
	n.queue[i] = at
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
		if child+1 < len(n.queue) && n.queue[child+1].atLeastM < n.queue[child].atLeastM {
			child++
		}
		if n.queue[child].atLeastM >= last.atLeastM {
			break
		}
		n.queue[i] = n.queue[child]
		i = child
	}
	n.queue[i] = last
	return first
}
