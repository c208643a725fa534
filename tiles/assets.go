package tiles

import (
	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// MaxPoints is how many assets a tile shows each by itself. One that has more in
// its own square shows those of a cell, an eighth of it wide, as one cluster;
// at MaxZoom each stands by itself however many there are.
const MaxPoints = 2500

// The properties of assets and of clusters. Behind them come counts by type and
// sums by field, see clusterKeys.
const (
	assetType = iota
	assetName
	assetArea
	assetCondition
	assetOperation
	assetPlacement
	assetRT
	assetRW
	assetExample
	assetBuffer
	clusterFlag
	clusterCount
	clusterExpansion
	clusterCounts
)

var assetKeys = []string{
	"type", "name", "area_code", "condition", "operation", "placement", "rt", "rw", "example", "buffer",
	"cluster", "count", "expansion_zoom",
}

// What the names of counts and sums begin with.
const (
	countPrefix = "count_"
	sumPrefix   = "sum_"
)

// assets writes the assets of a collection. What lies in the buffer alone has the
// property buffer, so that whoever adds up tiles can leave it out.
func (e *Encoder) assets(s *index.Snapshot, collection string, id ID) {
	d := e.drawing
	d.Begin(s, collection, e.filter, id.Z, id.X, id.Y)
	e.texts.reset()
	e.looks.reset()
	e.lookTags = e.lookTags[:0]
	if id.Z == MaxZoom || d.Count() <= e.maxPoints {
		e.layer.begin(assetKeys)
		d.Points((buffer+1.0)/extent, e.asset)
	} else {
		e.cells(collection == geo.AllAssets)
	}
	d.End()
}

// asset writes an asset, unless it lies outside the buffer.
func (e *Encoder) asset(a *index.Drawn) {
	at := e.units.round(a.At)
	if a.Outside && !at.inBuffer() {
		return
	}
	look, f := e.look(a.Shared), &e.feature
	f.begin(a.ID)
	f.n += copy(f.bytes[f.n:], look)
	e.text(assetName, a.Name)
	e.text(assetArea, a.Area)
	e.text(assetRT, a.RT)
	e.text(assetRW, a.RW)
	if a.Outside {
		f.tag(e.layer.key(assetBuffer), e.layer.yes())
	}
	e.layer.features = append(e.layer.features, f.end(at)...)
}

// text adds a property to the feature being written; "" is left out.
func (e *Encoder) text(name int, t index.Text) {
	if t != 0 {
		e.feature.tag(e.layer.key(name), e.textValue(t))
	}
}

// textValue is where a text is among the layer's values.
func (e *Encoder) textValue(t index.Text) uint32 {
	value, known := e.texts.at(uint32(t))
	if !known {
		*value = e.layer.addString(e.drawing.Text(t))
	}
	return *value
}

// look are the tags of what assets share, which are written once in a tile.
func (e *Encoder) look(shared uint32) []byte {
	end, known := e.looks.at(shared)
	if !known {
		s, l := e.drawing.Shared(shared), e.layer
		for _, p := range []struct {
			name int
			text string
		}{
			{assetType, s.Type}, {assetCondition, s.Condition}, {assetOperation, s.Operation}, {assetPlacement, string(s.Placement)},
		} {
			if p.text != "" {
				l.tag(p.name, e.textValue(e.drawing.TextOf(p.text)))
			}
		}
		l.flag(assetExample, s.Example)
		e.lookTags = append(append(e.lookTags, l.tags...), byte(len(l.tags)))
		l.tags, *end = l.tags[:0], uint32(len(e.lookTags))
	}
	last := *end - 1
	return e.lookTags[last-uint32(e.lookTags[last]) : last]
}

// cells writes the cells of a tile; those of all assets count types.
func (e *Encoder) cells(byType bool) {
	d := e.drawing
	cells := d.Cells()
	e.layer.begin(clusterKeys(d.Types(), d.Fields()))
	for _, c := range cells {
		if c.Count == 1 {
			e.asset(d.Only(c))
		} else {
			e.cluster(c, byType)
		}
	}
}

// cluster writes what lies in a cell as one point, unless that lies outside the
// buffer.
func (e *Encoder) cluster(c *index.Cell, byType bool) {
	at := e.units.floor(c.Mean()) // a cell's end is the next one's begin
	if c.Outside && !at.inBuffer() {
		return
	}
	l := e.layer
	l.flag(clusterFlag, true)
	l.uint(clusterCount, uint64(c.Count))
	if !c.Outside {
		l.uint(clusterExpansion, uint64(e.drawing.Expansion(c, e.maxPoints, MaxZoom)))
	}
	for i, n := range c.Types {
		if byType && n > 0 {
			l.uint(clusterCounts+i, uint64(n))
		}
	}
	for i, sum := range c.Sums {
		if sum > 0 {
			l.uint(clusterCounts+len(c.Types)+i, sum)
		}
	}
	l.flag(assetBuffer, c.Outside)
	l.point(at)
	l.feature(c.ID, typePoint)
}

// clusterKeys are the properties where there are clusters.
func clusterKeys(types, fields []string) []string {
	keys := make([]string, 0, len(assetKeys)+len(types)+len(fields))
	keys = append(keys, assetKeys...)
	for _, name := range types {
		keys = append(keys, countPrefix+name)
	}
	for _, name := range fields {
		keys = append(keys, sumPrefix+name)
	}
	return keys
}

// units are the world's units of a zoom, seen from one tile.
type units struct {
	shift  int // a unit is 1<<shift steps of a Position
	x0, y0 int64
}

func newUnits(id ID) units {
	return units{32 - id.Z - extentBits, int64(id.X) << extentBits, int64(id.Y) << extentBits}
}

// round is the nearest unit, as every tile of the zoom rounds.
func (u units) round(p index.Position) cell {
	half := int64(1) << u.shift >> 1
	return cell{int32((int64(p.X)+half)>>u.shift - u.x0), int32((int64(p.Y)+half)>>u.shift - u.y0)}
}

// floor is the unit that a position lies in.
func (u units) floor(p index.Position) cell {
	return cell{int32(int64(p.X)>>u.shift - u.x0), int32(int64(p.Y)>>u.shift - u.y0)}
}
