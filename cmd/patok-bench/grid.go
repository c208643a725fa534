package main

import (
	"fmt"
	"iter"
	"math"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

// grid is an island's map: cells in rows and columns, one cell a kelurahan, whose
// corners are moved and whose edges are bent at random. An edge follows from
// where it is, so neighbours share their border point by point. Towns pull the
// map together: their kelurahan are small.
type grid struct {
	island
	seed          uint64
	number        uint64 // of the island, from 0
	areas         int
	columns, rows int
	kabupaten     []kabupaten // blocks of cells, by column and row
}

// kabupaten is a block of cells with one town in it.
type kabupaten struct {
	code geo.Code
	town orb.Point // in cells
	pull float64   // of the town: what part of a distance it takes away at its centre
}

const (
	edgeSegments     = 25 // so that a ring has 101 points
	kecamatanColumns = 4  // a kecamatan is 4 × 3 kelurahan
	kecamatanRows    = 3
	kabupatenBlocks  = 4     // a kabupaten is 4 × 4 kecamatan
	cornerJitter     = 0.10  // in cells
	edgeBend         = 0.035 // in cells, of each of four waves: with the jitter, edges cannot meet
	townReach        = 3.0   // in cells, the standard deviation of a town's pull
	kotaPull         = 0.65  // a kelurahan in the middle of a kota is an eighth of the others
	capitalPull      = 0.35
	kotaShare        = 5 // one in so many
	maxKabupaten     = 69
	maxKota          = 29
)

const (
	blockColumns = kecamatanColumns * kabupatenBlocks
	blockRows    = kecamatanRows * kabupatenBlocks
)

// What random numbers are for.
const (
	forCorner = iota
	forEdge
	forName
	forSettlement
	forAsset
	forTiles
	forPoints
	forBoxes
	forEdits
	forTown
	forHamlet
)

// newGrids lays out so many kelurahan: a provinsi, or the country.
func newGrids(seed uint64, areas int) []*grid {
	if areas <= largestProvinsi {
		columns := int(math.Ceil(math.Sqrt(2 * float64(areas))))
		rows := (areas + columns - 1) / columns
		return []*grid{newGrid(oneProvinsi(columns, rows), seed, 0, areas, columns, rows)}
	}
	var grids []*grid
	all, before, laid := 0, 0, 0
	islands := country()
	for _, i := range islands {
		all += i.kelurahan()
	}
	for n, i := range islands {
		before += i.kelurahan()
		share := areas*before/all - laid
		laid += share
		columns := int(math.Ceil(math.Sqrt(float64(share) * math.Hypot(i.along[0], i.along[1]) / math.Hypot(i.across[0], i.across[1]))))
		grids = append(grids, newGrid(i, seed, uint64(n), share, columns, (share+columns-1)/columns))
	}
	return grids
}

func (i island) kelurahan() int {
	sum := 0
	for _, p := range i.provinsi {
		sum += p.kelurahan
	}
	return sum
}

func newGrid(i island, seed, number uint64, areas, columns, rows int) *grid {
	g := &grid{island: i, seed: seed, number: number, areas: areas, columns: columns, rows: rows}
	g.found()
	return g
}

// blocks is how many kabupaten the grid has across.
func (g *grid) blocks() int { return (g.rows + blockRows - 1) / blockRows }

// found makes the kabupaten, from one end of the island to the other, and gives
// each provinsi as many as its kelurahan need.
func (g *grid) found() {
	blocks := g.blocks()
	g.kabupaten = make([]kabupaten, (g.columns+blockColumns-1)/blockColumns*blocks)
	type numbers struct{ kabupaten, kota int }
	given := map[geo.Code]*numbers{}
	cells := 0
	for b := range g.kabupaten {
		x, y := b/blocks*blockColumns, b%blocks*blockRows
		size := g.cellsIn(x, y)
		p := g.provinsiAt(cells + size/2)
		cells += size
		n := given[p]
		if n == nil {
			n = &numbers{}
			given[p] = n
		}
		rnd := random(g.seed, forTown, g.number, uint64(b))
		k := &g.kabupaten[b]
		k.town = orb.Point{float64(x) + blockColumns/2 + 4*rnd.Float64() - 2, float64(y) + blockRows/2 + 2*rnd.Float64() - 1}
		if kota := rnd.IntN(kotaShare) == 0; kota && n.kota < maxKota || n.kabupaten == maxKabupaten {
			n.kota++
			k.code, k.pull = geo.Code(fmt.Sprintf("%s.%02d", p, 70+n.kota)), kotaPull
		} else {
			n.kabupaten++
			k.code, k.pull = geo.Code(fmt.Sprintf("%s.%02d", p, n.kabupaten)), capitalPull
		}
	}
}

// cellsIn counts the cells of the block whose first cell is x, y.
func (g *grid) cellsIn(x, y int) int {
	columns, full := min(blockColumns, g.columns-x), min(y+blockRows, g.rows)
	cells := columns * (full - y)
	if last := g.areas - (g.rows-1)*g.columns; full == g.rows { // the last row may be short
		cells -= max(0, min(columns, x+columns-last))
	}
	return cells
}

// provinsiAt is whose the n-th cell is, block by block.
func (g *grid) provinsiAt(n int) geo.Code {
	all, before := g.kelurahan(), 0
	for _, p := range g.provinsi {
		before += p.kelurahan
		if n < g.areas*before/all {
			return p.code
		}
	}
	return g.provinsi[len(g.provinsi)-1].code
}

// cells gives the column and row of each kelurahan, kabupaten by kabupaten.
func (g *grid) cells() iter.Seq2[int, int] {
	return func(yield func(x, y int) bool) {
		for b := range g.kabupaten {
			left, low := b/g.blocks()*blockColumns, b%g.blocks()*blockRows
			for y := low; y < min(low+blockRows, g.rows); y++ {
				for x := left; x < min(left+blockColumns, g.columns) && y*g.columns+x < g.areas; x++ {
					if !yield(x, y) {
						return
					}
				}
			}
		}
	}
}

// kabupatenAt is the block of a cell.
func (g *grid) kabupatenAt(x, y int) *kabupaten {
	return &g.kabupaten[x/blockColumns*g.blocks()+y/blockRows]
}

// code numbers kecamatan and kelurahan within their blocks.
func (g *grid) code(x, y int) geo.Code {
	k := g.kabupatenAt(x, y)
	kecamatan := y%blockRows/kecamatanRows*kabupatenBlocks + x%blockColumns/kecamatanColumns + 1
	kind := 2 // desa
	if k.pull == kotaPull {
		kind = 1
	}
	return geo.Code(fmt.Sprintf("%s.%02d.%d%03d", k.code, kecamatan, kind, y%kecamatanRows*kecamatanColumns+x%kecamatanColumns+1))
}

// ring walks around a cell counter-clockwise from its south-west corner.
func (g *grid) ring(x, y int) orb.Ring {
	ring := make(orb.Ring, 0, 4*edgeSegments+1)
	ring = append(ring, g.edge(x, y, false)[:edgeSegments]...)
	ring = append(ring, g.edge(x+1, y, true)[:edgeSegments]...)
	for _, back := range [][]orb.Point{g.edge(x, y+1, false), g.edge(x, y, true)} {
		for i := edgeSegments; i > 0; i-- {
			ring = append(ring, back[i])
		}
	}
	return append(ring, ring[0])
}

// edge returns the points of the edge that runs from a corner to the east or to
// the north.
func (g *grid) edge(x, y int, north bool) []orb.Point {
	from, to, kind := g.corner(x, y), orb.Point{}, uint64(0)
	if north {
		to, kind = g.corner(x, y+1), 1
	} else {
		to = g.corner(x+1, y)
	}
	rnd := random(g.seed, forEdge, g.number, uint64(x), uint64(y), kind)
	var waves [4]float64
	for k := range waves {
		waves[k] = edgeBend * (2*rnd.Float64() - 1)
	}
	dx, dy := to[0]-from[0], to[1]-from[1]
	points := make([]orb.Point, edgeSegments+1)
	for i := range points {
		t, bend := float64(i)/edgeSegments, 0.0
		for k, height := range waves {
			bend += height * math.Sin(float64(k+2)*math.Pi*t) / float64(k+2)
		}
		points[i] = g.place(from[0]+t*dx-bend*dy, from[1]+t*dy+bend*dx)
	}
	// The ends are the corners themselves, so that four edges meet in one point.
	points[0], points[edgeSegments] = g.place(from[0], from[1]), g.place(to[0], to[1])
	return points
}

// corner is where a corner lies, in cells.
func (g *grid) corner(x, y int) orb.Point {
	rnd := random(g.seed, forCorner, g.number, uint64(x), uint64(y))
	return orb.Point{float64(x) + cornerJitter*(2*rnd.Float64()-1), float64(y) + cornerJitter*(2*rnd.Float64()-1)}
}

// place takes a position in cells to lon and lat: pulled to the towns around,
// and waved a little. No two positions fall together, since the pulls of one
// place never add up to 1.
func (g *grid) place(x, y float64) orb.Point {
	px, py := x, y
	g.towns(x, y, func(k *kabupaten, near float64) {
		px -= k.pull * near * (x - k.town[0])
		py -= k.pull * near * (y - k.town[1])
	})
	u := (px + 0.3*math.Sin(py/4)) / float64(g.columns)
	v := (py + 0.3*math.Sin(px/4)) / float64(g.rows)
	return orb.Point{round7(g.origin[0] + u*g.along[0] + v*g.across[0]), round7(g.origin[1] + u*g.along[1] + v*g.across[1])}
}

// towns gives the towns around a position, with how near they are: 1 in the
// middle, and next to nothing a kabupaten farther.
func (g *grid) towns(x, y float64, each func(k *kabupaten, near float64)) {
	bx, by := int(x)/blockColumns, int(y)/blockRows
	for cx := max(bx-1, 0); cx <= min(bx+1, len(g.kabupaten)/g.blocks()-1); cx++ {
		for cy := max(by-1, 0); cy <= min(by+1, g.blocks()-1); cy++ {
			k := &g.kabupaten[cx*g.blocks()+cy]
			dx, dy := x-k.town[0], y-k.town[1]
			each(k, math.Exp(-(dx*dx+dy*dy)/(2*townReach*townReach)))
		}
	}
}
