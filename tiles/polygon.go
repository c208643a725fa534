package tiles

import (
	"math"
	"slices"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo/index"
)

// polygonBuffers are used again from area to area.
type polygonBuffers struct {
	snapped, clipped []cell
	rings            [][]cell
}

// stepAt is the grid that boundaries are snapped to at a zoom, in tile units.
// A tile is drawn at 512 pixels, so 8 units are one; half a pixel is lost on
// no screen. At the deepest zooms, which are drawn larger, nothing is.
func stepAt(scale float64) float64 {
	switch zoom := math.Log2(scale / extent); {
	case zoom <= 12:
		return 4
	case zoom <= 14:
		return 2
	}
	return 1
}

// maxStep ends the search for a grid on which a polygon is simple.
const maxStep = 256

// polygons writes the shape of an area into the layer: each exterior ring of
// positive area by the surveyor's formula (MVT 2.1 section 4.3.3.3), followed
// by its holes of negative area; no ring crosses or touches itself, and two
// meet in single positions at most. It returns false when nothing of the area
// lies in the tile.
//
// An area that is smaller than the grid does not vanish: it becomes a square
// of one step, drawn by the tiles that its middle lies in.
func (e *encoder) polygons(shape *index.Shape) bool {
	rings, step := e.simple(shape.Unit, stepAt(e.grid.scale))
	cursor := cell{}
	for _, ring := range rings {
		cursor = e.layer.ring(ring, cursor)
	}
	if len(rings) > 0 {
		return true
	}
	middle := e.grid.snap(shape.Unit.Bound().Center(), step)
	if !middle.inBuffer() || !e.vanishes(shape.Unit, step) {
		return false
	}
	square := squareAt(middle, int32(step))
	e.layer.ring(square[:], cursor)
	return true
}

// simple returns the rings in the tile and the grid they are on. Where they are
// not simple on a grid even after cleaning, it tries the next coarser one.
func (e *encoder) simple(unit orb.MultiPolygon, step float64) ([][]cell, float64) {
	for ; step < maxStep; step *= 2 {
		e.rings.rings = e.rings.rings[:0]
		for _, polygon := range unit {
			e.polygon(polygon, step)
		}
		if rings, ok := clean(e.rings.rings); ok {
			return rings, step
		}
	}
	return nil, step
}

// polygon adds the rings of a polygon that lie in the tile.
func (e *encoder) polygon(polygon orb.Polygon, step float64) {
	for i, ring := range polygon {
		cells := tidy(e.clip(e.snap(ring, step)))
		switch {
		case len(cells) >= 3:
			turn(cells, i == 0)
			e.rings.rings = append(e.rings.rings, slices.Clone(cells))
		case i == 0:
			return // holes of nothing
		}
	}
}

// snap puts a ring on the grid, without its last position, which repeats the
// first, and without repeated ones.
func (e *encoder) snap(ring orb.Ring, step float64) []cell {
	cells := e.rings.snapped[:0]
	for _, p := range ring {
		if c := e.grid.snap(p, step); len(cells) == 0 || c != cells[len(cells)-1] {
			cells = append(cells, c)
		}
	}
	if n := len(cells); n > 1 && cells[0] == cells[n-1] {
		cells = cells[:n-1]
	}
	e.rings.snapped = cells
	return cells
}

// clip cuts a ring to the tile and its buffer, side by side (Sutherland and
// Hodgman 1974). A cut lies where it does for the neighbour's ring, which has
// the same edge the other way round.
func (e *encoder) clip(ring []cell) []cell {
	lo, hi := boundOf(ring)
	if lo.inBuffer() && hi.inBuffer() {
		return ring
	}
	if hi.x < low || hi.y < low || lo.x > high || lo.y > high {
		return nil
	}
	out := e.rings.clipped
	for side := range 4 {
		out = clipSide(ring, side, out[:0])
		ring, out = out, ring
	}
	// The two buffers may have changed places; both are kept.
	e.rings.snapped, e.rings.clipped = ring, out
	return ring
}

func boundOf(ring []cell) (lo, hi cell) {
	lo, hi = cell{math.MaxInt32, math.MaxInt32}, cell{math.MinInt32, math.MinInt32}
	for _, c := range ring {
		lo = cell{min(lo.x, c.x), min(lo.y, c.y)}
		hi = cell{max(hi.x, c.x), max(hi.y, c.y)}
	}
	return lo, hi
}

// clipSide keeps what lies on the inner side of the left, right, upper or
// lower edge of the buffer.
func clipSide(ring []cell, side int, out []cell) []cell {
	for i, b := range ring {
		a := ring[(i+len(ring)-1)%len(ring)]
		inA, inB := inside(a, side), inside(b, side)
		if inA != inB {
			out = append(out, cut(a, b, side))
		}
		if inB {
			out = append(out, b)
		}
	}
	return out
}

func inside(c cell, side int) bool {
	switch side {
	case 0:
		return c.x >= low
	case 1:
		return c.x <= high
	case 2:
		return c.y >= low
	}
	return c.y <= high
}

// cut is where the edge crosses a side, the same for a-b and b-a.
func cut(a, b cell, side int) cell {
	if b.x < a.x || b.x == a.x && b.y < a.y {
		a, b = b, a
	}
	at := int32(low)
	if side == 1 || side == 3 {
		at = high
	}
	if side < 2 {
		return cell{at, a.y + divide(int64(at-a.x)*int64(b.y-a.y), int64(b.x-a.x))}
	}
	return cell{a.x + divide(int64(at-a.y)*int64(b.x-a.x), int64(b.y-a.y)), at}
}

// divide rounds to the nearest whole number.
func divide(a, b int64) int32 { return int32(math.Floor(float64(a)/float64(b) + 0.5)) }

// tidy drops, in place, positions on the straight line between their
// neighbours, spikes and repeated positions: what it leaves turns at each one.
func tidy(ring []cell) []cell {
	kept := ring[:0]
	for _, c := range ring {
		kept = append(kept, c)
		kept = tidyEnd(kept)
	}
	for len(kept) >= 3 {
		n := len(kept)
		switch {
		case kept[n-1] == kept[0] || cross(kept[n-2], kept[n-1], kept[0]) == 0:
			kept = kept[:n-1]
		case cross(kept[n-1], kept[0], kept[1]) == 0:
			kept = kept[1:]
		default:
			return kept
		}
	}
	return nil
}

// tidyEnd drops the last but one position while it turns nowhere.
func tidyEnd(kept []cell) []cell {
	for {
		n := len(kept)
		switch {
		case n >= 2 && kept[n-1] == kept[n-2]:
			kept = kept[:n-1]
		case n >= 3 && cross(kept[n-3], kept[n-2], kept[n-1]) == 0:
			kept[n-2] = kept[n-1]
			kept = kept[:n-1]
		default:
			return kept
		}
	}
}

// cross is twice the area of the triangle a, b, c: positive when c lies to the
// left of a-b, with x to the right and y up.
func cross(a, b, c cell) int64 {
	return int64(b.x-a.x)*int64(c.y-a.y) - int64(b.y-a.y)*int64(c.x-a.x)
}

// area2 is twice the area of a ring by the surveyor's formula.
func area2(ring []cell) int64 {
	sum := int64(0)
	for i, b := range ring {
		a := ring[(i+len(ring)-1)%len(ring)]
		sum += int64(a.x)*int64(b.y) - int64(b.x)*int64(a.y)
	}
	return sum
}

// turn gives a ring positive area, or negative for a hole, in place.
func turn(ring []cell, positive bool) {
	if (area2(ring) > 0) != positive {
		slices.Reverse(ring)
	}
}

// vanishes reports whether the grid leaves nothing of an area anywhere, not
// only in this tile.
func (e *encoder) vanishes(unit orb.MultiPolygon, step float64) bool {
	for _, polygon := range unit {
		if len(polygon) > 0 && len(tidy(e.snap(polygon[0], step))) >= 3 {
			return false
		}
	}
	return true
}

// squareAt stands for an area that is smaller than the grid: one step wide,
// and kept within the buffer.
func squareAt(c cell, step int32) [4]cell {
	c = cell{min(c.x, high-step), min(c.y, high-step)}
	return [4]cell{c, {c.x + step, c.y}, {c.x + step, c.y + step}, {c.x, c.y + step}}
}
