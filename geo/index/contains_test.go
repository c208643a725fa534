package index

import (
	"math"
	"testing"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
)

// TestContainsIsWhatRingsSay compares a boundary, whose raster and bands are looked
// at, with all of its rings: at random, at vertices, on edges, beside them.
func TestContainsIsWhatRingsSay(t *testing.T) {
	rnd := geotest.Random(t)
	for range 20 {
		var boundary orb.MultiPolygon
		for k := range 1 + rnd.IntN(3) {
			ring := func(radius float64) orb.Ring {
				n := 20 + rnd.IntN(400)
				r := make(orb.Ring, 0, n+1)
				for i := range n {
					sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
					d := radius * (0.6 + 0.4*rnd.Float64())
					r = append(r, orb.Point{112 + 3*float64(k) + math.Round(d*cos*1e3)/1e3, math.Round(d*sin*1e3)/1e3 - 7})
				}
				return append(r, r[0])
			}
			boundary = append(boundary, orb.Polygon{ring(1), ring(0.5)})
		}
		shape := newShape(&geo.Area{Boundary: boundary})
		plain := *shape
		plain.bands, plain.raster = bands{}, raster{}
		check := func(p orb.Point) bool {
			got, want := shape.Contains(p), plain.Contains(p)
			if got != want {
				t.Fatalf("%v: %v, by all rings %v", p, got, want)
			}
			return got
		}
		inside := 0
		for range 2000 {
			if check(orb.Point{111 + 9*rnd.Float64(), -8 + 2*rnd.Float64()}) {
				inside++
			}
		}
		for _, polygon := range boundary {
			for _, ring := range polygon {
				for i := 1; i < len(ring); i++ {
					a, b := ring[i-1], ring[i]
					if !check(a) {
						t.Fatalf("the vertex %v is outside", a)
					}
					check(orb.Point{(a[0] + b[0]) / 2, (a[1] + b[1]) / 2})
					check(orb.Point{111, a[1]})
					check(orb.Point{math.Nextafter(a[0], 0), a[1]})
				}
			}
		}
		if inside == 0 {
			t.Error("no point is inside")
		}
	}
}
