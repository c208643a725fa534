package indicator

import (
	"fmt"
	"slices"
	"testing"
)

func says(place Place, code string, n float64) Value {
	return Value{ValueKey: ValueKey{place, code}, Number: &n}
}

func unknown(place Place, code string) Value { return Value{ValueKey: ValueKey{place, code}} }

func noted(v Value, note string) Value {
	v.Note = note
	return v
}

// small is a registry of three families' indicators, and one that does not add up.
func small() *Registry {
	all := []Level{Provinsi, Kabupaten, Kecamatan, Kelurahan, RW, RT}
	return NewRegistry([]*Indicator{
		{Code: "keluarga", Kind: Count, Additive: true, Levels: all, Parts: []string{"bawah", "atas"}},
		{Code: "bawah", Kind: Count, Additive: true, Levels: all, Base: "keluarga"},
		{Code: "atas", Kind: Count, Additive: true, Levels: all, Base: "keluarga"},
		{Code: "p0", Kind: Rate, Levels: []Level{Kabupaten}},
		{Code: "p1", Kind: Index, Levels: []Level{Kabupaten}},
		{Code: "luas", Kind: Amount, Additive: true, Levels: all},
	}, []*Source{{Code: "muskel", Level: Kelurahan}, {Code: "susenas", Level: Kabupaten}})
}

func TestDifferencesFromSums(t *testing.T) {
	const kel, rw1, rw2 = Place("35.71.01.1001"), Place("35.71.01.1001-001"), Place("35.71.01.1001-002")
	const rt11, rt12, rt21 = rw1 + "-001", rw1 + "-002", rw2 + "-001"
	for name, c := range map[string]struct {
		values []Value
		want   []string
	}{
		"nothing":                   {nil, nil},
		"RT that add up":            {[]Value{says(kel, "keluarga", 30), says(rt11, "keluarga", 10), says(rt12, "keluarga", 20)}, nil},
		"RT that do not":            {[]Value{says(kel, "keluarga", 31), says(rt11, "keluarga", 10), says(rt12, "keluarga", 20)}, []string{"35.71.01.1001 keluarga 31 30 children false"}},
		"that is explained":         {[]Value{noted(says(kel, "keluarga", 31), "satu pindah"), says(rt11, "keluarga", 30)}, []string{"35.71.01.1001 keluarga 31 30 children true"}},
		"RT below a told RW":        {[]Value{says(kel, "keluarga", 30), says(rw1, "keluarga", 12), says(rt11, "keluarga", 10), says(rt21, "keluarga", 18)}, []string{"35.71.01.1001-001 keluarga 12 10 children false"}},
		"no total, nothing to miss": {[]Value{says(rt11, "keluarga", 10), says(rt12, "keluarga", 20)}, nil},
		"one RT is not known":       {[]Value{says(kel, "keluarga", 30), says(rt11, "keluarga", 10), unknown(rt12, "keluarga")}, nil},
		"and is too much already":   {[]Value{says(kel, "keluarga", 30), says(rt11, "keluarga", 31), unknown(rt12, "keluarga")}, []string{"35.71.01.1001 keluarga 30 31 children false"}},
		"zero is told":              {[]Value{says(kel, "bawah", 5), says(rt11, "bawah", 0)}, []string{"35.71.01.1001 bawah 5 0 children false"}},
		"an RW that is not known":   {[]Value{says(kel, "bawah", 5), unknown(rw1, "bawah"), says(rt11, "bawah", 6)}, []string{"35.71.01.1001 bawah 5 6 children false"}},
		"parts that add up":         {[]Value{says(kel, "keluarga", 5), says(kel, "bawah", 2), says(kel, "atas", 3)}, nil},
		"parts that do not":         {[]Value{says(kel, "keluarga", 6), says(kel, "bawah", 2), says(kel, "atas", 3)}, []string{"35.71.01.1001 keluarga 6 5 parts false"}},
		"a part is missing":         {[]Value{says(kel, "keluarga", 6), says(kel, "bawah", 2)}, nil},
		"one part above the total":  {[]Value{says(kel, "keluarga", 6), says(kel, "bawah", 7)}, []string{"35.71.01.1001 keluarga 6 7 parts false"}},
		"decimal fractions":         {[]Value{says(kel, "luas", 0.3), says(rt11, "luas", 0.1), says(rt12, "luas", 0.2)}, nil},
		"a rate does not add up":    {[]Value{says("35.71", "p0", 7), says("35.71.01", "p0", 9)}, nil},
		"both kinds at once": {[]Value{says(kel, "keluarga", 6), says(kel, "bawah", 2), says(kel, "atas", 3), says(rt11, "keluarga", 7)},
			[]string{"35.71.01.1001 keluarga 6 7 children false", "35.71.01.1001 keluarga 6 5 parts false"}},
	} {
		var got []string
		for _, d := range Differences(small(), c.values) {
			got = append(got, fmt.Sprint(d.Place, " ", d.Indicator, " ", d.Told, " ", d.Sum, " ", d.Of, " ", d.Explained()))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestPointsAreComparedWithWhatIsTold(t *testing.T) {
	r := NewRegistry([]*Indicator{{Code: "jumlah_posyandu", Counted: "posyandu"}, {Code: "jumlah_sd"}}, nil)
	const kel = "35.71.01.1001"
	points := map[string]int{"posyandu": 7, "sd": 3}
	for name, c := range map[string]struct {
		value Value
		want  int
	}{
		"the same":          {says(kel, "jumlah_posyandu", 7), 0},
		"not known":         {unknown(kel, "jumlah_posyandu"), 0},
		"none of seven":     {says(kel, "jumlah_posyandu", 0), 1},
		"not counted":       {says(kel, "jumlah_sd", 0), 0},
		"of an RT":          {says(kel+"-001-001", "jumlah_posyandu", 0), 0},
		"no such indicator": {says(kel, "lain", 0), 0},
	} {
		got := BatchDifferences(r, kel, []Value{c.value}, points)
		if len(got) != c.want || c.want == 1 && (got[0].Sum != 7 || got[0].Told != 0 || got[0].Of != OfPoints || got[0].Explained()) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := BatchDifferences(r, kel, []Value{says(kel, "jumlah_posyandu", 1)}, nil); len(got) != 1 || got[0].Sum != 0 {
		t.Errorf("none on the map: %+v", got)
	}
}

func TestWhatABatchLacksToBeSent(t *testing.T) {
	const kel = Place("35.71.01.1001")
	for name, c := range map[string]struct {
		values  []Value
		minutes bool
		want    string
	}{
		"all there":         {[]Value{says(kel, "keluarga", 0)}, false, ""},
		"no minutes":        {[]Value{says(kel, "keluarga", 0)}, true, "/minutes required"},
		"nothing told":      {nil, false, "/values required"},
		"nothing known":     {[]Value{unknown(kel, "keluarga")}, false, "/values required"},
		"a difference":      {[]Value{says(kel, "bawah", 3), says(kel+"-001", "bawah", 2)}, false, "/values/35.71.01.1001/bawah difference"},
		"one that is known": {[]Value{noted(says(kel, "bawah", 3), "RT 2 belum"), says(kel+"-001", "bawah", 2)}, false, ""},
	} {
		got := ""
		if problems := Lacks(small(), c.values, c.minutes); len(problems) > 0 {
			got = problems[0].Pointer + " " + problems[0].Code
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestEditionsAreCompared(t *testing.T) {
	before := []Value{says("a", "x", 1), says("a", "y", 2), unknown("a", "z"), says("b", "x", 4)}
	after := []Value{says("a", "x", 1), says("a", "y", 3), says("a", "z", 0), unknown("b", "x"), unknown("c", "x")}
	show := func(n *float64) string {
		if n == nil {
			return "-"
		}
		return fmt.Sprint(*n)
	}
	var got []string
	for _, row := range Compare(before, after) {
		got = append(got, fmt.Sprint(row.Place, row.Indicator, show(row.Before), show(row.After)))
	}
	if want := []string{"ay23", "az-0", "bx4-"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
