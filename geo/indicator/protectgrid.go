package indicator

import (
	"math"
	"slices"

	"github.com/patok-id/patok/geo"
)

// grid is the shape of a table: which cell is the sum of which. Every column's
// cells form a tree over the places, and every place's cells a tree over the
// columns.
type grid struct {
	table    *Table
	places   int
	kept     []bool    // by place: its level is published
	parent   []int     // by place: the nearest kept place above, -1 for none
	children [][]int   // by place
	total    []int     // by column: the column that it is a part of, -1 for none
	family   []int     // by column: the topmost total above it, itself for none
	caps     [][]int   // by column: what its numbers cannot exceed, its base and its total
	capped   [][]int   // by column: the columns that it is a cap of
	order    []int     // the columns, each behind its caps
	paths    [][]path  // by column: the ways a change in it can be balanced along the columns
	weight   []float64 // by column: how much a number of it is missed when hidden
	height   []float64 // by place: the same
	steps    int       // the longest way from a place to the top
}

// path is a set of columns that change together, by +1 or -1, so that every
// total stays the sum of its parts: from one column that has no parts up to a
// common total and down to another one, or up to a column that is no part.
type path struct {
	columns []int
	signs   []float64
	ends    []int // the columns at the bottom
	tops    []int // the topmost column, when the path ends there; none when it comes down again
	tier    int   // how many totals change
}

func newGrid(t *Table, levels []Level) (*grid, error) {
	g := &grid{table: t, places: len(t.Places)}
	if err := g.columnTree(); err != nil {
		return nil, err
	}
	if err := g.placeTree(levels); err != nil {
		return nil, err
	}
	if err := g.check(); err != nil {
		return nil, err
	}
	g.paths = make([][]path, len(t.Columns))
	for c := range t.Columns {
		g.paths[c] = g.columnPaths(c)
	}
	return g, nil
}

func invalidTable(reason string) error {
	return &geo.Error{Kind: geo.Invalid, Op: "indicator.Protect", Message: geo.Text{
		ID: "Tabel indikator tidak dapat diperiksa: " + reason, EN: "The table of indicators cannot be checked: " + reason}}
}

func (g *grid) columnTree() error {
	columns := g.table.Columns
	n := len(columns)
	g.total, g.family = make([]int, n), make([]int, n)
	g.caps, g.capped, g.weight = make([][]int, n), make([][]int, n), make([]float64, n)
	for c := range columns {
		g.total[c], g.family[c] = -1, c
	}
	for c, column := range columns {
		for _, p := range column.Parts {
			if p <= c || p >= n || g.total[p] >= 0 {
				return invalidTable(column.Indicator + ": parts")
			}
			g.total[p] = c
		}
		if column.Base >= n || column.Count >= n || column.Base == c {
			return invalidTable(column.Indicator + ": base")
		}
	}
	for c, column := range columns {
		if t := g.total[c]; t >= 0 {
			g.family[c] = g.family[t]
			g.cap(c, t)
		}
		if column.Base >= 0 && column.Base != g.total[c] && !column.derived() {
			g.cap(c, column.Base)
		}
	}
	for c := n - 1; c >= 0; c-- {
		g.weight[c] = 1
		for _, p := range columns[c].Parts {
			g.weight[c] = max(g.weight[c], 3*g.weight[p])
		}
		if t := g.total[c]; t >= 0 && columns[t].Parts[0] == c {
			g.weight[c] *= 1.5 // the first part, the lowest desil, is missed most
		}
	}
	return g.sort()
}

// sort puts the columns behind their caps; a circle of bases is an error.
func (g *grid) sort() error {
	placed := make([]bool, len(g.caps))
	for len(g.order) < len(placed) {
		before := len(g.order)
		for c, caps := range g.caps {
			if !placed[c] && !slices.ContainsFunc(caps, func(by int) bool { return !placed[by] }) {
				placed[c] = true
				g.order = append(g.order, c)
			}
		}
		if len(g.order) == before {
			return invalidTable("bases in a circle")
		}
	}
	return nil
}

func (g *grid) cap(column, by int) {
	g.caps[column] = append(g.caps[column], by)
	g.capped[by] = append(g.capped[by], column)
}

// published reports whether the column has numbers at the place for readers.
func (g *grid) published(column, place int) bool {
	levels := g.table.Columns[column].Levels
	return g.kept[place] && (len(levels) == 0 || slices.Contains(levels, g.table.Places[place].Level()))
}

func (g *grid) placeTree(levels []Level) error {
	t := g.table
	index := make(map[Place]int, len(t.Places))
	g.kept, g.parent = make([]bool, g.places), make([]int, g.places)
	g.children, g.height = make([][]int, g.places), make([]float64, g.places)
	depth := make([]int, g.places)
	for p, place := range t.Places {
		g.parent[p] = -1
		if _, twice := index[place]; twice || place.Level() == "" {
			return invalidTable(string(place))
		}
		if len(levels) > 0 && !slices.Contains(levels, place.Level()) {
			continue
		}
		g.kept[p], index[place] = true, p
		for up := place.Parent(); up != ""; up = up.Parent() {
			if q, ok := index[up]; ok {
				g.parent[p] = q
				g.children[q] = append(g.children[q], p)
				depth[p] = depth[q] + 1
				break
			}
		}
		g.steps = max(g.steps, depth[p])
	}
	for p := g.places - 1; p >= 0; p-- {
		g.height[p] = max(g.height[p], 1)
		if q := g.parent[p]; q >= 0 {
			g.height[q] = max(g.height[q], 6*g.height[p])
		}
	}
	for p, place := range t.Places {
		if q, ok := index[place.Parent()]; ok && q > p {
			return invalidTable(string(place) + ": order")
		}
	}
	return nil
}

func (g *grid) check() error {
	t := g.table
	if len(t.Numbers) != len(t.Columns) {
		return invalidTable("numbers")
	}
	for c, numbers := range t.Numbers {
		if len(numbers) != g.places {
			return invalidTable(t.Columns[c].Indicator + ": numbers")
		}
		if !t.Columns[c].Protected || t.Columns[c].derived() {
			continue
		}
		for _, n := range numbers {
			if n.Known && (n.Value < 0 || n.Value != math.Trunc(n.Value)) { // NaN too
				return invalidTable(t.Columns[c].Indicator + ": a count is whole and not negative")
			}
		}
	}
	return nil
}

// columnPaths lists the paths that begin with +1 in the column.
func (g *grid) columnPaths(column int) []path {
	var paths []path
	for _, down := range g.descents(column) {
		chain := down
		for c := column; ; c = g.total[c] {
			if c != column {
				chain = append(slices.Clone(chain), c)
			}
			tier := len(chain) - len(down)
			paths = append(paths, newPath(chain, nil, []int{c}, down[len(down)-1], tier))
			total := g.total[c]
			if total < 0 {
				break
			}
			for _, sibling := range g.table.Columns[total].Parts {
				if sibling == c {
					continue
				}
				for _, other := range g.descents(sibling) {
					paths = append(paths, newPath(chain, other, nil, down[len(down)-1], tier))
				}
			}
		}
	}
	slices.SortStableFunc(paths, func(a, b path) int { return a.tier - b.tier })
	return paths
}

func newPath(plus, minus, tops []int, end, tier int) path {
	p := path{columns: slices.Concat(plus, minus), ends: []int{end}, tops: tops, tier: tier}
	for range plus {
		p.signs = append(p.signs, 1)
	}
	for range minus {
		p.signs = append(p.signs, -1)
	}
	if len(minus) > 0 {
		p.ends = append(p.ends, minus[len(minus)-1])
	}
	return p
}

// with is the path together with one in another family.
func (p *path) with(other *path, sign float64) *path {
	q := &path{columns: slices.Concat(p.columns, other.columns), ends: slices.Concat(p.ends, other.ends),
		tops: slices.Concat(p.tops, other.tops), signs: slices.Clone(p.signs), tier: p.tier}
	for _, s := range other.signs {
		q.signs = append(q.signs, sign*s)
	}
	return q
}

// descents lists the ways from a column down through its parts; a way may stop
// early, for places where parts are missing.
func (g *grid) descents(column int) [][]int {
	ways := [][]int{{column}}
	for _, part := range g.table.Columns[column].Parts {
		for _, d := range g.descents(part) {
			ways = append(ways, append([]int{column}, d...))
		}
	}
	return ways
}
