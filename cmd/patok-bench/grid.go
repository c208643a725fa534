package main

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

// grid is the invented provinsi's map: cells in rows and columns, one cell a
// kelurahan, whose corners are moved and whose edges are bent at random, each
// edge once, so that neighbours share their border point by point.
type grid struct {
	seed          uint64
	areas         int
	columns, rows int
	edges         map[edge][]orb.Point
}

// edge runs from a corner to the east or to the north.
type edge struct {
	x, y  int
	north bool
}

const (
	gridWest, gridSouth = 111.0, -8.4 // the first corner
	cellDegrees         = 0.03        // about 3.3 km
	edgeSegments        = 25          // so that a ring has 101 points
	kecamatanCells      = 4           // a kecamatan is 4 × 4 kelurahan, a kabupaten 4 × 4 kecamatan
	cornerJitter        = 0.10        // in cells
	edgeBend            = 0.035       // in cells, of each of four waves: with the jitter, edges cannot meet
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
)

func newGrid(seed uint64, areas int) *grid {
	columns := int(math.Ceil(math.Sqrt(2 * float64(areas))))
	return &grid{seed: seed, areas: areas, columns: columns, rows: (areas + columns - 1) / columns, edges: map[edge][]orb.Point{}}
}

// kelurahan makes the cells' areas, row by row.
func (g *grid) kelurahan() []*geo.Area {
	areas := make([]*geo.Area, g.areas)
	for i := range areas {
		x, y := g.cell(i)
		a := newArea(g.code(x, y), placeName(g.seed, uint64(i)))
		ring := g.ring(x, y)
		a.Boundary = orb.MultiPolygon{{ring}}
		areas[i] = a
	}
	return areas
}

func (g *grid) cell(i int) (x, y int) { return i % g.columns, i / g.columns }

// code numbers kabupaten, kecamatan and kelurahan within their blocks.
func (g *grid) code(x, y int) geo.Code {
	const k = kecamatanCells
	kabupaten := y/(k*k)*((g.columns+k*k-1)/(k*k)) + x/(k*k) + 1
	kecamatan := y/k%k*k + x/k%k + 1
	return geo.Code(fmt.Sprintf("35.%02d.%02d.1%03d", kabupaten, kecamatan, y%k*k+x%k+1))
}

// ring walks around a cell counter-clockwise from its south-west corner.
func (g *grid) ring(x, y int) orb.Ring {
	ring := make(orb.Ring, 0, 4*edgeSegments+1)
	ring = append(ring, g.edge(edge{x, y, false})[:edgeSegments]...)
	ring = append(ring, g.edge(edge{x + 1, y, true})[:edgeSegments]...)
	for _, back := range []edge{{x, y + 1, false}, {x, y, true}} {
		points := g.edge(back)
		for i := edgeSegments; i > 0; i-- {
			ring = append(ring, points[i])
		}
	}
	return append(ring, ring[0])
}

// edge returns the points of an edge, made when it is first asked for.
func (g *grid) edge(e edge) []orb.Point {
	if points := g.edges[e]; points != nil {
		return points
	}
	from, to := g.corner(e.x, e.y), g.corner(e.x+1, e.y)
	kind := uint64(0)
	if e.north {
		to, kind = g.corner(e.x, e.y+1), 1
	}
	rnd := random(g.seed, forEdge, uint64(e.x), uint64(e.y), kind)
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
		points[i] = place(from[0]+t*dx-bend*dy, from[1]+t*dy+bend*dx)
	}
	// The ends are the corners themselves, so that four edges meet in one point.
	points[0], points[edgeSegments] = place(from[0], from[1]), place(to[0], to[1])
	g.edges[e] = points
	return points
}

// corner is where a corner lies, in cells.
func (g *grid) corner(x, y int) orb.Point {
	rnd := random(g.seed, forCorner, uint64(x), uint64(y))
	return orb.Point{float64(x) + cornerJitter*(2*rnd.Float64()-1), float64(y) + cornerJitter*(2*rnd.Float64()-1)}
}

// place warps a position in cells to lon and lat.
func place(x, y float64) orb.Point {
	return orb.Point{
		round7(gridWest + cellDegrees*(x+0.3*math.Sin(y/4))),
		round7(gridSouth + cellDegrees*(y+0.3*math.Sin(x/4))),
	}
}
