package indicator

import (
	"slices"

	"github.com/patok-id/patok/geo"
)

// Glance is how far one area is with the figures of a source and period.
type Glance struct {
	AreaCode geo.Code
	AreaName string
	District string // name of the area above it
	Batch    *Batch // the newest edition, without its figures; nil where nobody began

	// What is told, for who may read figures there; nil for others.
	Figures *Summary
}

// Summary is the figures of a batch at a glance.
type Summary struct {
	Told        int                // indicators of which a number is told
	Expected    int                // as many as the period before told, or as the source is asked for
	Differences int                // of the area's own numbers, that nobody explained
	Totals      map[string]float64 // the area's number of some indicators; the sum of its parts where it is not told
	Before      map[string]float64 // the same in the period before; nil without
}

// Depth is what a batch says of an indicator at all places of one depth.
type Depth struct {
	Indicator string
	Depth     int // length of the places
	Sum       float64
	Known     int  // numbers
	Said      int  // numbers, and what is not known
	Noted     bool // one of them has a note
}

// Glanced are the indicators that a Summary has totals of.
var glanced = [...]string{"keluarga", "keluarga_desil_1_4"}

// Glanced lists the indicators that a Summary has totals of.
func Glanced() []string { return glanced[:] }

// Summarise tells what a batch about an area says, from all its depths, which
// come by indicator and then from above.
func Summarise(r *Registry, area geo.Code, depths []Depth) *Summary {
	s := &Summary{Totals: map[string]float64{}}
	var values []Value
	told := map[string]float64{}
	for len(depths) > 0 {
		n := 1
		for n < len(depths) && depths[n].Indicator == depths[0].Indicator {
			n++
		}
		own, below := depths[:n], depths[:n]
		if own[0].Depth == len(area) {
			below = own[1:]
		} else {
			own = nil
		}
		if slices.ContainsFunc(depths[:n], func(d Depth) bool { return d.Known > 0 }) {
			s.Told++
		}
		values = append(values, glance(area, own, below)...)
		depths = depths[n:]
	}
	for _, v := range values {
		if _, own := told[v.Indicator]; v.Number != nil && !own { // the area's own comes first
			told[v.Indicator] = *v.Number
		}
	}
	for _, d := range Differences(r, values) {
		if !d.Explained() {
			s.Differences++
		}
	}
	for _, code := range Glanced() {
		if n, ok := total(r, code, told); ok {
			s.Totals[code] = n
		}
	}
	return s
}

// glance makes the values of an indicator that stand for all its depths: the
// area's own, and one for all places below. Of several depths below the one that
// agrees with the area's own stands for all, else the first.
func glance(area geo.Code, own, below []Depth) []Value {
	var values []Value
	number := func(d Depth) *float64 {
		if d.Known < d.Said || d.Known == 0 {
			return nil
		}
		return &d.Sum
	}
	if len(own) > 0 {
		v := Value{ValueKey: ValueKey{Place(area), own[0].Indicator}, Number: number(own[0])}
		if own[0].Noted {
			v.Note = "noted"
		}
		values = append(values, v)
	}
	if len(below) == 0 {
		return values
	}
	best := below[0]
	for _, d := range below {
		if len(own) > 0 && d.Sum == own[0].Sum {
			best = d
			break
		}
	}
	return append(values, Value{ValueKey: ValueKey{Place(area) + "-*", best.Indicator}, Number: number(best)})
}

// total is the area's number of an indicator, or what its parts add up to.
func total(r *Registry, code string, told map[string]float64) (float64, bool) {
	if n, ok := told[code]; ok {
		return n, true
	}
	i := r.Indicator(code)
	if i == nil || len(i.Parts) == 0 {
		return 0, false
	}
	sum := 0.0
	for _, part := range i.Parts {
		n, ok := total(r, part, told)
		if !ok {
			return 0, false
		}
		sum += n
	}
	return sum, true
}
