package tiles

import (
	"maps"
	"slices"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// Join adds figures to the areas of a tile: a number under each name where there
// is one to show, and beside it, under the name with StatusSuffix, what there is.
// They must be everybody's to see.
type Join struct {
	Key   string   // stands for all that Cell says; nothing else has it
	Names []string // at most MaxJoined
	// Cell is what is said of an area under a name. A value counts with status
	// ShownStatus alone.
	Cell func(area geo.Code, name int) (value float64, status string)
}

// MaxJoined is how many figures an area can be given.
const MaxJoined = 30

// The words of a join.
const (
	StatusSuffix = "_status"
	ShownStatus  = "shown"
)

// key is the join's part of a tile's key; "" without one.
func (j *Join) key() string {
	if j == nil {
		return ""
	}
	return j.Key
}

// keys are the properties of areas.
func (j *Join) keys() []string {
	if j == nil {
		return areaKeys
	}
	keys := slices.Clone(areaKeys)
	for _, name := range j.Names[:min(len(j.Names), MaxJoined)] {
		keys = append(keys, name, name+StatusSuffix)
	}
	return keys
}

// add writes an area's figures behind its own properties.
func (j *Join) add(l *layer, area geo.Code) {
	if j == nil {
		return
	}
	for i := range j.Names[:min(len(j.Names), MaxJoined)] {
		value, status := j.Cell(area, i)
		at := len(areaKeys) + 2*i
		if status == ShownStatus {
			l.double(at, value)
		}
		l.text(at+1, status)
	}
}

// Joined describes the tiles with figures: names are those of a Join.
func (t TileJSON) Joined(names []string) TileJSON {
	layers := slices.Clone(t.VectorLayers)
	for i, l := range layers {
		if index.LevelOfLayer(l.ID, 0) == 0 {
			continue
		}
		layers[i].Fields = maps.Clone(l.Fields)
		for _, name := range names {
			layers[i].Fields[name], layers[i].Fields[name+StatusSuffix] = "Number", "String"
		}
	}
	t.VectorLayers = layers
	return t
}
