package planning

import (
	"context"
	"math"
)

// swaps exchanges one site for one candidate while that is better, the best
// exchange of each round (vertex substitution, Teitz and Bart 1968). It gives
// the choice that no single exchange betters.
func (s *sitingProblem) swaps(ctx context.Context, chosen []int) ([]int, error) {
	chosen = append([]int(nil), chosen...)
	for len(chosen) > 0 {
		out, in, err := s.bestSwap(ctx, chosen)
		if err != nil || in < 0 {
			return chosen, err
		}
		chosen[out] = in
	}
	return chosen, nil
}

// bestSwap finds the exchange that betters a choice most; in is -1 for none.
func (s *sitingProblem) bestSwap(ctx context.Context, chosen []int) (out, in int, err error) {
	first, second, nearest := s.nearestTwo(chosen)
	taken := make(map[int]bool, len(chosen))
	for _, j := range chosen {
		taken[j] = true
	}
	losses := make([]score, len(chosen))
	for i, k := range nearest {
		if k >= 0 {
			losses[k].metres -= s.weight[i] * (second[i] - first[i])
			if first[i] <= s.radiusM && second[i] > s.radiusM {
				losses[k].weight -= s.weight[i]
			}
		}
	}
	best := score{}
	out, in = -1, -1
	change := make([]score, len(chosen))
	for j := range s.reach {
		if j%checkEvery == 0 && ctx.Err() != nil {
			return -1, -1, ctx.Err()
		}
		if taken[j] {
			continue
		}
		copy(change, losses)
		everywhere := s.swapIn(j, first, second, nearest, change)
		for k := range change {
			v := score{change[k].weight + everywhere.weight, change[k].metres + everywhere.metres}
			if v.better(best) {
				best, out, in = v, k, j
			}
		}
	}
	return out, in, nil
}

// swapIn adds to change what candidate j brings to the demand that each site
// serves, should that site go, beyond what j brings anyway, which it returns.
func (s *sitingProblem) swapIn(j int, first, second []float64, nearest []int32, change []score) (everywhere score) {
	for _, l := range s.reach[j] {
		i, w := l.to, s.weight[l.to]
		stays := s.brings(l.metres, first[i], w)
		everywhere.weight += stays.weight
		everywhere.metres += stays.metres
		if k := nearest[i]; k >= 0 {
			goes := s.brings(l.metres, second[i], w)
			change[k].weight += goes.weight - stays.weight
			change[k].metres += goes.metres - stays.metres
		}
	}
	return everywhere
}

// brings is what coming as near as metres is worth to demand that was at metres.
func (s *sitingProblem) brings(metres, was, weight float64) (v score) {
	if metres < was {
		v.metres = weight * (was - metres)
		if was > s.radiusM {
			v.weight = weight
		}
	}
	return v
}

// nearestTwo gives for each demand the way to the nearest and the second
// nearest of the facilities and sites, and which site the nearest is; -1 for a
// facility.
func (s *sitingProblem) nearestTwo(chosen []int) (first, second []float64, nearest []int32) {
	first, second = append([]float64(nil), s.open...), make([]float64, len(s.open))
	nearest = make([]int32, len(s.open))
	for i := range nearest {
		nearest[i], second[i] = -1, math.Inf(1)
	}
	for k, j := range chosen {
		for _, l := range s.reach[j] {
			switch {
			case l.metres < first[l.to]:
				second[l.to], first[l.to], nearest[l.to] = first[l.to], l.metres, int32(k)
			case l.metres < second[l.to]:
				second[l.to] = l.metres
			}
		}
	}
	return first, second, nearest
}
