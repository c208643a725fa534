package exchange

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/paulmach/orb"
	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/wkt"

	"github.com/patok-id/patok/geo"
)

// boundaryNames are the usual names of a table's column that holds boundaries:
// QGIS and ogr2ogr write WKT, some offices the text of a GeoJSON geometry.
var boundaryNames = []string{"wkt", "geometry", "geom", "the_geom", "wkt_geom", "batas", "boundary"}

// tableAreas reads areas whose boundary is a column of text.
func tableAreas(src Source, o AreaOptions, each func(geo.AreaRow) bool) error {
	return tableRecords(src, o.Layout, func(r rawRecord) bool {
		if r.skipped != nil {
			return each(geo.AreaRow{Row: r.line, Skipped: r.skipped})
		}
		if r.refused != nil {
			return each(geo.AreaRow{Row: r.line, Refused: []geo.Text{*r.refused}})
		}
		properties, boundary := make(map[string]json.RawMessage, len(r.cells)), ""
		for _, c := range r.cells {
			if to := o.Map[c.column]; to == areaBoundary || to == "" && slices.Contains(boundaryNames, foldName(c.column)) {
				boundary = c.text
				continue
			}
			properties[c.column] = geo.Quote(c.text)
		}
		return each(areaOf(r.line, properties, func() (orb.MultiPolygon, *geo.Text) { return textBoundary(boundary) }, o))
	})
}

// textBoundary reads a boundary from WKT (OGC 06-103r4 section 7), with PostGIS's
// SRID=4326; before it or not, or from the text of a GeoJSON geometry.
func textBoundary(text string) (orb.MultiPolygon, *geo.Text) {
	if text == "" {
		return (*geometry)(nil).boundary()
	}
	if text[0] == '{' {
		var g geometry
		if json.Unmarshal([]byte(text), &g) != nil {
			return nil, badCoordinates()
		}
		return g.boundary()
	}
	if srid, rest, found := strings.Cut(text, ";"); found {
		if !strings.EqualFold(strings.ReplaceAll(srid, " ", ""), "SRID=4326") {
			return nil, &geo.Text{ID: "Batasnya bukan dalam EPSG:4326.", EN: "Its boundary is not in EPSG:4326."}
		}
		text = rest
	}
	g, err := wkt.Unmarshal(text)
	if err != nil {
		return nil, &geo.Text{ID: "Batasnya bukan WKT yang sah.", EN: "Its boundary is no valid WKT."}
	}
	switch g := g.(type) {
	case *geom.Polygon:
		return polygonsBoundary([][][][]float64{rings(g)})
	case *geom.MultiPolygon:
		polygons := make([][][][]float64, g.NumPolygons())
		for i := range polygons {
			polygons[i] = rings(g.Polygon(i))
		}
		return polygonsBoundary(polygons)
	}
	return nil, &geo.Text{ID: "Geometrinya bukan batas wilayah.", EN: "Its geometry is no boundary."}
}

func rings(g *geom.Polygon) [][][]float64 {
	all := make([][][]float64, 0, g.NumLinearRings())
	for _, ring := range g.Coords() {
		positions := make([][]float64, len(ring))
		for i, c := range ring {
			positions[i] = c
		}
		all = append(all, positions)
	}
	return all
}
