package tiles

import (
	"cmp"
	"math"
	"slices"
)

// Snapping to a grid can make a boundary touch or cross itself, and clipping
// leaves edges that lie on each other along the tile's side. clean mends both:
// it splits all edges where they meet, drops those that are walked both ways,
// and walks what remains into rings.

// edge is a directed edge; ring and place tell neighbours apart.
type edge struct {
	a, b        cell
	ring, place int32
	last        bool // the ring's last edge, a neighbour of its first
}

// maxPasses bounds the splitting. Each pass moves crossings to the grid, which
// can make new ones; two or three passes are the rule.
const maxPasses = 8

// clean returns the rings of polygons (each exterior of positive area, followed
// by its holes of negative area) as simple rings that meet in single positions
// at most, in the same order of things. Polygons that the grid lays together
// become one. It returns false when it cannot on this grid.
func clean(rings [][]cell) ([][]cell, bool) {
	edges := edgesOf(rings)
	if !meet(edges) {
		return rings, true
	}
	var simple bool
	if edges, simple = split(edges); !simple {
		return nil, false
	}
	if edges, simple = cancel(edges); !simple {
		return nil, false
	}
	return arrange(walk(edges)), true
}

func edgesOf(rings [][]cell) []edge {
	n := 0
	for _, ring := range rings {
		n += len(ring)
	}
	edges := make([]edge, 0, n)
	for r, ring := range rings {
		for i, a := range ring {
			b := ring[(i+1)%len(ring)]
			edges = append(edges, edge{a, b, int32(r), int32(i), i == len(ring)-1})
		}
	}
	return edges
}

// eachPair calls visit for the pairs of edges whose boxes touch, until it
// returns false: a sweep over the edges by their left ends.
func eachPair(edges []edge, visit func(i, j int) bool) {
	order := make([]int32, len(edges))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(i, j int32) int {
		return cmp.Compare(min(edges[i].a.x, edges[i].b.x), min(edges[j].a.x, edges[j].b.x))
	})
	for k, i := range order {
		e := &edges[i]
		right, top, bottom := max(e.a.x, e.b.x), min(e.a.y, e.b.y), max(e.a.y, e.b.y)
		for _, j := range order[k+1:] {
			f := &edges[j]
			if min(f.a.x, f.b.x) > right {
				break
			}
			if min(f.a.y, f.b.y) > bottom || max(f.a.y, f.b.y) < top {
				continue
			}
			if !visit(int(i), int(j)) {
				return
			}
		}
	}
}

// meet reports whether any two edges have a position in common, other than
// neighbours the one between them. Neighbours in tidy rings have no other.
func meet(edges []edge) bool {
	met := false
	eachPair(edges, func(i, j int) bool {
		if e, f := &edges[i], &edges[j]; !neighbours(e, f) {
			met = touch(e, f)
		}
		return !met
	})
	return met
}

func neighbours(e, f *edge) bool {
	if e.ring != f.ring {
		return false
	}
	return e.place-f.place == 1 || f.place-e.place == 1 || e.last && f.place == 0 || f.last && e.place == 0
}

// touch reports whether two edges have a position in common.
func touch(e, f *edge) bool {
	c1, c2 := cross(e.a, e.b, f.a), cross(e.a, e.b, f.b)
	d1, d2 := cross(f.a, f.b, e.a), cross(f.a, f.b, e.b)
	if (c1 > 0) != (c2 > 0) && (d1 > 0) != (d2 > 0) && c1 != 0 && c2 != 0 && d1 != 0 && d2 != 0 {
		return true
	}
	return c1 == 0 && between(e, f.a) || c2 == 0 && between(e, f.b) ||
		d1 == 0 && between(f, e.a) || d2 == 0 && between(f, e.b)
}

// between reports whether c, on the line of e, lies on e.
func between(e *edge, c cell) bool {
	return c.x >= min(e.a.x, e.b.x) && c.x <= max(e.a.x, e.b.x) &&
		c.y >= min(e.a.y, e.b.y) && c.y <= max(e.a.y, e.b.y)
}

// split divides edges until they meet at their ends only, or are equal. It
// returns false when that has no end soon.
func split(edges []edge) ([]edge, bool) {
	for range maxPasses {
		at := map[int][]cell{}
		add := func(i int, c cell) {
			if c != edges[i].a && c != edges[i].b {
				at[i] = append(at[i], c)
			}
		}
		eachPair(edges, func(i, j int) bool {
			meetings(&edges[i], &edges[j], func(c cell) {
				add(i, c)
				add(j, c)
			})
			return true
		})
		if len(at) == 0 {
			return edges, true
		}
		edges = divideEdges(edges, at)
	}
	return nil, false
}

// meetings calls found with the positions where two edges meet; a crossing is
// moved to the grid.
func meetings(e, f *edge, found func(cell)) {
	c1, c2 := cross(e.a, e.b, f.a), cross(e.a, e.b, f.b)
	d1, d2 := cross(f.a, f.b, e.a), cross(f.a, f.b, e.b)
	if c1 != 0 && c2 != 0 && d1 != 0 && d2 != 0 {
		if (c1 > 0) != (c2 > 0) && (d1 > 0) != (d2 > 0) {
			t := float64(d1) / float64(d1-d2)
			found(cell{
				e.a.x + round(t*float64(e.b.x-e.a.x)),
				e.a.y + round(t*float64(e.b.y-e.a.y)),
			})
		}
		return
	}
	if c1 == 0 && between(e, f.a) {
		found(f.a)
	}
	if c2 == 0 && between(e, f.b) {
		found(f.b)
	}
	if d1 == 0 && between(f, e.a) {
		found(e.a)
	}
	if d2 == 0 && between(f, e.b) {
		found(e.b)
	}
}

func divideEdges(edges []edge, at map[int][]cell) []edge {
	out := make([]edge, 0, len(edges)+2*len(at))
	for i, e := range edges {
		from := e.a
		cuts := at[i]
		slices.SortFunc(cuts, func(p, q cell) int { return cmp.Compare(along(e, p), along(e, q)) })
		for _, c := range append(cuts, e.b) {
			if c != from {
				out = append(out, edge{a: from, b: c})
				from = c
			}
		}
	}
	return out
}

func along(e edge, c cell) int64 {
	return int64(c.x-e.a.x)*int64(e.b.x-e.a.x) + int64(c.y-e.a.y)*int64(e.b.y-e.a.y)
}

// cancel drops pairs of edges that go opposite ways between the same ends: on
// both sides of them is the same. It returns false when an edge remains that
// is walked twice the same way.
func cancel(edges []edge) ([]edge, bool) {
	type ends struct{ a, b cell }
	net := make(map[ends]int, len(edges))
	for _, e := range edges {
		if less(e.a, e.b) {
			net[ends{e.a, e.b}]++
		} else {
			net[ends{e.b, e.a}]--
		}
	}
	kept := edges[:0]
	for _, e := range edges {
		key, sign := ends{e.a, e.b}, 1
		if !less(e.a, e.b) {
			key, sign = ends{e.b, e.a}, -1
		}
		switch n := net[key] * sign; {
		case n > 1:
			return nil, false
		case n == 1:
			net[key] = 0
			kept = append(kept, e)
		}
	}
	return kept, true
}

func less(a, b cell) bool { return a.x < b.x || a.x == b.x && a.y < b.y }

// walk follows edges into rings that visit no position twice. Where several
// edges leave, it takes the sharpest turn to the left: the inside, which lies
// to the left of every edge, stays in one piece.
func walk(edges []edge) [][]cell {
	slices.SortFunc(edges, func(e, f edge) int {
		return cmp.Or(cmp.Compare(e.a.x, f.a.x), cmp.Compare(e.a.y, f.a.y))
	})
	used := make([]bool, len(edges))
	var rings [][]cell
	for first := range edges {
		if used[first] {
			continue
		}
		var path []cell
		place := map[cell]int{}
		for at := first; at >= 0; at = next(edges, used, at) {
			used[at] = true
			path, rings = visit(path, place, edges[at].a, rings)
		}
		if len(path) > 2 {
			rings = append(rings, path)
		}
	}
	return rings
}

// visit adds a position to the path. When it is there already, the loop since
// then is a ring of its own.
func visit(path []cell, place map[cell]int, c cell, rings [][]cell) ([]cell, [][]cell) {
	if from, ok := place[c]; ok {
		if loop := slices.Clone(path[from:]); len(loop) > 2 {
			rings = append(rings, loop)
		}
		for _, p := range path[from:] {
			delete(place, p)
		}
		path = path[:from]
	}
	place[c] = len(path)
	return append(path, c), rings
}

// next is the unused edge to follow after edge at, -1 where the walk ends.
func next(edges []edge, used []bool, at int) int {
	e, best := edges[at], -1
	i, _ := slices.BinarySearchFunc(edges, e.b, func(f edge, c cell) int {
		return cmp.Or(cmp.Compare(f.a.x, c.x), cmp.Compare(f.a.y, c.y))
	})
	for ; i < len(edges) && edges[i].a == e.b; i++ {
		if !used[i] && (best < 0 || sharper(e, edges[i], edges[best])) {
			best = i
		}
	}
	return best
}

// sharper reports whether, coming along e, edge f turns farther left than g.
func sharper(e, f, g edge) bool {
	back := cell{e.a.x - e.b.x, e.a.y - e.b.y}
	df, dg := cell{f.b.x - f.a.x, f.b.y - f.a.y}, cell{g.b.x - g.a.x, g.b.y - g.a.y}
	return clockwiseFrom(back, df, dg)
}

// clockwiseFrom reports whether direction u comes before v when turning
// clockwise from direction start.
func clockwiseFrom(start, u, v cell) bool {
	o := cell{}
	half := func(d cell) int { // 0: less than half a turn from start, 1: more
		switch c := cross(o, start, d); {
		case c < 0:
			return 0
		case c > 0:
			return 1
		case int64(start.x)*int64(d.x)+int64(start.y)*int64(d.y) < 0:
			return 1 // straight on: half a turn
		}
		return 2 // straight back: a whole turn
	}
	if hu, hv := half(u), half(v); hu != hv {
		return hu < hv
	}
	return cross(o, u, v) < 0
}

// arrange tidies the rings, and puts each hole after the smallest exterior
// around it. A hole without one is a fold that snapping turned inside out, an
// exterior in another one a fold that lies twice; both are dropped.
func arrange(rings [][]cell) [][]cell {
	var exteriors, holes [][]cell
	for _, ring := range rings {
		switch ring = tidy(ring); {
		case len(ring) < 3:
		case area2(ring) > 0:
			exteriors = append(exteriors, ring)
		default:
			holes = append(holes, ring)
		}
	}
	slices.SortFunc(exteriors, func(a, b []cell) int {
		return cmp.Or(cmp.Compare(area2(a), area2(b)), slices.CompareFunc(a, b, compareCells))
	})
	owned := make([][][]cell, len(exteriors))
	for _, hole := range holes {
		if i := slices.IndexFunc(exteriors, func(ring []cell) bool { return around(ring, hole) }); i >= 0 {
			owned[i] = append(owned[i], hole)
		}
	}
	var out [][]cell
	for i, exterior := range exteriors {
		if !folded(exterior, exteriors[i+1:], owned[i+1:]) {
			out = append(append(out, exterior), owned[i]...)
		}
	}
	return out
}

// folded reports whether a ring lies inside a larger one, and in no hole of it.
func folded(ring []cell, larger [][]cell, holes [][][]cell) bool {
	for i, other := range larger {
		inHole := func(hole []cell) bool { return around(hole, ring) }
		if around(other, ring) && !slices.ContainsFunc(holes[i], inHole) {
			return true
		}
	}
	return false
}

func compareCells(a, b cell) int { return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.y, b.y)) }

// around reports whether ring lies around hole, which does not cross it. One
// position of the hole that is not on the ring decides; if there is none, the
// middle of an edge, and everything is doubled for that.
func around(ring, hole []cell) bool {
	for i, a := range hole {
		b := hole[(i+1)%len(hole)]
		for _, p := range [2]cell{{2 * a.x, 2 * a.y}, {a.x + b.x, a.y + b.y}} {
			if in, on := contains(ring, p); !on {
				return in
			}
		}
	}
	return false
}

// contains tells whether a position in half units lies in a ring or on it.
func contains(ring []cell, p cell) (in, on bool) {
	for i, b := range ring {
		a := ring[(i+len(ring)-1)%len(ring)]
		e := edge{a: cell{2 * a.x, 2 * a.y}, b: cell{2 * b.x, 2 * b.y}}
		side := cross(e.a, e.b, p)
		if side == 0 && between(&e, p) {
			return false, true
		}
		if (e.a.y > p.y) != (e.b.y > p.y) && (side > 0) == (e.b.y > e.a.y) {
			in = !in
		}
	}
	return in, false
}

func round(v float64) int32 { return int32(math.Floor(v + 0.5)) }
