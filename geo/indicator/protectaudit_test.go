package indicator_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/patok-id/patok/geo/geotest"
	. "github.com/patok-id/patok/geo/indicator"
)

// plan is the shape of a random table.
type plan struct {
	kecamatan, kelurahan, rt int // rt: in each kelurahan, 0 for none
	columns                  []Column
	families                 int     // at most in each lowest place
	missing                  float64 // share of lowest places of which nothing is known
	empty                    float64 // share of parts that are zero
}

func count(name string, base int, parts ...int) Column {
	return Column{Indicator: name, Parts: parts, Base: base, Count: -1, Additive: true, Protected: true}
}

func share(name string, of, base int) Column {
	return Column{Indicator: name, Base: base, Count: of}
}

// schemes are columns of growing depth: alone, two groups as the public sees
// them, two groups of desil, and programmes beside them.
func schemes() [][]Column {
	return [][]Column{
		{count("disability", -1)},
		{count("families", -1, 1, 2), count("low", 0), count("high", 0)},
		{count("families", -1), count("programme", 0), share("programme_share", 1, 0)},
		{count("families", -1, 1, 2), count("low", 0, 3, 4, 5, 6), count("high", 0, 7, 8), count("d1", 0), count("d2", 0),
			count("d3", 0), count("d4", 0), count("d5", 0), count("d6", 0), count("programme", 0), count("widows", 9)},
		{count("families", -1, 1, 2, 3), count("a", -1), count("b", -1), count("c", -1), count("persons", -1, 5, 6), count("women", 4), count("men", 4)},
	}
}

func (pl plan) places() []Place {
	places := []Place{"35.71"}
	for k := range pl.kecamatan {
		kec := Place(fmt.Sprintf("35.71.%02d", k+1))
		places = append(places, kec)
		for l := range pl.kelurahan {
			kel := kec + Place(fmt.Sprintf(".%04d", 1001+l))
			places = append(places, kel)
			for n := range pl.rt {
				rw := kel + Place(fmt.Sprintf("-%03d", n/4+1))
				if n%4 == 0 {
					places = append(places, rw)
				}
				places = append(places, rw+Place(fmt.Sprintf("-%03d", n+1)))
			}
		}
	}
	return places
}

// table fills a plan with numbers that add up.
func (pl plan) table(random *rand.Rand) *Table {
	t := &Table{Places: pl.places(), Columns: pl.columns}
	for range t.Columns {
		t.Numbers = append(t.Numbers, make([]Number, len(t.Places)))
	}
	lowest := map[Place]bool{}
	for _, p := range t.Places {
		lowest[p] = true
		delete(lowest, p.Parent())
	}
	for p, place := range t.Places {
		if lowest[place] && random.Float64() >= pl.missing {
			for c := range t.Columns {
				pl.fill(t, random, c, p)
			}
		}
	}
	sum(t)
	return t
}

// fill draws a number and, where it has parts, shares it among them.
func (pl plan) fill(t *Table, random *rand.Rand, c, p int) {
	if t.Numbers[c][p].Known {
		return
	}
	column := t.Columns[c]
	most := random.IntN(pl.families + 1)
	if column.Base >= 0 && t.Numbers[column.Base][p].Known {
		most = int(t.Numbers[column.Base][p].Value)
	}
	n := most
	if column.Base >= 0 && random.Float64() > 0.1 {
		n = random.IntN(most + 1)
		if random.Float64() < pl.empty {
			n = 0
		}
	}
	pl.share(t, random, c, p, n)
}

func (pl plan) share(t *Table, random *rand.Rand, c, p, n int) {
	t.Numbers[c][p] = Number{Value: float64(n), Known: true}
	parts := t.Columns[c].Parts
	weights, all := make([]float64, len(parts)), 0.0
	for k := range parts {
		if random.Float64() >= pl.empty || k == len(parts)-1 && all == 0 {
			weights[k] = random.Float64() * random.Float64()
			all += weights[k]
		}
	}
	left := n
	for k, part := range parts {
		mine := min(left, int(float64(n)*weights[k]/max(all, 1e-9)+random.Float64()))
		if k == len(parts)-1 {
			mine = left
		}
		left -= mine
		pl.share(t, random, part, p, mine)
	}
}

// sum computes every total that all the places below have told, and the shares.
func sum(t *Table) {
	index := map[Place]int{}
	children := map[int][]int{}
	for p, place := range t.Places {
		index[place] = p
		if up, ok := index[place.Parent()]; ok {
			children[up] = append(children[up], p)
		}
	}
	for p := len(t.Places) - 1; p >= 0; p-- {
		for c, column := range t.Columns {
			if !column.Additive || len(children[p]) == 0 {
				continue
			}
			n := Number{Known: true}
			for _, child := range children[p] {
				n.Known = n.Known && t.Numbers[c][child].Known
				n.Value += t.Numbers[c][child].Value
			}
			if t.Numbers[c][p] = n; !n.Known {
				t.Numbers[c][p] = Number{}
			}
		}
		for c, column := range t.Columns {
			if !column.Additive && column.Count >= 0 && t.Numbers[column.Base][p].Value > 0 {
				t.Numbers[c][p] = Number{Value: 100 * t.Numbers[column.Count][p].Value / t.Numbers[column.Base][p].Value, Known: true}
			}
		}
	}
}

// randomPlan is small.
func randomPlan(random *rand.Rand) plan {
	all := schemes()
	pl := plan{kecamatan: 1 + random.IntN(3), kelurahan: 1 + random.IntN(3), columns: all[random.IntN(len(all))],
		families: []int{15, 40, 120, 3000}[random.IntN(4)], empty: []float64{0, 0.2, 0.6}[random.IntN(3)]}
	if random.IntN(3) == 0 {
		pl.missing = 0.15
	}
	if random.IntN(4) == 0 {
		pl.rt, pl.kelurahan = 1+random.IntN(4), 1+random.IntN(2)
	}
	return pl
}

// audits is how many random tables a test looks at: PATOK_AUDIT for more.
func audits(t testing.TB, standard int) int {
	if s := os.Getenv("PATOK_AUDIT"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return standard
}

func protect(t testing.TB, table *Table, rules Rules) *Protected {
	t.Helper()
	p, err := Protect(context.Background(), table, rules)
	if err != nil {
		t.Fatalf("%v\n%s", err, draw(&Protected{Table: table, K: rules.K}))
	}
	return p
}

func TestNothingIsRecovered(t *testing.T) {
	random := geotest.Random(t)
	var size geotest.AuditSize
	for n := range audits(t, 200) {
		pl := randomPlan(random)
		if n%20 == 0 { // a city; with smaller numbers the audit takes minutes
			pl.kecamatan, pl.kelurahan, pl.rt, pl.families = 3, 15, 0, 3000
		}
		p := protect(t, pl.table(random), Rules{K: []int{3, 5, 10, 11}[random.IntN(4)]})
		size.Add(geotest.Audit(t, p))
		geotest.Honest(t, p)
		if t.Failed() {
			t.Fatalf("table %d: %+v\n%s", n, pl, draw(p))
		}
	}
	t.Logf("%+v", size)
}

// draw is the exact table with its marks, for people who look for a mistake.
func draw(p *Protected) string {
	s := fmt.Sprintf("K=%d\n", p.K)
	for c, column := range p.Table.Columns {
		s += fmt.Sprintf("%-16s base %d parts %v\n", column.Indicator, column.Base, column.Parts)
		for i, place := range p.Table.Places {
			state := Missing
			if !p.Table.Numbers[c][i].Known {
				continue
			}
			if p.Cells != nil {
				state = p.Cells[c][i].State
			}
			s += fmt.Sprintf("  %-24s %8v %s\n", place, p.Table.Numbers[c][i].Value, [...]string{"missing", "", "<k", "*"}[state])
		}
	}
	return s
}
