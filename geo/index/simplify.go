package index

import (
	"math"
	"slices"
)

// Boundaries are simplified for each zoom so that neighbours keep their border
// in common. Rings are taken apart into arcs at junctions, where the borders of
// three areas meet, or a border and the outside; junctions stay at every zoom.
// From each arc the position goes first that makes the smallest triangle with
// its neighbours (Visvalingam and Whyatt 1993), but never while another position
// of the level lies in that triangle: so no two borders cross that did not cross
// before (Saalfeld 1999). What becomes of an arc follows from the positions
// within its box alone, and is the same for the areas on both sides of it.

const (
	// plainZoom is the least zoom whose tiles show every position.
	plainZoom = 15
	// widest is the side of the largest box whose outline is simplified; in
	// it, twice the area of a triangle is less than 2^63.
	widest = 1 << 31
)

// insignificant is twice the area, in steps, below which a triangle is not seen
// at a zoom. A tile is drawn at 512 pixels, so 8 units are one: it is half of a
// square pixel, and at the deepest zooms, which are drawn larger, less.
func insignificant(zoom int) int64 {
	units := int64(64)
	if zoom > 12 {
		units = 16
	}
	return units << (2 * (20 - zoom))
}

// simplifier works out Outline.From. Its buffers are used again.
type simplifier struct {
	outline  *Outline
	points   []point // of the outline, then others in its box
	ring     []span  // by position of the outline
	junction []bool
	arc      []int32 // by position of the outline, the arc that it is inside of; 0 for junctions
	gone     []bool
	table    []int32 // position's place + 1, by hash
	cells    cellIndex
	chain    chain
}

type (
	point struct{ x, y int64 } // from the outline's least corner
	span  struct{ begin, end int32 }
)

// simplify returns, for each position of o, the least zoom that shows it; around
// are the outlines of the same level whose boxes meet its own.
func (s *simplifier) simplify(o *Outline, around []*Outline) []uint8 {
	from := make([]uint8, len(o.Positions))
	if uint64(o.Max.X-o.Min.X) >= widest || uint64(o.Max.Y-o.Min.Y) >= widest {
		return from
	}
	s.read(o)
	for _, other := range around {
		s.join(other)
	}
	s.cells.build(s.points, int64(o.Max.X-o.Min.X), int64(o.Max.Y-o.Min.Y))
	arcs := int32(0)
	o.rings(func(begin, end int) {
		s.anchor(begin, end)
		first := begin
		for !s.junction[first] {
			first++
		}
		for i := first; ; {
			arcs++
			j := s.collect(i, begin, end, arcs)
			s.thin(from, arcs)
			if i = j; i == first {
				break
			}
		}
	})
	return from
}

// read takes the outline in, and finds positions that it visits twice.
func (s *simplifier) read(o *Outline) {
	n := len(o.Positions)
	s.outline = o
	s.points = slices.Grow(s.points[:0], 2*n)
	s.ring = slices.Grow(s.ring[:0], n)[:n]
	s.junction, s.gone = zeroed(s.junction, n), zeroed(s.gone, n)
	s.arc = zeroed(s.arc, n)
	size := 4
	for size < 2*n {
		size *= 2
	}
	s.table = zeroed(s.table, size)
	for i, p := range o.Positions {
		s.points = append(s.points, point{int64(p.X - o.Min.X), int64(p.Y - o.Min.Y)})
		at := s.slot(p)
		if twin := s.table[at]; twin > 0 {
			s.junction[i], s.junction[twin-1] = true, true
		} else {
			s.table[at] = int32(i) + 1
		}
	}
	o.rings(func(begin, end int) {
		for i := begin; i < end; i++ {
			s.ring[i] = span{int32(begin), int32(end)}
		}
	})
}

func zeroed[T any](b []T, n int) []T {
	b = slices.Grow(b[:0], n)[:n]
	clear(b)
	return b
}

// slot is where the table holds a position, or would hold it.
func (s *simplifier) slot(p Position) int {
	mask := len(s.table) - 1
	h := (uint64(p.X)<<32 | uint64(p.Y)) * 0x9E3779B97F4A7C15
	for at := int(h>>32) & mask; ; at = (at + 1) & mask {
		if i := s.table[at]; i == 0 || s.outline.Positions[i-1] == p {
			return at
		}
	}
}

// join finds the positions of the outline where another one's border leaves its
// own, and takes in the other's positions in its box.
func (s *simplifier) join(other *Outline) {
	o := s.outline
	other.rings(func(begin, end int) {
		for i := begin; i < end; i++ {
			p := other.Positions[i]
			if p.X < o.Min.X || p.X > o.Max.X || p.Y < o.Min.Y || p.Y > o.Max.Y {
				continue
			}
			found := s.table[s.slot(p)] - 1
			if found < 0 {
				s.points = append(s.points, point{int64(p.X - o.Min.X), int64(p.Y - o.Min.Y)})
				continue
			}
			before, after := other.Positions[previous(i, begin, end)], other.Positions[following(i, begin, end)]
			ring := s.ring[found]
			mine, next := o.Positions[previous(int(found), int(ring.begin), int(ring.end))], o.Positions[following(int(found), int(ring.begin), int(ring.end))]
			if !(mine == before && next == after || mine == after && next == before) {
				s.junction[found] = true
			}
		}
	})
}

func previous(i, begin, end int) int {
	if i == begin {
		return end - 1
	}
	return i - 1
}

func following(i, begin, end int) int {
	if i+1 == end {
		return begin
	}
	return i + 1
}

// anchor gives a ring two junctions at least: its outermost positions.
func (s *simplifier) anchor(begin, end int) {
	n, least, most := 0, begin, begin
	for i := begin; i < end; i++ {
		if s.junction[i] {
			n++
		}
		if before(s.points[i], s.points[least]) {
			least = i
		}
		if before(s.points[most], s.points[i]) {
			most = i
		}
	}
	if n < 2 && !s.junction[least] {
		s.junction[least] = true
		n++
	}
	if n < 2 {
		s.junction[most] = true
	}
}

func before(a, b point) bool { return a.x < b.x || a.x == b.x && a.y < b.y }

// collect puts the arc from junction i to the next into the chain, in the
// direction that the areas on both sides agree on, and returns the next.
func (s *simplifier) collect(i, begin, end int, arc int32) int {
	c := &s.chain
	c.begin()
	c.add(i, s.points[i])
	j := following(i, begin, end)
	for ; !s.junction[j]; j = following(j, begin, end) {
		c.add(j, s.points[j])
		s.arc[j] = arc
	}
	c.add(j, s.points[j])
	c.turn()
	return j
}

// thin takes positions out of the chain, zoom by zoom.
func (s *simplifier) thin(from []uint8, arc int32) {
	c := &s.chain
	for zoom := plainZoom - 1; zoom >= 0 && c.left > 0; zoom-- {
		limit := insignificant(zoom)
		for c.unblock(); ; {
			before := c.left
			c.sweep(limit, func(a, b, d int) bool { return !s.blocked(a, b, d, arc) }, func(i int) {
				from[i], s.gone[i] = uint8(zoom)+1, true
			})
			if c.left == before {
				break
			}
		}
	}
}

// blocked reports whether a position other than those of the arc that are gone
// lies in the triangle of three.
func (s *simplifier) blocked(i, j, k int, arc int32) bool {
	a, b, c := s.points[i], s.points[j], s.points[k]
	if turn(a, b, c) < 0 {
		a, c = c, a
	}
	lo := point{min(a.x, b.x, c.x), min(a.y, b.y, c.y)}
	hi := point{max(a.x, b.x, c.x), max(a.y, b.y, c.y)}
	return s.cells.any(lo, hi, func(n int32) bool {
		if int(n) < len(s.arc) && s.arc[n] == arc && s.gone[n] {
			return false
		}
		p := s.points[n]
		if p.x < lo.x || p.x > hi.x || p.y < lo.y || p.y > hi.y || p == a || p == b || p == c {
			return false
		}
		return turn(a, b, p) >= 0 && turn(b, c, p) >= 0 && turn(c, a, p) >= 0
	})
}

// turn is twice the area of a triangle, positive when c lies to the left of
// a-b, with x to the right and y up.
func turn(a, b, c point) int64 { return (b.x-a.x)*(c.y-a.y) - (b.y-a.y)*(c.x-a.x) }

// chain is an arc from which positions are taken.
type chain struct {
	places     []int // in the outline
	points     []point
	prev, next []int32
	area       []int64 // twice that of the triangle with the neighbours
	blocked    []bool
	left       int // between the ends
}

func (c *chain) begin() {
	c.places, c.points = c.places[:0], c.points[:0]
}

func (c *chain) add(place int, p point) {
	c.places, c.points = append(c.places, place), append(c.points, p)
}

// turn ends the adding. It puts the chain into its own direction: the one whose
// first positions come before those of the other.
func (c *chain) turn() {
	n := len(c.points)
	for i, j := 0, n-1; i < n; i, j = i+1, j-1 {
		if c.points[i] != c.points[j] {
			if before(c.points[j], c.points[i]) {
				slices.Reverse(c.points)
				slices.Reverse(c.places)
			}
			break
		}
	}
	c.prev, c.next = slices.Grow(c.prev[:0], n)[:n], slices.Grow(c.next[:0], n)[:n]
	c.area = slices.Grow(c.area[:0], n)[:n]
	c.blocked = zeroed(c.blocked, n)
	for i := range n {
		c.prev[i], c.next[i] = int32(i)-1, int32(i)+1
	}
	for i := 1; i < n-1; i++ {
		c.measure(int32(i))
	}
	c.area[0], c.area[n-1] = math.MaxInt64, math.MaxInt64
	c.left = n - 2
}

func (c *chain) measure(i int32) {
	c.area[i] = turn(c.points[c.prev[i]], c.points[i], c.points[c.next[i]])
	if c.area[i] < 0 {
		c.area[i] = -c.area[i]
	}
	c.blocked[i] = false
}

func (c *chain) unblock() { clear(c.blocked) }

// sweep goes along the chain and takes out positions whose area is below limit
// and not above those beside it, where free agrees.
func (c *chain) sweep(limit int64, free func(a, b, d int) bool, out func(place int)) {
	last := int32(len(c.points) - 1)
	for i := c.next[0]; i < last; {
		p, n := c.prev[i], c.next[i]
		if c.blocked[i] || c.area[i] >= limit || c.area[i] > c.area[p] && !c.blocked[p] || c.area[i] > c.area[n] && !c.blocked[n] {
			i = n
			continue
		}
		if c.area[i] > 0 && !free(c.places[p], c.places[i], c.places[n]) {
			c.blocked[i] = true
			i = n
			continue
		}
		out(c.places[i])
		c.next[p], c.prev[n] = n, p
		c.left--
		if i = n; n < last {
			c.measure(n)
		}
		if p > 0 {
			c.measure(p)
			if i = p; c.prev[p] > 0 {
				i = c.prev[p]
			}
		}
	}
}
