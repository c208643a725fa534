package main

import (
	"math"
	"strings"
	"testing"

	"github.com/patok-id/patok/tiles"
)

func TestReach(t *testing.T) {
	faster := besideRow("tiles", unitRequests, "PostGIS", []float64{100, 120, 110}, []float64{2, 2, 2}, true, ratioOf(50), "")
	slower := besideRow("tiles, p99", unitMillis, "PostGIS", []float64{5}, []float64{50}, false, ratioOf(20), "")
	for _, c := range []struct {
		row     row
		goal    string
		met     bool
		reached float64
	}{
		{faster, "≥ 50×", true, 1.1},
		{slower, "≥ 20×", false, 0.5},
		{figureRow("import", unitRows, []float64{20_000}, "").toReach(valueOf(25_000)), "≥ 25000 rows/s", false, 0.8},
		{figureRow("start", unitSeconds, []float64{9, 10, 11}, "").toReach(atMost(12)), "≤ 12 s", true, 1.2},
		{row{Name: "edit", Unit: unitMillis, P99: 40}.toReach(p99Below(50)), "p99 ≤ 50 ms", true, 1.25},
		{figureRow("stale answers", unitAnswers, []float64{0}, "").toReach(none()), "none", true, 0},
		{figureRow("stale answers", unitAnswers, []float64{1}, "").toReach(none()), "none", false, 0},
		{figureRow("peak", unitMB, []float64{1}, ""), "", false, 0},
	} {
		reached, _ := c.row.reached()
		if c.row.Goal != c.goal || c.row.Met != c.met || math.Abs(reached-c.reached) > 1e-9 {
			t.Errorf("%s: goal %q met %v, reached %v times; want %q, %v, %v", c.row.Name, c.row.Goal, c.row.Met, reached, c.goal, c.met, c.reached)
		}
	}
}

// The plot holds one bar for each figure that can be missed, and names with
// signs of XML come through.
func TestPlot(t *testing.T) {
	r := &report{Rows: []row{
		figureRow("start <fast>", unitSeconds, []float64{6}, "").toReach(atMost(12)),
		figureRow("import", unitRows, []float64{1000}, "").toReach(valueOf(25_000)),
		figureRow("no figure to reach", unitMB, []float64{1}, ""),
	}}
	var b strings.Builder
	if err := r.writePlot(&b); err != nil {
		t.Fatal(err)
	}
	if plot := b.String(); strings.Count(plot, `<rect class="met"`) != 1 || strings.Count(plot, `<rect class="missed"`) != 1 ||
		!strings.Contains(plot, "start &lt;fast&gt;") || !strings.Contains(plot, ">2.00×<") || !strings.Contains(plot, ">0.04×<") || strings.Contains(plot, "NaN") {
		t.Errorf("the plot is:\n%s", plot)
	}
}

func TestPeers(t *testing.T) {
	peers, err := readPeers(map[string]string{"pg_tileserv": "http://127.0.0.1:7800", "martin": "http://127.0.0.1:3000/{layer}/{z}/{x}/{y}"})
	if err != nil || len(peers) != 2 {
		t.Fatal(peers, err)
	}
	ids := []tiles.ID{{Z: 3, X: 5, Y: 4}}
	if got := peers[0].paths("bench_points", ids)[0]; got != "/bench_points/3/5/4" || peers[0].base != "http://127.0.0.1:3000" {
		t.Errorf("martin is asked %s%s", peers[0].base, got)
	}
	if got := peers[1].paths("bench_points", ids)[0]; !strings.HasPrefix(got, "/public.bench_points/3/5/4.pbf") {
		t.Errorf("pg_tileserv is asked for %s", got)
	}
	if _, err := readPeers(map[string]string{"x": "localhost:7800"}); err == nil {
		t.Error("an address without http:// was taken")
	}
}

func TestMarksAreRead(t *testing.T) {
	l, other := &ledger{run: "now"}, &ledger{run: "earlier"}
	body := []byte(`{"name":"` + l.mark(12, 345) + `"}, ` + l.mark(1, 9) + other.mark(2, 7))
	if n := l.marked(body, 12); n != 345 {
		t.Errorf("the mark of asset 12 is %d", n)
	}
	if n := l.marked(body, 1); n != 9 {
		t.Errorf("the mark of asset 1 is %d", n)
	}
	if n := l.marked(body, 2); n != 0 {
		t.Errorf("asset 2 has no mark, not %d", n)
	}
}
