package tiles

import (
	"slices"
	"strings"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// Encode makes a tile of what the filter selects of layers, which ParseLayers has
// read. It returns nil when the tile is empty. The same content always gives the
// same bytes.
func Encode(s *index.Snapshot, layers []string, filter index.Filter, id ID) ([]byte, error) {
	return NewEncoder().Encode(s, layers, filter, id)
}

// Encoder holds the buffers of an encoding, from one tile to the next. It makes
// one at a time.
type Encoder struct {
	layer  *layer
	units  units
	tile   []byte
	shapes []*index.Shape
	stands []uint64  // how many areas each of shapes stands for; 0 for itself
	shown  geo.Level // whose areas shapes are; 0 for none
	noder  noder
	filter index.Filter
	join   *Join    // of this tile; nil for none
	keys   []string // of areas with the join's

	drawing   *index.Drawing
	feature   pointFeature
	maxPoints int
	texts     numbers // the values of the drawing's texts
	looks     numbers // by what assets share, the end of its tags in lookTags
	lookTags  []byte  // tags, and behind each how many bytes they are
}

// NewEncoder returns an encoder without buffers: its first tile makes them.
func NewEncoder() *Encoder {
	return &Encoder{layer: newLayer(), drawing: index.NewDrawing(), maxPoints: MaxPoints}
}

// Encode is the function of this name with the encoder's buffers.
func (e *Encoder) Encode(s *index.Snapshot, layers []string, filter index.Filter, id ID) ([]byte, error) {
	return e.encode(s, layers, filter, id, nil)
}

func (e *Encoder) encode(s *index.Snapshot, layers []string, filter index.Filter, id ID, join *Join) ([]byte, error) {
	if !id.Valid() {
		return nil, geo.NotFoundError("tiles.Encode")
	}
	e.units, e.tile = newUnits(id), e.tile[:0]
	e.filter, e.join, e.keys = filter, join, join.keys()
	defer e.forget()
	for _, name := range drawnLayers(layers) {
		level := index.LevelOfLayer(name, id.Z)
		switch {
		case level != 0 && strings.HasSuffix(name, index.LabelSuffix):
			e.labels(s, level, id)
		case level != 0:
			e.areas(s, level, id)
		default:
			e.assets(s, name, id)
		}
		e.tile = e.layer.appendTo(e.tile, name)
	}
	if len(e.tile) == 0 {
		return nil, nil
	}
	return slices.Clone(e.tile), nil
}

const (
	low  = -buffer
	high = extent + buffer
)

func (c cell) inBuffer() bool { return c.x >= low && c.x <= high && c.y >= low && c.y <= high }
