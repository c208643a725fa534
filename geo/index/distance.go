package index

import (
	"math"

	"github.com/paulmach/orb"
)

// WGS 84 (EPSG:7030).
const (
	equatorM   = 6378137.0
	flattening = 1 / 298.257223563
)

// leastRadiusM is below every radius of curvature of the ellipsoid, of which
// the smallest is the meridian's at the equator, a(1-f)². A distance is at
// least this times the angle between the points' geodetic positions, since
// ds² = M²dφ² + N²cos²φ dλ². The margin is ten times DistanceM's own error.
const leastRadiusM = equatorM * (1 - flattening) * (1 - flattening) * (1 - 1e-4)

const radian = math.Pi / 180

// DistanceM is the length of the geodesic on the WGS 84 ellipsoid by Lambert's
// formula (Lambert 1942; Andoyer's with reduced latitudes). Its error is of
// the order of f², about one part in 100,000.
func DistanceM(a, b orb.Point) float64 { return newOrigin(a).distanceM(b) }

// distanceM is DistanceM from the origin.
func (o origin) distanceM(b orb.Point) float64 {
	beta2 := math.Atan((1 - flattening) * math.Tan(b[1]*radian))
	sinQ, cosQ := math.Sincos((beta2 - o.beta) / 2)
	sinP, cosP := math.Sincos((o.beta + beta2) / 2)
	sinL := math.Sin((b[0] - o.point[0]) * radian / 2)
	h := sinQ*sinQ + o.cosBeta*math.Cos(beta2)*sinL*sinL // sin²(σ/2)
	if h <= 0 {
		return 0
	}
	if h >= 1 { // antipodes, where the formula has a pole
		return math.Pi * equatorM * (1 - flattening/2)
	}
	sigma := 2 * math.Asin(math.Sqrt(h))
	sinSigma := math.Sin(sigma)
	x := (sigma - sinSigma) * sinP * sinP * cosQ * cosQ / (1 - h)
	y := (sigma + sinSigma) * cosP * cosP * sinQ * sinQ / h
	return equatorM * (sigma - flattening/2*(x+y))
}

// origin is a place that distances are measured from.
type origin struct {
	point         orb.Point
	cosLat        float64
	beta, cosBeta float64 // the reduced latitude
}

func newOrigin(p orb.Point) origin {
	beta := math.Atan((1 - flattening) * math.Tan(p[1]*radian))
	return origin{point: p, cosLat: math.Cos(p[1] * radian), beta: beta, cosBeta: math.Cos(beta)}
}

// atLeastM is a lower bound of the distance to any point of a box. It is the
// haversine with everything rounded down by the first terms of its series, so
// that a search by it needs no trigonometry and still gives the exact order.
func (o origin) atLeastM(min, max [2]float64) float64 {
	dLat := math.Max(0, math.Max(min[1]-o.point[1], o.point[1]-max[1])) * radian
	dLon := lonGap(o.point[0], min[0], max[0]) * radian
	farLat := math.Max(math.Abs(min[1]), math.Abs(max[1])) * radian
	leastCos := math.Max(0, 1-farLat*farLat/2)
	sinLat, sinLon := leastSin(dLat/2), leastSin(dLon/2)
	return 2 * leastRadiusM * math.Sqrt(sinLat*sinLat+o.cosLat*leastCos*sinLon*sinLon)
}

// leastSin is at most sin x, and never negative, for x from 0 to π/2.
func leastSin(x float64) float64 { return x - x*x*x/6 }

// lonGap is the angle in degrees from a meridian to the nearest of an interval,
// the short way round.
func lonGap(lon, west, east float64) float64 {
	if lon >= west && lon <= east {
		return 0
	}
	toWest, toEast := west-lon, lon-east
	if toWest < 0 {
		toWest += 360
	}
	if toEast < 0 {
		toEast += 360
	}
	return math.Min(toWest, toEast)
}
