package indicator_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/patok-id/patok/geo"
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
	refused := 0
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
				if geo.KindOf(err) != geo.Conflict {
					t.Fatal(err)
				}
				t.Log(err)
				refused++
				break
			}
			kept, table = append(kept, after), next
		}
		size.Add(geotest.Audit(t, kept...))
	}
	if t.Logf("%+v, %d refused", size, refused); refused*3 > audits(t, 20) {
		t.Error("more than a third of the corrections are refused")
	}
}
