package indicator

import (
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/patok-id/patok/geo"
)

// ValueKey names a value of a batch.
type ValueKey struct {
	Place     Place  `json:"place"`
	Indicator string `json:"indicator"`
}

// Value is a figure of a batch. Number is nil where somebody said that it is not
// known; where nobody has said anything there is no Value.
type Value struct {
	ValueKey
	Number            *float64
	Denominator       *float64 // of a rate, as its source gives it
	DenominatorSource string
	Note              string // why it differs from the sum of its parts
}

// PutValues changes values of a batch, all of them or none.
type PutValues struct {
	Batch   int64
	Version int64 // of the batch that was read; 0 is any, for commands
	Values  []Value
	Remove  []ValueKey
}

// maxProblems is how many problems of an entry are told at once.
const maxProblems = 100

// maxNumber bounds a figure, as the schema does.
const maxNumber = 1e15

// CheckValue lists what is wrong with a value of a batch about an area, with
// pointers into the value.
func (r *Registry) CheckValue(area geo.Code, v Value) []geo.FieldError {
	i := r.Indicator(v.Indicator)
	if i == nil {
		return []geo.FieldError{problem("/indicator", "unknown", "Indikator ini tidak ada.", "There is no such indicator.")}
	}
	var problems []geo.FieldError
	switch {
	case !v.Place.Within(Place(area)):
		problems = append(problems, problem("/place", "outside", fmt.Sprintf("%s tidak berada di dalam %s.", v.Place, area), fmt.Sprintf("%s does not lie within %s.", v.Place, area)))
	case !slices.Contains(i.Levels, v.Place.Level()):
		problems = append(problems, problem("/place", "level", fmt.Sprintf("%s tidak dihitung per %s.", i.Label.ID, v.Place.Level()),
			fmt.Sprintf("%s is not told by %s.", i.Label.In("en"), v.Place.Level())))
	}
	if v.Number != nil {
		problems = append(problems, i.checkNumber(*v.Number)...)
	}
	return slices.Concat(problems, i.checkDenominator(v), checkText("/note", v.Note))
}

func (i *Indicator) checkNumber(n float64) []geo.FieldError {
	bad := func(code, id, en string) []geo.FieldError {
		return []geo.FieldError{problem("/number", code, id, en)}
	}
	switch {
	case math.IsNaN(n) || math.Abs(n) >= maxNumber:
		return bad("range", "Angka ini terlalu besar.", "This number is too large.")
	case i.Kind == Index:
	case n < 0:
		return bad("negative", "Angka tidak boleh negatif.", "A number below zero is not possible.")
	case i.Kind == Count && n != math.Trunc(n):
		return bad("whole", "Jumlah harus bilangan bulat.", "A count is a whole number.")
	case (i.Kind == Share || i.Kind == Rate) && n > 100:
		return bad("range", "Persentase antara 0 dan 100.", "Per cent are from 0 to 100.")
	}
	return nil
}

func (i *Indicator) checkDenominator(v Value) []geo.FieldError {
	var problems []geo.FieldError
	if d := v.Denominator; d != nil {
		switch {
		case i.Kind == Count || i.Kind == Amount:
			problems = append(problems, problem("/denominator", "unexpected", "Jumlah tidak mempunyai penyebut.", "A count has no denominator."))
		case !(*d > 0 && *d < maxNumber):
			problems = append(problems, problem("/denominator", "range", "Penyebut harus lebih dari 0.", "A denominator is above zero."))
		}
	}
	problems = append(problems, checkText("/denominator_source", v.DenominatorSource)...)
	if utf8.RuneCountInString(v.DenominatorSource) > maxLabelRunes {
		problems = append(problems, problem("/denominator_source", "too_long", fmt.Sprintf("Paling banyak %d huruf.", maxLabelRunes), fmt.Sprintf("At most %d characters.", maxLabelRunes)))
	}
	return problems
}

// CheckEntry lists what is wrong with an entry into a batch about an area: every value
// by itself, and that each is named once. Of many problems the first are told.
func (r *Registry) CheckEntry(area geo.Code, e PutValues) []geo.FieldError {
	var problems []geo.FieldError
	seen := make(map[ValueKey]bool, len(e.Values)+len(e.Remove))
	once := func(pointer string, key ValueKey) {
		if seen[key] {
			problems = append(problems, problem(pointer, "repeated", "Angka ini disebut dua kali.", "This figure is named twice."))
		}
		seen[key] = true
	}
	for n, v := range e.Values {
		pointer := fmt.Sprintf("/values/%d", n)
		once(pointer, v.ValueKey)
		for _, p := range r.CheckValue(area, v) {
			p.Pointer = pointer + p.Pointer
			problems = append(problems, p)
		}
	}
	for n, key := range e.Remove {
		once(fmt.Sprintf("/remove/%d", n), key)
	}
	return problems[:min(len(problems), maxProblems)]
}
