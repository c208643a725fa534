package indicator_test

import (
	"math/rand/v2"
	"testing"

	"github.com/patok-id/patok/geo/geotest"
	. "github.com/patok-id/patok/geo/indicator"
)

// later is the table some time on: each lowest place is told anew with a chance
// of change, otherwise it is as it was.
func (pl plan) later(t *Table, random *rand.Rand, change float64) *Table {
	next := pl.table(random)
	lowest := map[Place]bool{}
	for _, p := range t.Places {
		lowest[p] = true
		delete(lowest, p.Parent())
	}
	for p, place := range t.Places {
		if lowest[place] && random.Float64() >= change {
			for c := range t.Columns {
				next.Numbers[c][p] = t.Numbers[c][p]
			}
		}
	}
	sum(next)
	return next
}

// series publishes a table and what becomes of it, and audits all together.
// It tells how often a later one had to leave columns out.
func series(t *testing.T, standard int, change float64, tables int) {
	random := geotest.Random(t)
	var size geotest.AuditSize
	withheld := 0
	for n := range audits(t, standard) {
		pl := randomPlan(random)
		table := pl.table(random)
		k := []int{3, 5, 10}[random.IntN(3)]
		var kept []*Protected
		for len(kept) < tables {
			p, err := Protect(t.Context(), table, Rules{K: k, Kept: kept})
			if err != nil {
				t.Fatal(err)
			}
			withheld += min(1, len(p.Withheld))
			kept = append(kept, p)
			table = pl.later(table, random, change)
		}
		size.Add(geotest.Audit(t, kept...))
		if t.Failed() {
			for _, p := range kept {
				t.Log(draw(p))
			}
			t.Fatalf("table %d: %+v", n, pl)
		}
	}
	t.Logf("%+v, %d with columns withheld", size, withheld)
}

func TestNothingIsRecoveredFromTwoPeriods(t *testing.T) { series(t, 100, 0.7, 2) }

func TestNothingIsRecoveredFromEditions(t *testing.T) { series(t, 100, 0.15, 3) }

func TestNothingIsRecoveredFromTwoAudiences(t *testing.T) {
	random := geotest.Random(t)
	var size geotest.AuditSize
	for range audits(t, 60) {
		pl := randomPlan(random)
		pl.rt = random.IntN(4)
		table := pl.table(random)
		internal := protect(t, table, Rules{K: 5, Wider: 10})
		public := protect(t, table, Rules{K: 10, Levels: Levels()[:4], Also: []*Protected{internal}})
		size.Add(geotest.Audit(t, public))
		size.Add(geotest.Audit(t, internal, public))
		if t.Failed() {
			t.Fatalf("%+v\n%s\n%s", pl, draw(internal), draw(public))
		}
	}
	t.Logf("%+v", size)
}
