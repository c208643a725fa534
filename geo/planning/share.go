package planning

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo/indicator"
)

// RT is an RT that demand can be located at.
type RT struct {
	ID       int64
	Place    indicator.Place // its kelurahan where its numbers are not known
	Point    *orb.Point
	Families *float64 // jumlah_kk; nil is unknown
	People   *float64 // nil is unknown
}

// grain is what weights are shared out in: a power of two, so that sums of
// shares are exact in floating point whatever the order.
const grain = 1.0 / 1024

// Families gives every RT its own families as weight. One without a number
// gets the mean of the others in its kelurahan, or where there is none of all,
// and is Estimated.
func Families(rts []RT) []Demand {
	return own(rts, func(r RT) *float64 { return r.Families })
}

// People gives every RT its own people as weight, as Families does.
func People(rts []RT) []Demand {
	return own(rts, func(r RT) *float64 { return r.People })
}

func own(rts []RT, number func(RT) *float64) []Demand {
	numbers, told := filled(rts, number)
	people, _ := filled(rts, func(r RT) *float64 { return r.People })
	demand := make([]Demand, len(rts))
	for i, r := range rts {
		demand[i] = Demand{ID: r.ID, Place: r.Place, Point: r.Point, Weight: numbers[i], People: people[i], Estimated: !told[i]}
	}
	return demand
}

// filled gives a number for every RT: its own, else the mean of its
// kelurahan's, else the mean of all, else 0. told says whether it is its own.
func filled(rts []RT, number func(RT) *float64) (numbers []float64, told []bool) {
	type sum struct{ of, n float64 }
	sums := map[indicator.Place]sum{}
	for _, r := range rts {
		if v := number(r); v != nil {
			for _, at := range [...]indicator.Place{kelurahan(r.Place), ""} {
				s := sums[at]
				sums[at] = sum{s.of + *v, s.n + 1}
			}
		}
	}
	numbers, told = make([]float64, len(rts)), make([]bool, len(rts))
	for i, r := range rts {
		if v := number(r); v != nil {
			numbers[i], told[i] = *v, true
			continue
		}
		s, some := sums[kelurahan(r.Place)]
		if !some {
			s = sums[""]
		}
		if s.n > 0 {
			numbers[i] = math.Round(s.of/s.n/grain) * grain
		}
	}
	return numbers, told
}

func kelurahan(p indicator.Place) indicator.Place { return indicator.Place(p.Area()) }

// Share gives every RT a weight from figures, which tell some RT, RW and
// kelurahan. An RT's own figure is its weight. What a figure of an RW or a
// kelurahan tells beyond the finer ones within it is shared over its RT that
// have none by their families (see Families for those without), and is
// Estimated. What cannot be given to any RT is demand of the RT, RW or
// kelurahan itself, without a point. The weights within a place sum to its
// figure, exactly when figures are whole numbers, unless the finer ones sum to
// more. RT that no figure tells of weigh nothing and are counted by untold.
func Share(rts []RT, figures map[indicator.Place]float64) (demand []Demand, untold int) {
	families, _ := filled(rts, func(r RT) *float64 { return r.Families })
	people, _ := filled(rts, func(r RT) *float64 { return r.People })
	s := sharing{families: families, told: make([]bool, len(rts)), given: map[indicator.Place]float64{}}
	s.demand = make([]Demand, len(rts))
	for i, r := range rts {
		s.demand[i] = Demand{ID: r.ID, Place: r.Place, Point: r.Point, People: people[i], Estimated: true}
	}
	for _, level := range [...]indicator.Level{indicator.RT, indicator.RW, indicator.Kelurahan} {
		s.level(level, figures)
	}
	for _, told := range s.told {
		if !told {
			untold++
		}
	}
	return s.demand, untold
}

type sharing struct {
	demand   []Demand // the RT first, then what could not be given to one
	families []float64
	told     []bool                      // by RT: has a weight
	given    map[indicator.Place]float64 // to RT and RW within a place
}

// level shares out the figures of one level.
func (s *sharing) level(level indicator.Level, figures map[indicator.Place]float64) {
	takers := map[indicator.Place][]int{}
	for i := range s.told {
		if at, within := ancestor(s.demand[i].Place, level); within && !s.told[i] {
			takers[at] = append(takers[at], i)
		}
	}
	var places []indicator.Place
	for p := range figures {
		if p.Level() == level {
			places = append(places, p)
		}
	}
	slices.Sort(places)
	for _, p := range places {
		rest := max(0, figures[p]-s.given[p])
		if !s.share(rest, takers[p], level == indicator.RT) && rest > 0 {
			s.demand = append(s.demand, Demand{Place: p, Weight: rest, Estimated: false})
		}
		for up := p.Parent(); up.Level() != indicator.Kecamatan && up != ""; up = up.Parent() {
			s.given[up] += rest
		}
	}
}

// share gives rest to RT by their families, in grains, and reports whether
// there was an RT to take it. With no families at all each gets the same.
func (s *sharing) share(rest float64, takers []int, own bool) bool {
	if len(takers) == 0 {
		return false
	}
	all := 0.0
	for _, i := range takers {
		all += s.families[i]
	}
	sofar, given := 0.0, 0.0
	for n, i := range takers {
		if all > 0 {
			sofar += s.families[i] / all
		} else {
			sofar += 1 / float64(len(takers))
		}
		upTo := math.Floor(rest*sofar/grain+0.5) * grain
		if n == len(takers)-1 {
			upTo = rest
		}
		s.demand[i].Weight = max(0, min(rest, upTo)-given)
		s.demand[i].Estimated = !own || len(takers) > 1
		s.told[i] = true
		given = min(rest, upTo)
	}
	return true
}

// ancestor is the place of a level that p is or lies in.
func ancestor(p indicator.Place, level indicator.Level) (indicator.Place, bool) {
	for ; p != ""; p = p.Parent() {
		if p.Level() == level {
			return p, true
		}
	}
	return "", false
}

// byPlace compares demand by place, then id.
func byPlace(a, b Demand) int { return cmp.Or(cmp.Compare(a.Place, b.Place), cmp.Compare(a.ID, b.ID)) }
