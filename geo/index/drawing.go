package index

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

// Drawing is what a tile shows of a collection: its assets in the order in which
// they are drawn, or counts of them. That is, types by Position and then by name,
// along the Morton curve within, equal positions by id, whatever of it lies in the
// pack and what beside it. It is used again for other tiles, by one goroutine at
// a time; between Begin and End it holds a snapshot.
type Drawing struct {
	snapshot *Snapshot
	filter   Filter
	square   square
	layers   []drawnLayer
	texts    *interned[string] // of fresh assets that the pack does not have, numbered behind its own
	shared   *interned[Shared] // likewise
	drawn    Drawn
	grid     grid
}

// NewDrawing makes a drawing that is to begin.
func NewDrawing() *Drawing {
	return &Drawing{texts: newInterned[string](), shared: newInterned[Shared]()}
}

// Drawn is an asset on a tile; its texts and what it shares are the drawing's.
type Drawn struct {
	ID                 int64
	At                 Position
	Shared             uint32
	Name, Area, RT, RW Text
	Outside            bool // of the tile's own square
}

// drawnLayer is what a drawing holds of a layer: of the pack either the run of
// the tile's own square or, where an area is asked for, all that is selected of
// the square and a cell around; of what is fresh the latter.
type drawnLayer struct {
	*assetLayer
	name     string
	from, to int
	rows     []uint32
	fresh    []*fresh
	fields   []int // where a cell sums what the layer sums
}

// Begin turns to tile z/x/y of what the filter selects of a collection.
func (d *Drawing) Begin(s *Snapshot, collection string, f Filter, z, x, y int) {
	d.snapshot, d.filter, d.square = s, f, newSquare(z, x, y)
	around := aroundTile(z, x, y)
	for _, name := range s.drawnTypes(collection, f) {
		l, of := d.add(), s.layers[name]
		l.name, l.assetLayer = name, of
		if f.Area == "" {
			l.from, l.to = of.section.run(d.square)
		} else {
			d.selectRows(l, around)
		}
		l.tree.Search(around.Min, around.Max, func(_, _ [2]float64, a *fresh) bool {
			if f.Area == "" || a.asset.AreaCode.Within(f.Area) {
				l.fresh = append(l.fresh, a)
			}
			return true
		})
	}
}

// aroundTile is the box of a tile and a cell around it: what the tile shows.
func aroundTile(z, x, y int) orb.Bound { return TileBound(z, x, y, 1.0/cellsAcross+looseMargin) }

// looseMargin is what a box in degrees is larger than the tile, in tiles, so that
// no rounding leaves anything out.
const looseMargin = 1.0 / 4096

// End lets go of the snapshot.
func (d *Drawing) End() {
	for i := range d.layers {
		clear(d.layers[i].fresh)
		d.layers[i].assetLayer, d.layers[i].name = nil, ""
	}
	d.layers = d.layers[:0]
	d.texts.reset()
	d.shared.reset()
	d.grid.end()
	d.snapshot, d.filter = nil, Filter{}
}

// add begins a layer in memory that was one of another tile.
func (d *Drawing) add() *drawnLayer {
	if len(d.layers) < cap(d.layers) {
		d.layers = d.layers[:len(d.layers)+1]
	} else {
		d.layers = append(d.layers, drawnLayer{})
	}
	l := &d.layers[len(d.layers)-1]
	l.from, l.to, l.rows, l.fresh = 0, 0, l.rows[:0], l.fresh[:0]
	return l
}

// selectRows finds the rows of the filter's area in the tile and a cell around
// it: in the list of the area or in the tile, whichever takes less time. A row of
// the tile takes twice as long, since its area must be looked at.
func (d *Drawing) selectRows(l *drawnLayer, around orb.Bound) {
	s, p := l.section, d.snapshot.pack
	near := func(row int) bool {
		return !l.dead.has(row) && (d.square.holds(s.keys[row]) || d.square.around(s.keys[row]))
	}
	from, to := p.inArea(s, d.filter.Area)
	if first, last := s.run(d.square); to-from <= 2*(last-first) {
		for _, row := range s.byArea[from:to] {
			if int(row) < s.placed() && near(int(row)) {
				l.rows = append(l.rows, row)
			}
		}
		return
	}
	known, within := Text(0), false // rows side by side are mostly of one area
	s.tree.search(around, func(from, to int) bool {
		for row := from; row < to; row++ {
			if !near(row) {
				continue
			}
			if area := s.rows[row].area; area != known {
				known, within = area, geo.Code(p.texts.of(area)).Within(d.filter.Area)
			}
			if within {
				l.rows = append(l.rows, uint32(row))
			}
		}
		return true
	})
}

// Count is how many assets lie in the tile's own square.
func (d *Drawing) Count() int {
	n := 0
	for i := range d.layers {
		l := &d.layers[i]
		n += l.to - l.from
		l.dead.each(l.from, l.to, func(int) { n-- })
		for _, row := range l.rows {
			if d.square.holds(l.section.keys[row]) {
				n++
			}
		}
		for _, f := range l.fresh {
			if d.square.holds(f.key) {
				n++
			}
		}
	}
	return n
}

// Points calls each for the assets of the tile and of a margin around it, in
// tiles, and for some that lie farther outside. What each is given is only good
// during the call.
func (d *Drawing) Points(margin float64, each func(*Drawn)) {
	around := TileBound(d.square.z, d.square.x, d.square.y, margin+looseMargin)
	for i := range d.layers {
		l := &d.layers[i]
		slices.SortFunc(l.fresh, func(a, b *fresh) int {
			return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.asset.ID, b.asset.ID))
		})
		waiting := l.fresh
		row := func(at int) {
			key, id := l.section.keys[at], l.section.rows[at].id
			for len(waiting) > 0 && (waiting[0].key < key || waiting[0].key == key && waiting[0].asset.ID < id) {
				each(d.drawFresh(waiting[0]))
				waiting = waiting[1:]
			}
			each(d.drawRow(l, at))
		}
		if d.filter.Area != "" {
			slices.Sort(l.rows)
			for _, at := range l.rows {
				row(int(at))
			}
		} else {
			l.section.tree.search(around, func(from, to int) bool {
				for at := from; at < to; at++ {
					if !l.dead.has(at) {
						row(at)
					}
				}
				return true
			})
		}
		for _, f := range waiting {
			each(d.drawFresh(f))
		}
	}
}

func (d *Drawing) drawRow(l *drawnLayer, at int) *Drawn {
	r, key := &l.section.rows[at], l.section.keys[at]
	d.drawn = Drawn{ID: r.id, At: positionAt(key), Shared: r.shared, Name: r.name, Area: r.area, RT: r.rt, RW: r.rw,
		Outside: !d.square.holds(key)}
	return &d.drawn
}

func (d *Drawing) drawFresh(f *fresh) *Drawn {
	a := f.asset
	common := Shared{Type: a.Type, Condition: a.Condition, Operation: a.Operation, Placement: a.Placement, Example: a.Example}
	d.drawn = Drawn{ID: a.ID, At: positionAt(f.key), Shared: uint32(len(d.snapshot.pack.shared)) + d.shared.add(common),
		Name: d.TextOf(a.Name), Area: d.TextOf(string(a.AreaCode)), RT: d.TextOf(a.RT), RW: d.TextOf(a.RW),
		Outside: !d.square.holds(f.key)}
	return &d.drawn
}

// Text is a text by its number.
func (d *Drawing) Text(t Text) string {
	if n := d.snapshot.pack.texts.len(); int(t) >= n {
		return d.texts.values[int(t)-n]
	}
	return d.snapshot.pack.texts.of(t)
}

// TextOf is the number of a text: equal texts have equal ones.
func (d *Drawing) TextOf(s string) Text {
	if t, ok := d.snapshot.pack.texts.find(s); ok {
		return t
	}
	return Text(uint32(d.snapshot.pack.texts.len()) + d.texts.add(s))
}

// Shared is what a Drawn shares with others.
func (d *Drawing) Shared(n uint32) *Shared {
	if packed := len(d.snapshot.pack.shared); int(n) >= packed {
		return &d.shared.values[int(n)-packed]
	}
	return &d.snapshot.pack.shared[n]
}

// Touches reports whether tile z/x/y can show anything of a collection of assets:
// the middle of a cluster may lie in the buffer where none of its assets does.
func (s *Snapshot) Touches(collection string, z, x, y int) bool {
	b, found := aroundTile(z, x, y), false
	for _, l := range s.assetLayers(collection) {
		l.eachIn(b, func(candidate, orb.Point) bool {
			found = true
			return false
		})
	}
	return found
}
