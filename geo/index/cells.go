package index

import (
	"math/bits"
	"slices"
)

// Cell is a cell of a tile, or of what surrounds it, with how much lies in it.
// It is good until its drawing goes on to another tile.
type Cell struct {
	ID      int64 // of the cell: its number along the Morton curve behind a 1, and clusterBit
	Count   int
	Types   []uint32 // how many of each of Drawing.Types
	Sums    []uint64 // of Drawing.Fields
	Outside bool     // of the tile's own square

	x, y        int    // in the tile
	first, last uint64 // keys of what lies in it
	east, south uint64 // sums of its positions
	some        member // the only one where Count is 1
}

// clusterBit is set in the ids of cells; assets are not that many.
const clusterBit = 1 << 48

// member is a row of a drawing's layer, or a fresh asset.
type member struct {
	layer, row int
	fresh      *fresh
}

// Mean is the middle of the assets of a cell, which lies in the cell.
func (c *Cell) Mean() Position {
	return Position{uint32(c.east / uint64(c.Count)), uint32(c.south / uint64(c.Count))}
}

// add takes in some assets.
func (c *Cell) add(layer, count int, first, last, east, south uint64, some member) {
	if c.Count == 0 {
		c.first, c.last = first, last
	}
	c.first, c.last = min(c.first, first), max(c.last, last)
	c.Count += count
	c.Types[layer] += uint32(count)
	c.east, c.south, c.some = c.east+east, c.south+south, some
}

// grid is the memory of a tile's cells and of one more at each end.
type grid struct {
	cells  [gridSize * gridSize]Cell
	held   []*Cell // those that hold something
	types  []uint32
	sums   []uint64
	fields []string
}

const gridSize = cellsAcross + 2

func (g *grid) at(x, y int) *Cell { return &g.cells[(y+1)*gridSize+x+1] }

// begin empties the cells, which are to count layers.
func (g *grid) begin(layers []drawnLayer) {
	g.end()
	for i := range layers {
		l := &layers[i]
		l.fields = l.fields[:0]
		for _, field := range l.summed {
			at := slices.Index(g.fields, field)
			if at < 0 {
				at = len(g.fields)
				g.fields = append(g.fields, field)
			}
			l.fields = append(l.fields, at)
		}
	}
	types, fields := len(layers), len(g.fields)
	g.types = slices.Grow(g.types[:0], types*len(g.cells))[:types*len(g.cells)]
	g.sums = slices.Grow(g.sums[:0], fields*len(g.cells))[:fields*len(g.cells)]
	clear(g.types)
	clear(g.sums)
	for i := range g.cells {
		g.cells[i].Types, g.cells[i].Sums = g.types[i*types:(i+1)*types], g.sums[i*fields:(i+1)*fields]
	}
}

// end lets go of what the cells hold.
func (g *grid) end() {
	if len(g.held) > 0 { // most tiles have no cells
		clear(g.cells[:])
	}
	clear(g.fields)
	g.held, g.fields = g.held[:0], g.fields[:0]
}

// Types are the names of what Cell.Types counts.
func (d *Drawing) Types() []string {
	names := make([]string, len(d.layers))
	for i := range d.layers {
		names[i] = d.layers[i].name
	}
	return names
}

// Fields are the attributes that Cell.Sums sums, after a call of Cells. One that
// several types have is summed over all of them.
func (d *Drawing) Fields() []string { return d.grid.fields }

// Cells counts. It returns the cells of the tile that hold something, along the
// Morton curve, and then those that touch the tile from outside, row by row.
func (d *Drawing) Cells() []*Cell {
	g := &d.grid
	g.begin(d.layers)
	for n := range d.layers {
		d.countLayer(n)
	}
	keep := func(x, y int, outside bool) {
		if c := g.at(x, y); c.Count > 0 {
			level := d.square.z + cellLevels
			c.x, c.y, c.Outside = x, y, outside
			c.ID = int64(clusterBit | 1<<(2*level) | c.first>>(64-2*level))
			g.held = append(g.held, c)
		}
	}
	for i := range uint64(cellsAcross * cellsAcross) {
		keep(int(gather(i)), int(gather(i>>1)), false)
	}
	for y := -1; y <= cellsAcross; y++ {
		for x := -1; x <= cellsAcross; x++ {
			if x < 0 || y < 0 || x == cellsAcross || y == cellsAcross {
				keep(x, y, true)
			}
		}
	}
	return g.held
}

// Only is the asset of a cell of one. It is good until the next call.
func (d *Drawing) Only(c *Cell) *Drawn {
	if c.some.fresh != nil {
		return d.drawFresh(c.some.fresh)
	}
	return d.drawRow(&d.layers[c.some.layer], c.some.row)
}

// Expansion is the first zoom behind the tile's at which the assets of a cell
// are more than one feature, where tiles of at most most assets and those of the
// deepest zoom show each by itself.
func (d *Drawing) Expansion(c *Cell, most, deepest int) int {
	together := bits.LeadingZeros64(c.first^c.last) / 2 // the level of the least square that holds all of them
	for z := d.square.z + 1; z < deepest; z++ {
		if together < z+cellLevels || d.countWith(c, z) <= most {
			return z
		}
	}
	return deepest
}

// countWith is how many assets lie in the tile of a deeper zoom that holds those
// of a cell, all in one of its cells.
func (d *Drawing) countWith(c *Cell, z int) int {
	size := cellsAcross >> (z - d.square.z)
	if size <= 1 {
		return c.Count
	}
	n, west, north := 0, c.x&^(size-1), c.y&^(size-1)
	for y := north; y < north+size; y++ {
		for x := west; x < west+size; x++ {
			n += d.grid.at(x, y).Count
		}
	}
	return n
}
