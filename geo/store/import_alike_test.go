package store

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/exchange"
)

// crowd is rows of assets in a few streets: many near each other, some on one
// spot, with names that are alike, numbered, or in other scripts.
func crowd(r *rand.Rand, n int) string {
	names := []string{"Posyandu Melati", "posyandu melati 1", "Melati I", "Posyandu Mawar", "RT 004 RW 001", "RT 4 RW 1", "RT 005 RW 001", "RT 000", "RT 0", "Pos ٤", "Pos 4", "Pos ４ Melati", "X"}
	var b strings.Builder
	b.WriteString("jenis,nama,bujur,lintang,kode_wilayah\n")
	for range n {
		at := orb.Point{112.004 + r.Float64()*0.003, -7.806 + r.Float64()*0.003}
		if r.IntN(8) == 0 {
			at = orb.Point{112.0061, -7.8041} // where a geocoder puts what it does not know
		}
		fmt.Fprintf(&b, "%s,%s,%.6f,%.6f,35.71.01.1001\n", []string{"posyandu", "rt"}[r.IntN(2)], names[r.IntN(len(names))], at[0], at[1])
	}
	return b.String()
}

// An import marks what asking for each asset by itself would mark: among its own
// rows, beside what was there, and beside much more that was there.
func TestImportMarksAsOneByOne(t *testing.T) {
	s, _ := open(t)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	const wrong = `select coalesce(string_agg(concat_ws(' ', a.id, a.type, a.name, st_astext(a.point), a.marks::text), E'\n'), '') from assets a
where a.from_tx = (select max(id) from revisions) and ('possible_duplicate' = any(a.marks)) <> exists (select from likely_duplicates(a.id, a.type, a.name, a.point))`
	marked := 0
	for round, n := range []int{250, 60, 20} {
		src := exchange.Bytes("ramai.csv", []byte(crowd(r, n)))
		report, err := s.ImportAssets(t.Context(), importer, exchange.Assets(src, exchange.AssetOptions{TypeProperty: "jenis", IDProperty: "tanpa"}),
			geo.ImportOptions{Source: fmt.Sprint("putaran ", round)})
		if err != nil || report.New+report.Unchanged != n { // a name that stands on the same spot again is the same asset
			t.Fatalf("%v %s", err, outcome(report))
		}
		if got := one[string](t, s, wrong); got != "" {
			t.Errorf("round %d: these have the wrong mark:\n%s", round, got)
		}
		marked += report.Marked[geo.MarkDuplicate]
	}
	if all := one[int](t, s, `select count(*) from assets`); marked == 0 || marked == all {
		t.Errorf("%d of %d are marked: the rule was not tried", marked, all)
	}
}

// Many rows on one spot make a few pairs each, not every pair.
func TestAlikeSweepStopsWhereEnoughIsFound(t *testing.T) {
	s, pairs := newAlikeSweep(150), 0
	met := map[int64]int{}
	for i := range int64(20_000) {
		s.pass(alikeRow{row: i, at: orb.Point{112, -7.8}}, func(a, b *alikeRow) {
			pairs++
			met[a.row]++
			met[b.row]++
		})
	}
	for i := range int64(20_000) {
		if met[i] < enoughAlike {
			t.Fatalf("row %d met %d others", i, met[i])
		}
	}
	if pairs > 4*20_000 {
		t.Errorf("%d pairs", pairs)
	}
	for range 4096 { // far to the east nobody is left
		s.pass(alikeRow{at: orb.Point{120, -7.8}}, func(a, b *alikeRow) {})
	}
	if n := len(s.bands); n != 1 {
		t.Errorf("%d bands are kept", n)
	}
}

func TestNumbersOf(t *testing.T) {
	for _, c := range []struct {
		a, b  string
		equal bool
	}{
		{"RT 004", "RT 4", true}, {"RT 004", "RT 005", false}, {"RT 000", "RT 0", true}, {"1 2", "12", false}, {"RT 10", "RT 1", false},
		{"7 Melati", "Melati 07", true}, {"RT 1 RW 2", "RT 1", false}, {"0", "", false}, {"A", "B", true}, {"10", "1 0", false}, {"RT 100", "RT 0100x", true},
	} {
		if got := numbersOf(c.a) == numbersOf(c.b); got != c.equal {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
	}
	if numbersOf("Melati") != 0 || numbersOf("Pos ٤ 5") != 0 || numbersOf("RT 0") == 0 {
		t.Error("0 is for names without digits, and for those that PostgreSQL has to read")
	}
}
