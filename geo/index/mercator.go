package index

import (
	"math"

	"github.com/paulmach/orb"
)

// MaxLatitude is where Web Mercator ends, so that the world is a square (EPSG
// Guidance Note 7-2, method 1024).
const MaxLatitude = 85.05112877980659

// Project maps lon, lat to the unit square of Web Mercator: x grows to the
// east, y to the south, both from 0 to 1. Latitudes beyond MaxLatitude lie on
// the edge.
func Project(p orb.Point) orb.Point {
	lat := math.Max(-MaxLatitude, math.Min(MaxLatitude, p[1]))
	sin := math.Sin(lat * math.Pi / 180)
	return orb.Point{
		p[0]/360 + 0.5,
		0.5 - math.Log((1+sin)/(1-sin))/(4*math.Pi),
	}
}

// Unproject is the inverse of Project.
func Unproject(p orb.Point) orb.Point {
	return orb.Point{
		(p[0] - 0.5) * 360,
		math.Atan(math.Sinh(math.Pi*(1-2*p[1]))) * 180 / math.Pi,
	}
}
