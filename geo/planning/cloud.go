package planning

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo/index"
)

// cloud finds which of its points are near. It is a k-d tree over earth-centred
// coordinates: a chord is never longer than the geodesic above it, so a search
// by chords misses nothing and needs no trigonometry until a point is close.
type cloud struct {
	points []orb.Point
	at     [][3]float64
	order  []int32 // the tree: the middle of each stretch divides it
}

// WGS 84 (EPSG:7030).
const (
	equatorM      = 6378137.0
	eccentricity2 = 0.0066943799901413165
)

// chordSlack is how much longer than the geodesic index.DistanceM's
// approximation may make a distance, and the other way round.
const chordSlack = 1 + 1e-4

// leaf is the stretch below which points are looked at one by one.
const leaf = 8

func newCloud(points []orb.Point) *cloud {
	c := &cloud{points: points, at: make([][3]float64, len(points)), order: make([]int32, len(points))}
	for i, p := range points {
		c.at[i], c.order[i] = earthCentred(p), int32(i)
	}
	c.divide(c.order, 0)
	return c
}

// earthCentred gives the position on the ellipsoid in metres.
func earthCentred(p orb.Point) [3]float64 {
	sinLat, cosLat := math.Sincos(p[1] * math.Pi / 180)
	sinLon, cosLon := math.Sincos(p[0] * math.Pi / 180)
	n := equatorM / math.Sqrt(1-eccentricity2*sinLat*sinLat)
	return [3]float64{n * cosLat * cosLon, n * cosLat * sinLon, n * (1 - eccentricity2) * sinLat}
}

func (c *cloud) divide(order []int32, axis int) {
	if len(order) <= leaf {
		return
	}
	slices.SortFunc(order, func(a, b int32) int {
		return cmp.Or(cmp.Compare(c.at[a][axis], c.at[b][axis]), cmp.Compare(a, b))
	})
	middle := len(order) / 2
	c.divide(order[:middle], (axis+1)%3)
	c.divide(order[middle+1:], (axis+1)%3)
}

// near calls take for every point whose chord to p is at most the reach that
// take returned last, beginning with reachM. A point beyond may be given too.
func (c *cloud) near(p orb.Point, reachM float64, take func(i int32) (reachM float64)) {
	c.search(c.order, 0, earthCentred(p), &reachM, take)
}

func (c *cloud) search(order []int32, axis int, p [3]float64, reachM *float64, take func(int32) float64) {
	if len(order) <= leaf {
		for _, i := range order {
			c.look(i, p, reachM, take)
		}
		return
	}
	middle := len(order) / 2
	first, second := order[:middle], order[middle+1:]
	aside := p[axis] - c.at[order[middle]][axis]
	if aside > 0 {
		first, second = second, first
	}
	c.search(first, (axis+1)%3, p, reachM, take)
	if math.Abs(aside) <= *reachM {
		c.look(order[middle], p, reachM, take)
		c.search(second, (axis+1)%3, p, reachM, take)
	}
}

func (c *cloud) look(i int32, p [3]float64, reachM *float64, take func(int32) float64) {
	dx, dy, dz := p[0]-c.at[i][0], p[1]-c.at[i][1], p[2]-c.at[i][2]
	if dx*dx+dy*dy+dz*dz <= *reachM**reachM {
		*reachM = take(i)
	}
}

// nearest is the point that is nearest to p by the geodesic, the first of equal
// ones; -1 and infinity in an empty cloud.
func (c *cloud) nearest(p orb.Point) (i int32, metres float64) {
	i, metres = -1, math.Inf(1)
	c.near(p, math.Inf(1), func(j int32) float64 {
		if m := index.DistanceM(p, c.points[j]); m < metres || m == metres && j < i {
			i, metres = j, m
		}
		return metres*chordSlack + 1e-6
	})
	return i, metres
}

// within calls take for every point at most radiusM from p, in no order.
func (c *cloud) within(p orb.Point, radiusM float64, take func(i int32, metres float64)) {
	reach := radiusM*chordSlack + 1e-6
	c.near(p, reach, func(j int32) float64 {
		if m := index.DistanceM(p, c.points[j]); m <= radiusM {
			take(j, m)
		}
		return reach
	})
}

// sortPoints sorts from south to north, then from west to east.
func sortPoints(points []orb.Point) {
	slices.SortFunc(points, func(a, b orb.Point) int { return cmp.Or(cmp.Compare(a[1], b[1]), cmp.Compare(a[0], b[0])) })
}
