package planning

import (
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/indicator"
)

func number(v float64) *float64 { return &v }

const (
	lor   indicator.Place = "35.71.01.1001"
	kidul indicator.Place = "35.71.01.1002"
)

func TestFamiliesFillIn(t *testing.T) {
	here := &orb.Point{112, -7.8}
	demand := Families([]RT{
		{ID: 1, Place: lor + "-001-001", Point: here, Families: number(40), People: number(120)},
		{ID: 2, Place: lor + "-001-002", Point: here, Families: number(60)},
		{ID: 3, Place: lor + "-001-003", Point: here},   // the mean of its kelurahan's: 50
		{ID: 4, Place: kidul + "-001-001", Point: here}, // the mean of all: 50
	})
	for i, want := range []Demand{{Weight: 40, People: 120}, {Weight: 60, People: 120}, {Weight: 50, People: 120, Estimated: true}, {Weight: 50, People: 120, Estimated: true}} {
		if got := demand[i]; got.Weight != want.Weight || got.People != want.People || got.Estimated != want.Estimated || got.Point != here {
			t.Errorf("RT %d: %+v, want %+v", i+1, got, want)
		}
	}
}

func TestShare(t *testing.T) {
	here := &orb.Point{112, -7.8}
	rts := []RT{
		{ID: 1, Place: lor + "-001-001", Point: here, Families: number(30)},
		{ID: 2, Place: lor + "-001-002", Point: here, Families: number(10)},
		{ID: 3, Place: lor + "-002-001", Point: here, Families: number(50)},
		{ID: 4, Place: lor + "-002-002", Families: number(50)},
		{ID: 5, Place: kidul, Point: here, Families: number(70)}, // its numbers are not known
		{ID: 6, Place: "35.71.02.1001-001-001", Point: here, Families: number(70)},
	}
	demand, untold := Share(rts, map[indicator.Place]float64{
		lor:                40, // beyond RT 001 and RW 001: 40-8-6 = 26, 13 to each RT of RW 002
		lor + "-001":       14, // beyond RT 001: 6 to RT 002
		lor + "-001-001":   8,
		lor + "-009-001":   0, // an RT without an asset
		kidul:              20,
		kidul + "-001-001": 7, // the same, and 13 are left for RT 5
		"35.71.03.1001":    9, // a kelurahan without RT
	})
	want := []Demand{
		{ID: 1, Place: lor + "-001-001", Weight: 8},
		{ID: 2, Place: lor + "-001-002", Weight: 6, Estimated: true},
		{ID: 3, Place: lor + "-002-001", Weight: 13, Estimated: true},
		{ID: 4, Place: lor + "-002-002", Weight: 13, Estimated: true},
		{ID: 5, Place: kidul, Weight: 13, Estimated: true},
		{ID: 6, Place: "35.71.02.1001-001-001", Weight: 0, Estimated: true},
		{Place: kidul + "-001-001", Weight: 7},
		{Place: "35.71.03.1001", Weight: 9},
	}
	for i := range demand {
		demand[i].Point = nil
	}
	if !slices.Equal(demand, want) || untold != 1 {
		t.Errorf("%+v\nwant %+v; %d untold", demand, want, untold)
	}
}

func TestSharesSumExactly(t *testing.T) {
	random := geotest.Random(t)
	for range 200 {
		var rts []RT
		for n := range 1 + random.IntN(40) {
			r := RT{ID: int64(n + 1), Place: lor + indicator.Place([]string{"-001-001", "-001-002", "-002-001", "-003-004", "", "-001"}[random.IntN(6)])}
			if random.IntN(4) > 0 {
				r.Families = number(float64(random.IntN(100)))
			}
			rts = append(rts, r)
		}
		figures := map[indicator.Place]float64{}
		parts := 0.0
		for _, p := range []indicator.Place{"-001-001", "-002-001", "-003-004"} {
			if random.IntN(2) == 0 {
				figures[lor+p] = float64(random.IntN(50))
				parts += figures[lor+p]
			}
		}
		figures[lor] = parts + float64(random.IntN(300))
		demand, _ := Share(rts, figures)
		random.Shuffle(len(demand), func(i, j int) { demand[i], demand[j] = demand[j], demand[i] })
		sum, own := 0.0, map[indicator.Place]float64{}
		for _, d := range demand {
			sum += d.Weight
			own[d.Place] += d.Weight
		}
		if sum != figures[lor] {
			t.Fatalf("shares of %v sum to %v", figures[lor], sum)
		}
		for p, v := range figures {
			if p != lor && own[p] != v {
				t.Fatalf("RT %s was told %v and weighs %v", p, v, own[p])
			}
		}
	}
}
