package planning

import (
	"context"
	"math"

	"github.com/paulmach/orb"
)

// Siting is a set of new sites and what they cover.
type Siting struct {
	Sites  []Site
	Total  float64 // located weight
	Before float64 // of it covered by the facilities
	After  float64 // and by the sites too
}

// Site is a chosen candidate. Sites come in the order in which each adds most.
type Site struct {
	Candidate int     // position
	Gain      float64 // weight that it covers beyond those before it
	After     float64 // weight covered with it
}

// Choice is, of all choices of so many sites, the one that brings the most
// uncovered weight within the norm's radius (maximal covering location problem,
// Church and ReVelle 1974), and of equal ones the one with the least weight
// times metres to the nearest facility or site. It has fewer sites where more
// bring nothing.
type Choice struct {
	Siting
	AtMost  float64 // no choice of so many sites covers more
	Optimal bool    // After is proven to be the most there is
}

// Gap is how far at most the best choice is from this one, as a share of the
// best one's gain.
func (c *Choice) Gap() float64 {
	if c.Optimal || c.AtMost <= c.Before {
		return 0
	}
	return (c.AtMost - c.After) / (c.AtMost - c.Before)
}

// Choose finds the best p sites among candidates: greedy, then by swaps, then
// by branch and bound as far as work reaches (see exactWork). Facilities count
// as in Cover.
func Choose(ctx context.Context, demand []Demand, supply []Supply, candidates []orb.Point, p int, norm Norm, ways Ways, told Progress) (*Choice, error) {
	s, err := newSitingProblem(ctx, demand, supply, candidates, norm, ways, told.Part(0, 0.4))
	if err != nil {
		return nil, err
	}
	p = min(p, len(candidates))
	chosen, err := s.grow(ctx, nil, p)
	if err != nil {
		return nil, err
	}
	told.tell(45, 100)
	if chosen, err = s.swaps(ctx, chosen); err != nil {
		return nil, err
	}
	told.tell(55, 100)
	exact := newExact(s, p, s.gain(chosen))
	best, err := exact.solve(ctx, told.Part(0.55, 0.95))
	if err != nil {
		return nil, err
	}
	if best != nil { // the same coverage and fewer metres from there
		if chosen, err = s.grow(ctx, best, p); err != nil {
			return nil, err
		}
		if chosen, err = s.swaps(ctx, chosen); err != nil {
			return nil, err
		}
	}
	told.tell(1, 1)
	c := &Choice{Siting: s.siting(chosen)}
	c.AtMost = max(c.After, c.Before+exact.bound)
	if c.Optimal = c.AtMost-c.After <= exact.slack; c.Optimal {
		c.AtMost = c.After
	}
	return c, ctx.Err()
}

// sitingProblem holds the located demand that weighs something, and which
// candidates come how near to it.
type sitingProblem struct {
	radiusM float64
	weight  []float64 // by demand
	open    []float64 // by demand: metres to the nearest facility; see far
	reach   [][]leg   // by candidate: the demand within the radius
	total   float64
	before  float64 // covered by the facilities
}

func newSitingProblem(ctx context.Context, demand []Demand, supply []Supply, candidates []orb.Point, norm Norm, ways Ways, told Progress) (*sitingProblem, error) {
	var points []orb.Point
	s := &sitingProblem{radiusM: norm.RadiusM}
	for _, d := range demand {
		if d.Point != nil && d.Weight > 0 {
			points, s.weight = append(points, *d.Point), append(s.weight, d.Weight)
			s.total += d.Weight
		}
	}
	legs, _, err := ways.nearest(ctx, points, supplyPoints(supply), told.Part(0, 0.5))
	if err != nil {
		return nil, err
	}
	if s.reach, err = ways.within(ctx, candidates, points, norm.RadiusM, told.Part(0.5, 1)); err != nil {
		return nil, err
	}
	s.open = make([]float64, len(legs))
	far := 2 * norm.RadiusM // where no facility is known to count from
	for i, l := range legs {
		s.open[i] = l.metres
		if !math.IsInf(l.metres, 1) {
			far = max(far, l.metres)
		}
		if l.metres <= s.radiusM {
			s.before += s.weight[i]
		}
	}
	for i := range s.open {
		s.open[i] = min(s.open[i], far)
	}
	return s, nil
}

// score is what a choice is worth: weight covered, then weight times metres.
type score struct{ weight, metres float64 }

func (a score) better(b score) bool {
	if same := 1e-9 * (1 + math.Abs(a.weight)); math.Abs(a.weight-b.weight) > same {
		return a.weight > b.weight
	}
	return a.metres > b.metres+1e-6*(1+math.Abs(b.metres))
}

// add is what candidate j adds where demand is at metres.
func (s *sitingProblem) add(j int, metres []float64) (v score) {
	for _, l := range s.reach[j] {
		if at := metres[l.to]; l.metres < at {
			v.metres += s.weight[l.to] * (at - l.metres)
			if at > s.radiusM {
				v.weight += s.weight[l.to]
			}
		}
	}
	return v
}

// place brings demand as near as candidate j does.
func (s *sitingProblem) place(j int, metres []float64) {
	for _, l := range s.reach[j] {
		metres[l.to] = min(metres[l.to], l.metres)
	}
}

// grow adds to chosen the candidate that adds most, the first of equal ones,
// until there are p or none adds anything. From nothing it covers at least
// 1-1/e of the most there is (Nemhauser, Wolsey and Fisher 1978).
func (s *sitingProblem) grow(ctx context.Context, chosen []int, p int) ([]int, error) {
	metres := append([]float64(nil), s.open...)
	taken := make(map[int]bool, p)
	for _, j := range chosen {
		s.place(j, metres)
		taken[j] = true
	}
	for len(chosen) < p {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		best, most := -1, score{}
		for j := range s.reach {
			if !taken[j] {
				if v := s.add(j, metres); v.better(most) {
					best, most = j, v
				}
			}
		}
		if best < 0 {
			break
		}
		chosen, taken[best] = append(chosen, best), true
		s.place(best, metres)
	}
	return chosen, nil
}

// gain is the weight that chosen covers beyond the facilities.
func (s *sitingProblem) gain(chosen []int) float64 {
	metres := append([]float64(nil), s.open...)
	sum := 0.0
	for _, j := range chosen {
		sum += s.add(j, metres).weight
		s.place(j, metres)
	}
	return sum
}

// siting tells a choice in the order in which each site adds most.
func (s *sitingProblem) siting(chosen []int) Siting {
	r := Siting{Total: s.total, Before: s.before, After: s.before}
	metres := append([]float64(nil), s.open...)
	left := append([]int(nil), chosen...)
	for len(left) > 0 {
		best, most := 0, s.add(left[0], metres)
		for k, j := range left[1:] {
			if v := s.add(j, metres); v.better(most) {
				best, most = k+1, v
			}
		}
		s.place(left[best], metres)
		r.After += most.weight
		r.Sites = append(r.Sites, Site{Candidate: left[best], Gain: most.weight, After: r.After})
		left = append(left[:best], left[best+1:]...)
	}
	return r
}
