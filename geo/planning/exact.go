package planning

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// exactWork is how many entries of the cover the search for the best choice
// looks at before it gives up: about a second. It is work and not time, so
// that the same question has the same answer on every machine.
const exactWork = 200_000_000

// The subgradient's steps: at the root of the search, and at each node below.
const (
	rootSteps = 400
	nodeSteps = 30
)

// exact finds the best choice of at most p columns by branch and bound. The
// bound is Lagrange's: with a price for each row, a row is either taken for
// its weight less its price, or left, and a column is worth the prices of its
// rows (Galvão and ReVelle 1996). Prices come from subgradient steps.
type exact struct {
	*cover
	p      int
	best   float64 // weight of the best choice known
	found  []int   // its candidates; nil while it is the one that was given
	bound  float64 // no choice covers more
	unit   float64
	slack  float64 // two weights that differ by less are equal
	work   int
	ctx    context.Context // of one search
	told   Progress
	status []int8  // by column: free, in or out
	in     []int32 // columns
	done   []int32 // by row: how many columns of in cover it
	value  []float64
	count  []int32
	order  []int32
}

const (
	free int8 = iota
	in
	out
)

// newExact makes the search for something better than a choice that covers best.
func newExact(s *sitingProblem, p int, best float64) *exact {
	c := newCover(s)
	e := &exact{cover: c, p: p, best: best, unit: c.unit(), slack: 1e-9 * (1 + s.total)}
	e.status, e.value = make([]int8, len(c.columns)), make([]float64, len(c.columns))
	e.done, e.count = make([]int32, len(c.weight)), make([]int32, len(c.weight))
	return e
}

// solve searches. It returns the candidates of a better choice than the one
// given, nil when none was found, and sets bound.
func (e *exact) solve(ctx context.Context, told Progress) ([]int, error) {
	e.ctx, e.told = ctx, told
	if len(e.weight) == 0 || e.p <= 0 {
		e.bound = e.best
		return nil, nil
	}
	price := make([]float64, len(e.weight))
	for i, w := range e.weight {
		price[i] = w * min(1, float64(e.p)/float64(len(e.rows[i])))
	}
	e.bound = max(e.best, e.search(price, rootSteps))
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return e.found, nil
}

// lowered is a bound brought down to the next weight that there can be.
func (e *exact) lowered(bound float64) float64 {
	if e.unit == 0 {
		return bound
	}
	return math.Floor(bound/e.unit+1e-6) * e.unit
}

func (e *exact) hopeless(bound float64) bool { return e.lowered(bound) <= e.best+e.slack }

// search gives an upper bound of what the choices cover that hold the columns
// that are in and none that are out.
func (e *exact) search(price []float64, steps int) float64 {
	trail := []int32{}
	defer func() {
		for _, j := range trail {
			e.status[j] = free
		}
	}()
	reached := math.Inf(-1) // by the branches behind us
	for {
		node := e.price(price, steps)
		if e.hopeless(node.bound) {
			return max(reached, e.lowered(node.bound))
		}
		if e.work > exactWork || e.ctx.Err() != nil {
			return max(reached, e.lowered(node.bound))
		}
		trail = e.fix(node, trail)
		j := e.branch(node)
		if j < 0 {
			return max(reached, e.best)
		}
		e.take(j)
		reached = max(reached, e.search(append([]float64(nil), node.price...), nodeSteps))
		e.giveBack(j)
		e.status[j] = out
		trail = append(trail, j)
		copy(price, node.price)
		steps = nodeSteps
	}
}

// branch is the column to decide on next: the one of highest value, else any
// that could still cover something; -1 for none.
func (e *exact) branch(node priced) int32 {
	if len(e.in) == e.p {
		return -1
	}
	if len(node.top) > 0 {
		return node.top[0]
	}
	for j, rows := range e.columns {
		if e.status[j] == free && slices.ContainsFunc(rows, func(i int32) bool { return e.done[i] == 0 }) {
			return int32(j)
		}
	}
	return -1
}

func (e *exact) take(j int32) {
	e.status[j] = in
	e.in = append(e.in, j)
	for _, i := range e.columns[j] {
		e.done[i]++
	}
}

func (e *exact) giveBack(j int32) {
	e.status[j] = free
	e.in = e.in[:len(e.in)-1]
	for _, i := range e.columns[j] {
		e.done[i]--
	}
}

// priced is what the prices at a node have come to.
type priced struct {
	bound float64
	price []float64 // that give the bound
	value []float64 // of the free columns, by column
	top   []int32   // the free columns of the highest value, as many as may still be taken, best first
}

// price improves the prices from where they are, and looks on the way whether
// the columns they prefer make a better choice.
func (e *exact) price(price []float64, steps int) priced {
	room := e.p - len(e.in)
	gained := 0.0
	for i, n := range e.done {
		if n > 0 {
			gained += e.weight[i]
		}
	}
	best := priced{bound: math.Inf(1)}
	pace, stuck := 1.0, 0
	for step := 0; step < steps; step++ {
		bound, top := e.evaluate(price, room)
		bound += gained
		if bound < best.bound-1e-9*math.Abs(best.bound) || step == 0 {
			best = priced{bound, append(best.price[:0], price...), append(best.value[:0], e.value...), append(best.top[:0], top...)}
			stuck = 0
		} else if stuck++; stuck >= 10 {
			pace, stuck = pace/2, 0
			copy(price, best.price)
		}
		e.offer(top, gained)
		if e.hopeless(best.bound) || pace < 1e-3 || e.work > exactWork || e.ctx.Err() != nil {
			break
		}
		if !e.move(price, top, pace, bound) {
			break
		}
		if step%32 == 0 && e.told != nil {
			e.told.tell(min(e.work, exactWork), exactWork)
		}
	}
	return best
}

// evaluate gives the bound of prices, and the room columns of highest value.
func (e *exact) evaluate(price []float64, room int) (bound float64, top []int32) {
	for i, w := range e.weight {
		if e.done[i] == 0 {
			bound += max(0, w-price[i])
		}
	}
	e.order = e.order[:0]
	for j, rows := range e.columns {
		e.value[j] = 0
		if e.status[j] != free {
			continue
		}
		v := 0.0
		for _, i := range rows {
			if e.done[i] == 0 {
				v += price[i]
			}
		}
		e.work += len(rows)
		e.value[j] = v
		if v > 0 {
			e.order = append(e.order, int32(j))
		}
	}
	byValue := func(a, b int32) int { return cmp.Or(cmp.Compare(e.value[b], e.value[a]), cmp.Compare(a, b)) }
	if len(e.order) > room {
		leading(e.order, room, byValue)
		slices.SortFunc(e.order[:room], byValue)
		top = e.order[:room]
	} else {
		slices.SortFunc(e.order, byValue)
		top = e.order
	}
	for _, j := range top {
		bound += e.value[j]
	}
	return bound, top
}

// offer looks whether the columns that are in and top make a better choice. It
// leaves in count how many of top cover each row.
func (e *exact) offer(top []int32, gained float64) {
	clear(e.count)
	for _, j := range top {
		for _, i := range e.columns[j] {
			if e.count[i]++; e.count[i] == 1 && e.done[i] == 0 {
				gained += e.weight[i]
			}
		}
	}
	if gained > e.best+e.slack {
		e.best = gained
		e.found = e.found[:0]
		for _, j := range append(append([]int32(nil), e.in...), top...) {
			e.found = append(e.found, e.ids[j])
		}
	}
}

// move takes a subgradient step. It returns false where there is none to take:
// the prices are then the best.
func (e *exact) move(price []float64, top []int32, pace, bound float64) bool {
	square := 0.0
	slope := func(i int) float64 {
		s := float64(e.count[i])
		if e.weight[i] > price[i] {
			s--
		}
		return s
	}
	for i := range price {
		if e.done[i] == 0 {
			s := slope(i)
			square += s * s
		}
	}
	if square == 0 {
		return false
	}
	length := pace * max(bound-e.best, e.unit, 1e-6*bound) / square
	for i := range price {
		if e.done[i] == 0 {
			price[i] = min(e.weight[i], max(0, price[i]-length*slope(i)))
		}
	}
	return true
}

// fix puts out the columns that no better choice can hold.
func (e *exact) fix(node priced, trail []int32) []int32 {
	room := e.p - len(e.in)
	if len(node.top) < room {
		return trail
	}
	least := 0.0
	if room > 0 {
		least = node.value[node.top[room-1]]
	}
	for j, status := range e.status {
		if status == free && node.value[j] < least && e.hopeless(node.bound-least+node.value[j]) {
			e.status[j] = out
			trail = append(trail, int32(j))
		}
	}
	return trail
}

// leading brings the n first by compare to the front, in no order (Hoare's
// selection).
func leading(list []int32, n int, compare func(a, b int32) int) {
	from, to := 0, len(list)
	for to-from > 1 && n > from && n < to {
		pivot := list[(from+to)/2]
		i, j := from, to-1
		for i <= j {
			for compare(list[i], pivot) < 0 {
				i++
			}
			for compare(list[j], pivot) > 0 {
				j--
			}
			if i <= j {
				list[i], list[j] = list[j], list[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case n <= j+1:
			to = j + 1
		case n >= i:
			from = i
		default:
			return
		}
	}
}
