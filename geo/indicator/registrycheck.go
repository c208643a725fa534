package indicator

import (
	"fmt"
	"regexp"
	"slices"
	"unicode/utf8"

	"github.com/patok-id/patok/geo"
)

// The limits of an indicator.
const (
	maxLabelRunes  = 120
	maxHelpRunes   = 1000
	maxParts       = 50
	minMapClasses  = 2
	mostMapClasses = 9
)

var codePattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

func problem(pointer, code, id, en string) geo.FieldError {
	return geo.FieldError{Pointer: pointer, Code: code, Message: geo.Text{ID: id, EN: en}}
}

// Check lists what is wrong with an indicator that is to be added to the
// registry, or to take the place of the one with its code.
func (r *Registry) Check(i *Indicator) []geo.FieldError {
	problems := slices.Concat(checkTexts(i), checkWords(i), checkLevels(i))
	return append(problems, r.checkRelations(i)...)
}

func checkTexts(i *Indicator) []geo.FieldError {
	var problems []geo.FieldError
	if i.Label.ID == "" {
		problems = append(problems, problem("/label/id", "required", "Wajib diisi.", "Required."))
	}
	for _, t := range []struct {
		pointer string
		text    geo.Text
		most    int
	}{{"/label", i.Label, maxLabelRunes}, {"/unit", i.Unit, maxLabelRunes}, {"/help", i.Help, maxHelpRunes}} {
		if max(utf8.RuneCountInString(t.text.ID), utf8.RuneCountInString(t.text.EN)) > t.most || !geo.Printable(t.text.ID) || !geo.Printable(t.text.EN) {
			problems = append(problems, problem(t.pointer, "length",
				fmt.Sprintf("Paling banyak %d huruf yang dapat dicetak.", t.most), fmt.Sprintf("At most %d printable characters.", t.most)))
		}
	}
	return problems
}

func checkWords(i *Indicator) []geo.FieldError {
	var problems []geo.FieldError
	enum := func(pointer string, ok bool) {
		if !ok {
			problems = append(problems, problem(pointer, "enum", "Pilihan ini tidak dikenal.", "This choice is not known."))
		}
	}
	enum("/code", codePattern.MatchString(i.Code))
	enum("/kind", slices.Contains([]Kind{Count, Share, Rate, Index, Amount}, i.Kind))
	enum("/direction", slices.Contains([]Direction{Neutral, Worse, Better}, i.Direction))
	enum("/dimension", codePattern.MatchString(i.Dimension))
	enum("/classes/method", slices.Contains([]string{"jenks", "quantile", "equal"}, i.Classes.Method))
	enum("/classes/count", i.Classes.Count >= minMapClasses && i.Classes.Count <= mostMapClasses)
	enum("/additive", !i.Additive || i.Kind == Count || i.Kind == Amount)
	return problems
}

// checkLevels: nothing below a kelurahan is ever public, and nothing is public
// that the administration does not see.
func checkLevels(i *Indicator) []geo.FieldError {
	var problems []geo.FieldError
	if len(i.Levels) == 0 {
		problems = append(problems, problem("/levels", "required", "Pilih paling sedikit satu tingkat.", "Choose at least one level."))
	}
	for pointer, list := range map[string][]Level{"/levels": i.Levels, "/public": i.Public, "/internal": i.Internal} {
		for n, level := range list {
			if !slices.Contains(levels[:], level) || slices.Contains(list[:n], level) {
				problems = append(problems, problem(pointer, "enum", "Tingkat tidak dikenal atau berulang.", "A level is not known, or repeated."))
			}
		}
	}
	for _, level := range i.Public {
		if level == RW || level == RT {
			problems = append(problems, problem("/public", "too_fine", "Angka per RW atau RT tidak pernah untuk umum.", "Figures of RW or RT are never public."))
		} else if !slices.Contains(i.Internal, level) {
			problems = append(problems, problem("/public", "internal", "Tingkat untuk umum harus juga untuk internal.", "What is public must be internal too."))
		}
	}
	return problems
}

// checkRelations: parts and base are there, and nothing is made of itself.
func (r *Registry) checkRelations(i *Indicator) []geo.FieldError {
	var problems []geo.FieldError
	if len(i.Parts) > maxParts {
		problems = append(problems, problem("/parts", "too_many", fmt.Sprintf("Paling banyak %d.", maxParts), fmt.Sprintf("At most %d.", maxParts)))
	}
	if len(i.Parts) > 0 && !i.Additive {
		problems = append(problems, problem("/parts", "additive", "Hanya angka yang dapat dijumlah yang mempunyai bagian.", "Only what can be summed has parts."))
	}
	for n, code := range i.Parts {
		pointer := fmt.Sprintf("/parts/%d", n)
		switch part := r.Indicator(code); {
		case code == i.Code || r.reaches(code, i.Code, partsOf):
			problems = append(problems, problem(pointer, "cycle", "Indikator tidak dapat menjadi bagian dari dirinya sendiri.", "An indicator is no part of itself."))
		case part == nil:
			problems = append(problems, problem(pointer, "unknown", "Indikator ini tidak ada.", "There is no such indicator."))
		case slices.Contains(i.Parts[:n], code):
			problems = append(problems, problem(pointer, "repeated", "Berulang.", "Repeated."))
		case !part.Additive:
			problems = append(problems, problem(pointer, "additive", "Bagian ini tidak dapat dijumlah.", "This part cannot be summed."))
		}
	}
	switch base := r.Indicator(i.Base); {
	case i.Base == "":
	case i.Base == i.Code || r.reaches(i.Base, i.Code, baseOf):
		problems = append(problems, problem("/base", "cycle", "Indikator tidak dapat menjadi dasar dirinya sendiri.", "An indicator is not its own base."))
	case base == nil:
		problems = append(problems, problem("/base", "unknown", "Indikator ini tidak ada.", "There is no such indicator."))
	}
	return problems
}

func partsOf(i *Indicator) []string { return i.Parts }
func baseOf(i *Indicator) []string  { return []string{i.Base} }

// reaches reports whether following next from one indicator leads to another.
// The registry itself has no cycles.
func (r *Registry) reaches(from, to string, next func(*Indicator) []string) bool {
	i := r.Indicator(from)
	if i == nil {
		return false
	}
	return slices.ContainsFunc(next(i), func(code string) bool { return code == to || code != "" && r.reaches(code, to, next) })
}
