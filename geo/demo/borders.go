package demo

import (
	"math"
	"math/rand/v2"

	"github.com/paulmach/orb"
)

// outline is the city's invented edge: a wavy closed line around all sites.
func outline() []vertex {
	const corners = 240
	random := rand.New(rand.NewPCG(3571, 1))
	phases := [3]float64{random.Float64() * 6, random.Float64() * 6, random.Float64() * 6}
	line := make([]vertex, corners)
	for i := range line {
		angle := 2 * math.Pi * float64(i) / corners
		ux, uy := math.Cos(angle), math.Sin(angle)
		reach := 0.0 // how far the sites reach this way
		for _, s := range sites {
			v := toKm(s.lon, s.lat)
			reach = max(reach, v.x*ux+v.y*uy)
		}
		wave := 0.12*math.Sin(3*angle+phases[0]) + 0.10*math.Sin(5*angle+phases[1]) + 0.07*math.Sin(8*angle+phases[2])
		r := reach + 0.55 + wave
		line[i] = vertex{r * ux, r * uy}
	}
	return line
}

// cell is the part of the outline that is nearer to site i than to any other:
// its Voronoi cell, by clipping with one bisector after another.
func cell(outline []vertex, i int, at vertex) []vertex {
	polygon := outline
	for j, s := range sites {
		if j != i {
			other := toKm(s.lon, s.lat)
			polygon = clip(polygon, at, other)
		}
	}
	return polygon
}

// clip keeps the side of polygon that is nearer to a than to b.
func clip(polygon []vertex, a, b vertex) []vertex {
	nx, ny := b.x-a.x, b.y-a.y
	c := nx*(a.x+b.x)/2 + ny*(a.y+b.y)/2
	side := func(v vertex) float64 { return c - nx*v.x - ny*v.y } // positive: nearer to a
	var kept []vertex
	for k, v := range polygon {
		next := polygon[(k+1)%len(polygon)]
		here, there := side(v), side(next)
		if here >= 0 {
			kept = append(kept, v)
		}
		if here >= 0 != (there >= 0) {
			t := here / (here - there)
			kept = append(kept, vertex{v.x + t*(next.x-v.x), v.y + t*(next.y-v.y)})
		}
	}
	return kept
}

// borders holds the corners that cells share. Every line between two corners
// is made from the same numbers whichever cell asks, so that neighbours agree
// to the last digit.
type borders struct {
	corners []vertex
	cells   map[[2]int]int // line between two corners, lower first → how many cells it bounds
}

// cell takes a cell in and gives the numbers of its corners.
func (b *borders) cell(polygon []vertex) []int {
	corners := b.vertices(polygon)
	for k, from := range corners {
		to := corners[(k+1)%len(corners)]
		b.cells[[2]int{min(from, to), max(from, to)}]++
	}
	return corners
}

// vertices gives the numbers of a polygon's corners; corners nearer than a
// metre are one.
func (b *borders) vertices(polygon []vertex) []int {
	var numbers []int
	for _, v := range polygon {
		n := b.number(v)
		if len(numbers) == 0 || numbers[len(numbers)-1] != n && numbers[0] != n {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

func (b *borders) number(v vertex) int {
	const metre = 0.001
	for n, c := range b.corners {
		if math.Hypot(c.x-v.x, c.y-v.y) < metre {
			return n
		}
	}
	b.corners = append(b.corners, v)
	return len(b.corners) - 1
}

// line is the border from one corner up to, and without, the other: between two
// cells wavy as rivers and lanes are, and straight at its ends so that lines do
// not cross.
func (b *borders) line(from, to int) []orb.Point {
	forward := from < to
	low, high := min(from, to), max(from, to)
	if b.cells[[2]int{low, high}] < 2 { // the city's edge is drawn already
		return []orb.Point{toDegrees(b.corners[from])}
	}
	a, z := b.corners[low], b.corners[high]
	length := math.Hypot(z.x-a.x, z.y-a.y)
	steps := max(1, int(length/0.06))
	random := rand.New(rand.NewPCG(uint64(low), uint64(high)))
	p1, p2 := random.Float64()*2*math.Pi, random.Float64()*2*math.Pi
	points := make([]orb.Point, 0, steps)
	for k := range steps {
		if !forward {
			k = steps - k
		}
		t := float64(k) / float64(steps)
		bend := math.Sin(math.Pi*t) * math.Sin(math.Pi*t) * length *
			(0.045*math.Sin(4*math.Pi*t+p1) + 0.02*math.Sin(10*math.Pi*t+p2))
		nx, ny := -(z.y-a.y)/length, (z.x-a.x)/length
		points = append(points, toDegrees(vertex{a.x + t*(z.x-a.x) + bend*nx, a.y + t*(z.y-a.y) + bend*ny}))
	}
	return points
}
