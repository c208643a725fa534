package index

import (
	"slices"

	"github.com/paulmach/orb"
)

// bands sort the edges of a boundary by latitude, so that whether it contains a
// point is told by few of them. A boundary with few edges has none.
type bands struct {
	south, perDegree float64
	starts           []uint32 // where in edges each band begins; its end is the next one's
	edges            []uint32 // numbers of edges that touch the band, counted through all rings
	rings            []bandRing
}

// bandRing is a ring, and the number of its first edge.
type bandRing struct {
	orb.Ring
	first uint32
}

const (
	manyEdges    = 160
	edgesPerBand = 8
)

func newBands(boundary orb.MultiPolygon, around orb.Bound) bands {
	edges := 0
	for _, polygon := range boundary {
		for _, ring := range polygon {
			edges += len(ring) - 1
		}
	}
	height := around.Max[1] - around.Min[1]
	if edges < manyEdges || height <= 0 {
		return bands{}
	}
	n := edges / edgesPerBand
	b := bands{south: around.Min[1], perDegree: float64(n) / height, starts: make([]uint32, n+1)}
	b.each(boundary, func(_ uint32, from, to int) {
		for i := from; i <= to; i++ {
			b.starts[i]++
		}
	})
	sum := uint32(0)
	for i, count := range b.starts {
		b.starts[i], sum = sum, sum+count
	}
	b.edges = make([]uint32, sum)
	at := slices.Clone(b.starts)
	b.each(boundary, func(edge uint32, from, to int) {
		for i := from; i <= to; i++ {
			b.edges[at[i]] = edge
			at[i]++
		}
	})
	return b
}

// each calls visit with every edge and the bands that it touches, and takes
// down where rings begin.
func (b *bands) each(boundary orb.MultiPolygon, visit func(edge uint32, from, to int)) {
	b.rings = b.rings[:0]
	edge := uint32(0)
	for _, polygon := range boundary {
		for _, ring := range polygon {
			b.rings = append(b.rings, bandRing{ring, edge})
			for i := 1; i < len(ring); i++ {
				visit(edge, b.band(min(ring[i-1][1], ring[i][1])), b.band(max(ring[i-1][1], ring[i][1])))
				edge++
			}
		}
	}
}

// band is where a latitude of the boundary lies.
func (b *bands) band(lat float64) int {
	return min(int((lat-b.south)*b.perDegree), len(b.starts)-2)
}

// contain is polygonContains for the boundary that the bands were made of.
func (b *bands) contain(p orb.Point) (inside bool) {
	band := b.band(p[1])
	ring := 0
	for _, edge := range b.edges[b.starts[band]:b.starts[band+1]] {
		for ring+1 < len(b.rings) && b.rings[ring+1].first <= edge { // edges of a band are in order
			ring++
		}
		r := &b.rings[ring]
		i := edge - r.first
		crosses, on := crossing(r.Ring[i], r.Ring[i+1], p)
		if on {
			return true
		}
		inside = inside != crosses
	}
	return inside
}
