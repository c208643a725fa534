package planning

import (
	"math"

	"github.com/paulmach/orb"
)

// GridMeters is how far apart the candidates of a grid are.
const GridMeters = 100.0

// Grid gives the points of a grid over demand: the middles of squares of
// GridMeters that lie within radiusM of some located demand with a weight, at
// most most of them (beyond that the squares grow). stepM is how wide the
// squares are.
func Grid(demand []Demand, radiusM float64, most int) (points []orb.Point, stepM float64) {
	var bound *orb.Bound
	for _, d := range demand {
		if d.Point != nil && d.Weight > 0 {
			if bound == nil {
				bound = &orb.Bound{Min: *d.Point, Max: *d.Point}
			}
			b := bound.Extend(*d.Point)
			bound = &b
		}
	}
	if bound == nil || most <= 0 {
		return nil, GridMeters
	}
	for stepM = GridMeters; ; stepM *= math.Sqrt2 {
		if points = gridOf(demand, *bound, radiusM, stepM, most); points != nil {
			return points, stepM
		}
	}
}

// gridOf gives the grid of one width; nil when it has more than most points.
func gridOf(demand []Demand, bound orb.Bound, radiusM, stepM float64, most int) []orb.Point {
	lonM, latM := degreeM(bound.Center()[1])
	reach := int(math.Ceil(radiusM / stepM))
	squares := map[cell]bool{}
	for _, d := range demand {
		if d.Point == nil || d.Weight <= 0 {
			continue
		}
		x, y := ((*d.Point)[0]-bound.Min[0])*lonM, ((*d.Point)[1]-bound.Min[1])*latM
		home := cell{int32(math.Floor(x / stepM)), int32(math.Floor(y / stepM))}
		for dx := -reach; dx <= reach; dx++ {
			for dy := -reach; dy <= reach; dy++ {
				c := cell{home.column + int32(dx), home.row + int32(dy)}
				if math.Hypot((float64(c.column)+0.5)*stepM-x, (float64(c.row)+0.5)*stepM-y) <= radiusM {
					if squares[c] = true; len(squares) > most {
						return nil
					}
				}
			}
		}
	}
	points := make([]orb.Point, 0, len(squares))
	for c := range squares {
		points = append(points, orb.Point{
			bound.Min[0] + (float64(c.column)+0.5)*stepM/lonM,
			bound.Min[1] + (float64(c.row)+0.5)*stepM/latM})
	}
	sortPoints(points)
	return points
}

// degreeM is how long a degree of longitude and of latitude is on the
// ellipsoid at a latitude.
func degreeM(lat float64) (lonM, latM float64) {
	sin, cos := math.Sincos(lat * math.Pi / 180)
	w := math.Sqrt(1 - eccentricity2*sin*sin)
	return math.Pi / 180 * equatorM / w * math.Max(cos, 1e-6), math.Pi / 180 * equatorM * (1 - eccentricity2) / (w * w * w)
}
