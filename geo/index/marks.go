package index

import (
	"math"
	"strings"

	"github.com/paulmach/orb"
	"github.com/tidwall/btree"

	"github.com/patok-id/patok/geo"
)

// Limits of marking. They trade memory for tiles that are made again although
// nothing in them changed; none of them can leave a changed tile unmarked.
const (
	markZoom   = 14      // deeper tiles inherit from the tile they lie in
	markSpread = 36      // a box over more tiles of a zoom marks the subtrees one zoom up
	markLimit  = 1 << 18 // marks of a layer, above which it is marked as a whole
	markBatch  = 5000    // changes of a layer in one batch, above which the same
)

// How far outside a tile what it shows may lie, in tiles. Clusters in the buffer
// are of whole cells; of areas and labels the buffer is half of it.
const (
	assetMargin = 1.0 / cellsAcross
	areaMargin  = 1.0 / 32
)

// marks say at which revision each tile of a layer may have changed last.
type marks struct {
	margin   float64                   // assetMargin or areaMargin
	all      int64                     // every tile
	tiles    *btree.Map[uint64, int64] // one tile
	subtrees *btree.Map[uint64, int64] // a tile and everything in it
}

func newMarks(margin float64, revision int64) marks {
	return marks{margin: margin, all: revision, tiles: new(btree.Map[uint64, int64]), subtrees: new(btree.Map[uint64, int64])}
}

func (m marks) clone() marks {
	return marks{margin: m.margin, all: m.all, tiles: cloneMap(m.tiles), subtrees: cloneMap(m.subtrees)}
}

// markAll marks the layer.
func (m *marks) markAll(revision int64) { *m = newMarks(m.margin, revision) }

// mark marks the tiles that show something of box b, which is in degrees.
func (m *marks) mark(b *orb.Bound, revision int64) { m.markTo(markZoom, b, revision) }

// markTo marks them up to a zoom.
func (m *marks) markTo(deepest int, b *orb.Bound, revision int64) {
	if b != nil {
		m.markBox(deepest, Project(b.LeftTop()), Project(b.RightBottom()), revision)
	}
}

// markBox marks the tiles up to a zoom that show something of a box in the unit
// square of Project.
func (m *marks) markBox(deepest int, nw, se orb.Point, revision int64) {
	if m.all >= revision {
		return
	}
	if m.tiles.Len() > markLimit {
		m.markAll(revision)
		return
	}
	for z := 0; z <= deepest; z++ {
		r := m.tilesOver(nw, se, z)
		if z > 0 && r.count() > markSpread {
			m.tilesOver(nw, se, z-1).each(func(x, y int) { m.subtrees.Set(tileKey(z-1, x, y), revision) })
			return
		}
		r.each(func(x, y int) { m.tiles.Set(tileKey(z, x, y), revision) })
	}
}

// revision is the newest mark that holds for a tile.
func (m marks) revision(z, x, y int) int64 {
	if z > markZoom {
		x, y, z = x>>(z-markZoom), y>>(z-markZoom), markZoom
	}
	newest := m.all
	if r, ok := m.tiles.Get(tileKey(z, x, y)); ok {
		newest = max(newest, r)
	}
	for m.subtrees.Len() > 0 {
		if r, ok := m.subtrees.Get(tileKey(z, x, y)); ok {
			newest = max(newest, r)
		}
		if z == 0 {
			break
		}
		x, y, z = x>>1, y>>1, z-1
	}
	return newest
}

func tileKey(z, x, y int) uint64 { return uint64(z)<<58 | uint64(x)<<29 | uint64(y) }

// tileRange is a block of tiles of one zoom, ends included.
type tileRange struct{ x0, y0, x1, y1 int }

// tilesOver are the tiles of a zoom that show something of a box.
func (m *marks) tilesOver(nw, se orb.Point, z int) tileRange {
	n := math.Exp2(float64(z))
	at := func(v float64) int { return int(math.Max(0, math.Min(n-1, math.Floor(v)))) }
	return tileRange{
		x0: at(nw[0]*n - m.margin), y0: at(nw[1]*n - m.margin),
		x1: at(se[0]*n + m.margin), y1: at(se[1]*n + m.margin),
	}
}

func (r tileRange) count() int { return (r.x1 - r.x0 + 1) * (r.y1 - r.y0 + 1) }

func (r tileRange) each(do func(x, y int)) {
	for x := r.x0; x <= r.x1; x++ {
		for y := r.y0; y <= r.y1; y++ {
			do(x, y)
		}
	}
}

// AreasLayer is the layer whose level of areas follows the zoom; LabelSuffix
// ends the name of a layer that holds the label points of areas.
const (
	AreasLayer  = "areas"
	LabelSuffix = "_label"
)

// TileRevision returns the revision that last may have changed tile z/x/y of a
// layer: a collection, areas, or either of areas with LabelSuffix; 0 for a layer
// that is not there. The bytes of a tile are the same as long as this and
// Lineage are.
func (s *Snapshot) TileRevision(layer string, z, x, y int) int64 {
	newest := int64(0)
	if level := LevelOfLayer(layer, z); level != 0 {
		newest = s.areas[level].marks.revision(z, x, y)
		for above := geo.LevelProvinsi; above < level && z <= MergeZoom; above++ {
			newest = max(newest, s.areas[above].marks.revision(z, x, y))
		}
		return newest
	}
	for _, l := range s.assetLayers(layer) {
		newest = max(newest, l.marks.revision(z, x, y))
	}
	return newest
}

// LayerLevels are the levels of areas that a layer shows at any zoom, with or
// without LabelSuffix; none for a layer of no areas.
func LayerLevels(layer string) []geo.Level {
	layer = strings.TrimSuffix(layer, LabelSuffix)
	if layer == AreasLayer {
		return []geo.Level{geo.LevelProvinsi, geo.LevelKabupaten, geo.LevelKecamatan, geo.LevelKelurahan}
	}
	if level := geo.LevelOf(layer); level != 0 {
		return []geo.Level{level}
	}
	return nil
}

// LevelOfLayer is the level of areas that a layer shows at a zoom, with or
// without LabelSuffix; 0 for a layer of no areas.
func LevelOfLayer(layer string, z int) geo.Level {
	layer = strings.TrimSuffix(layer, LabelSuffix)
	if layer == AreasLayer {
		return LevelAt(z)
	}
	return geo.LevelOf(layer)
}
