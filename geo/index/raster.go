package index

import (
	"github.com/paulmach/orb"
)

// raster divides the box of a boundary into cells and says of each whether it
// lies inside, outside, or has an edge in it. Most places are looked up by it
// alone, where the edges are far apart.
type raster struct {
	west, south float64
	perX, perY  float32                                   // cells in a degree
	bits        int                                       // cells across are 1<<bits; 0 without a raster
	few         [1 << (2 * fewBits) / cellsPerWord]uint64 // the cells where fewBits are enough: no other memory is waited for
	many        []uint64
}

// What is known of a cell: two bits each.
const (
	cellCut = iota
	cellInside
	cellOutside
)

const (
	cellsPerWord = 32
	fewBits      = 4
	manyBits     = 6 // where there are many edges
)

// newRaster makes the raster of a shape that has all else.
func newRaster(s *Shape) raster {
	width, height := s.Bound.Max[0]-s.Bound.Min[0], s.Bound.Max[1]-s.Bound.Min[1]
	if width <= 0 || height <= 0 {
		return raster{}
	}
	r := raster{bits: fewBits, west: s.Bound.Min[0], south: s.Bound.Min[1]}
	if len(s.bands.edges) > 0 {
		r.bits, r.many = manyBits, make([]uint64, 1<<(2*manyBits)/cellsPerWord)
	}
	side := 1 << r.bits
	r.perX, r.perY = float32(float64(side)/width), float32(float64(side)/height)
	cut := make([]bool, side*side)
	r.mark(cut, s.ring)
	for _, ring := range s.rings {
		r.mark(cut, ring)
	}
	for y := range side {
		for x := 0; x < side; {
			from, known := x, uint64(cellCut)
			for ; x < side && !cut[y*side+x]; x++ { // no edge parts these cells, nor those above them
				if y > 0 && known == cellCut {
					known = r.at((y-1)*side + x)
				}
			}
			if from == x {
				x++
				continue
			}
			if known == cellCut {
				known = r.find(s, from, y)
			}
			for i := from; i < x; i++ {
				r.set(y*side+i, known)
			}
		}
	}
	return r
}

// find looks up a cell without an edge by a point in it; a box too small to name
// one leaves it unknown.
func (r *raster) find(s *Shape, x, y int) uint64 {
	middle := r.middle(x, y)
	switch cx, cy := r.cell(middle); {
	case cx != x || cy != y || !s.Bound.Contains(middle):
		return cellCut
	case s.contains(middle):
		return cellInside
	}
	return cellOutside
}

// mark marks the cells that edges may pass through.
func (r *raster) mark(cut []bool, ring orb.Ring) {
	for i := 1; i < len(ring); i++ {
		a, b := ring[i-1], ring[i]
		x0, y0 := r.cell(orb.Point{min(a[0], b[0]), min(a[1], b[1])})
		x1, y1 := r.cell(orb.Point{max(a[0], b[0]), max(a[1], b[1])})
		for y := y0; y <= y1; y++ {
			for x := x0; x <= x1; x++ {
				cut[y<<r.bits|x] = true
			}
		}
	}
}

// cell is where a point of the box lies. It never falls as a coordinate grows, so
// what lies between two points lies in the cells between theirs.
func (r *raster) cell(p orb.Point) (x, y int) {
	last := 1<<r.bits - 1
	return min(int((p[0]-r.west)*float64(r.perX)), last), min(int((p[1]-r.south)*float64(r.perY)), last)
}

// middle is a point of a cell.
func (r *raster) middle(x, y int) orb.Point {
	return orb.Point{r.west + (float64(x)+0.5)/float64(r.perX), r.south + (float64(y)+0.5)/float64(r.perY)}
}

// word holds what is known of a cell and of those beside it.
func (r *raster) word(cell int) *uint64 {
	if r.bits == fewBits {
		return &r.few[cell/cellsPerWord]
	}
	return &r.many[cell/cellsPerWord]
}

func (r *raster) at(cell int) uint64 { return *r.word(cell) >> (cell % cellsPerWord * 2) & 3 }

// set says what is known of a cell that nothing was said of.
func (r *raster) set(cell int, known uint64) { *r.word(cell) |= known << (cell % cellsPerWord * 2) }

// look says what is known of the cell of a point in the box.
func (r *raster) look(p orb.Point) uint64 {
	if r.bits == 0 {
		return cellCut
	}
	x, y := r.cell(p)
	return r.at(y<<r.bits | x)
}
