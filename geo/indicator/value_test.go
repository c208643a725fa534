package indicator

import (
	"math"
	"slices"
	"testing"
)

func TestValuesAreChecked(t *testing.T) {
	kediri := Place("35.71")
	kel := Place(lor)
	half, none := 0.5, 0.0
	with := func(v Value, denominator *float64, source string) Value {
		v.Denominator, v.DenominatorSource = denominator, source
		return v
	}
	for name, c := range map[string]struct {
		value Value
		want  string
	}{
		"a count":                  {says(kel, "keluarga", 12), ""},
		"zero":                     {says(kel, "keluarga", 0), ""},
		"not known":                {unknown(kel, "keluarga"), ""},
		"an RT":                    {says(kel+"-003-005", "keluarga", 12), ""},
		"half a family":            {says(kel, "keluarga", 12.5), "/number whole"},
		"below zero":               {says(kel, "keluarga", -1), "/number negative"},
		"not a number":             {says(kel, "keluarga", math.NaN()), "/number range"},
		"without end":              {says(kel, "keluarga", math.Inf(1)), "/number range"},
		"half a hectare":           {says(kel, "luas", 0.5), ""},
		"a kecamatan around it":    {says("35.71.01", "keluarga", 1), "/place outside"},
		"next door":                {says(Place(kidul), "keluarga", 1), "/place outside"},
		"a rate of a kelurahan":    {says(kel, "p0", 7), "/place level"},
		"no such indicator":        {says(kel, "miskin", 1), "/indicator unknown"},
		"a note":                   {noted(says(kel, "keluarga", 1), "RT 5 pindah"), ""},
		"a note about somebody":    {noted(says(kel, "keluarga", 1), "3571011203850001"), "/note identifier"},
		"a denominator of a count": {with(says(kel, "keluarga", 1), &half, ""), "/denominator unexpected"},
		"a source about somebody":  {with(says(kel, "keluarga", 1), nil, "KK 3571011203850001"), "/denominator_source identifier"},
		"a denominator of zero":    {with(says(kel, "p0", 7), &none, ""), "/place level"},
	} {
		got := ""
		if problems := small().CheckValue(lor, c.value); len(problems) > 0 {
			got = problems[0].Pointer + " " + problems[0].Code
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	for name, c := range map[string]struct {
		value Value
		want  int
	}{
		"a rate":              {with(says(kediri, "p0", 7.15), &half, "BPS"), 0},
		"a rate above all":    {says(kediri, "p0", 100.1), 1},
		"an index below zero": {says(kediri, "p1", -1), 0},
		"of nothing":          {with(says(kediri, "p0", 7), &none, ""), 1},
	} {
		if got := small().CheckValue("35.71", c.value); len(got) != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestAnEntryNamesEachFigureOnce(t *testing.T) {
	kel := Place(lor)
	entry := PutValues{Values: []Value{says(kel, "keluarga", 1), says(kel, "atas", 0.5), says(kel, "keluarga", 2)}, Remove: []ValueKey{{kel, "bawah"}, {kel, "atas"}}}
	var got []string
	for _, p := range small().CheckEntry(lor, entry) {
		got = append(got, p.Pointer+" "+p.Code)
	}
	if want := []string{"/values/1/number whole", "/values/2 repeated", "/remove/1 repeated"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	wrong := PutValues{Values: make([]Value, 5000)}
	if n := len(small().CheckEntry(lor, wrong)); n != maxProblems {
		t.Errorf("%d problems of 5,000 wrong values", n)
	}
}
