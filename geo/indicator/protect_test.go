package indicator_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
	. "github.com/patok-id/patok/geo/indicator"
)

// worked is a table written by hand: a kecamatan and its kelurahan, a row per
// column. A negative number is missing.
func worked(columns []Column, rows ...[]float64) *Table {
	t := &Table{Columns: columns}
	for p := range rows[0] {
		place := Place("35.71.01")
		if p > 0 {
			place += Place(fmt.Sprintf(".%04d", 1000+p))
		}
		t.Places = append(t.Places, place)
	}
	for _, row := range rows {
		var numbers []Number
		for _, x := range row {
			numbers = append(numbers, Number{Value: max(x, 0), Known: x >= 0})
		}
		t.Numbers = append(t.Numbers, numbers)
	}
	return t
}

// marks writes a protected table: a row per column.
func marks(p *Protected) string {
	var rows []string
	for c := range p.Cells {
		var row []string
		for _, cell := range p.Cells[c] {
			switch cell.State {
			case Missing:
				row = append(row, ".")
			case Shown:
				row = append(row, fmt.Sprint(cell.Value))
			case Small:
				row = append(row, "<")
			case Hidden:
				row = append(row, "*")
			}
		}
		rows = append(rows, strings.Join(row, " "))
	}
	return strings.Join(rows, " | ")
}

func TestProtect(t *testing.T) {
	alone := []Column{count("kpm", -1)}
	pair := []Column{count("families", -1, 1, 2), count("low", 0), count("high", 0)}
	within := []Column{count("families", -1), count("kpm", 0)}
	rate := []Column{count("families", -1), count("kpm", 0), share("kpm_share", 1, 0)}
	for name, test := range map[string]struct {
		table *Table
		want  string
	}{
		"nothing small, nothing hidden": {worked(alone, []float64{90, 20, 30, 40}), "90 20 30 40"},
		"zero is shown, missing stays":  {worked(alone, []float64{-1, 0, -1, 40}), ". 0 . 40"},
		// 3 = 93 - 30 - 60. With 30 hidden too, 3 + x = 33 and x >= 10: 3 can be
		// 1 (x 32) to 9 (x 24). 60 could do it as well; 30 is missed less.
		"a small one takes a second with it": {worked(alone, []float64{93, 3, 30, 60}), "93 < * 60"},
		// 3 = 53 - 12 - 38: 12 is too near to 10 to give 6, 38 does.
		"the second is large enough": {worked(alone, []float64{53, 3, 12, 38}), "53 < 12 *"},
		// 4 + 5 + 6 = 15: 4 can be 9 (5 gives 4, 6 gives 1) and 1 (5 takes 3).
		"small ones hide each other": {worked(alone, []float64{75, 4, 5, 6, 60}), "75 < < < 60"},
		// 3 = 14 - 11: 11 can give 1 only. The total is hidden, and nothing is above it.
		"no second one: the total": {worked(alone, []float64{14, 3, 11}), "* < 11"},
		// Each within a total below 10, zero too: "<10" within "<10".
		"below a small total all are small": {worked(alone, []float64{7, 3, 0, 4}), "< < < <"},
		// 95 of 100: five are not. 95 can be 90 when 35 is 40: both are hidden.
		"nearly everybody": {worked(within, []float64{300, 100, 100, 100}, []float64{190, 95, 60, 35}), "300 100 100 100 | 190 * 60 *"},
		"everybody":        {worked(within, []float64{300, 100, 100, 100}, []float64{195, 100, 60, 35}), "300 100 100 100 | 195 * 60 *"},
		// 3 and 97: "<10" would say that 97 is 91 to 99. Both are hidden, and the
		// same in a second kelurahan, so that the sums below do not tell.
		"one of two parts": {worked(pair, []float64{400, 100, 100, 200}, []float64{103, 3, 40, 60}, []float64{297, 97, 60, 140}),
			"400 100 100 200 | 103 * * 60 | 297 * * 140"},
		// 4 = 64 - 60, and 4 per cent of 100 families: the shares go with their counts.
		"a share goes with its count": {worked(rate, []float64{300, 100, 200}, []float64{64, 4, 60}, []float64{21, 4, 30}),
			"300 100 200 | 64 < * | 21 * *"},
	} {
		t.Run(name, func(t *testing.T) {
			p := protect(t, test.table, Rules{K: 10})
			if have := marks(p); have != test.want {
				t.Errorf("%s, should be %s", have, test.want)
			}
			geotest.Audit(t, p)
			geotest.Honest(t, p)
		})
	}
}

func TestProtectIsStable(t *testing.T) {
	columns := []Column{count("kpm", -1)}
	first := protect(t, worked(columns, []float64{93, 3, 30, 60}), Rules{K: 10})
	// 3 has become 14: nothing is small any more. 30 is the same as before, and
	// 93 - 30 - 60 told together would tell the 3 of then.
	second := protect(t, worked(columns, []float64{104, 14, 30, 60}), Rules{K: 10, Kept: []*Protected{first}})
	if have := marks(second); !strings.HasSuffix(have, "* 60") {
		t.Errorf("%s: what was hidden must stay hidden", have)
	}
	geotest.Audit(t, first, second)
	// Without memory the two tables tell the 3.
	forgetful := protect(t, second.Table, Rules{K: 10})
	if leaks, _ := geotest.Leaks(first, forgetful); len(leaks) == 0 {
		t.Error("the audit does not see what two tables tell together")
	}
}

func TestProtectRefuses(t *testing.T) {
	columns := []Column{count("kpm", -1)}
	for name, test := range map[string]struct {
		table *Table
		k     int
	}{
		"a threshold of 2":  {worked(columns, []float64{20, 20}), 2},
		"a threshold of 12": {worked(columns, []float64{20, 20}), 12},
		"half a family":     {worked(columns, []float64{20.5, 20.5}), 10},
		"a part before":     {worked([]Column{count("a", -1), count("b", -1, 0)}, []float64{20, 20}, []float64{20, 20}), 10},
		"bases in a circle": {worked([]Column{count("a", 1), count("b", 0)}, []float64{20, 20}, []float64{20, 20}), 10},
	} {
		if _, err := Protect(context.Background(), test.table, Rules{K: test.k}); err == nil || geo.KindOf(err) != geo.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Protect(ctx, worked(columns, []float64{20, 20}), Rules{K: 10}); err == nil {
		t.Error("it went on after it was cancelled")
	}
}

// TestAuditBites shows one number that was hidden for the sake of others.
func TestAuditBites(t *testing.T) {
	random := geotest.Random(t)
	mutants, caught := 0, 0
	for range audits(t, 20) {
		pl := randomPlan(random)
		p := protect(t, pl.table(random), Rules{K: 10})
		again := protect(t, p.Table, Rules{K: 10})
		if marks(p) != marks(again) {
			t.Fatal("the same table is protected differently")
		}
		for c := range p.Cells {
			for i, cell := range p.Cells[c] {
				if cell.State != Hidden || random.IntN(4) > 0 {
					continue
				}
				mutant := *p
				mutant.Cells = slices.Clone(p.Cells)
				mutant.Cells[c] = slices.Clone(p.Cells[c])
				mutant.Cells[c][i] = Cell{State: Shown, Value: p.Table.Numbers[c][i].Value}
				mutants++
				if leaks, _ := geotest.Leaks(&mutant); len(leaks) > 0 {
					caught++
				}
			}
		}
	}
	if t.Logf("%d of %d mutants caught", caught, mutants); caught*2 < mutants {
		t.Error("the audit lets too much pass")
	}
}
