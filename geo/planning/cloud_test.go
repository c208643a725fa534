package planning

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/index"
)

// scatter gives points of a town some km wide, some of them twice.
func scatter(random *rand.Rand, n int) []orb.Point {
	points := make([]orb.Point, n)
	for i := range points {
		points[i] = orb.Point{112 + 0.05*random.Float64(), -7.8 + 0.05*random.Float64()}
		if i > 0 && random.IntN(10) == 0 {
			points[i] = points[random.IntN(i)]
		}
	}
	return points
}

func TestCloudAgainstAllPairs(t *testing.T) {
	random := geotest.Random(t)
	for range 300 {
		points := scatter(random, random.IntN(60))
		c := newCloud(points)
		from := scatter(random, 1)[0]
		if random.IntN(5) == 0 { // far away, also beyond the date line
			from = orb.Point{-180 + 360*random.Float64(), -90 + 180*random.Float64()}
		}
		best, least, inside := int32(-1), math.Inf(1), map[int32]bool{}
		radius := 3000 * random.Float64()
		for i, p := range points {
			m := index.DistanceM(from, p)
			if m < least {
				best, least = int32(i), m
			}
			if m <= radius {
				inside[int32(i)] = true
			}
		}
		if got, metres := c.nearest(from); got != best || metres != least {
			t.Fatalf("nearest is %d at %v, want %d at %v", got, metres, best, least)
		}
		found := 0
		c.within(from, radius, func(i int32, metres float64) {
			found++
			if !inside[i] || metres != index.DistanceM(from, points[i]) {
				t.Fatalf("%d at %v m is not within %v", i, metres, radius)
			}
		})
		if found != len(inside) {
			t.Fatalf("%d within %v m, want %d", found, radius, len(inside))
		}
	}
}
