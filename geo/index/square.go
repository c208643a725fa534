package index

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// cellsAcross is how many cells lie side by side in a tile: a cell of a tile of
// zoom z is a square of level z+cellLevels.
const (
	cellLevels  = 3
	cellsAcross = 1 << cellLevels
)

// square is a tile's own square.
type square struct {
	z, x, y     int
	first, last uint64 // keys
}

func newSquare(z, x, y int) square {
	first, last := keysOf(z, x, y)
	return square{z, x, y, first, last}
}

func (q square) holds(key uint64) bool { return key >= q.first && key <= q.last }

// around reports whether a key lies in the cells of the square or in one that
// touches it.
func (q square) around(key uint64) bool {
	x, y := q.cellOf(positionAt(key))
	return inGrid(x) && inGrid(y)
}

// meets is around for a square: none of those that are larger, some cells of it.
func (q square) meets(o square) bool {
	shift := q.z + cellLevels - o.z
	meets := func(tile, of int) bool {
		return (of+1)<<shift > tile*cellsAcross-1 && of<<shift <= (tile+1)*cellsAcross
	}
	return meets(q.x, o.x) && meets(q.y, o.y)
}

// eachNeighbor calls do for the squares around q that there are.
func (q square) eachNeighbor(do func(square)) {
	n := 1 << q.z
	for y := max(q.y-1, 0); y <= min(q.y+1, n-1); y++ {
		for x := max(q.x-1, 0); x <= min(q.x+1, n-1); x++ {
			if x != q.x || y != q.y {
				do(newSquare(q.z, x, y))
			}
		}
	}
}

// cellOf is the cell of a position: 0 to 15 in the square, others outside.
func (q square) cellOf(p Position) (x, y int) {
	shift := 32 - q.z - cellLevels
	return int(p.X>>shift) - q.x*cellsAcross, int(p.Y>>shift) - q.y*cellsAcross
}

// quarter is one of the four squares of the next level, in the order of the curve.
func (q square) quarter(i int) square {
	size := (q.last-q.first)/4 + 1
	first := q.first + uint64(i)*size
	return square{q.z + 1, 2*q.x + i&1, 2*q.y + i>>1, first, first + size - 1}
}

// run are the rows of a section in a square, the end excluded.
func (s *section) run(q square) (from, to int) {
	from, _ = slices.BinarySearch(s.keys, q.first)
	return from, s.endOf(q, from, s.placed())
}

// endOf is where the rows of a square end that begin with from and end before to.
func (s *section) endOf(q square, from, to int) int {
	n := to - from
	if q.last != math.MaxUint64 {
		n, _ = slices.BinarySearch(s.keys[from:to], q.last+1)
	}
	return from + n
}

// TileBound is the box of a tile in degrees with a margin, in tiles, around it.
func TileBound(z, x, y int, margin float64) orb.Bound {
	n := float64(int(1) << z)
	west, east := (float64(x)-margin)/n, (float64(x+1)+margin)/n
	north, south := (float64(y)-margin)/n, (float64(y+1)+margin)/n
	return orb.Bound{Min: Unproject(orb.Point{west, south}), Max: Unproject(orb.Point{east, north})}
}
