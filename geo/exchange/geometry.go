package exchange

import (
	"encoding/json"
	"fmt"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

// point reads a GeoJSON geometry that must be a point; null is nil. A height is
// dropped.
func (g *geometry) point() (*orb.Point, *geo.Text) {
	if g == nil || g.Type == "Point" && string(g.Coordinates) == "[]" {
		return nil, nil
	}
	if g.Type == "MultiPoint" {
		var many [][]float64
		if json.Unmarshal(g.Coordinates, &many) == nil && len(many) == 1 {
			return position(many[0])
		}
	}
	if g.Type != "Point" {
		return nil, &geo.Text{ID: "Geometri " + g.Type + " bukan titik.", EN: "A " + g.Type + " is no point."}
	}
	var numbers []float64
	if err := json.Unmarshal(g.Coordinates, &numbers); err != nil {
		return nil, badCoordinates()
	}
	return position(numbers)
}

func position(numbers []float64) (*orb.Point, *geo.Text) {
	if len(numbers) < 2 || len(numbers) > 4 {
		return nil, badCoordinates()
	}
	return &orb.Point{numbers[0], numbers[1]}, nil
}

func badCoordinates() *geo.Text {
	return &geo.Text{ID: "Koordinatnya bukan bujur dan lintang.", EN: "Its coordinates are no longitude and latitude."}
}

// boundary reads a GeoJSON polygon or multipolygon. Rings are closed and lie in
// Indonesia; whether they cross themselves is for the database to say.
func (g *geometry) boundary() (orb.MultiPolygon, *geo.Text) {
	if g == nil {
		return nil, &geo.Text{ID: "Batas wilayahnya kosong.", EN: "It has no boundary."}
	}
	var polygons [][][][]float64
	var err error
	switch g.Type {
	case "Polygon":
		polygons = make([][][][]float64, 1)
		err = json.Unmarshal(g.Coordinates, &polygons[0])
	case "MultiPolygon":
		err = json.Unmarshal(g.Coordinates, &polygons)
	default:
		return nil, &geo.Text{ID: "Geometri " + g.Type + " bukan batas wilayah.", EN: "A " + g.Type + " is no boundary."}
	}
	if err != nil {
		return nil, badCoordinates()
	}
	return polygonsBoundary(polygons)
}

// polygonsBoundary makes a boundary of rings as GeoJSON nests them.
func polygonsBoundary(polygons [][][][]float64) (orb.MultiPolygon, *geo.Text) {
	vertices := 0
	mp := make(orb.MultiPolygon, 0, len(polygons))
	for _, rings := range polygons {
		poly := make(orb.Polygon, 0, len(rings))
		for _, positions := range rings {
			if vertices += len(positions); vertices > MaxVertices {
				return nil, &geo.Text{ID: fmt.Sprintf("Lebih dari %d titik sudut.", MaxVertices), EN: fmt.Sprintf("More than %d vertices.", MaxVertices)}
			}
			ring, refused := linearRing(positions)
			if refused != nil {
				return nil, refused
			}
			poly = append(poly, ring)
		}
		if len(poly) > 0 {
			mp = append(mp, poly)
		}
	}
	if len(mp) == 0 {
		return nil, &geo.Text{ID: "Batas wilayahnya kosong.", EN: "It has no boundary."}
	}
	return mp, nil
}

func linearRing(positions [][]float64) (orb.Ring, *geo.Text) {
	if len(positions) < 4 {
		return nil, &geo.Text{ID: "Sebuah cincin batas kurang dari empat titik.", EN: "A ring has fewer than four positions."}
	}
	vertices, refused := points(positions, geo.Text{ID: "Titik sudut", EN: "Vertex"})
	if refused != nil {
		return nil, refused
	}
	ring := orb.Ring(vertices)
	if !ring.Closed() {
		return nil, &geo.Text{ID: "Sebuah cincin batas tidak tertutup.", EN: "A ring is not closed."}
	}
	return ring, nil
}

// points reads positions that must all lie where places can; called is what a
// refusal names them.
func points(positions [][]float64, called geo.Text) ([]orb.Point, *geo.Text) {
	list := make([]orb.Point, len(positions))
	for i, numbers := range positions {
		p, refused := position(numbers)
		if refused != nil {
			return nil, refused
		}
		if problem := geo.CheckPoint(*p); problem != nil {
			return nil, &geo.Text{
				ID: fmt.Sprintf("%s %s: %v, %v.", problem.Message.ID, called.ID, p[0], p[1]),
				EN: fmt.Sprintf("%s %s: %v, %v.", problem.Message.EN, called.EN, p[0], p[1])}
		}
		list[i] = *p
	}
	return list, nil
}
