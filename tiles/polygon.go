package tiles

import "github.com/patok-id/patok/geo/index"

// polygon returns the rings of the area that add was given with this number, and
// must be asked for in the same order: each exterior ring of positive area by the
// surveyor's formula (MVT 2.1 section 4.3.3.3), followed by its holes of negative
// area; no ring crosses or touches itself, and two meet in single positions at
// most. The rings are valid until the next call.
func (n *noder) polygon(area int) [][]cell {
	n.path, n.ends = n.path[:0], n.ends[:0]
	n.serial++
	again := false
	for ; n.taken < len(n.rings) && n.rings[n.taken].area == area; n.taken++ {
		begin := 0
		if n.taken > 0 {
			begin = n.rings[n.taken-1].end
		}
		if n.trace(n.corners[begin:n.rings[n.taken].end]) {
			again = true
		}
	}
	if again {
		return n.untangled()
	}
	n.cells, n.polygons = n.cells[:0], n.polygons[:0]
	begin := 0
	for _, end := range n.ends {
		first := len(n.cells)
		for _, s := range n.path[begin:end] {
			n.cells = append(n.cells, n.spots[s].cell)
		}
		begin = end
		if ring := tidy(n.cells[first:]); len(ring) >= 3 {
			n.polygons = append(n.polygons, ring)
		}
	}
	if !inOrder(n.polygons) {
		return n.untangled()
	}
	return n.polygons
}

// inOrder reports whether every hole follows an exterior that lies around it.
func inOrder(rings [][]cell) bool {
	exterior := -1
	for i, ring := range rings {
		switch {
		case area2(ring) > 0:
			exterior = i
		case exterior < 0 || !around(rings[exterior], ring):
			return false
		}
	}
	return true
}

// untangled makes rings of a path that comes to a spot more than once.
func (n *noder) untangled() [][]cell {
	n.edges = n.edges[:0]
	begin := 0
	for _, end := range n.ends {
		ring := n.path[begin:end]
		for i, s := range ring {
			n.edges = append(n.edges, edge{n.spots[s].cell, n.spots[ring[(i+1)%len(ring)]].cell})
		}
		begin = end
	}
	return arrange(walk(cancel(n.edges)))
}

// vanishes reports whether the grid leaves nothing of an area anywhere, not
// only in this tile.
func (n *noder) vanishes(o *index.Outline) bool {
	begin := 0
	for _, end := range o.Ends {
		n.cells = n.cells[:0]
		for i := begin; i < int(end); i++ {
			if o.From[i] <= n.zoom {
				n.cells = append(n.cells, n.snap(n.wide(o.Positions[i])))
			}
		}
		if begin = int(end); len(tidy(n.cells)) >= 3 {
			return false
		}
	}
	return true
}

// square stands for an area that is smaller than the grid: one step wide, in
// the area's middle and within the buffer. It returns false where the middle
// lies in other tiles, or the area is drawn there as it is.
func (n *noder) square(o *index.Outline) (square [4]cell, ok bool) {
	if len(o.Positions) == 0 {
		return square, false
	}
	least, most := n.wide(o.Min), n.wide(o.Max)
	c := n.snap(wide{(least.x + most.x) >> 1, (least.y + most.y) >> 1})
	whole := n.outside(least) == 0 && n.outside(most) == 0
	if !c.inBuffer() || !whole && !n.vanishes(o) {
		return square, false
	}
	step := int32(1) << n.step
	c = cell{min(c.x, high-step), min(c.y, high-step)}
	return [4]cell{c, {c.x + step, c.y}, {c.x + step, c.y + step}, {c.x, c.y + step}}, true
}

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
	a := ring[len(ring)-1]
	for _, b := range ring {
		sum += int64(a.x)*int64(b.y) - int64(b.x)*int64(a.y)
		a = b
	}
	return sum
}
