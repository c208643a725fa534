package planning

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo/indicator"
)

// Coverage is how well demand is served.
type Coverage struct {
	Reach      []Reach    // of each demand, in its order
	Places     []Served   // of the whole (Place ""), kecamatan, kelurahan, RW and RT, by place
	Quantiles  []Quantile // of the way to the nearest facility, by weight
	HasRatio   bool       // some people were known
	OffNetwork int        // points of demand off the walking network: their way is straight
	Unreached  int        // points of demand from which no way leads to a facility
}

// Reach is how one demand is served.
type Reach struct {
	Supply  int     // position of the nearest facility; -1 for none
	MetresM float64 // the way there; infinite without one, or without a point
	Covered bool    // within the norm's radius
	Ratio   float64 // facilities per Norm.Ratio people, see ratios; 0 in nobody's catchment
}

// Served is how a place is served. Weights without a point are not located:
// whether they are covered is unknown, so shares are of what is located.
type Served struct {
	Place         indicator.Place
	Weight        float64 // located
	Covered       float64 // of it within the norm's radius
	Unlocated     float64 // weight without a point
	Estimated     float64 // of all weight: shared out or filled in
	Points        int     // demand with a point
	CoveredPoints int
	Unplaced      int     // RT without a point
	MedianM       float64 // of the way to the nearest facility, by weight; infinite when unknown
	UncoveredM    float64 // mean way of the uncovered weight; 0 when all is covered
	Ratio         float64 // mean by weight
}

// Gap is the located weight that is not covered.
func (s Served) Gap() float64 { return s.Weight - s.Covered }

// Quantile is the way that a share of the weight does not exceed.
type Quantile struct {
	Share   float64
	MetresM float64 // infinite where no way leads
}

// quantileShares are those that a result tells; the last is the farthest.
var quantileShares = [...]float64{0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 1}

// Cover measures how demand is served. Facilities serve across borders.
func Cover(ctx context.Context, demand []Demand, supply []Supply, norm Norm, ways Ways, told Progress) (*Coverage, error) {
	points, at := located(demand)
	legs, off, err := ways.nearest(ctx, points, supplyPoints(supply), told.Part(0, 0.4))
	if err != nil {
		return nil, err
	}
	c := &Coverage{Reach: make([]Reach, len(demand)), OffNetwork: off}
	for i := range c.Reach {
		c.Reach[i] = Reach{Supply: -1, MetresM: math.Inf(1)}
	}
	for k, l := range legs {
		c.Reach[at[k]] = Reach{Supply: int(l.to), MetresM: l.metres, Covered: l.metres <= norm.RadiusM}
		if l.to < 0 {
			c.Unreached++
		}
	}
	if c.HasRatio, err = c.ratios(ctx, demand, supply, norm, ways, told.Part(0.4, 0.8)); err != nil {
		return nil, err
	}
	c.Quantiles = quantiles(demand, c.Reach)
	c.Places = served(demand, c.Reach)
	told.tell(1, 1)
	return c, ctx.Err()
}

// located gives the points of demand that has one, and whose they are.
func located(demand []Demand) (points []orb.Point, at []int32) {
	for i, d := range demand {
		if d.Point != nil {
			points, at = append(points, *d.Point), append(at, int32(i))
		}
	}
	return points, at
}

func supplyPoints(supply []Supply) []orb.Point {
	points := make([]orb.Point, len(supply))
	for i, s := range supply {
		points[i] = s.Point
	}
	return points
}

// quantiles are the weighted quantiles of the way: the least way that at least
// the share of the located weight does not exceed. None without weight.
func quantiles(demand []Demand, reach []Reach) []Quantile {
	found := make([]Quantile, 0, len(quantileShares))
	ways := newDistribution(len(demand))
	for i, d := range demand {
		if d.Point != nil {
			ways.add(reach[i].MetresM, d.Weight)
		}
	}
	for _, share := range quantileShares {
		if m, known := ways.quantile(share); known {
			found = append(found, Quantile{share, m})
		}
	}
	return found
}

// distribution is weight by metres.
type distribution struct {
	entries []entry
	weight  float64
	sorted  bool
}

type entry struct{ metres, weight float64 }

func newDistribution(size int) *distribution { return &distribution{entries: make([]entry, 0, size)} }

func (d *distribution) add(metres, weight float64) {
	if weight > 0 {
		d.entries = append(d.entries, entry{metres, weight})
		d.weight += weight
	}
}

func (d *distribution) quantile(share float64) (metres float64, known bool) {
	if len(d.entries) == 0 {
		return 0, false
	}
	if !d.sorted {
		slices.SortFunc(d.entries, func(a, b entry) int { return cmp.Compare(a.metres, b.metres) })
		d.sorted = true
	}
	sum := 0.0
	for _, e := range d.entries {
		if sum += e.weight; sum >= share*d.weight*(1-1e-12) {
			return e.metres, true
		}
	}
	return d.entries[len(d.entries)-1].metres, true
}

// served adds up by place. Demand in the order of places makes every place a
// stretch of it.
func served(demand []Demand, reach []Reach) []Served {
	order := make([]int, len(demand))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return byPlace(demand[a], demand[b]) })
	all := []Served{sumUp("", order, demand, reach)}
	for _, level := range [...]indicator.Level{indicator.Kecamatan, indicator.Kelurahan, indicator.RW, indicator.RT} {
		for from := 0; from < len(order); {
			p, within := ancestor(demand[order[from]].Place, level)
			to := from + 1
			for to < len(order) && within && demand[order[to]].Place.Within(p) {
				to++
			}
			if within {
				all = append(all, sumUp(p, order[from:to], demand, reach))
			}
			from = to
		}
	}
	slices.SortFunc(all, func(a, b Served) int { return cmp.Compare(a.Place, b.Place) })
	return all
}

func sumUp(p indicator.Place, of []int, demand []Demand, reach []Reach) Served {
	s := Served{Place: p, MedianM: math.Inf(1)}
	ways := newDistribution(len(of))
	for _, i := range of {
		d, r := demand[i], reach[i]
		if d.Estimated {
			s.Estimated += d.Weight
		}
		if d.Point == nil {
			s.Unlocated += d.Weight
			if d.ID != 0 {
				s.Unplaced++
			}
			continue
		}
		s.Points++
		s.Weight += d.Weight
		s.Ratio += d.Weight * r.Ratio
		ways.add(r.MetresM, d.Weight)
		if r.Covered {
			s.Covered += d.Weight
			s.CoveredPoints++
		} else if d.Weight > 0 {
			s.UncoveredM += d.Weight * r.MetresM
		}
	}
	if m, known := ways.quantile(0.5); known {
		s.MedianM = m
	}
	if s.Weight > 0 {
		s.Ratio /= s.Weight
	}
	if gap := s.Gap(); gap > 0 {
		s.UncoveredM /= gap
	}
	return s
}

// Gaps ranks the places of a level by what is not covered there: the most
// weight first, then the farthest, equal ones by place. Places where all is
// covered are left out.
func (c *Coverage) Gaps(level indicator.Level) []Served {
	var gaps []Served
	for _, s := range c.Places {
		if s.Place.Level() == level && s.Gap() > 0 {
			gaps = append(gaps, s)
		}
	}
	slices.SortFunc(gaps, func(a, b Served) int {
		return cmp.Or(cmp.Compare(b.Gap(), a.Gap()), cmp.Compare(b.UncoveredM, a.UncoveredM), cmp.Compare(a.Place, b.Place))
	})
	return gaps
}

// Order ranks located demand: what is not covered first, by its weight, then
// the farthest, equal ones by place; then what is covered. It gives positions.
func (c *Coverage) Order(demand []Demand) []int {
	_, at := located(demand)
	order := make([]int, len(at))
	for k, i := range at {
		order[k] = int(i)
	}
	gap := func(i int) float64 {
		if c.Reach[i].Covered {
			return 0
		}
		return demand[i].Weight
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(gap(b), gap(a)), cmp.Compare(c.Reach[b].MetresM, c.Reach[a].MetresM), byPlace(demand[a], demand[b]))
	})
	return order
}
