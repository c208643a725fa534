package index

import (
	"math"

	"github.com/paulmach/orb"
)

// packedTree is an R-tree over points that never change, in the order in which
// they lie: a node is sixteen neighbours, and its children are found by
// counting. A box costs a byte per point.
type packedTree struct {
	levels [][]packedBox // from the leaves up to the root, which is one box
	n      int
}

// packedBox is a box in degrees, rounded outwards.
type packedBox struct{ west, south, east, north float32 }

const nodeSize = 16

func newPackedTree(n int, at func(i int) (lon, lat float64)) packedTree {
	t := packedTree{n: n}
	if n == 0 {
		return t
	}
	leaves := make([]packedBox, (n+nodeSize-1)/nodeSize)
	for i := range leaves {
		b := nowhere()
		for j := i * nodeSize; j < min(n, (i+1)*nodeSize); j++ {
			lon, lat := at(j)
			b = b.with(packedBox{below(lon), below(lat), above(lon), above(lat)})
		}
		leaves[i] = b
	}
	t.levels = append(t.levels, leaves)
	for under := leaves; len(under) > 1; {
		over := make([]packedBox, (len(under)+nodeSize-1)/nodeSize)
		for i := range over {
			b := nowhere()
			for _, child := range under[i*nodeSize : min(len(under), (i+1)*nodeSize)] {
				b = b.with(child)
			}
			over[i] = b
		}
		t.levels = append(t.levels, over)
		under = over
	}
	return t
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

// root is the box around everything; it is only called where there is something.
func (t *packedTree) root() packedBox { return t.levels[len(t.levels)-1][0] }

// within reports whether all points lie in b.
func (t *packedTree) within(b orb.Bound) bool {
	root := t.root()
	return b.Min[0] <= float64(root.west) && b.Min[1] <= float64(root.south) && b.Max[0] >= float64(root.east) && b.Max[1] >= float64(root.north)
}

// search calls each with runs of points, ends excluded, that may lie in the box,
// in their order, until each returns false.
func (t *packedTree) search(b orb.Bound, each func(from, to int) bool) bool {
	if t.n == 0 {
		return true
	}
	box := packedBox{below(b.Min[0]), below(b.Min[1]), above(b.Max[0]), above(b.Max[1])}
	return t.descend(len(t.levels)-1, 0, &box, each)
}

func (t *packedTree) descend(level, node int, box *packedBox, each func(from, to int) bool) bool {
	if !t.levels[level][node].touches(box) {
		return true
	}
	if level == 0 {
		return each(node*nodeSize, min(t.n, (node+1)*nodeSize))
	}
	for child := node * nodeSize; child < min(len(t.levels[level-1]), (node+1)*nodeSize); child++ {
		if !t.descend(level-1, child, box, each) {
			return false
		}
	}
	return true
}

// extent is the box around the points that are live, which nothing but looking
// at the outermost of them can tell; false without any.
func (t *packedTree) extent(live func(i int) bool, at func(i int) orb.Point) (orb.Bound, bool) {
	b, any := orb.Bound{Min: orb.Point{math.Inf(1), math.Inf(1)}, Max: orb.Point{math.Inf(-1), math.Inf(-1)}}, false
	var look func(level, node int)
	look = func(level, node int) {
		box := &t.levels[level][node]
		if float64(box.west) >= b.Min[0] && float64(box.south) >= b.Min[1] && float64(box.east) <= b.Max[0] && float64(box.north) <= b.Max[1] {
			return
		}
		if level > 0 {
			for child := node * nodeSize; child < min(len(t.levels[level-1]), (node+1)*nodeSize); child++ {
				look(level-1, child)
			}
			return
		}
		for i := node * nodeSize; i < min(t.n, (node+1)*nodeSize); i++ {
			if live(i) {
				b, any = b.Extend(at(i)), true
			}
		}
	}
	if t.n > 0 {
		look(len(t.levels)-1, 0)
	}
	return b, any
}
