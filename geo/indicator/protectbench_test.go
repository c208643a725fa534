package indicator_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	. "github.com/patok-id/patok/geo/indicator"
)

// province is a table of desa as large as Jawa Timur: 38 kabupaten and kota,
// 8,563 desa and kelurahan, 30 columns.
func province(random *rand.Rand) *Table {
	t := &Table{Columns: []Column{count("families", -1, 1, 2), count("low", 0, 3, 4, 5, 6), count("high", 0, 7, 8, 9, 10, 11, 12)}}
	for d := range 10 {
		t.Columns = append(t.Columns, count(fmt.Sprintf("d%d", d+1), 0))
	}
	for n := range 12 {
		t.Columns = append(t.Columns, count(fmt.Sprintf("programme%d", n), 0))
	}
	for n := range 5 {
		t.Columns = append(t.Columns, share(fmt.Sprintf("share%d", n), 13+n, 0))
	}
	t.Places = append(t.Places, "35")
	for n, desa := 0, 0; desa < 8563; n++ {
		kab := Place(fmt.Sprintf("35.%02d", n+1))
		t.Places = append(t.Places, kab)
		for k := range 18 {
			kec := kab + Place(fmt.Sprintf(".%02d", k+1))
			t.Places = append(t.Places, kec)
			for l := 0; l < 13 && desa < 8563; l, desa = l+1, desa+1 {
				t.Places = append(t.Places, kec+Place(fmt.Sprintf(".%04d", 2001+l)))
			}
		}
	}
	for range t.Columns {
		t.Numbers = append(t.Numbers, make([]Number, len(t.Places)))
	}
	for p, place := range t.Places {
		if place.Level() == Kelurahan {
			settle(t, random, p, int(1300*math.Exp(0.6*random.NormFloat64())))
		}
	}
	sum(t)
	return t
}

// settle puts families into one place: a tenth or so in each desil, and in each
// programme a share of its own.
func settle(t *Table, random *rand.Rand, p, families int) {
	put := func(c, n int) { t.Numbers[c][p] = Number{Value: float64(n), Known: true} }
	put(0, families)
	left, low := families, 0
	for d := range 10 {
		n := min(left, int(float64(families)/10*math.Exp(0.5*random.NormFloat64())))
		if d == 9 {
			n = left
		}
		put(3+d, n)
		if left -= n; d < 4 {
			low += n
		}
	}
	put(1, low)
	put(2, families-low)
	for c := 13; c < len(t.Columns) && t.Columns[c].Additive; c++ {
		put(c, int(float64(families)*0.3/float64(c-12)*random.Float64()))
	}
}

// BenchmarkProtect protects 8,563 desa by 30 columns, for the public.
func BenchmarkProtect(b *testing.B) {
	t := province(rand.New(rand.NewPCG(1, 1)))
	for b.Loop() {
		p, err := Protect(context.Background(), t, Rules{K: 10})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(p.Tally.Small), "small")
		b.ReportMetric(float64(p.Tally.Hidden), "hidden")
		b.ReportMetric(float64(p.Tally.Shown), "shown")
	}
}
