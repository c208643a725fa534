package planning

import (
	"math"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo/index"
)

// Two ends of lines nearer than JoinMeters are one corner of the network. A
// point farther than SnapMeters from every line lies off it.
const (
	JoinMeters = 1.0
	SnapMeters = 100.0
)

// Network is where people walk. It is immutable and shared. Lines join where
// they have a vertex in common; where they merely cross, as at a bridge, they
// do not.
type Network struct {
	corners []orb.Point
	edges   []edge
	first   []int32 // by corner: where its links begin; one more at the end
	links   []link
	cells   grid             // of SnapMeters
	inCell  map[cell][]int32 // the edges whose box touches a cell
}

// edge is a straight stretch between two corners.
type edge struct {
	a, b   int32
	metres float64
}

// link is an edge as seen from a corner.
type link struct {
	edge, to int32
}

// cell is a square of a grid.
type cell struct{ column, row int32 }

// grid divides the map into cells that are at least so many metres wide and
// high wherever the network lies.
type grid struct{ perLon, perLat float64 }

func newGrid(metres, farthestLat float64) grid {
	perDegree := math.Pi / 180 * equatorM * (1 - 0.01) // the least length of a degree of latitude, with room
	cos := math.Max(0.01, math.Cos(farthestLat*math.Pi/180))
	return grid{perLon: perDegree * cos / metres, perLat: perDegree / metres}
}

func (g grid) cell(p orb.Point) cell {
	return cell{int32(math.Floor(p[0] * g.perLon)), int32(math.Floor(p[1] * g.perLat))}
}

// NewNetwork makes the network of lines. Coordinates must be on earth.
func NewNetwork(lines []orb.LineString) *Network {
	farthest := 0.0
	for _, line := range lines {
		for _, p := range line {
			farthest = math.Max(farthest, math.Abs(p[1]))
		}
	}
	n := &Network{cells: newGrid(SnapMeters, farthest), inCell: map[cell][]int32{}}
	joiner := joiner{network: n, cells: newGrid(JoinMeters, farthest), at: map[cell][]int32{}}
	for _, line := range lines {
		last := int32(-1)
		for _, p := range line {
			corner := joiner.corner(p)
			if last >= 0 && last != corner {
				n.addEdge(last, corner)
			}
			last = corner
		}
	}
	n.linkUp()
	return n
}

// joiner finds the corner that a vertex belongs to.
type joiner struct {
	network *Network
	cells   grid
	at      map[cell][]int32
}

// corner gives the nearest corner within JoinMeters, or makes one.
func (j *joiner) corner(p orb.Point) int32 {
	home := j.cells.cell(p)
	best, least := int32(-1), JoinMeters
	for column := home.column - 1; column <= home.column+1; column++ {
		for row := home.row - 1; row <= home.row+1; row++ {
			for _, c := range j.at[cell{column, row}] {
				if m := index.DistanceM(p, j.network.corners[c]); m < least || best < 0 && m <= least {
					best, least = c, m
				}
			}
		}
	}
	if best < 0 {
		best = int32(len(j.network.corners))
		j.network.corners = append(j.network.corners, p)
		j.at[home] = append(j.at[home], best)
	}
	return best
}

func (n *Network) addEdge(a, b int32) {
	e := int32(len(n.edges))
	n.edges = append(n.edges, edge{a, b, index.DistanceM(n.corners[a], n.corners[b])})
	n.enter(e, n.corners[a], n.corners[b])
}

// enter notes an edge in the cells that it may touch. A long one is halved
// until its pieces' boxes are small: the box of a long diagonal is nearly empty.
func (n *Network) enter(e int32, from, to orb.Point) {
	a, b := n.cells.cell(from), n.cells.cell(to)
	west, east := min(a.column, b.column), max(a.column, b.column)
	south, north := min(a.row, b.row), max(a.row, b.row)
	if east-west > 1 && north-south > 1 {
		middle := orb.Point{(from[0] + to[0]) / 2, (from[1] + to[1]) / 2}
		n.enter(e, from, middle)
		n.enter(e, middle, to)
		return
	}
	for column := west; column <= east; column++ {
		for row := south; row <= north; row++ {
			c := cell{column, row}
			if list := n.inCell[c]; len(list) == 0 || list[len(list)-1] != e {
				n.inCell[c] = append(list, e)
			}
		}
	}
}

// linkUp makes the corners' links from the edges.
func (n *Network) linkUp() {
	n.first = make([]int32, len(n.corners)+1)
	for _, e := range n.edges {
		n.first[e.a+1]++
		n.first[e.b+1]++
	}
	for i := range n.corners {
		n.first[i+1] += n.first[i]
	}
	n.links = make([]link, 2*len(n.edges))
	next := append([]int32(nil), n.first...)
	for i, e := range n.edges {
		n.links[next[e.a]] = link{int32(i), e.b}
		next[e.a]++
		n.links[next[e.b]] = link{int32(i), e.a}
		next[e.b]++
	}
}

// spot is where a point meets the network. edge is -1 off it.
type spot struct {
	edge  int32
	along float64 // metres from the edge's a
	aside float64 // metres from the point to the edge
}

// locate finds the nearest edge within SnapMeters.
func (n *Network) locate(p orb.Point) spot {
	best := spot{edge: -1, aside: SnapMeters}
	home := n.cells.cell(p)
	for column := home.column - 1; column <= home.column+1; column++ {
		for row := home.row - 1; row <= home.row+1; row++ {
			for _, e := range n.inCell[cell{column, row}] {
				if s := n.meet(p, e); s.aside < best.aside || s.aside == best.aside && (best.edge < 0 || e < best.edge) {
					best = s
				}
			}
		}
	}
	return best
}

// meet finds the place of an edge that is nearest to p, on the plane that
// touches the earth at p; an edge near a point is near its plane.
func (n *Network) meet(p orb.Point, e int32) spot {
	from, to := n.corners[n.edges[e].a], n.corners[n.edges[e].b]
	cos := math.Cos(p[1] * math.Pi / 180)
	ax, ay := (from[0]-p[0])*cos, from[1]-p[1]
	dx, dy := (to[0]-from[0])*cos, to[1]-from[1]
	t := 0.0
	if square := dx*dx + dy*dy; square > 0 {
		t = min(1, max(0, -(ax*dx+ay*dy)/square))
	}
	at := orb.Point{from[0] + t*(to[0]-from[0]), from[1] + t*(to[1]-from[1])}
	return spot{edge: e, along: t * n.edges[e].metres, aside: index.DistanceM(p, at)}
}

func (n *Network) locateAll(points []orb.Point) []spot {
	spots := make([]spot, len(points))
	for i, p := range points {
		spots[i] = n.locate(p)
	}
	return spots
}
