package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/index"
)

func TestMain(m *testing.M) { geotest.Main(m) }

// A whole run on little data: every measurement works, and every check that
// both sides do the same work holds.
func TestMeasure(t *testing.T) {
	url := geotest.Database(t)
	c := runCmd{datasetFlags: datasetFlags{Points: 3000, Areas: 60, Seed: 5}, Rounds: 2, Edits: 5, SQLEdits: 2}
	r, err := c.measure(t.Context(), url, geotest.AppURL(t, url), func(what string) { t.Log(what) })
	if err != nil {
		t.Fatal(err)
	}
	var table bytes.Buffer
	if err := r.writeMarkdown(&table); err != nil {
		t.Fatal(err)
	}
	t.Log(table.String())
	for _, want := range []string{"tile z6 of points", "tile z15 of kelurahan", "cached tile over HTTP, 304", "nearest 10, geodesic",
		"locate", "items by bbox", "edit until its event is out", "plain SQL until its event is out", "start: build the index", "heap per asset", "coverage of 1500 RT", "the best 10 sites", "publish 3000 kelurahan × 30 indicators", "PostGIS 3."} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("the table lacks %q", want)
		}
	}
	for _, row := range r.Rows {
		if row.Patok == nil || row.Patok.Median <= 0 {
			t.Errorf("%s: nothing was measured", row.Name)
		}
		if row.Beside != nil && (row.Beside.Median <= 0 || row.Ratio.Median <= 0) {
			t.Errorf("%s: the reference was not measured", row.Name)
		}
	}
}

// The command as it is typed, with a PostGIS of its own that is gone afterwards.
func TestCommandCleansUp(t *testing.T) {
	dir := openFolder(t)
	var out, errs bytes.Buffer
	args := []string{"--points=400", "--areas=12", "--slice=1ms", "--edits=5", "--sql-edits=5", "--json", "--dir", dir}
	if code := run(args, &out, &errs); code != exitDone {
		t.Fatalf("exited with %d: %s", code, errs.String())
	}
	var r report
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatalf("%v in %s", err, out.String())
	}
	if r.Rounds != minRounds || len(r.Rows) < 20 || r.Machine.Cores < 1 {
		t.Errorf("the report is %+v", r)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("%v was left behind (%v)", left, err)
	}
}

// openFolder is a temporary folder that the cluster's user can pass through,
// which t.TempDir is not when root tests.
func openFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "patok-test-bench-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestNeighborsThatDifferAreNoticed(t *testing.T) {
	n := index.Neighbor{Asset: assetsOf(small)[0], DistanceM: 12.5}
	if !sameNeighbors([]index.Neighbor{n}, []neighbor{{distance: 12.5001}}) {
		t.Error("a tenth of a millimetre is no difference")
	}
	if sameNeighbors([]index.Neighbor{n}, []neighbor{{distance: 12.6}}) || sameNeighbors([]index.Neighbor{n}, nil) {
		t.Error("another distance, or no neighbor, is a difference")
	}
}

func TestCountFeatures(t *testing.T) {
	// One layer (field 3) that holds a name (field 1), two features (field 2) and a key (field 3).
	layer := []byte{0x0a, 1, 'x', 0x12, 2, 0x18, 1, 0x12, 0, 0x1a, 1, 'k'}
	tile := append([]byte{0x1a, byte(len(layer))}, layer...)
	if n, err := countFeatures(tile); err != nil || n != 2 {
		t.Errorf("%d features, %v; want 2", n, err)
	}
	if _, err := countFeatures(tile[:len(tile)-1]); err == nil {
		t.Error("a tile that was cut off was counted")
	}
}

func TestWrongUsage(t *testing.T) {
	for _, args := range [][]string{{"--points=0"}, {"run", "--areas=160000"}, {"--rounds=4"}, {"generate"}, {"--slice=-1s"}, {"nonsense"}} {
		var out, errs bytes.Buffer
		if code := run(args, &out, &errs); code != exitUsage {
			t.Errorf("%v exited with %d: %s", args, code, errs.String())
		}
	}
	var out, errs bytes.Buffer
	if code := run([]string{"run", "--help"}, &out, &errs); code != exitDone || !strings.Contains(out.String(), "--sql-edits") {
		t.Errorf("--help exited with %d: %s", code, out.String())
	}
}
