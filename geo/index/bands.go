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

func newBands(first orb.Ring, others []orb.Ring, around orb.Bound) bands {
	rings := []bandRing{{first, 0}}
	edges := max(0, len(first)-1)
	for _, ring := range others {
		rings = append(rings, bandRing{ring, uint32(edges)})
		edges += max(0, len(ring)-1)
	}
	height := around.Max[1] - around.Min[1]
	if edges < manyEdges || height <= 0 {
		return bands{}
	}
	n := edges / edgesPerBand
	b := bands{south: around.Min[1], perDegree: float64(n) / height, starts: make([]uint32, n+1), rings: rings}
	b.each(func(_ uint32, from, to int) {
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
	b.each(func(edge uint32, from, to int) {
		for i := from; i <= to; i++ {
			b.edges[at[i]] = edge
			at[i]++
		}
	})
	return b
}

// each calls visit with every edge and the bands that it touches.
func (b *bands) each(visit func(edge uint32, from, to int)) {
	for _, r := range b.rings {
		for i := 1; i < len(r.Ring); i++ {
			p, q := r.Ring[i-1][1], r.Ring[i][1]
			visit(r.first+uint32(i-1), b.band(min(p, q)), b.band(max(p, q)))
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
