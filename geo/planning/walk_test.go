package planning

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/index"
)

// Two streets along a river, and one bridge at their eastern end.
func river() *Network {
	return NewNetwork([]orb.LineString{
		{{112.000, -7.8000}, {112.005, -7.8000}, {112.010, -7.8000}},
		{{112.000, -7.8010}, {112.005, -7.8010}, {112.010, -7.8010}},
		{{112.010, -7.8000}, {112.010, -7.8010}},
	})
}

func TestRiverMakesTheWayLong(t *testing.T) {
	ctx := context.Background()
	north, south := orb.Point{112.0000, -7.8000}, orb.Point{112.0000, -7.8010}
	streetM, bridgeM := index.DistanceM(north, orb.Point{112.01, -7.8}), index.DistanceM(north, south)
	straight, _, err := Ways{Detour: 1}.nearest(ctx, []orb.Point{north}, []orb.Point{south}, nil)
	if err != nil || math.Abs(straight[0].metres-bridgeM) > 1e-9 {
		t.Fatalf("straight: %v, %v; want %v m", straight, err, bridgeM)
	}
	ways := Ways{Detour: 1.3, Network: river()}
	legs, off, err := ways.nearest(ctx, []orb.Point{north}, []orb.Point{south}, nil)
	if want := 2*streetM + bridgeM; err != nil || off != 0 || math.Abs(legs[0].metres-want) > 0.1 {
		t.Fatalf("over the bridge: %v, %d off, %v; want %v m", legs, off, err, want)
	}
	near, err := ways.within(ctx, []orb.Point{south}, []orb.Point{north}, 2*streetM, nil)
	if err != nil || len(near[0]) != 0 {
		t.Fatalf("the other bank is within %v m: %v, %v", 2*streetM, near, err)
	}
	near, err = ways.within(ctx, []orb.Point{south}, []orb.Point{north}, 2*streetM+bridgeM+1, nil)
	if err != nil || len(near[0]) != 1 || math.Abs(near[0][0].metres-legs[0].metres) > 1e-6 {
		t.Fatalf("over the bridge within: %v, %v; want %v", near, err, legs)
	}
}

func TestPointsOffTheNetworkGoStraight(t *testing.T) {
	far := orb.Point{112.005, -7.81}
	ways := Ways{Detour: 1.5, Network: river()}
	on, to := orb.Point{112.001, -7.80005}, []orb.Point{{112.003, -7.80005}, far}
	legs, off, err := ways.nearest(context.Background(), []orb.Point{far, on}, to, nil)
	if err != nil || off != 1 {
		t.Fatalf("%d off the network, %v; want 1", off, err)
	}
	if legs[0] != (leg{1, 0}) {
		t.Errorf("from off the network: %v, want the point itself", legs[0])
	}
	// Along one edge: from the point to the street, along it, and to the other.
	aside := index.DistanceM(on, orb.Point{112.001, -7.8})
	if want := 2*aside + index.DistanceM(orb.Point{112.001, -7.8}, orb.Point{112.003, -7.8}); legs[1].to != 0 || math.Abs(legs[1].metres-want) > 0.01 {
		t.Errorf("along one edge: %v, want %v m", legs[1], want)
	}
	near, err := ways.within(context.Background(), []orb.Point{on}, to, 5000, nil)
	if want := index.DistanceM(on, far) * 1.5; err != nil || len(near[0]) != 2 || math.Abs(near[0][1].metres-want) > 1e-6 {
		t.Errorf("to off the network: %v, %v; want %v m", near, err, want)
	}
}

func TestEndsWithinAMetreAreOneCorner(t *testing.T) {
	const metre = 1 / 111320.0
	n := NewNetwork([]orb.LineString{
		{{112, -7.8}, {112.001, -7.8}},
		{{112.001 + 0.8*metre, -7.8}, {112.002, -7.8}},
		{{112.002 + 1.5*metre, -7.8}, {112.003, -7.8}},
		{{112.0005, -7.801}, {112.0005, -7.799}}, // crosses without a vertex: a bridge
	})
	if len(n.corners) != 7 || len(n.edges) != 4 {
		t.Errorf("%d corners and %d edges, want 7 and 4", len(n.corners), len(n.edges))
	}
	legs, _, err := Ways{Detour: 1, Network: n}.nearest(context.Background(), []orb.Point{{112, -7.8}, {112, -7.8}}, []orb.Point{{112.003, -7.8}}, nil)
	if err != nil || !math.IsInf(legs[0].metres, 1) || legs[0].to != -1 {
		t.Errorf("no way leads over a gap of 1.5 m: %v, %v", legs, err)
	}
}

// mesh gives random lines between corners of a raster some 150 m wide, so that many have
// vertices in common.
func mesh(random *rand.Rand) []orb.LineString {
	at := func(x, y int) orb.Point { return orb.Point{112 + 0.0014*float64(x), -7.8 + 0.0013*float64(y)} }
	var lines []orb.LineString
	for range 6 + random.IntN(10) {
		x, y := random.IntN(6), random.IntN(6)
		line := orb.LineString{at(x, y)}
		for range 1 + random.IntN(4) {
			x, y = min(5, max(0, x+random.IntN(3)-1)), min(5, max(0, y+random.IntN(3)-1))
			line = append(line, at(x, y))
		}
		lines = append(lines, line)
	}
	return lines
}

// allWays is every way between corners (Floyd 1962, Warshall 1962).
func allWays(n *Network) [][]float64 {
	d := make([][]float64, len(n.corners))
	for i := range d {
		d[i] = slices.Repeat([]float64{math.Inf(1)}, len(n.corners))
		d[i][i] = 0
	}
	for _, e := range n.edges {
		d[e.a][e.b] = min(d[e.a][e.b], e.metres)
		d[e.b][e.a] = d[e.a][e.b]
	}
	for k := range d {
		for i := range d {
			for j := range d {
				d[i][j] = min(d[i][j], d[i][k]+d[k][j])
			}
		}
	}
	return d
}

// bruteWay is the way between two points, all choices tried.
func bruteWay(n *Network, corners [][]float64, a, b orb.Point, detour float64) float64 {
	s, t := bruteSpot(n, a), bruteSpot(n, b)
	if s.edge < 0 || t.edge < 0 {
		return index.DistanceM(a, b) * detour
	}
	e, f := n.edges[s.edge], n.edges[t.edge]
	best := math.Inf(1)
	if s.edge == t.edge {
		best = s.aside + t.aside + math.Abs(s.along-t.along)
	}
	for _, from := range []struct {
		corner int32
		metres float64
	}{{e.a, s.along}, {e.b, e.metres - s.along}} {
		best = min(best, s.aside+from.metres+corners[from.corner][f.a]+t.along+t.aside,
			s.aside+from.metres+corners[from.corner][f.b]+f.metres-t.along+t.aside)
	}
	return best
}

func bruteSpot(n *Network, p orb.Point) spot {
	best := spot{edge: -1, aside: SnapMeters}
	for e := range n.edges {
		if s := n.meet(p, int32(e)); s.aside < best.aside {
			best = s
		}
	}
	return best
}

func TestNetworkAgainstAllWays(t *testing.T) {
	random := geotest.Random(t)
	ctx := context.Background()
	for range 120 {
		n := NewNetwork(mesh(random))
		corners := allWays(n)
		ways := Ways{Detour: 1.3, Network: n}
		anywhere := func(count int) []orb.Point {
			points := make([]orb.Point, count)
			for i := range points {
				points[i] = orb.Point{111.998 + 0.011*random.Float64(), -7.802 + 0.011*random.Float64()}
			}
			return points
		}
		from, to, radius := anywhere(12), anywhere(1+random.IntN(8)), 2000*random.Float64()
		legs, _, err := ways.nearest(ctx, from, to, nil)
		if err != nil {
			t.Fatal(err)
		}
		within, err := ways.within(ctx, from, to, radius, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range from {
			least, inside := math.Inf(1), 0
			for j, q := range to {
				want := bruteWay(n, corners, p, q, ways.Detour)
				least = min(least, want)
				at := slices.IndexFunc(within[i], func(l leg) bool { return l.to == int32(j) })
				if math.Abs(want-radius) > 1e-6 && (at >= 0) != (want <= radius) || at >= 0 && math.Abs(within[i][at].metres-want) > 1e-6 {
					t.Fatalf("from %v to %v within %v: %v, want %v", p, q, radius, within[i], want)
				}
				if want <= radius {
					inside++
				}
			}
			if math.IsInf(least, 1) != (legs[i].to < 0) || !math.IsInf(least, 1) && math.Abs(legs[i].metres-least) > 1e-6 {
				t.Fatalf("from %v: %v, want %v", p, legs[i], least)
			}
			if legs[i].to >= 0 {
				if want := bruteWay(n, corners, p, to[legs[i].to], ways.Detour); math.Abs(want-legs[i].metres) > 1e-6 {
					t.Fatalf("the named point is %v m away, not %v", want, legs[i].metres)
				}
			}
		}
	}
}
