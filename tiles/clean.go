package tiles

import (
	"cmp"
	"slices"
)

// Where the grid lays parts of a boundary together, or clipping leaves edges that
// lie on each other along the tile's side, rings touch themselves. The edges meet
// at their ends only: those that are walked both ways are dropped, and what
// remains is walked into rings again.

// edge is a directed edge.
type edge struct{ a, b cell }

// between reports whether c, on the line of e, lies on e.
func between(e *edge, c cell) bool {
	return c.x >= min(e.a.x, e.b.x) && c.x <= max(e.a.x, e.b.x) &&
		c.y >= min(e.a.y, e.b.y) && c.y <= max(e.a.y, e.b.y)
}

// cancel drops, in place, edges that go opposite ways between the same ends: on
// both sides of them is the same. Of those that go the same way one remains.
func cancel(edges []edge) []edge {
	slices.SortFunc(edges, func(e, f edge) int {
		return cmp.Or(compareCells(e.least(), f.least()), compareCells(e.most(), f.most()))
	})
	kept := edges[:0]
	for i := 0; i < len(edges); {
		first, net := edges[i], 0
		for ; i < len(edges) && (edges[i] == first || edges[i] == edge{first.b, first.a}); i++ {
			if less(edges[i].a, edges[i].b) {
				net++
			} else {
				net--
			}
		}
		switch {
		case net > 0:
			kept = append(kept, edge{first.least(), first.most()})
		case net < 0:
			kept = append(kept, edge{first.most(), first.least()})
		}
	}
	return kept
}

func (e edge) least() cell {
	if less(e.a, e.b) {
		return e.a
	}
	return e.b
}

func (e edge) most() cell {
	if less(e.a, e.b) {
		return e.b
	}
	return e.a
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
