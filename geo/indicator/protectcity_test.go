package indicator_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/patok-id/patok/geo/geotest"
	. "github.com/patok-id/patok/geo/indicator"
)

// city is a table of 46 kelurahan in 3 kecamatan with about 6,500 families in
// all their desil, and with rt of each kelurahan's RT.
func city(random *rand.Rand, rt int) (plan, *Table) {
	pl := plan{kecamatan: 3, kelurahan: 15, rt: rt, columns: schemes()[3]}
	t := &Table{Places: append(pl.places(), "35.71.03.1016"), Columns: pl.columns}
	if rt > 0 {
		t.Places = append(t.Places, "35.71.03.1016-001", "35.71.03.1016-001-001")
	}
	for range t.Columns {
		t.Numbers = append(t.Numbers, make([]Number, len(t.Places)))
	}
	for p, place := range t.Places {
		if rt == 0 && place.Level() == Kelurahan || place.Level() == RT {
			mean := 6500.0
			if rt > 0 {
				mean /= float64(rt)
			}
			live(t, random, p, int(mean*math.Exp(0.5*random.NormFloat64()-0.125)))
		}
	}
	sum(t)
	return pl, t
}

// live puts families into a place: in desil 1 to 4 about 7 per cent each, and
// two programmes.
func live(t *Table, random *rand.Rand, p, families int) {
	put := func(c, n int) { t.Numbers[c][p] = Number{Value: float64(n), Known: true} }
	low := 0
	for d := range 4 {
		n := int(float64(families) * 0.07 * math.Exp(0.4*random.NormFloat64()))
		put(3+d, n)
		low += n
	}
	high := max(families-low, 0)
	middle := int(float64(high) * (0.3 + 0.2*random.Float64()))
	put(0, low+high)
	put(1, low)
	put(2, high)
	put(7, middle)
	put(8, high-middle)
	programme := int(float64(low) * 0.4 * random.Float64())
	put(9, programme)
	put(10, int(float64(programme)*0.1*random.Float64()))
}

// TestCityStaysUseful measures what readers are left with.
func TestCityStaysUseful(t *testing.T) {
	random := geotest.Random(t)
	for _, rt := range [...]int{0, 33} {
		_, table := city(random, rt)
		internal := protect(t, table, Rules{K: 5, Wider: 10})
		public := protect(t, table, Rules{K: 10, Levels: Levels()[:4], Also: []*Protected{internal}})
		t.Logf("%d RT each: officials %+v, public %+v", rt, internal.Tally, public.Tally)
		for c, column := range table.Columns {
			hidden, small, all := 0, 0, 0
			for p, place := range table.Places {
				if place.Level() == Kelurahan {
					all++
					switch public.Cells[c][p].State {
					case Hidden:
						hidden++
					case Small:
						small++
					}
				}
			}
			t.Logf("  %-10s %d of %d kelurahan hidden, %d below the threshold", column.Indicator, hidden, all, small)
			if rt == 0 && hidden*5 > all && column.Indicator != "widows" {
				t.Errorf("%s: more than a fifth is hidden", column.Indicator)
			}
		}
		size := geotest.Audit(t, public)
		t.Logf("%+v", size)
	}
}

// TestCityIsCorrected publishes a city, then corrects one kelurahan at a time.
func TestCityIsCorrected(t *testing.T) {
	random := geotest.Random(t)
	withheld := 0
	var size geotest.AuditSize
	for range audits(t, 20) {
		_, table := city(random, 0)
		kept := []*Protected{protect(t, table, Rules{K: 10})}
		for range 3 {
			next := &Table{Places: table.Places, Columns: table.Columns}
			for c := range table.Numbers {
				next.Numbers = append(next.Numbers, append([]Number(nil), table.Numbers[c]...))
			}
			p := 2 + random.IntN(15)
			live(next, random, p, int(next.Numbers[0][p].Value)+random.IntN(20)-10)
			sum(next)
			after, err := Protect(t.Context(), next, Rules{K: 10, Kept: kept})
			if err != nil {
				t.Fatal(err)
			}
			withheld += min(1, len(after.Withheld))
			kept, table = append(kept, after), next
		}
		size.Add(geotest.Audit(t, kept...))
	}
	if t.Logf("%+v, %d with columns withheld", size, withheld); withheld*2 > audits(t, 20) {
		t.Error("a correction in six or more leaves columns out")
	}
}

// TestPartsAreToldBelow publishes parts at kelurahan that are told of RT too and
// published there as their totals alone, for officials who read the public's too.
func TestPartsAreToldBelow(t *testing.T) {
	random := geotest.Random(t)
	for range audits(t, 1) {
		table := smallCity(random)
		internal := protect(t, table, Rules{K: 5, Wider: 10})
		public := protect(t, table, Rules{K: 10, Levels: []Level{Kabupaten, Kecamatan, Kelurahan}, Also: []*Protected{internal}})
		if len(internal.Withheld) > 0 || len(public.Withheld) > 0 {
			t.Errorf("columns %v, %v are withheld", internal.Withheld, public.Withheld)
		}
		t.Logf("officials %+v, public %+v, %+v", internal.Tally, public.Tally, geotest.Audit(t, public))
	}
}

// smallCity is a city of 15 kelurahan with two to five small RT each.
func smallCity(random *rand.Rand) *Table {
	codes := []string{"families", "low", "high", "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9", "d10", "unranked", "programme"}
	t := &Table{}
	for i, code := range codes {
		column := Column{Indicator: code, Base: min(i-1, 0), Additive: true, Protected: true, Count: -1}
		switch {
		case i == 0:
			column.Parts = []int{1, 2, 13}
		case i == 1:
			column.Parts = []int{3, 4, 5, 6}
		case i == 2:
			column.Parts = []int{7, 8, 9, 10, 11, 12}
		case i < 13:
			column.Levels = []Level{Kabupaten, Kecamatan, Kelurahan}
		}
		t.Columns = append(t.Columns, column)
	}
	numbers := map[Place][]float64{}
	for i := range 15 {
		kelurahan := fmt.Sprintf("35.71.%02d.1%03d", 1+i%3, 1+i)
		for rt := range 2 + i%4 {
			of := make([]float64, len(codes))
			for desil := 1; desil <= 10; desil++ {
				n := float64(random.IntN(9))
				if desil <= 4 {
					n = float64(random.IntN(3 + i%7))
				}
				of[2+desil] = n
				of[1+(desil+5)/10] += n // desil 1 to 4, or 5 to 10
			}
			of[13] = float64(random.IntN(2))
			of[0] = of[1] + of[2] + of[13]
			of[14] = float64(random.IntN(1 + int(min(of[0], 6))))
			for p := Place(fmt.Sprintf("%s-001-%03d", kelurahan, rt+1)); p != "35"; p = p.Parent() {
				if numbers[p] == nil {
					numbers[p] = make([]float64, len(codes))
				}
				for c := range of {
					numbers[p][c] += of[c]
				}
			}
		}
	}
	t.Places = slices.Sorted(maps.Keys(numbers))
	for c := range codes {
		column := make([]Number, len(t.Places))
		for p, place := range t.Places {
			column[p] = Number{Value: numbers[place][c], Known: true}
		}
		t.Numbers = append(t.Numbers, column)
	}
	return t
}
