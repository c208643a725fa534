package geotest

import (
	"math"
	"slices"

	"github.com/patok-id/patok/geo/indicator"
)

// audited is a published table as the audit reads it: what is a sum of what,
// and what its marks mean. It repeats the rules of disclosure control in its
// own words, so that a mistake there does not hide itself.
type audited struct {
	*indicator.Protected
	place    map[indicator.Place]int // by place: position + 1
	children [][]int                 // by place, the nearest there
	parent   []int
	caps     [][]int // by column: what it is counted within
	total    []int
	family   []int
	shown    map[string]bool
	present  [][]bool
}

func newAudited(p *indicator.Protected) *audited {
	t := &audited{Protected: p, place: map[indicator.Place]int{}, shown: map[string]bool{}}
	columns, places := p.Table.Columns, p.Table.Places
	t.total, t.family, t.caps = make([]int, len(columns)), make([]int, len(columns)), make([][]int, len(columns))
	for c := range columns {
		t.total[c], t.family[c] = -1, c
	}
	for c, column := range columns {
		for _, part := range column.Parts {
			t.total[part], t.family[part] = c, t.family[c]
			t.caps[part] = append(t.caps[part], c)
		}
	}
	for c, column := range columns {
		if column.Base >= 0 && column.Base != t.total[c] {
			t.caps[c] = append(t.caps[c], column.Base)
		}
	}
	t.tree(places)
	t.present = make([][]bool, len(columns))
	for c, column := range columns {
		t.present[c] = make([]bool, len(places))
		for i := len(places) - 1; i >= 0; i-- {
			ratio := !column.Additive && (column.Base >= 0 || column.Count >= 0)
			seen := p.Cells[c][i].State != indicator.Missing
			under := slices.ContainsFunc(t.children[i], func(k int) bool { return t.present[c][k] })
			t.present[c][i] = p.Table.Numbers[c][i].Known && !ratio && (seen || under)
			if t.present[c][i] && p.Cells[c][i].State == indicator.Shown {
				t.shown[t.key(c, i)] = true
			}
		}
	}
	return t
}

// tree links each place with the nearest one above of which anything is told.
func (t *audited) tree(places []indicator.Place) {
	told := make([]bool, len(places))
	for p := range places {
		t.place[places[p]] = p + 1
		for c := range t.Cells {
			told[p] = told[p] || t.Cells[c][p].State != indicator.Missing
		}
	}
	t.children, t.parent = make([][]int, len(places)), make([]int, len(places))
	for p := range places {
		t.parent[p] = -1
		for up := places[p].Parent(); up != ""; up = up.Parent() {
			if q := t.place[up] - 1; q >= 0 && told[q] {
				t.parent[p] = q
				t.children[q] = append(t.children[q], p)
				break
			}
		}
	}
}

func (t *audited) there(c, p int) bool      { return t.present[c][p] }
func (t *audited) value(c, p int) float64   { return t.Table.Numbers[c][p].Value }
func (t *audited) shows(key string) bool    { return t.shown[key] }
func (t *audited) k() float64               { return float64(t.K) }
func (t *audited) covers(c, by, p int) bool { return t.there(by, p) && t.value(by, p) >= t.value(c, p) }
func (t *audited) small(c, p int) bool {
	return t.there(c, p) && t.Cells[c][p].State == indicator.Small
}
func (t *audited) starred(c, p int) bool {
	return t.there(c, p) && t.Cells[c][p].State == indicator.Hidden
}
func (t *audited) aboveZero(c, p int) bool { return t.there(c, p) && t.value(c, p) > 0 }
func (t *audited) telling(c, p int) bool {
	return t.there(c, p) && t.Cells[c][p].State == indicator.Shown
}
func (t *audited) positive(c, p int) bool { return t.telling(c, p) && t.value(c, p) > 0 }
func (t *audited) protected(c int) bool   { return t.Table.Columns[c].Protected }
func (t *audited) parts(c int) []int      { return t.Table.Columns[c].Parts }
func (t *audited) additive(c int) bool    { return t.Table.Columns[c].Additive }

// below reports whether the cell belongs to a total that is hidden and may be
// less than K for all that readers may know.
func (t *audited) below(c, p int) bool {
	return t.additive(c) && t.parent[p] >= 0 && t.dim(c, t.parent[p]) || t.total[c] >= 0 && t.dim(t.total[c], p)
}

func (t *audited) dim(c, p int) bool {
	return (t.small(c, p) || t.starred(c, p)) && t.protected(c) && (t.value(c, p) < t.k() || t.cover(c, p) < 2*t.k())
}

// seeming is what a number must be able to seem, where nearly all are counted.
func (t *audited) seeming(c, p int) float64 {
	least := t.cover(c, p)
	if x := t.value(c, p); x > 0 && least-x < t.k() {
		return max(0, min(x, least-t.k()))
	}
	return t.value(c, p)
}

func (t *audited) cover(c, p int) float64 {
	least := math.Inf(1)
	for _, by := range t.caps[c] {
		if t.covers(c, by, p) && t.value(by, p) > 0 {
			least = min(least, t.seeming(by, p))
		}
	}
	return least
}

// blank reports whether nothing at all is told of the cell's family at a place.
func (t *audited) blank(c, p int) bool {
	for o := range t.family {
		if t.family[o] == t.family[c] && t.there(o, p) && t.Cells[o][p].State != indicator.Missing && !t.starred(o, p) {
			return false
		}
	}
	return true
}

// known is what the marks say of a number: between low and high. The reader is
// even told which "*" stand for fewer than K.
func (t *audited) known(c, p int) (low, high float64) {
	high = math.Inf(1)
	x := t.value(c, p)
	switch t.Cells[c][p].State {
	case indicator.Small:
		if t.below(c, p) {
			return 0, t.k() - 1
		}
		return 1, t.k() - 1
	case indicator.Hidden:
		if !t.protected(c) || t.blank(c, p) {
			break
		}
		if !t.below(c, p) && (t.total[c] < 0 || !t.there(t.total[c], p)) {
			low = min(x, 1)
		}
		if x >= t.k() && t.cover(c, p) >= 2*t.k() {
			low = t.k()
		}
	}
	return max(low, t.evidence(c, p)), high
}

// evidence is the least size of a population that is told by a "<10" in it.
func (t *audited) evidence(c, p int) float64 {
	least := 0.0
	for d, caps := range t.caps {
		if !slices.Contains(caps, c) || !t.small(d, p) || t.below(d, p) {
			continue
		}
		tiny := false
		for _, by := range caps {
			tiny = tiny || t.covers(d, by, p) && t.value(by, p) < t.k()
		}
		if !tiny && t.covers(d, c, p) {
			least = 2 * t.k()
		}
	}
	return least
}

// stated are the changes that must be possible since the table says so. It does
// for what its readers have; later tables keep to what the marks promise.
func (t *audited) stated(c, p int) goal {
	x := t.value(c, p)
	return goal{up: t.Stated[c][p].High - x, down: x - t.Stated[c][p].Low}
}

// promise are the changes that must be possible for what the marks promise.
func (t *audited) promise(c, p int) goal {
	x, k := t.value(c, p), t.k()
	var want goal
	switch small := x > 0 && x < k && t.protected(c); {
	case t.small(c, p) && t.below(c, p):
		want = goal{up: k - 1 - x, down: x}
	case small:
		want = goal{up: k - 1 - x, down: x - 1}
	}
	near := false
	for _, by := range t.caps[c] {
		if t.starred(c, p) && x > 0 && t.covers(c, by, p) && t.value(by, p)-x < k {
			near = true
			want.down = max(want.down, x-max(1, t.value(by, p)-k))
		}
	}
	if want == (goal{}) && !near {
		want.width = k - 2
	}
	return want
}

// honest reports whether a "*" for less than K stands where readers must
// reckon with it.
func (t *audited) honest(c, p int) bool {
	if !t.starred(c, p) || t.value(c, p) >= t.k() || t.blank(c, p) || t.below(c, p) || !t.protected(c) {
		return true
	}
	if t.cover(c, p) < 2*t.k() && t.value(c, p) > 0 {
		return true
	}
	for _, child := range t.children[p] {
		if t.value(c, p) > 0 && t.additive(c) && t.starred(c, child) && t.value(c, child) > 0 && t.honest(c, child) {
			return true // the mark that it needs tells this one
		}
	}
	if t.total[c] < 0 {
		return false
	}
	above, others := 0, false
	for _, part := range t.parts(t.total[c]) {
		if t.aboveZero(part, p) {
			above++
		}
		others = others || t.small(part, p) && !t.below(part, p) || t.positive(part, p)
	}
	return !others && (t.value(c, p) == 0 || above == 2)
}
