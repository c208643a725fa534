package tiles

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/patok-id/patok/geo/index"
)

// noder brings the boundaries of one layer to a tile's grid by snap rounding
// (Hobby 1999): every vertex goes to the nearest position of the grid, and every
// edge is led through all of those positions that it passes by. So edges meet at
// their ends only, a border that two areas share stays the same for both, and
// nothing is turned inside out: what is thinner than the grid falls together.
type noder struct {
	zoom       uint8
	coarse     uint  // positions are read in steps of 1<<coarse: 0 from zoom 2 on
	unit       uint  // a unit of the tile is 1<<unit of these
	step       uint  // the grid is 1<<step units wide
	x0, y0     int64 // the tile's corner
	lo, hi     wide  // the corners of its buffer
	cut        [2][]wide
	corners    []corner // ring after ring
	rings      []traced
	spots      []spot
	buckets    [across * across]int32 // the first spot of each + 1
	path       []int32                // spots, ring after ring
	ends       []int                  // where in path each ring ends
	passed     []passed
	clearEdges [1 << clearBits]clearEdge
	tile       uint32 // how many were begun
	serial     int32  // of the area being made
	taken      int    // how many rings of corners are made
	cells      []cell
	polygons   [][]cell
	edges      []edge
}

type (
	// wide is a position from the tile's corner, however far away.
	wide struct{ x, y int64 }
	// corner is a vertex in the tile and its spot.
	corner struct {
		x, y int32
		spot int32
	}
	// traced is a ring whose corners end there, of the area with this number.
	traced struct {
		end  int
		area int
	}
	// spot is a position of the grid that a vertex lies at.
	spot struct {
		cell
		next int32 // in its bucket + 1
		seen int32 // serial of the area that came here last
	}
	// clearEdge is an edge of a tile that passes by no spot. Two neighbours have it,
	// each the other way round, and only the first has to look.
	clearEdge struct {
		a, b uint64
		tile uint32
	}
	// passed is a spot on the way of an edge.
	passed struct {
		spot  int32
		along int64
	}
)

// Spots are found by buckets of 64 × 64 units, clear edges by a hash.
const (
	bucketBits = 6
	across     = (extent+2*buffer)>>bucketBits + 1
	clearBits  = 11
)

// stepBits tell the grid that boundaries are snapped to at a zoom: in tile
// units, the power of two. A tile is drawn at 512 pixels, so 8 units are one;
// half a pixel is lost on no screen. At the deepest zooms, which are drawn
// larger, nothing is.
func stepBits(zoom int) uint {
	switch {
	case zoom <= 12:
		return 2
	case zoom <= 14:
		return 1
	}
	return 0
}

// begin makes the noder ready for a tile.
func (n *noder) begin(id ID) {
	n.zoom, n.step = uint8(id.Z), stepBits(id.Z)
	n.coarse = uint(max(0, 2-id.Z))
	n.unit = uint(20-id.Z) - n.coarse
	n.x0, n.y0 = int64(id.X)*extent<<n.unit, int64(id.Y)*extent<<n.unit
	n.lo, n.hi = wide{low << n.unit, low << n.unit}, wide{high << n.unit, high << n.unit}
	n.corners, n.rings, n.spots = n.corners[:0], n.rings[:0], n.spots[:0]
	clear(n.buckets[:])
	n.serial, n.taken = 0, 0
	if n.tile++; n.tile == 0 {
		clear(n.clearEdges[:])
		n.tile = 1
	}
}

// add takes in what lies in the tile of an area's outline.
func (n *noder) add(o *index.Outline, area int) {
	if len(o.Positions) == 0 {
		return
	}
	least, most := n.wide(o.Min), n.wide(o.Max)
	whole := n.outside(least) == 0 && n.outside(most) == 0
	begin := 0
	for _, end := range o.Ends {
		positions, from := o.Positions[begin:end], o.From[begin:end]
		begin = int(end)
		first := len(n.corners)
		if whole {
			for i, p := range positions {
				if from[i] <= n.zoom {
					n.corner(n.wide(p))
				}
			}
		} else {
			for _, w := range n.clip(n.near(positions, from)) {
				n.corner(w)
			}
		}
		if len(n.corners)-first < 3 {
			n.corners = n.corners[:first]
			continue
		}
		n.rings = append(n.rings, traced{len(n.corners), area})
	}
}

func (n *noder) wide(p index.Position) wide {
	return wide{int64(p.X>>n.coarse) - n.x0, int64(p.Y>>n.coarse) - n.y0}
}

// outside has a bit for each side of the buffer that w lies beyond.
func (n *noder) outside(w wide) uint8 {
	c := uint8(0)
	if w.x < n.lo.x {
		c = 1
	} else if w.x > n.hi.x {
		c = 2
	}
	if w.y < n.lo.y {
		c |= 4
	} else if w.y > n.hi.y {
		c |= 8
	}
	return c
}

// near reads a ring without what cannot reach the buffer: between two vertices
// beyond one side, those beyond it.
func (n *noder) near(positions []index.Position, from []uint8) []wide {
	ring := n.cut[0][:0]
	before, last := uint8(0), uint8(0) // sides that the last two vertices kept are beyond
	for i, p := range positions {
		if from[i] > n.zoom {
			continue
		}
		w := n.wide(p)
		side := n.outside(w)
		if before&last&side != 0 && len(ring) >= 2 {
			ring[len(ring)-1], last = w, side
			continue
		}
		ring = append(ring, w)
		before, last = last, side
	}
	n.cut[0] = ring
	return ring
}

// clip cuts a ring to the buffer, side by side (Sutherland and Hodgman 1974). A
// cut lies where it does for the neighbour's ring, which has the same edge the
// other way round.
func (n *noder) clip(ring []wide) []wide {
	all, any := uint8(0xF), uint8(0)
	for _, w := range ring {
		side := n.outside(w)
		all, any = all&side, any|side
	}
	if all != 0 {
		return nil
	}
	into := 1
	for side := uint8(1); side <= 8; side <<= 1 {
		if any&side != 0 {
			n.cut[into] = n.clipSide(ring, side, n.cut[into][:0])
			ring, into = n.cut[into], 1-into
		}
	}
	return ring
}

// clipSide keeps what is not beyond one side.
func (n *noder) clipSide(ring []wide, side uint8, out []wide) []wide {
	if len(ring) == 0 {
		return out
	}
	a := ring[len(ring)-1]
	outA := n.outside(a)&side != 0
	for _, b := range ring {
		outB := n.outside(b)&side != 0
		if outA != outB {
			out = append(out, n.crossing(a, b, side))
		}
		if !outB {
			out = append(out, b)
		}
		a, outA = b, outB
	}
	return out
}

// crossing is where the edge a-b crosses a side, the same for b-a.
func (n *noder) crossing(a, b wide, side uint8) wide {
	switch side {
	case 1:
		return wide{n.lo.x, at(a.x, a.y, b.x, b.y, n.lo.x)}
	case 2:
		return wide{n.hi.x, at(a.x, a.y, b.x, b.y, n.hi.x)}
	case 4:
		return wide{at(a.y, a.x, b.y, b.x, n.lo.y), n.lo.y}
	}
	return wide{at(a.y, a.x, b.y, b.x, n.hi.y), n.hi.y}
}

// at is the value at u of the line through (u0, v0) and (u1, v1), rounded
// towards the lower end's. All differences are below 2^32.
func at(u0, v0, u1, v1, u int64) int64 {
	if u1 < u0 {
		u0, v0, u1, v1 = u1, v1, u0, v0
	}
	rise, sign := v1-v0, int64(1)
	if rise < 0 {
		rise, sign = -rise, -1
	}
	high, low := bits.Mul64(uint64(rise), uint64(u-u0))
	q, _ := bits.Div64(high, low, uint64(u1-u0))
	return v0 + sign*int64(q)
}

// corner takes in a vertex and finds its spot, a new one if need be.
func (n *noder) corner(w wide) {
	c := n.snap(w)
	bucket := &n.buckets[bucketOf(c.y)*across+bucketOf(c.x)]
	for s := *bucket; s > 0; s = n.spots[s-1].next {
		if n.spots[s-1].cell == c {
			n.corners = append(n.corners, corner{int32(w.x), int32(w.y), s - 1})
			return
		}
	}
	n.spots = append(n.spots, spot{cell: c, next: *bucket})
	*bucket = int32(len(n.spots))
	n.corners = append(n.corners, corner{int32(w.x), int32(w.y), *bucket - 1})
}

// snap is the nearest position of the grid.
func (n *noder) snap(w wide) cell {
	shift := n.unit + n.step
	half := int64(1) << shift >> 1
	return cell{int32((w.x + half) >> shift << n.step), int32((w.y + half) >> shift << n.step)}
}

func bucketOf(v int32) int { return int(v+buffer) >> bucketBits }

// trace puts a ring's spots onto the path, and reports whether it came to one
// where the area has been already.
func (n *noder) trace(corners []corner) (again bool) {
	begin := len(n.path)
	visit := func(s int32) {
		if len(n.path) > begin && n.path[len(n.path)-1] == s {
			return
		}
		n.path = append(n.path, s)
	}
	for i := range corners {
		a, b := &corners[i], &corners[0]
		if i+1 < len(corners) {
			b = &corners[i+1]
		}
		visit(a.spot)
		if a.spot != b.spot {
			for _, p := range n.between(a, b) {
				visit(p.spot)
			}
		}
	}
	for len(n.path) > begin+1 && n.path[len(n.path)-1] == n.path[begin] {
		n.path = n.path[:len(n.path)-1]
	}
	for _, s := range n.path[begin:] {
		again = again || n.spots[s].seen == n.serial
		n.spots[s].seen = n.serial
	}
	n.ends = append(n.ends, len(n.path))
	return again
}

// between finds the spots that the edge a-b passes by, in order: those whose
// square of the grid it touches.
func (n *noder) between(a, b *corner) []passed {
	n.passed = n.passed[:0]
	p, q := &n.spots[a.spot], &n.spots[b.spot]
	if dx, dy := abs(p.x-q.x), abs(p.y-q.y); dx+dy <= 1<<n.step {
		return nil // side by side
	}
	known := n.known(a, b)
	if known.tile == n.tile {
		return nil
	}
	half := int32(1) << (n.unit + n.step) >> 1
	e := edgeOf(a, b)
	top, bottom := bucketOf((e.top-half)>>n.unit), bucketOf((e.bottom+half)>>n.unit)
	for row := max(top, 0); row <= min(bottom, across-1); row++ {
		left, right := e.left, e.right
		if bottom-top > 1 {
			left, right = e.within(n.rowFrom(row)-int64(half), n.rowFrom(row+1)+int64(half))
		}
		first, last := max(bucketOf((left-half)>>n.unit), 0), min(bucketOf((right+half)>>n.unit), across-1)
		for bucket := row*across + first; bucket <= row*across+last; bucket++ {
			for s := n.buckets[bucket]; s > 0; s = n.spots[s-1].next {
				if s-1 != a.spot && s-1 != b.spot {
					n.pass(&e, s-1, half)
				}
			}
		}
	}
	if len(n.passed) == 0 {
		known.tile = n.tile
	}
	if len(n.passed) > 1 {
		slices.SortFunc(n.passed, func(s, t passed) int { return cmp.Compare(s.along, t.along) })
	}
	if e.back {
		slices.Reverse(n.passed)
	}
	return n.passed
}

// known is where the edge a-b is kept once it is known to be clear, which
// then has the number of the tile.
func (n *noder) known(a, b *corner) *clearEdge {
	from, to := uint64(uint32(a.x))<<32|uint64(uint32(a.y)), uint64(uint32(b.x))<<32|uint64(uint32(b.y))
	if from > to {
		from, to = to, from
	}
	const odd = 0x9e3779b97f4a7c15 // 2^64 by the golden ratio (Knuth, volume 3, section 6.4)
	slot := &n.clearEdges[((from*odd)^to)*odd>>(64-clearBits)]
	if slot.a != from || slot.b != to {
		*slot = clearEdge{a: from, b: to}
	}
	return slot
}

// rowFrom is where a row of buckets begins.
func (n *noder) rowFrom(row int) int64 { return int64(row<<bucketBits-buffer) << n.unit }

// pass takes down a spot if the edge touches its square.
func (n *noder) pass(e *straight, s, half int32) {
	x, y := n.spots[s].x<<n.unit, n.spots[s].y<<n.unit
	if x+half < e.left || x-half > e.right || y+half < e.top || y-half > e.bottom {
		return
	}
	u, v := int64(x-e.x), int64(y-e.y)
	off := e.dx*v - e.dy*u
	if reach := int64(half) * (e.dx + max(e.dy, -e.dy)); off > reach || off < -reach {
		return
	}
	n.passed = append(n.passed, passed{s, e.dx*u + e.dy*v})
}

// straight is an edge from west to east, or along a meridian to the south.
type straight struct {
	x, y                     int32
	dx, dy                   int64
	left, right, top, bottom int32
	back                     bool // it was given the other way round
}

func edgeOf(a, b *corner) straight {
	e := straight{}
	if e.back = b.x < a.x || b.x == a.x && b.y < a.y; e.back {
		a, b = b, a
	}
	e.x, e.y, e.dx, e.dy = a.x, a.y, int64(b.x)-int64(a.x), int64(b.y)-int64(a.y)
	e.left, e.right, e.top, e.bottom = a.x, b.x, min(a.y, b.y), max(a.y, b.y)
	return e
}

// within is the part of the edge between two latitudes, and a step more.
func (e *straight) within(top, bottom int64) (left, right int32) {
	if e.dy == 0 {
		return e.left, e.right
	}
	x := func(y int64) int64 {
		y = min(max(y, int64(e.top)), int64(e.bottom))
		return int64(e.x) + e.dx*(y-int64(e.y))/e.dy
	}
	u, v := x(top), x(bottom)
	return int32(max(min(u, v)-1, int64(e.left))), int32(min(max(u, v)+1, int64(e.right)))
}

func abs(v int32) int32 { return max(v, -v) }
