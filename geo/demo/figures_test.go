package demo

import (
	"reflect"
	"testing"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/indicator"
)

// filled is a batch with its figures by place and indicator.
type filled struct {
	batch  indicator.Batch
	values []indicator.Value
	number map[indicator.Place]map[string]float64
}

func figures(t *testing.T) []filled {
	t.Helper()
	var all []filled
	for b, values := range Batches() {
		f := filled{b, values, map[indicator.Place]map[string]float64{}}
		for _, v := range values {
			if f.number[v.Place] == nil {
				f.number[v.Place] = map[string]float64{}
			}
			if _, twice := f.number[v.Place][v.Indicator]; twice {
				t.Fatalf("%s %s %s: %s is told twice", b.Source, b.Period, v.Place, v.Indicator)
			}
			if !v.Place.Within(indicator.Place(b.AreaCode)) {
				t.Fatalf("%s is told in the batch of %s", v.Place, b.AreaCode)
			}
			if v.Number != nil {
				f.number[v.Place][v.Indicator] = *v.Number
			}
		}
		all = append(all, f)
	}
	return all
}

func TestFiguresAreTheSameEveryTime(t *testing.T) {
	if a, b := figures(t), figures(t); !reflect.DeepEqual(a, b) {
		t.Error("two runs differ")
	}
}

// TestDTSENAgreesWithTheRegister: every family of the register is in one desil
// or not ranked yet, and the RT make up the kelurahan.
func TestDTSENAgreesWithTheRegister(t *testing.T) {
	registered := map[indicator.Place]float64{}
	for _, r := range registers() {
		for _, rt := range r.rt {
			registered[rt.place] = float64(len(rt.families))
		}
	}
	if len(registered) < 1200 {
		t.Fatalf("%d RT", len(registered))
	}
	small, zero, cells := 0, 0, 0
	for _, f := range figures(t) {
		if f.batch.Source != "dtsen" {
			continue
		}
		whole := f.number[indicator.Place(f.batch.AreaCode)]
		sums := map[string]float64{}
		for place, told := range f.number {
			families := told[desilCode("keluarga", 0)]
			for d := 1; d <= 10; d++ {
				families += told[desilCode("keluarga", d)]
			}
			if place.Level() == indicator.RT {
				for code, n := range told {
					sums[code] += n
					cells++
					switch {
					case n == 0:
						zero++
					case n < 10:
						small++
					}
				}
				if f.batch.Period == "2026-Q2" && families != registered[place] {
					t.Errorf("%s has %v families, its register %v", place, families, registered[place])
				}
			}
			if told["kpm_pkh"] > families || told["stunting"] > told["balita_diukur"] || told["anak_tidak_sekolah"] > told["anak_usia_sekolah"] {
				t.Errorf("%s %s: more than there are: %v", f.batch.Period, place, told)
			}
		}
		if !reflect.DeepEqual(sums, whole) {
			t.Errorf("%s of %s: RT make %v, the kelurahan is %v", f.batch.Period, f.batch.AreaCode, sums, whole)
		}
	}
	t.Logf("%d cells of RT, %d zero, %d small", cells, zero, small)
}

// TestTheCityHasPoorAndRichQuarters: shares differ between kelurahan, and change
// little from quarter to quarter.
func TestTheCityHasPoorAndRichQuarters(t *testing.T) {
	share := map[geo.Code]map[indicator.Period]float64{}
	for _, f := range figures(t) {
		if f.batch.Source != "dtsen" {
			continue
		}
		told := f.number[indicator.Place(f.batch.AreaCode)]
		low, all := 0.0, told[desilCode("keluarga", 0)]
		for d := 1; d <= 10; d++ {
			all += told[desilCode("keluarga", d)]
			if d <= 4 {
				low += told[desilCode("keluarga", d)]
			}
		}
		if share[f.batch.AreaCode] == nil {
			share[f.batch.AreaCode] = map[indicator.Period]float64{}
		}
		share[f.batch.AreaCode][f.batch.Period] = low / all
	}
	least, most := 1.0, 0.0
	for area, by := range share {
		least, most = min(least, by["2026-Q2"]), max(most, by["2026-Q2"])
		if change := by["2026-Q2"] - by["2026-Q1"]; change > 0.05 || change < -0.05 || change == 0 && by["2026-Q2"] == by["2025-Q3"] {
			t.Errorf("%s changes from %.3f to %.3f", area, by["2026-Q1"], by["2026-Q2"])
		}
	}
	if len(share) != 46 || least > 0.2 || most < 0.45 {
		t.Errorf("%d kelurahan, shares of desil 1–4 from %.2f to %.2f", len(share), least, most)
	}
	t.Logf("shares of desil 1–4 from %.2f to %.2f", least, most)
}

func TestMeetingsAreInEveryState(t *testing.T) {
	states := map[indicator.State]int{}
	for _, f := range figures(t) {
		b := f.batch
		if b.Source == "muskel" {
			states[b.State]++
			if (b.State == indicator.Draft) == (b.Minutes != nil) {
				t.Errorf("%s is %s with minutes %v", b.AreaCode, b.State, b.Minutes)
			}
		}
		if (b.State == indicator.Closed) != (b.ClosedAt != nil) || b.Open() && b.Source == "dtsen" {
			t.Errorf("%s %s of %s is %s", b.Source, b.Period, b.AreaCode, b.State)
		}
	}
	for _, s := range []indicator.State{indicator.Draft, indicator.Sent, indicator.Checking, indicator.Returned, indicator.Closed} {
		if states[s] == 0 {
			t.Errorf("none is %s: %v", s, states)
		}
	}
	t.Log(states)
}
