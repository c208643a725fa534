package index

import (
	"math/bits"
	"slices"
)

// cellIndex finds points by box: a square of cells over all of them, each with
// the numbers of its points. Its buffers are used again.
type cellIndex struct {
	bits   int  // cells across are 1<<bits
	shift  uint // a cell is 1<<shift wide
	starts []int32
	places []int32
}

// build takes the points in, which lie between 0 and width, height.
func (x *cellIndex) build(points []point, width, height int64) {
	x.bits = min(10, bits.Len(uint(len(points)/2))/2)
	x.shift = uint(max(0, bits.Len64(uint64(max(width, height)))-x.bits))
	n := 1 << (2 * x.bits)
	x.starts = zeroed(x.starts, n+1)
	x.places = slices.Grow(x.places[:0], len(points))[:len(points)]
	for _, p := range points {
		x.starts[x.cell(p.x, p.y)+1]++
	}
	for i := range n {
		x.starts[i+1] += x.starts[i]
	}
	for i, p := range points {
		c := x.cell(p.x, p.y)
		x.places[x.starts[c]] = int32(i)
		x.starts[c]++
	}
	copy(x.starts[1:], x.starts)
	x.starts[0] = 0
}

func (x *cellIndex) cell(px, py int64) int { return int(py>>x.shift)<<x.bits | int(px>>x.shift) }

// any reports whether test is true for a point in the cells of a box.
func (x *cellIndex) any(lo, hi point, test func(n int32) bool) bool {
	for y := lo.y >> x.shift; y <= hi.y>>x.shift; y++ {
		first, last := int(y)<<x.bits|int(lo.x>>x.shift), int(y)<<x.bits|int(hi.x>>x.shift)
		for _, n := range x.places[x.starts[first]:x.starts[last+1]] {
			if test(n) {
				return true
			}
		}
	}
	return false
}
