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

// greatestRadiusM is above every radius of curvature, of which the greatest is
// at the poles, a/(1-f); a distance is at most this times the angle.
const greatestRadiusM = equatorM / (1 - flattening) * (1 + 1e-4)

const radian = math.Pi / 180

// DistanceM is the length of the geodesic on the WGS 84 ellipsoid by Lambert's
// formula (Lambert 1942; Andoyer's with reduced latitudes). Its error is of
// the order of f², about one part in 100,000.
func DistanceM(a, b orb.Point) float64 {
	from := newOrigin(a)
	return from.distanceM(b)
}

// distanceM is DistanceM from the origin. The formula's half angles P and Q, of
// the sum and of the difference of the reduced latitudes, are never computed:
// sin β₁ + sin β₂ = 2 sin P cos Q and sin β₂ - sin β₁ = 2 cos P sin Q.
func (o *origin) distanceM(p orb.Point) float64 {
	sin, cos := reducedLatitude(p[1])
	sinDiff, cosDiff := sin*o.cosBeta-cos*o.sinBeta, cos*o.cosBeta+sin*o.sinBeta
	sinL := math.Sin((p[0] - o.point[0]) * radian / 2)
	h := sinDiff*sinDiff/(2+2*cosDiff) + o.cosBeta*cos*sinL*sinL // sin²(σ/2)
	if h <= 0 {
		return 0
	}
	if h >= 1 { // antipodes, where the formula has a pole
		return math.Pi * equatorM * (1 - flattening/2)
	}
	sigma, sinSigma := 2*math.Asin(math.Sqrt(h)), 2*math.Sqrt(h*(1-h))
	sum, diff := o.sinBeta+sin, sin-o.sinBeta
	x := (sigma - sinSigma) * sum * sum / (4 * (1 - h))
	y := (sigma + sinSigma) * diff * diff / (4 * h)
	return equatorM * (sigma - flattening/2*(x+y))
}

// reducedLatitude is the sine and the cosine of β, where tan β = (1-f) tan φ.
func reducedLatitude(lat float64) (sin, cos float64) {
	sin, cos = math.Sincos(lat * radian)
	sin *= 1 - flattening
	length := math.Sqrt(sin*sin + cos*cos)
	return sin / length, cos / length
}

// origin is a place that distances are measured from.
type origin struct {
	point            orb.Point
	cosLat           float64
	sinBeta, cosBeta float64 // of the reduced latitude
}

func newOrigin(p orb.Point) origin {
	sin, cos := reducedLatitude(p[1])
	return origin{point: p, cosLat: math.Cos(p[1] * radian), sinBeta: sin, cosBeta: cos}
}

// atLeast is a lower bound of the distance to any point of a box, in a measure
// that grows with it: the square of the sine of half the angle. It is the
// haversine with everything rounded down by the first terms of its series, so
// that a search by it needs no trigonometry and still gives the exact order.
func (o *origin) atLeast(west, south, east, north float64) float64 {
	sinLat := leastSin(max(0, south-o.point[1], o.point[1]-north) * (radian / 2))
	direct := max(0, west-o.point[0], o.point[0]-east)
	around := 360 + min(west, o.point[0]) - max(east, o.point[0]) // the other way, over 180°
	sinLon := leastSin(min(direct, around) * (radian / 2))
	farLat := max(north, -south) * radian
	return sinLat*sinLat + o.cosLat*max(0, 1-farLat*farLat/2)*sinLon*sinLon
}

// measureOf is the measure of atLeast, rounded up, of a distance: nothing whose
// atLeast is greater can be as near.
func measureOf(distanceM float64) float64 {
	return mostSquaredSin(distanceM / (2 * leastRadiusM))
}

// mostSquaredSin is at least sin² x, 1 for all x beyond π/2.
func mostSquaredSin(x float64) float64 {
	sin := math.Sin(min(x, math.Pi/2)) * (1 + 1e-15)
	return sin * sin
}

// fromBox is a lower bound of the distance to any point of a packed box.
func (o *origin) fromBox(b *packedBox) float64 {
	return o.atLeast(float64(b.west), float64(b.south), float64(b.east), float64(b.north))
}

// window is a box in degrees with everything in it whose atLeast is at most
// this; false for the world.
func (o *origin) window(most float64) (orb.Bound, bool) {
	half := math.Sqrt(most)
	if half > 0.1 { // a tenth of a radian, 1,200 km: no box is worth it
		return everywhere(), false
	}
	// leastSin(1.01 x) > x for x up to 0.1.
	lat := 2.02 * half / radian
	far := (math.Abs(o.point[1]) + lat) * radian
	cos := o.cosLat * (1 - far*far/2)
	if cos <= most*100 {
		return everywhere(), false
	}
	lon := 2.02 * half / math.Sqrt(cos) / radian
	b := orb.Bound{Min: orb.Point{o.point[0] - lon, o.point[1] - lat}, Max: orb.Point{o.point[0] + lon, o.point[1] + lat}}
	if b.Min[0] < -180 || b.Max[0] > 180 {
		b.Min[0], b.Max[0] = -180, 180
	}
	return b, true
}

func everywhere() orb.Bound {
	return orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}
}

// atMost is an upper bound of the distance to a point, in the measure of
// atLeast: nothing that is as near can be beyond it. It is the haversine of
// geodetic positions (Inman 1835) with everything rounded up by the first terms
// of its series, over the greatest radius.
func (o *origin) atMost(p orb.Point) float64 {
	lat := (p[1] - o.point[1]) * (radian / 2)
	direct := math.Abs(p[0] - o.point[0])
	lon := min(direct, 360-direct) * (radian / 2)
	if x := p[1] * radian; lat*lat+lon*lon < 0.01 {
		cos := min(1, 1-x*x/2+x*x*x*x/24)
		h := lat*lat + o.cosLat*cos*lon*lon // at least sin² of half the angle
		return h * (1 + h) * radiiSquared   // asin² x is less than x² (1 + x²) for x² up to 0.01
	}
	sinLat, sinLon := math.Sin(lat), math.Sin(lon)
	h := sinLat*sinLat + o.cosLat*math.Cos(p[1]*radian)*sinLon*sinLon
	return mostSquaredSin(math.Asin(min(1, math.Sqrt(h))) * radii)
}

// radii is the ratio of the greatest radius to the least.
const (
	radii        = greatestRadiusM / leastRadiusM * (1 + 1e-9)
	radiiSquared = radii * radii
)

// leastSin is at most sin x, and never negative, for x from 0 to π/2.
func leastSin(x float64) float64 {
	if x > 0.1 {
		return farSin(x)
	}
	return x - x*x*x/6
}

// farSin is leastSin where the series is too low to tell places apart. It
// is not inlined, so that leastSin is.
//
//go:noinline
func farSin(x float64) float64 { return math.Sin(x) * (1 - 1e-15) }
