package exchange

import (
	"encoding/json"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

// Lines reads the lines of a GeoJSON file: roads and paths that people walk.
func Lines(src Source) geo.LineRows {
	return func(yield func(geo.LineRow, error) bool) {
		err := features(src, func(number int, f *feature, refused *geo.Text) bool {
			return yield(lineOf(number, f, refused), nil)
		})
		if err != nil {
			yield(geo.LineRow{}, err)
		}
	}
}

func lineOf(number int, f *feature, refused *geo.Text) geo.LineRow {
	row := geo.LineRow{Row: number}
	if refused == nil {
		values := foldProperties(f.Properties)
		for _, name := range []string{"name", "nama"} {
			if row.Name == "" {
				row.Name = textOf(values[name])
			}
		}
		row.Lines, refused = f.Geometry.lines()
	}
	if refused != nil {
		row.Refused = []geo.Text{*refused}
	}
	return row
}

// lines reads a GeoJSON line or multiline. Heights are dropped.
func (g *geometry) lines() ([]orb.LineString, *geo.Text) {
	if g == nil {
		return nil, &geo.Text{ID: "Garisnya kosong.", EN: "It has no line."}
	}
	var parts [][][]float64
	var err error
	switch g.Type {
	case "LineString":
		parts = make([][][]float64, 1)
		err = json.Unmarshal(g.Coordinates, &parts[0])
	case "MultiLineString":
		err = json.Unmarshal(g.Coordinates, &parts)
	default:
		return nil, &geo.Text{ID: "Geometri " + g.Type + " bukan garis.", EN: "A " + g.Type + " is no line."}
	}
	if err != nil {
		return nil, badCoordinates()
	}
	lines := make([]orb.LineString, 0, len(parts))
	for _, positions := range parts {
		if len(positions) < 2 {
			return nil, &geo.Text{ID: "Sebuah garis kurang dari dua titik.", EN: "A line has fewer than two positions."}
		}
		line, refused := points(positions, geo.Text{ID: "Titik", EN: "Position"})
		if refused != nil {
			return nil, refused
		}
		lines = append(lines, line)
	}
	return lines, nil
}
