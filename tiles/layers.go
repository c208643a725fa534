package tiles

import (
	"slices"
	"strings"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// MaxLayers is how many layers a tile may be asked for.
const MaxLayers = 16

// ParseLayers reads a comma list of layers: collections, and areas, whose level
// follows the zoom; those of areas bring their label points along. Label layers
// can be asked for alone, such as kelurahan_label. An unknown one is NotFound; a repeated one, one that comes
// along already, or more than MaxLayers is BadRequest.
func ParseLayers(s *index.Snapshot, list string) ([]string, error) {
	const op = "tiles.ParseLayers"
	if strings.Count(list, ",") >= MaxLayers {
		return nil, badLayers(op, "Lapisan terlalu banyak.", "Too many layers.")
	}
	layers := strings.Split(list, ",")
	for i, name := range layers {
		collection := name
		if base, ok := strings.CutSuffix(name, index.LabelSuffix); ok && isAreas(base) {
			collection = base
		}
		known := isAreas(collection) || collection == geo.AllAssets || s.Type(collection) != nil
		if !known {
			return nil, geo.NotFoundError(op)
		}
		again := func(other string) bool {
			return other == name || other == collection || other == name+index.LabelSuffix
		}
		if slices.ContainsFunc(layers[:i], again) {
			return nil, badLayers(op, "Satu lapisan diminta dua kali.", "A layer is asked for twice.")
		}
	}
	return layers, nil
}

// isAreas reports whether a layer holds areas, not their label points.
func isAreas(layer string) bool { return layer == index.AreasLayer || geo.LevelOf(layer) != 0 }

func badLayers(op, id, en string) error {
	return &geo.Error{Kind: geo.BadRequest, Op: op, Message: geo.Text{ID: id, EN: en}}
}

// drawnLayers are the layers of the tile itself, in order: each level is
// followed by its label points.
func drawnLayers(layers []string) []string {
	drawn := make([]string, 0, 2*len(layers))
	for _, name := range layers {
		drawn = append(drawn, name)
		if isAreas(name) {
			drawn = append(drawn, name+index.LabelSuffix)
		}
	}
	return drawn
}
