package indicator

import "math"

// view is one published table as its readers see it. It holds what the
// strongest of them know of every number: that it lies between low and high. Besides the marks
// that they see this takes them to know of each "*" whether it stands for zero, for
// a number below the threshold or above.
type view struct {
	*grid
	own, wider scale // of the readers' threshold, and of a wider audience's who see the same numbers
	value      []float64
	known      []bool // by cell: there is a number, published or (unseen) at a level between published ones
	state      []CellState
	unseen     []bool
	below      []bool // by cell: below a total that is Small itself
	paired     []bool // by cell: "<10" would tell that another part is nearly everybody
	low        []float64
	high       []float64
	kids       []int // by cell: how many places below it have a number of the column
	parts      []int // by cell: how many of the column's parts have a number there
}

func (g *grid) cell(column, place int) int { return column*g.places + place }

func newView(g *grid) *view {
	n := len(g.table.Columns) * g.places
	return &view{grid: g, value: make([]float64, n), known: make([]bool, n), state: make([]CellState, n),
		unseen: make([]bool, n), below: make([]bool, n), paired: make([]bool, n), low: make([]float64, n), high: make([]float64, n),
		kids: make([]int, n), parts: make([]int, n)}
}

// load takes the numbers of the grid's own table.
func (v *view) load() {
	for c := range v.table.Columns {
		if v.table.Columns[c].derived() {
			continue
		}
		for p := v.places - 1; p >= 0; p-- {
			if number := v.table.Numbers[c][p]; number.Known && v.kept[p] {
				i := v.cell(c, p)
				seen := v.published(c, p)
				v.known[i] = true // what is not published makes up what is
				v.unseen[i] = !seen
				v.value[i] = number.Value
			}
			v.tell(c, p)
		}
	}
	v.countParts()
}

// tell counts a known cell for the place above.
func (v *view) tell(column, place int) {
	if up := v.parent[place]; up >= 0 && v.known[v.cell(column, place)] && v.table.Columns[column].Additive {
		v.kids[v.cell(column, up)]++
	}
}

func (v *view) countParts() {
	for c, total := range v.total {
		for p := range v.places {
			if total >= 0 && v.known[v.cell(c, p)] {
				v.parts[v.cell(total, p)]++
			}
		}
	}
}

// recall takes an earlier table with what was published of it.
func (v *view) recall(e *Protected) {
	columns := make(map[string]int, len(e.Table.Columns))
	for c, column := range e.Table.Columns {
		columns[column.Indicator] = c
	}
	places := make(map[Place]int, len(e.Table.Places))
	for p, place := range e.Table.Places {
		places[place] = p
	}
	for c, column := range v.table.Columns {
		from, ok := columns[column.Indicator]
		if !ok || column.derived() {
			continue
		}
		for p := v.places - 1; p >= 0; p-- {
			at, ok := places[v.table.Places[p]]
			if ok && v.kept[p] && e.Table.Numbers[from][at].Known {
				i := v.cell(c, p)
				v.state[i] = e.Cells[from][at].State
				v.unseen[i] = v.state[i] == Missing
				v.known[i] = !v.unseen[i] || v.kids[i] > 0
				v.value[i] = e.Table.Numbers[from][at].Value
			}
			v.tell(c, p)
		}
	}
	v.countParts()
}

// scale is what a threshold makes of the numbers that others are counted
// within.
type scale struct {
	k float64
	// apparent is by cell the number itself, or where nearly everybody is counted
	// the least that readers must be able to take it for: the marks of what is
	// counted within it must not tell more.
	apparent []float64
}

func (v *view) newScale(k float64) scale {
	s := scale{k: k, apparent: make([]float64, len(v.value))}
	for _, c := range v.order {
		for p := range v.places {
			i := v.cell(c, p)
			s.apparent[i] = v.value[i]
			if v.crowds(s, c, p) {
				s.apparent[i] = max(0, min(v.value[i], v.cover(s, c, p)-k))
			}
		}
	}
	return s
}

// cover is the least apparent number that the cell's is counted within (its
// base or its total), +Inf for none.
func (v *view) cover(s scale, column, place int) float64 {
	least := math.Inf(1)
	for _, by := range v.caps[column] {
		if i := v.cell(by, place); v.known[i] && v.value[i] > 0 && v.value[i] >= v.value[v.cell(column, place)] {
			least = min(least, s.apparent[i])
		}
	}
	return least
}

// crowds reports whether nearly everybody is counted: fewer than K seem not to be.
func (v *view) crowds(s scale, column, place int) bool {
	x := v.value[v.cell(column, place)]
	return x > 0 && v.cover(s, column, place)-x < s.k
}

// within reports whether the number is counted within one below the threshold.
func (v *view) within(column, place int) bool {
	for _, by := range v.caps[column] {
		if i := v.cell(by, place); v.known[i] && v.value[i] < v.own.k && v.value[i] >= v.value[v.cell(column, place)] {
			return true
		}
	}
	return false
}

// mark gives every known cell the state that its own number asks for.
func (v *view) mark() {
	v.pair()
	for p := range v.places {
		for _, c := range v.order {
			i := v.cell(c, p)
			if !v.known[i] || v.unseen[i] {
				continue
			}
			if v.nobody(c, p) {
				v.state[i] = Shown
				continue
			}
			v.below[i] = v.beneath(c, p)
			v.state[i] = v.alone(c, p)
		}
	}
}

// pair notes the small one of two parts that alone make up their total: "<10"
// would tell that the other one is nearly everybody. The same "<10" above would
// tell it, so that the places above are noted with it.
func (v *view) pair() {
	for p := v.places - 1; p >= 0; p-- {
		for c, total := range v.total {
			i := v.cell(c, p)
			if !v.known[i] || v.value[i] == 0 || v.value[i] >= v.own.k {
				continue
			}
			if total >= 0 && v.known[v.cell(total, p)] && v.value[v.cell(total, p)] >= 2*v.own.k && v.live(total, p, func(int) bool { return false }) == 2 {
				v.paired[i] = true
			}
			if up := v.parent[p]; v.paired[i] && up >= 0 && v.table.Columns[c].Additive {
				v.paired[v.cell(c, up)] = true
			}
		}
	}
}

// live counts the parts that are above zero, or that count all the same.
func (v *view) live(total, place int, same func(part int) bool) int {
	n := 0
	for _, part := range v.table.Columns[total].Parts {
		if i := v.cell(part, place); v.known[i] && (v.value[i] > 0 || same(part)) {
			n++
		}
	}
	return n
}

// alongside reports whether a cell below a dim total is one of two parts, so
// that "<10" would tell how much the other one is.
func (v *view) alongside(column, place int) bool {
	total := v.total[column]
	return v.below[v.cell(column, place)] && total >= 0 && v.known[v.cell(total, place)] &&
		v.live(total, place, func(part int) bool { return v.beneath(part, place) }) == 2
}

// nobody reports whether the number is counted within a zero that is shown.
func (v *view) nobody(column, place int) bool {
	for _, by := range v.caps[column] {
		if i := v.cell(by, place); v.known[i] && v.value[i] == 0 && v.state[i] == Shown {
			return v.value[v.cell(column, place)] == 0
		}
	}
	return false
}

// beneath reports whether the cell belongs to a dim total.
func (v *view) beneath(column, place int) bool {
	up, total := v.parent[place], v.total[column]
	return v.table.Columns[column].Additive && up >= 0 && v.dim(column, up) || total >= 0 && v.dim(total, place)
}

// belowSmall reports whether one of the cell's totals is marked Small.
func (v *view) belowSmall(column, place int) bool {
	up, total := v.parent[place], v.total[column]
	return v.value[v.cell(column, place)] < v.own.k &&
		(v.table.Columns[column].Additive && up >= 0 && v.state[v.cell(column, up)] == Small || total >= 0 && v.state[v.cell(total, place)] == Small)
}

// dim reports whether the cell is hidden and readers must be able to take it
// for less than K: what makes it up must not tell how much there is at least.
func (v *view) dim(column, place int) bool {
	i := v.cell(column, place)
	return v.known[i] && v.table.Columns[column].Protected && (v.state[i] == Small || v.state[i] == Hidden) &&
		(v.value[i] < v.own.k || v.cover(v.own, column, place) < 2*v.own.k)
}

// alone is the state that a number asks for by itself: Small below the
// threshold, Hidden where nearly everybody is counted. Where fewer than 2K are
// counted the two meet, so that either mark would tell; all above zero are
// Hidden there.
func (v *view) alone(column, place int) CellState {
	i := v.cell(column, place)
	x, k, cover := v.value[i], v.own.k, v.cover(v.own, column, place)
	switch {
	case v.below[i] && (v.within(column, place) || v.belowSmall(column, place)):
		return Small
	case v.below[i] && (cover < 2*k || x < k && (v.paired[i] || v.alongside(column, place))):
		return Hidden
	case v.below[i] && x < k:
		return Small
	case !v.table.Columns[column].Protected || x == 0:
		return Shown
	case v.within(column, place):
		return Small
	case cover < 2*k || v.crowds(v.own, column, place) || x < k && v.paired[i]:
		return Hidden
	case x < k:
		return Small
	}
	return Shown
}

// bound sets what readers know of each number once it is hidden.
func (v *view) bound() {
	for c := range v.table.Columns {
		for p := range v.places {
			v.low[v.cell(c, p)], v.high[v.cell(c, p)] = v.bounds(c, p)
		}
	}
}

func (v *view) bounds(column, place int) (low, high float64) {
	i := v.cell(column, place)
	x, k, w := v.value[i], v.own.k, v.wider.k
	high = math.Inf(1)
	switch {
	case v.unseen[i] || !v.table.Columns[column].Protected:
		return 0, high
	case v.state[i] == Small:
		if v.below[i] {
			return 0, k - 1
		}
		return 1, k - 1
	case x < k || v.cover(v.own, column, place) < 2*k:
		// Beside other parts a zero can be hidden; but "<10" in the wider table
		// tells that it is none.
		if total := v.total[column]; !v.below[i] && (w > 0 || total < 0 || !v.known[v.cell(total, place)]) {
			low = min(x, 1)
		}
	case x >= w && v.cover(v.wider, column, place) >= 2*w:
		low = max(k, w)
	default:
		low = k
	}
	if x < w {
		high = w - 1
	}
	return max(low, min(x, v.witness(column, place))), high
}

// witness is the least number of a population that is told by a "<10" in it:
// where fewer than 2K seem to be counted there would be none.
func (v *view) witness(column, place int) float64 {
	least, i := 0.0, v.cell(column, place)
	for _, c := range v.capped[column] {
		j := v.cell(c, place)
		if !v.known[j] || v.below[j] || v.value[j] == 0 || v.within(c, place) {
			continue
		}
		if v.state[j] == Small {
			least = max(least, 2*v.own.k)
		}
		if w := v.wider.k; v.value[j] < w && v.wider.apparent[i] >= 2*w {
			least = max(least, 2*w)
		}
	}
	return least
}

// margin is by how much the column's number is known to stay below the one of
// its cap at the place.
func (v *view) margin(column, by, place int) float64 {
	i, j := v.cell(column, place), v.cell(by, place)
	if v.state[i] != Shown || v.value[i] == 0 || !v.table.Columns[column].Protected {
		return 0
	}
	if w := v.wider.k; w > 0 && v.wider.apparent[j]-v.value[i] >= w {
		return w
	}
	return min(v.own.k, max(v.value[j]-v.value[i], 0))
}
