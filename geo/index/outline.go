package index

import (
	"slices"

	"github.com/paulmach/orb"
)

// Outline is a boundary as maps draw it, in whole numbers. Inside lies to the
// left of every edge when Y counts upwards: exterior rings have a positive area
// by the surveyor's formula, holes a negative one.
type Outline struct {
	Positions []Position // ring after ring; a ring does not repeat its first
	Ends      []uint32   // where in Positions each ring ends
	From      []uint8    // for each position, the least zoom that shows it
	Min, Max  Position   // the corners of the box around all
}

// newOutline takes a boundary to whole numbers, for every zoom alike. Repeated
// positions, and rings that are left with fewer than three, are dropped.
func newOutline(boundary orb.MultiPolygon) Outline {
	n, rings := 0, 0
	for _, polygon := range boundary {
		rings += len(polygon)
		for _, ring := range polygon {
			n += len(ring) - 1
		}
	}
	o := Outline{Positions: make([]Position, 0, n+rings), Ends: make([]uint32, 0, rings)}
	for _, polygon := range boundary {
		for i, ring := range polygon {
			if kept := o.add(ring, i == 0); !kept && i == 0 {
				break // holes of nothing
			}
		}
	}
	o.Positions = slices.Clip(slices.Clone(o.Positions))
	if len(o.Positions) > 0 {
		o.Min, o.Max = ring{positions: o.Positions}.bound()
	}
	return o
}

// add adds a ring, and reports whether it is large enough.
func (o *Outline) add(ring orb.Ring, exterior bool) bool {
	begin := len(o.Positions)
	for _, p := range ring {
		if at := PositionOf(p); len(o.Positions) == begin || at != o.Positions[len(o.Positions)-1] {
			o.Positions = append(o.Positions, at)
		}
	}
	if last := len(o.Positions) - 1; last > begin && o.Positions[last] == o.Positions[begin] {
		o.Positions = o.Positions[:last]
	}
	added := o.Positions[begin:]
	if len(added) < 3 {
		o.Positions = o.Positions[:begin]
		return false
	}
	if (area2(added) > 0) != exterior {
		slices.Reverse(added)
	}
	o.Ends = append(o.Ends, uint32(len(o.Positions)))
	return true
}

// area2 is twice the area of a ring by the surveyor's formula.
func area2(ring []Position) float64 {
	sum, o := 0.0, ring[0]
	at := func(p Position) (x, y float64) {
		return float64(int64(p.X) - int64(o.X)), float64(int64(p.Y) - int64(o.Y))
	}
	for i, b := range ring {
		ax, ay := at(ring[(i+len(ring)-1)%len(ring)])
		bx, by := at(b)
		sum += float64(ax*by) - float64(bx*ay) // never fused: the same on every machine
	}
	return sum
}

// meets reports whether the boxes of two outlines have a position in common.
func (o *Outline) meets(other *Outline) bool {
	return o.Min.X <= other.Max.X && other.Min.X <= o.Max.X && o.Min.Y <= other.Max.Y && other.Min.Y <= o.Max.Y
}

// rings calls each with where a ring begins and ends in Positions.
func (o *Outline) rings(each func(begin, end int)) {
	begin := 0
	for _, end := range o.Ends {
		each(begin, int(end))
		begin = int(end)
	}
}

// differences calls each with boxes around all that maps show differently of
// two outlines, at any zoom.
func (o *Outline) differences(other *Outline, each func(least, most Position)) {
	a, b := o.split(), other.split()
	for len(a) > 0 && len(b) > 0 && a[0].equal(b[0]) {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1].equal(b[len(b)-1]) {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	for i := range max(len(a), len(b)) {
		switch {
		case len(a) == len(b):
			if !a[i].equal(b[i]) {
				each(a[i].changed(b[i]))
			}
		default:
			for _, rings := range [][]ring{a, b} {
				if i < len(rings) {
					each(rings[i].bound())
				}
			}
		}
	}
}

// ring is one ring of an outline.
type ring struct {
	positions []Position
	from      []uint8
}

func (o *Outline) split() []ring {
	rings := make([]ring, 0, len(o.Ends))
	o.rings(func(begin, end int) { rings = append(rings, ring{o.Positions[begin:end], o.From[begin:end]}) })
	return rings
}

func (r ring) equal(other ring) bool {
	return slices.Equal(r.positions, other.positions) && slices.Equal(r.from, other.from)
}

func (r ring) bound() (least, most Position) {
	least, most = r.positions[0], r.positions[0]
	for _, p := range r.positions {
		least = Position{min(least.X, p.X), min(least.Y, p.Y)}
		most = Position{max(most.X, p.X), max(most.Y, p.Y)}
	}
	return least, most
}

// changed is the box around the part of a ring that is another one in other:
// between two positions that every zoom shows.
func (r ring) changed(other ring) (least, most Position) {
	same := func(i, j int) bool { return r.positions[i] == other.positions[j] && r.from[i] == other.from[j] }
	n, m := len(r.positions), len(other.positions)
	head, tail := 0, 0
	for head < min(n, m) && same(head, head) {
		head++
	}
	for tail < min(n, m)-head && same(n-1-tail, m-1-tail) {
		tail++
	}
	for head--; head >= 0 && r.from[head] > 0; head-- {
	}
	for tail--; tail >= 0 && r.from[n-1-tail] > 0; tail-- {
	}
	if head < 0 || tail < 0 { // the part begins before the ring's first position, or ends behind its last
		head, tail = 0, 0
	}
	least, most = ring{positions: r.positions[head : n-tail]}.bound()
	l, h := ring{positions: other.positions[head : m-tail]}.bound()
	return Position{min(least.X, l.X), min(least.Y, l.Y)}, Position{max(most.X, h.X), max(most.Y, h.Y)}
}

// unit is the position in the unit square of Project.
func (p Position) unit() orb.Point {
	return orb.Point{float64(p.X) / (1 << 32), float64(p.Y) / (1 << 32)}
}
