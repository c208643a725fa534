package tiles

import (
	"cmp"
	"math/bits"
	"slices"
)

// sortByID orders points by id, so that the same content gives the same bytes
// on every node. Many are sorted by the digits of their ids (base 2048, least
// first), in place of a third of the whole encoding's time; spare is used for
// that, and returned as it has grown.
func sortByID(points, spare []placed) (sorted, rest []placed) {
	const few, digit = 256, 11
	if len(points) <= few {
		slices.SortFunc(points, func(a, b placed) int { return cmp.Compare(a.id, b.id) })
		return points, spare
	}
	least, most := points[0].id, points[0].id
	for _, p := range points {
		least, most = min(least, p.id), max(most, p.id)
	}
	spare = slices.Grow(spare[:0], len(points))[:len(points)]
	for shift := 0; shift < bits.Len64(uint64(most-least)); shift += digit {
		var starts [1 << digit]int
		for _, p := range points {
			starts[uint64(p.id-least)>>shift&(1<<digit-1)]++
		}
		at := 0
		for d, n := range starts {
			starts[d], at = at, at+n
		}
		for _, p := range points {
			d := uint64(p.id-least) >> shift & (1<<digit - 1)
			spare[starts[d]] = p
			starts[d]++
		}
		points, spare = spare, points
	}
	return points, spare
}
