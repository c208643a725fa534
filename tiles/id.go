package tiles

import (
	"strconv"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// MaxZoom is the deepest zoom: there every point stands alone.
const MaxZoom = 16

// ID names a tile in the XYZ scheme: column X from the west, row Y from the
// north.
type ID struct{ Z, X, Y int }

// Valid reports whether the tile exists.
func (id ID) Valid() bool {
	return id.Z >= 0 && id.Z <= MaxZoom && id.X >= 0 && id.Y >= 0 && id.X < 1<<id.Z && id.Y < 1<<id.Z
}

// ParseTile reads a tile's numbers: plain digits, no sign, no leading zero.
// Whatever names no tile is NotFound.
func ParseTile(z, x, y string) (ID, error) {
	id := ID{digits(z), digits(x), digits(y)}
	if !id.Valid() {
		return ID{}, geo.NotFoundError("tiles.ParseTile")
	}
	return id, nil
}

// digits reads up to six digits; -1 for anything else.
func digits(s string) int {
	if len(s) == 0 || len(s) > 6 || len(s) > 1 && s[0] == '0' {
		return -1
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return -1
		}
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

// bound is the box of the tile in degrees with some units around it.
func (id ID) bound(units float64) orb.Bound {
	return index.TileBound(id.Z, id.X, id.Y, units/extent)
}
