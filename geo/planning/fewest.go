package planning

import (
	"context"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// Fewest is how many new sites would cover all demand that any candidate could
// (location set covering problem, Toregas et al. 1971).
type Fewest struct {
	Siting
	AtLeast    int     // no cover has fewer sites
	Left       float64 // weight that neither a facility nor any candidate covers
	LeftPoints int     // how many demands that is
}

// Optimal reports whether no cover has fewer sites than this one.
func (f *Fewest) Optimal() bool { return len(f.Sites) == f.AtLeast }

// FewestSites finds a small set of candidates that covers all located demand with a
// weight that a facility does not cover: greedy, then by branch and bound as
// far as fewestWork reaches.
func FewestSites(ctx context.Context, demand []Demand, supply []Supply, candidates []orb.Point, norm Norm, ways Ways, told Progress) (*Fewest, error) {
	s, err := newSitingProblem(ctx, demand, supply, candidates, norm, ways, told.Part(0, 0.5))
	if err != nil {
		return nil, err
	}
	f := newFewest(newCover(s))
	found, atLeast, err := f.solve(ctx, told.Part(0.5, 1))
	if err != nil {
		return nil, err
	}
	told.tell(1, 1)
	return &Fewest{Siting: s.siting(found), AtLeast: atLeast, Left: f.left, LeftPoints: f.leftN}, nil
}

// fewestWork is how many entries of the cover the search looks at; see exactWork.
const fewestWork = 200_000_000

// fewest finds a smallest set of columns that covers all rows by branch and
// bound, with the Lagrangian bound of set covering (Beasley 1987): prices of
// rows, and a column is bought where its rows' prices exceed its cost of one.
type fewest struct {
	*cover
	best   []int32 // columns
	work   int
	ctx    context.Context // of one search
	told   Progress
	status []int8
	in     []int32
	done   []int32 // by row: how many columns of in cover it
	count  []int32
}

func newFewest(c *cover) *fewest {
	return &fewest{cover: c, status: make([]int8, len(c.columns)), done: make([]int32, len(c.weight)), count: make([]int32, len(c.weight))}
}

func (f *fewest) solve(ctx context.Context, told Progress) (candidates []int, atLeast int, err error) {
	f.ctx, f.told = ctx, told
	f.best = f.greedy(make([]int32, len(f.weight)))
	price := make([]float64, len(f.weight))
	for i, columns := range f.rows {
		price[i] = 1
		for _, j := range columns {
			price[i] = min(price[i], 1/float64(len(f.columns[j])))
		}
	}
	atLeast = min(len(f.best), f.search(price, rootSteps))
	candidates = make([]int, 0, len(f.best))
	for _, j := range f.best {
		candidates = append(candidates, f.ids[j])
	}
	slices.Sort(candidates)
	return candidates, atLeast, ctx.Err()
}

// greedy completes a cover: always the column with most rows that are not done,
// the first of equal ones; then it leaves out what the others make needless.
func (f *fewest) greedy(done []int32) []int32 {
	var chosen []int32
	news := make([]int, len(f.columns)) // by column: rows that are not done
	for i, n := range done {
		if n == 0 {
			for _, j := range f.rows[i] {
				news[j]++
			}
		}
	}
	for {
		best, most := int32(-1), 0
		for j, n := range news {
			if n > most {
				best, most = int32(j), n
			}
		}
		f.work += len(news)
		if best < 0 {
			break
		}
		chosen = append(chosen, best)
		for _, i := range f.columns[best] {
			if done[i]++; done[i] == 1 {
				for _, j := range f.rows[i] {
					news[j]--
				}
			}
		}
	}
	return f.thin(chosen, done)
}

// thin leaves out columns whose rows others cover too, the last first.
func (f *fewest) thin(chosen, done []int32) []int32 {
	for k := len(chosen) - 1; k >= 0; k-- {
		rows := f.columns[chosen[k]]
		if !slices.ContainsFunc(rows, func(i int32) bool { return done[i] < 2 }) {
			for _, i := range rows {
				done[i]--
			}
			chosen = slices.Delete(chosen, k, k+1)
		}
	}
	return chosen
}

// search gives a lower bound of the size of the covers that hold the columns
// that are in and none that are out.
func (f *fewest) search(price []float64, steps int) int {
	atLeast, price := f.price(price, steps)
	if atLeast >= len(f.best) || f.work > fewestWork || f.ctx.Err() != nil {
		return atLeast
	}
	row := f.narrowest()
	if row < 0 {
		f.best = append([]int32(nil), f.in...)
		return len(f.in)
	}
	least := math.MaxInt
	var tried []int32
	for _, j := range f.rows[row] {
		if f.status[j] != free {
			continue
		}
		f.status[j] = in
		f.in = append(f.in, j)
		for _, i := range f.columns[j] {
			f.done[i]++
		}
		least = min(least, f.search(append([]float64(nil), price...), nodeSteps))
		for _, i := range f.columns[j] {
			f.done[i]--
		}
		f.in = f.in[:len(f.in)-1]
		f.status[j] = out // the branches to come do without it
		tried = append(tried, j)
	}
	for _, j := range tried {
		f.status[j] = free
	}
	return max(atLeast, least)
}

// narrowest is the row with the fewest columns that could still cover it; -1
// when all are covered.
func (f *fewest) narrowest() int32 {
	best, least := int32(-1), math.MaxInt
	for i, columns := range f.rows {
		if f.done[i] > 0 {
			continue
		}
		n := 0
		for _, j := range columns {
			if f.status[j] == free {
				n++
			}
		}
		if n < least {
			best, least = int32(i), n
		}
	}
	return best
}

// price improves the prices, and gives the bound and the prices that gave it.
// A cover that they suggest replaces the best one when it is smaller.
func (f *fewest) price(price []float64, steps int) (atLeast int, best []float64) {
	bound, pace, stuck := math.Inf(-1), 1.0, 0
	for step := 0; step < steps; step++ {
		b, bought := f.evaluate(price)
		if b > bound+1e-9 || step == 0 {
			bound, best, stuck = b, append(best[:0], price...), 0
		} else if stuck++; stuck >= 10 {
			pace, stuck = pace/2, 0
			copy(price, best)
		}
		if step%20 == 0 {
			f.suggest(bought)
			f.told.tell(min(f.work, fewestWork), fewestWork)
		}
		atLeast = len(f.in) + int(math.Ceil(bound-1e-6))
		if atLeast >= len(f.best) || pace < 1e-3 || f.work > fewestWork || f.ctx.Err() != nil || !f.move(price, pace, b) {
			break
		}
	}
	return atLeast, best
}

// evaluate gives the bound of prices for the rows that are left, and the
// columns that they buy. It leaves in count how many of those cover each row.
func (f *fewest) evaluate(price []float64) (bound float64, bought []int32) {
	for i, p := range price {
		f.count[i] = 0
		if f.done[i] == 0 {
			bound += p
		}
	}
	for j, rows := range f.columns {
		if f.status[j] != free {
			continue
		}
		worth := 0.0
		for _, i := range rows {
			if f.done[i] == 0 {
				worth += price[i]
			}
		}
		f.work += len(rows)
		if worth > 1 {
			bound -= worth - 1
			bought = append(bought, int32(j))
			for _, i := range rows {
				f.count[i]++
			}
		}
	}
	return bound, bought
}

// suggest completes what is in and bought to a cover.
func (f *fewest) suggest(bought []int32) {
	done := append([]int32(nil), f.done...)
	chosen := append(append([]int32(nil), f.in...), bought...)
	for _, j := range bought {
		for _, i := range f.columns[j] {
			done[i]++
		}
	}
	chosen = append(chosen, f.greedy(done)...)
	if chosen = f.thin(chosen, done); len(chosen) < len(f.best) {
		f.best = chosen
	}
}

func (f *fewest) move(price []float64, pace, bound float64) bool {
	square := 0.0
	for i, n := range f.count {
		if f.done[i] == 0 {
			square += float64((1 - n) * (1 - n))
		}
	}
	if square == 0 {
		return false
	}
	length := pace * max(float64(len(f.best)-len(f.in))-bound, 0.1) / square
	for i, n := range f.count {
		if f.done[i] == 0 {
			price[i] = max(0, price[i]+length*float64(1-n))
		}
	}
	return true
}
