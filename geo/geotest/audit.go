package geotest

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/patok-id/patok/geo/indicator"
)

// AuditSize is what an audit looked at.
type AuditSize struct{ Tables, Cells, Hidden, Programs int }

// Add adds up.
func (a *AuditSize) Add(b AuditSize) {
	a.Tables += b.Tables
	a.Cells += b.Cells
	a.Hidden += b.Hidden
	a.Programs += b.Programs
}

// Audit tries to recover every hidden number from all the tables together, as a
// reader would who has them all, knows every sum, how disclosure control works
// and which numbers are the same in two tables, and fails the test for each
// that is told better than stated. Where thresholds differ, the reader is one of
// the finest table, and what only the others hide is no secret.
func Audit(t testing.TB, tables ...*indicator.Protected) AuditSize {
	t.Helper()
	leaks, size := Leaks(tables...)
	for _, leak := range leaks {
		t.Error(leak)
	}
	return size
}

// Leaks is Audit without a test: it gives a sentence for each leak.
func Leaks(tables ...*indicator.Protected) ([]string, AuditSize) {
	a := &audit{index: map[string]int{}, finest: math.MaxInt}
	for _, p := range tables {
		a.finest = min(a.finest, p.K)
		a.size.Add(AuditSize{Tables: 1, Cells: p.Tally.Shown + p.Tally.Small + p.Tally.Hidden})
		a.tables = append(a.tables, newAudited(p))
	}
	for n := range a.tables {
		a.collect(n)
	}
	for _, t := range a.tables {
		a.relate(t)
	}
	a.solve()
	return a.leaks, a.size
}

// Honest fails the test for each "*" that stands for less than K where readers
// of this table alone would not reckon with it.
func Honest(t testing.TB, p *indicator.Protected) {
	t.Helper()
	a := newAudited(p)
	for c := range p.Cells {
		for i := range p.Cells[c] {
			if !a.honest(c, i) {
				t.Errorf("%s is hidden where the mark means more", a.key(c, i))
			}
		}
	}
}

// audit is a system of hidden numbers, each as its change from the truth.
type audit struct {
	tables    []*audited
	finest    int            // the least threshold
	index     map[string]int // by indicator, place and number: the variable
	vars      []variable
	equations []map[int]float64 // a sum of changes that is zero
	limits    []limit
	leaks     []string
	size      AuditSize
}

// variable is a number that is shown nowhere.
type variable struct {
	name      string
	value     float64
	low, high float64
	goals     []goal
}

// goal is how far a change must be possible.
type goal struct{ up, down, width float64 }

// limit keeps a sum of changes at or below most.
type limit struct {
	sum  map[int]float64
	most float64
}

func (a *audit) leak(format string, args ...any) {
	a.leaks = append(a.leaks, fmt.Sprintf(format, args...))
}

// key names a number: the same one in two tables has one name.
func (t *audited) key(c, p int) string {
	return fmt.Sprintf("%s %s =%v", t.Table.Columns[c].Indicator, t.Table.Places[p], t.Table.Numbers[c][p].Value)
}

// collect makes a variable of every number of table n that no table shows.
func (a *audit) collect(n int) {
	t := a.tables[n]
	newest := !slices.ContainsFunc(a.tables[n+1:], func(o *audited) bool { return o.K == t.K })
	for c := range t.Table.Columns {
		for p := range t.Table.Places {
			if !t.there(c, p) || t.Cells[c][p].State == indicator.Shown {
				continue
			}
			key := t.key(c, p)
			if slices.ContainsFunc(a.tables, func(o *audited) bool { return o.shows(key) }) {
				// What readers have already may be hidden here too, with nothing promised
				// of it, unless it is about people.
				x, stated := t.value(c, p), t.Stated[c][p]
				if t.Cells[c][p].State != indicator.Missing && t.K == a.finest && (stated.Low < stated.High || x > 0 && x < float64(t.K)) {
					a.leak("%s is hidden in one table and shown in another", key)
				}
				continue
			}
			v, ok := a.index[key]
			if !ok {
				v = len(a.vars)
				a.index[key] = v
				a.vars = append(a.vars, variable{name: key, value: t.value(c, p), high: math.Inf(1)})
			}
			low, high := t.known(c, p)
			x := &a.vars[v]
			x.low, x.high = max(x.low, low), min(x.high, high)
			if t.Cells[c][p].State != indicator.Missing {
				a.size.Hidden++
				if t.K == a.finest {
					x.goals = append(x.goals, t.promise(c, p))
					if newest {
						x.goals = append(x.goals, t.stated(c, p))
					}
				}
			}
		}
	}
}

// variable gives the cell's variable; not ok for what is shown or not there.
func (a *audit) variable(t *audited, c, p int) (int, bool) {
	if !t.there(c, p) {
		return 0, false
	}
	v, ok := a.index[t.key(c, p)]
	return v, ok
}

// relate writes down the sums of a table, and what is within what.
func (a *audit) relate(t *audited) {
	for c, column := range t.Table.Columns {
		for p := range t.Table.Places {
			if !t.there(c, p) {
				continue
			}
			if column.Additive {
				var kids []cell
				for _, child := range t.children[p] {
					kids = append(kids, cell{c, child})
				}
				a.equate(t, cell{c, p}, kids)
			}
			var parts []cell
			for _, part := range column.Parts {
				parts = append(parts, cell{part, p})
			}
			a.equate(t, cell{c, p}, parts)
			for _, by := range t.caps[c] {
				a.within(t, c, by, p)
			}
		}
	}
}

type cell struct{ c, p int }

// equate notes that a number is the sum of others, as far as these are there.
// What the others do not explain is taken to be known.
func (a *audit) equate(t *audited, sum cell, of []cell) {
	of = slices.DeleteFunc(of, func(x cell) bool { return !t.there(x.c, x.p) })
	if len(of) == 0 {
		return
	}
	equation := map[int]float64{}
	if v, ok := a.variable(t, sum.c, sum.p); ok {
		equation[v]--
	}
	for _, x := range of {
		if v, ok := a.variable(t, x.c, x.p); ok {
			equation[v]++
		}
	}
	if len(equation) > 0 {
		a.equations = append(a.equations, equation)
	}
}

// within notes that a number is counted within another one.
func (a *audit) within(t *audited, c, by, p int) {
	if !t.there(by, p) || t.value(c, p) > t.value(by, p) {
		return
	}
	apart := t.value(by, p) - t.value(c, p)
	sum := map[int]float64{}
	if v, ok := a.variable(t, c, p); ok {
		sum[v]++
	}
	if v, ok := a.variable(t, by, p); ok {
		sum[v]--
	}
	if t.Cells[c][p].State == indicator.Shown && t.value(c, p) > 0 && t.Table.Columns[c].Protected {
		apart -= min(apart, float64(t.K)) // otherwise it would be hidden
	}
	if len(sum) > 0 {
		a.limits = append(a.limits, limit{sum, apart})
	}
}

// solve checks every goal.
func (a *audit) solve() {
	for v, x := range a.vars {
		if x.value < x.low || x.value > x.high {
			a.leak("%s: the marks say %v to %v", x.name, x.low, x.high)
			return
		}
		a.limits = append(a.limits, limit{map[int]float64{v: -1}, x.value - x.low})
		a.limits = append(a.limits, limit{map[int]float64{v: 1}, min(x.high-x.value, farAway)})
	}
	for _, part := range a.components() {
		part.eliminate()
		for v := range part.vars {
			for _, g := range a.vars[v].goals {
				a.try(part, v, g)
			}
		}
	}
}

func (a *audit) try(part *component, v int, g goal) {
	name := a.vars[v].name
	reach := func(sign, need float64) float64 {
		if need <= 0 {
			return 0
		}
		way := 0
		if sign < 0 {
			way = 1
		}
		if far := part.reached[v][way]; far >= need-exact {
			return min(far, need)
		}
		a.size.Programs++
		return part.farthest(v, sign, need)
	}
	if g.width > 0 {
		up := reach(1, g.width)
		if down := reach(-1, g.width-up); up+down < g.width-exact {
			a.leak("%s can be told to within %v, less than %v", name, up+down, g.width)
		}
		return
	}
	if up := reach(1, g.up); up < g.up-exact {
		a.leak("%s can be told to be at most %v more, less than %v", name, up, g.up)
	}
	if down := reach(-1, g.down); down < g.down-exact {
		a.leak("%s can be told to be at most %v less, less than %v", name, down, g.down)
	}
}
