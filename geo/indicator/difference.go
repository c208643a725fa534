package indicator

import (
	"cmp"
	"math"
	"slices"

	"github.com/patok-id/patok/geo"
)

// Sum is what a told number is compared with.
type Sum string

// The sums.
const (
	OfChildren Sum = "children" // of the places below it
	OfParts    Sum = "parts"    // of the indicators that it is made of
	OfPoints   Sum = "points"   // of the assets that stand on the map
)

// Difference is a told number that is not the sum that it should be. It is a
// task for people, who correct a number or say why in the value's note.
type Difference struct {
	ValueKey
	Told float64 `json:"told"`
	Sum  float64 `json:"sum"`
	Of   Sum     `json:"of"`
	Note string  `json:"note"`
}

// Explained reports whether somebody said why.
func (d Difference) Explained() bool { return d.Note != "" }

// Differences compares each told number of a batch with the sum of its parts and
// with the sum of the nearest places below it, by place and indicator. Where some
// of these are not told, only a sum that is already too large is a difference.
func Differences(r *Registry, values []Value) []Difference {
	told := make(map[ValueKey]*Value, len(values))
	for n := range values {
		told[values[n].ValueKey] = &values[n]
	}
	below := sumsBelow(values, told)
	var list []Difference
	for n := range values {
		v := &values[n]
		i := r.Indicator(v.Indicator)
		if v.Number == nil || i == nil {
			continue
		}
		compare := func(of Sum, sum partial) {
			if sum.differs(*v.Number) {
				list = append(list, Difference{ValueKey: v.ValueKey, Told: *v.Number, Sum: sum.sum, Of: of, Note: v.Note})
			}
		}
		if sum, some := below[v.ValueKey]; some && i.Additive {
			compare(OfChildren, sum)
		}
		if sum := sumOfParts(i, v.Place, told); sum.told > 0 {
			compare(OfParts, sum)
		}
	}
	slices.SortFunc(list, func(a, b Difference) int {
		return cmp.Or(compareKeys(a.ValueKey, b.ValueKey), cmp.Compare(a.Of, b.Of))
	})
	return list
}

// partial is a sum of which some terms may not be known.
type partial struct {
	sum        float64
	told       int
	incomplete bool
}

func (s *partial) add(v *Value) {
	if v == nil || v.Number == nil {
		s.incomplete = true
		return
	}
	s.sum += *v.Number
	s.told++
}

// differs compares with room for what decimal fractions lose.
func (s partial) differs(told float64) bool {
	room := 1e-9 * max(1, math.Abs(told))
	return s.sum-told > room || !s.incomplete && told-s.sum > room
}

// sumsBelow adds each value to the nearest place above it that has a number.
func sumsBelow(values []Value, told map[ValueKey]*Value) map[ValueKey]partial {
	sums := map[ValueKey]partial{}
	for n := range values {
		key := values[n].ValueKey
		for key.Place = key.Place.Parent(); key.Place != ""; key.Place = key.Place.Parent() {
			if above := told[key]; above != nil && above.Number != nil {
				s := sums[key]
				s.add(&values[n])
				sums[key] = s
				break
			}
		}
	}
	return sums
}

func sumOfParts(i *Indicator, at Place, told map[ValueKey]*Value) partial {
	var s partial
	for _, code := range i.Parts {
		s.add(told[ValueKey{at, code}])
	}
	return s
}

// BatchDifferences are the Differences of a batch about an area, and those of the
// area's own numbers from how many assets stand on the map, by type.
func BatchDifferences(r *Registry, area geo.Code, values []Value, points map[string]int) []Difference {
	list := Differences(r, values)
	for _, v := range values {
		i := r.Indicator(v.Indicator)
		if i == nil || i.Counted == "" || v.Place != Place(area) || v.Number == nil {
			continue
		}
		if n := float64(points[i.Counted]); n != *v.Number {
			list = append(list, Difference{ValueKey: v.ValueKey, Told: *v.Number, Sum: n, Of: OfPoints, Note: v.Note})
		}
	}
	return list
}

// Task is a difference that people should look at, with the batch that it is in.
type Task struct {
	Difference
	Batch *Batch // its state alone
}
