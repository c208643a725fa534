package index

import (
	"math"
	"math/bits"
	"sort"

	"github.com/paulmach/orb"
)

// packedTree is an R-tree over points that never change. The points lie along
// the Morton curve, so every node is a run of them in a quarter of a quarter …
// of the world: nodes of one parent never overlap. Its cost is some bytes a point.
type packedTree struct {
	nodes []packedNode // the root first; the children of a node are neighbours
}

// packedNode is a box around its children, which are nodes or, in a leaf, points.
type packedNode struct {
	box   packedBox
	first uint32
	count uint32 // with leafBit in a leaf
}

const (
	leafSize = 16 // points of a leaf; more only where they are all in one place
	leafBit  = 1 << 31
)

func (n *packedNode) leaf() bool { return n.count&leafBit != 0 }
func (n *packedNode) children() (from, to int) {
	return int(n.first), int(n.first + n.count&^leafBit)
}

// packedBox is a box in degrees, rounded outwards.
type packedBox struct{ west, south, east, north float32 }

func newPackedTree(keys []uint64, points []orb.Point) packedTree {
	if len(keys) == 0 {
		return packedTree{}
	}
	t := packedTree{nodes: []packedNode{{count: uint32(len(keys))}}}
	for i := 0; i < len(t.nodes); i++ { // until then a node holds its run of points
		from, to := t.nodes[i].children()
		if to-from <= leafSize || keys[from] == keys[to-1] {
			t.nodes[i].count |= leafBit
			continue
		}
		first := len(t.nodes)
		t.quarters(keys, from, to, true)
		t.nodes[i].first, t.nodes[i].count = uint32(first), uint32(len(t.nodes)-first)
	}
	for i := len(t.nodes) - 1; i >= 0; i-- {
		n, b := &t.nodes[i], nowhere()
		from, to := n.children()
		for j := from; j < to; j++ {
			if n.leaf() {
				p := points[j]
				b = b.with(boxAround(p.Bound()))
			} else {
				b = b.with(t.nodes[j].box)
			}
		}
		n.box = b
	}
	return t
}

// quarters adds a node for each part of a run: the quarters of the smallest
// square that holds it, and, where again, the quarters of those with many points.
func (t *packedTree) quarters(keys []uint64, from, to int, again bool) {
	// The first pair of bits in which the run's keys differ tells quarters apart.
	shift := (63 - bits.LeadingZeros64(keys[from]^keys[to-1])) &^ 1
	for from < to {
		quarter := keys[from] >> shift
		end := from + sort.Search(to-from, func(i int) bool { return keys[from+i]>>shift > quarter })
		if again && end-from > leafSize && keys[from] != keys[end-1] {
			t.quarters(keys, from, end, false)
		} else {
			t.nodes = append(t.nodes, packedNode{first: uint32(from), count: uint32(end - from)})
		}
		from = end
	}
}

// boxAround is the least box that holds b.
func boxAround(b orb.Bound) packedBox {
	return packedBox{below(b.Min[0]), below(b.Min[1]), above(b.Max[0]), above(b.Max[1])}
}

// nowhere is the box of nothing.
func nowhere() packedBox {
	return packedBox{math.MaxFloat32, math.MaxFloat32, -math.MaxFloat32, -math.MaxFloat32}
}

func (b packedBox) with(o packedBox) packedBox {
	return packedBox{min(b.west, o.west), min(b.south, o.south), max(b.east, o.east), max(b.north, o.north)}
}

func (b *packedBox) touches(o *packedBox) bool {
	return b.west <= o.east && b.east >= o.west && b.south <= o.north && b.north >= o.south
}

func (b *packedBox) contains(p orb.Point) bool {
	return float64(b.west) <= p[0] && p[0] <= float64(b.east) && float64(b.south) <= p[1] && p[1] <= float64(b.north)
}

// below is the greatest float32 that is not above v, and above the least that
// is not below.
func below(v float64) float32 {
	f := float32(v)
	if float64(f) > v {
		f = math.Nextafter32(f, -math.MaxFloat32)
	}
	return f
}

func above(v float64) float32 {
	f := float32(v)
	if float64(f) < v {
		f = math.Nextafter32(f, math.MaxFloat32)
	}
	return f
}

// within reports whether all points lie in b.
func (t *packedTree) within(b orb.Bound) bool {
	if len(t.nodes) == 0 {
		return true
	}
	root := &t.nodes[0].box
	return b.Min[0] <= float64(root.west) && b.Min[1] <= float64(root.south) && b.Max[0] >= float64(root.east) && b.Max[1] >= float64(root.north)
}

// search calls each with runs of points, ends excluded, that may lie in the box,
// in their order, until each returns false.
func (t *packedTree) search(b orb.Bound, each func(from, to int) bool) bool {
	if len(t.nodes) == 0 {
		return true
	}
	box := boxAround(b)
	return t.descend(0, &box, each)
}

func (t *packedTree) descend(at int, box *packedBox, each func(from, to int) bool) bool {
	n := &t.nodes[at]
	from, to := n.children()
	switch {
	case !n.box.touches(box):
		return true
	case n.leaf():
		return each(from, to)
	}
	for child := from; child < to; child++ {
		if !t.descend(child, box, each) {
			return false
		}
	}
	return true
}

// extent is the box around the points that are live, which nothing but looking
// at the outermost of them can tell; false without any.
func (t *packedTree) extent(points []orb.Point, live func(i int) bool) (orb.Bound, bool) {
	b, any := orb.Bound{Min: orb.Point{math.Inf(1), math.Inf(1)}, Max: orb.Point{math.Inf(-1), math.Inf(-1)}}, false
	var look func(at int)
	look = func(at int) {
		n := &t.nodes[at]
		from, to := n.children()
		switch {
		case float64(n.box.west) >= b.Min[0] && float64(n.box.south) >= b.Min[1] && float64(n.box.east) <= b.Max[0] && float64(n.box.north) <= b.Max[1]:
		case n.leaf():
			for i := from; i < to; i++ {
				if live(i) {
					b, any = b.Extend(points[i]), true
				}
			}
		default:
			for child := from; child < to; child++ {
				look(child)
			}
		}
	}
	if len(t.nodes) > 0 {
		look(0)
	}
	return b, any
}
