package geotest

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

const (
	// farAway is how far a number is let go that has no upper bound: many times a
	// threshold. The reader is thought to know more than he does.
	farAway = 300
	// tilt is by how much the programs are tilted, since many corners meet in
	// theirs; exact is how well they are solved then.
	tilt, exact = 1e-7, 0.01
)

// component is a part of the system that nothing ties to the rest. Its
// equations are solved for some variables, so that the others are free.
type component struct {
	vars      map[int]bool
	equations []map[int]float64
	limits    []limit
	solved    map[int]map[int]float64 // by variable: its change as a sum of free ones
	free      []int
	rows      [][]float64 // by free variable: its factor in each limit
	most      []float64
	reached   map[int][2]float64 // by variable: how far up and down it has been seen
}

// components takes the system apart.
func (a *audit) components() []*component {
	group := make([]int, len(a.vars))
	for v := range group {
		group[v] = v
	}
	var find func(v int) int
	find = func(v int) int {
		if group[v] != v {
			group[v] = find(group[v])
		}
		return group[v]
	}
	join := func(sum map[int]float64) {
		first := -1
		for _, v := range slices.Sorted(maps.Keys(sum)) {
			if first < 0 {
				first = v
			}
			group[find(v)] = find(first)
		}
	}
	for _, e := range a.equations {
		join(e)
	}
	for _, l := range a.limits {
		join(l.sum)
	}
	parts := map[int]*component{}
	of := func(sum map[int]float64) *component {
		for v := range sum {
			root := find(v)
			if parts[root] == nil {
				parts[root] = &component{vars: map[int]bool{}}
			}
			return parts[root]
		}
		return nil
	}
	for v := range a.vars {
		of(map[int]float64{v: 1}).vars[v] = true
	}
	for _, e := range a.equations {
		p := of(e)
		p.equations = append(p.equations, e)
	}
	for _, l := range a.limits {
		p := of(l.sum)
		p.limits = append(p.limits, l)
	}
	var all []*component
	for _, root := range slices.Sorted(maps.Keys(parts)) {
		all = append(all, parts[root])
	}
	return all
}

// eliminate solves the equations, so that gonum sees inequalities alone.
func (c *component) eliminate() {
	c.solved, c.reached = map[int]map[int]float64{}, map[int][2]float64{}
	for _, e := range c.equations {
		row := c.substitute(e)
		pivot := -1
		for _, v := range slices.Sorted(maps.Keys(row)) {
			if pivot < 0 || math.Abs(row[v]) == 1 && math.Abs(row[pivot]) != 1 {
				pivot = v
			}
		}
		if pivot < 0 {
			continue // it follows from the others
		}
		by := row[pivot]
		delete(row, pivot)
		for v := range row {
			row[v] /= -by
		}
		for v, sum := range c.solved {
			if x, ok := sum[pivot]; ok {
				delete(sum, pivot)
				add(sum, row, x)
				c.solved[v] = sum
			}
		}
		c.solved[pivot] = row
	}
	for _, v := range slices.Sorted(maps.Keys(c.vars)) {
		if _, ok := c.solved[v]; !ok {
			c.free = append(c.free, v)
		}
	}
	c.tabulate()
}

func add(sum, other map[int]float64, times float64) {
	for v, x := range other {
		if sum[v] += times * x; math.Abs(sum[v]) < 1e-9 {
			delete(sum, v)
		}
	}
}

func (c *component) substitute(sum map[int]float64) map[int]float64 {
	out := map[int]float64{}
	for v, x := range sum {
		if s, ok := c.solved[v]; ok {
			add(out, s, x)
		} else {
			add(out, map[int]float64{v: 1}, x)
		}
	}
	return out
}

// tabulate writes the limits as rows; the first ones bound the free variables
// from above and below, one by one.
func (c *component) tabulate() {
	n := len(c.free)
	if n == 0 {
		return
	}
	at := make(map[int]int, n)
	least := make(map[string]int)
	var rows [][]float64
	put := func(row []float64, most float64) {
		key := fmt.Sprint(row)
		if k, ok := least[key]; ok {
			c.most[k] = min(c.most[k], most)
			return
		}
		least[key] = len(rows)
		rows, c.most = append(rows, row), append(c.most, most)
	}
	for k, v := range c.free {
		at[v] = k
		for _, sign := range [...]float64{1, -1} {
			row := make([]float64, n)
			row[k] = sign
			put(row, farAway)
		}
	}
	for _, l := range c.limits {
		row := make([]float64, n)
		sum := c.substitute(l.sum)
		if len(sum) == 0 || l.most >= farAway {
			continue
		}
		for v, x := range sum {
			row[at[v]] = x
		}
		put(row, l.most)
	}
	c.rows = make([][]float64, n)
	for k := range c.rows {
		for _, row := range rows {
			c.rows[k] = append(c.rows[k], row[k])
		}
	}
}

// farthest is how far a variable can go up (sign 1) or down, counted up to
// need. It solves the dual program (its rows are the free variables, few; the
// bounds of those are a basis to begin with), whose optimum is the same. What
// the others do meanwhile is kept in reached: it spares most programs.
func (c *component) farthest(v int, sign, need float64) float64 {
	target := c.substitute(map[int]float64{v: sign})
	if len(target) == 0 {
		return 0
	}
	a, cost, b, basis := c.dual(target, need)
	far, least := simplex(cost, a, b, basis)
	change := map[int]float64{}
	for k, f := range c.free {
		change[f] = c.most[2*k] - least[2*k] // what complements the dual's optimum
	}
	if !c.allows(change) {
		return far
	}
	for w := range c.vars {
		x, ok := change[w]
		if !ok {
			for f, times := range c.solved[w] {
				x += times * change[f]
			}
		}
		r := c.reached[w]
		c.reached[w] = [2]float64{max(r[0], x), max(r[1], -x)}
	}
	return far
}

// allows reports whether changes of the free variables keep to every limit.
func (c *component) allows(change map[int]float64) bool {
	for j, most := range c.most {
		for k, f := range c.free {
			most -= c.rows[k][j] * change[f]
		}
		if most < -exact/10 {
			return false
		}
	}
	return true
}

// dual is the program: the least cost times y with a y = b and y >= 0.
func (c *component) dual(target map[int]float64, need float64) (a [][]float64, cost, b []float64, basis []int) {
	n := len(c.free)
	a, b, basis = make([][]float64, n), make([]float64, n), make([]int, n)
	for k, f := range c.free {
		b[k] = target[f]
		a[k] = append(slices.Clone(c.rows[k]), b[k]) // the variable itself at most need
		if b[k] == 0 {
			_, f := math.Modf(float64(k) * math.Phi)
			b[k] = tilt * (1 + f)
		}
		if basis[k] = 2 * k; b[k] < 0 {
			basis[k]++
		}
	}
	return a, append(slices.Clone(c.most), need), b, basis
}

// simplex solves a program from a basis whose columns are unit vectors, or
// their negatives where b is negative. (gonum's goes in circles on some of these
// programs; TestSimplex compares the two on others.)
func simplex(cost []float64, a [][]float64, b []float64, basis []int) (value float64, least []float64) {
	least = slices.Clone(cost)
	for k, row := range a {
		if b[k] < 0 {
			scale(row, -1)
			b[k] = -b[k]
		}
		value += cost[basis[k]] * b[k]
		subtract(least, row, cost[basis[k]])
	}
	for turn := 0; ; turn++ {
		enter := 0
		for j := range least {
			if least[j] < least[enter] {
				enter = j
			}
			if turn > 20*len(a) && least[enter] < -1e-9 {
				break // Bland's rule: the first one, which never goes in circles
			}
		}
		if least[enter] > -1e-9 {
			return value, least
		}
		leave := -1
		for k, row := range a {
			if row[enter] <= 1e-9 {
				continue
			}
			if leave >= 0 {
				here, best := b[k]*a[leave][enter], b[leave]*row[enter]
				if here > best || here == best && basis[k] > basis[leave] {
					continue
				}
			}
			leave = k
		}
		if leave < 0 {
			return math.Inf(-1), least // not with need
		}
		basis[leave] = enter
		b[leave] /= a[leave][enter]
		scale(a[leave], 1/a[leave][enter])
		for k, row := range a {
			if by := row[enter]; k != leave && by != 0 {
				subtract(row, a[leave], by)
				b[k] -= by * b[leave]
			}
		}
		by := least[enter]
		value += by * b[leave]
		subtract(least, a[leave], by)
	}
}

func scale(row []float64, by float64) {
	for j := range row {
		row[j] *= by
	}
}

func subtract(row, other []float64, times float64) {
	if times == 0 {
		return
	}
	for j, x := range other {
		row[j] -= times * x
	}
}
