package demo

import (
	"math"
	"sync"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

// Areas gives the kelurahan. Neighbours share every vertex of their border, and
// together they fill the city's outline without gap or overlap.
func Areas() geo.AreaRows {
	return func(yield func(geo.AreaRow, error) bool) {
		rings := boundaries()
		for i, s := range sites {
			row := geo.AreaRow{Row: i + 1, Code: s.code, Name: s.name, District: districts[s.code.Parent()],
				Regency: City, Province: Province, Year: 2026, Source: Source,
				Boundary: orb.MultiPolygon{{rings[i]}}}
			if !yield(row, nil) {
				return
			}
		}
	}
}

// The city is drawn in kilometres around its middle and then put on the globe.
const (
	middleLon, middleLat = 112.0195, -7.8190
	kmPerLat             = 110.6
)

var kmPerLon = 111.32 * math.Cos(middleLat*math.Pi/180)

type vertex struct{ x, y float64 }

func toKm(lon, lat float64) vertex {
	return vertex{(lon - middleLon) * kmPerLon, (lat - middleLat) * kmPerLat}
}

func toDegrees(v vertex) orb.Point {
	return orb.Point{round7(middleLon + v.x/kmPerLon), round7(middleLat + v.y/kmPerLat)}
}

func round7(f float64) float64 { return math.Round(f*1e7) / 1e7 }

// boundaries gives one ring per site, made once.
var boundaries = sync.OnceValue(func() []orb.Ring {
	border := borders{cells: map[[2]int]int{}}
	cells := make([][]int, len(sites))
	outline := outline()
	for i, s := range sites {
		cells[i] = border.cell(cell(outline, i, toKm(s.lon, s.lat)))
	}
	rings := make([]orb.Ring, len(sites))
	for i, corners := range cells {
		for k, from := range corners {
			rings[i] = append(rings[i], border.line(from, corners[(k+1)%len(corners)])...)
		}
		rings[i] = append(rings[i], rings[i][0])
	}
	return rings
})
