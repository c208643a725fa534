package index

import (
	"math"

	"github.com/paulmach/orb"
)

// Position is a place in the world of Web Mercator in whole numbers: X grows to
// the east, Y to the south, 2^32 of them around the world. A step is 9 mm at the
// equator. A tile of zoom z and 4,096 units counts 2^(20-z) steps in a unit.
type Position struct{ X, Y uint32 }

// PositionOf is the position of a place in degrees: the step that its point in
// the unit square of Project lies in.
func PositionOf(p orb.Point) Position {
	unit := Project(p)
	return Position{steps(unit[0]), steps(unit[1])}
}

func steps(v float64) uint32 {
	return uint32(math.Max(0, math.Min(math.MaxUint32, math.Floor(v*(1<<32)))))
}

// Key is the position's number along the Morton curve (Morton 1966): bits of Y
// and X in turn, Y's first. What a tile of any zoom holds is one run of keys,
// and those of its quarters follow each other in it.
func (p Position) Key() uint64 { return spread(p.Y)<<1 | spread(p.X) }

// positionAt is the inverse of Key.
func positionAt(key uint64) Position { return Position{gather(key), gather(key >> 1)} }

// spread puts a zero before each bit.
func spread(v uint32) uint64 {
	x := uint64(v)
	x = (x | x<<16) & 0x0000FFFF0000FFFF
	x = (x | x<<8) & 0x00FF00FF00FF00FF
	x = (x | x<<4) & 0x0F0F0F0F0F0F0F0F
	x = (x | x<<2) & 0x3333333333333333
	return (x | x<<1) & 0x5555555555555555
}

// gather takes every second bit, from the last on.
func gather(x uint64) uint32 {
	x &= 0x5555555555555555
	x = (x | x>>1) & 0x3333333333333333
	x = (x | x>>2) & 0x0F0F0F0F0F0F0F0F
	x = (x | x>>4) & 0x00FF00FF00FF00FF
	x = (x | x>>8) & 0x0000FFFF0000FFFF
	return uint32(x | x>>16)
}

// keysOf are the first and the last key of a tile: z from 0 to 32.
func keysOf(z, x, y int) (first, last uint64) {
	shift := 32 - z
	first = Position{uint32(uint64(x) << shift), uint32(uint64(y) << shift)}.Key()
	return first, first | (1<<(2*shift) - 1)
}
