package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The command as it is typed, on a set that is made, loaded by the ordinary
// import, and measured in every part.
func TestNational(t *testing.T) {
	dir := openFolder(t)
	patok := filepath.Join(dir, "patok")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", patok, "../patok").CombinedOutput(); err != nil {
		t.Fatalf("build patok: %v\n%s", err, out)
	}
	args := []string{"national", "--points=1500", "--areas=30", "--rounds=1", "--slice=20ms", "--stale-minutes=0.01",
		"--patok", patok, "--keep", filepath.Join(dir, "kept"), "--out", filepath.Join(dir, "results")}
	var out, errs bytes.Buffer
	if code := run(args, &out, &errs); code != exitDone {
		t.Fatalf("exited with %d: %s", code, errs.String())
	}
	rows := checkResults(t, filepath.Join(dir, "results"))
	for _, want := range []string{"import of 1500 assets", "encode 10,000 points", "nearest 10 in process", "start until ready", "tile from the cache, 304",
		"points, tiles of z15, no cache, p99", "kelurahan, tiles of z6, no cache", "provinsi, the largest tile of z0 to z10", "assets, the largest of dense tiles of z11 to z16", "items by bbox, gzip", "locate over HTTP",
		"edit through the API until in tile", "edit by plain SQL until in event on each node", "stale answers", "reads while PostgreSQL is gone, p99"} {
		if r := rows[want]; r.Patok == nil {
			t.Errorf("%s was not measured", want)
		}
	}
	for _, other := range recordings() {
		if rows[other.row].Patok == nil {
			t.Errorf("nothing was measured beside %s's %s", other.server, other.row)
		}
	}
	// What has to hold on any machine, however slow.
	for _, exact := range []string{"zooms whose tiles do not add up to the table", "stale answers", "assets, the largest tile of z0 to z10",
		"reads while PostgreSQL hangs, answered", "reads while PostgreSQL is gone, answered"} {
		if r := rows[exact]; !r.Met {
			t.Errorf("%s: %s, %s", exact, r.ours(), r.Note)
		}
	}
	// The kept set is used again as it is, and no other.
	again := append([]string{}, args...)
	if code := run(append(again, "--only=^encoder$"), &out, &errs); code != exitDone || !strings.Contains(errs.String(), "measuring: encoder") {
		t.Errorf("a second run exited with %d: %s", code, errs.String())
	}
	if code := run(append(again, "--seed=2"), &out, io.Discard); code != exitFailed {
		t.Errorf("another set in the same folder exited with %d", code)
	}
	// A set that was not loaded to its end is not measured.
	if err := os.Remove(filepath.Join(dir, "kept", "loaded.json")); err != nil {
		t.Fatal(err)
	}
	if code := run(append(again, "--only=^encoder$"), &out, &errs); code != exitFailed || !strings.Contains(errs.String(), "remove the folder") {
		t.Errorf("a set of unknown origin exited with %d: %s", code, errs.String())
	}
}

// checkResults reads the files of a report, and gives its rows by their names.
func checkResults(t *testing.T, dir string) map[string]row {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "national.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r report
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	rows := map[string]row{}
	for _, line := range r.Rows {
		rows[line.Name] = line
	}
	markdown, err := os.ReadFile(filepath.Join(dir, "national.md"))
	if err != nil || !bytes.Contains(markdown, []byte("| stale answers | none |")) {
		t.Errorf("the report reads: %s (%v)", markdown, err)
	}
	t.Logf("%s", markdown)
	plot, err := os.ReadFile(filepath.Join(dir, "national.svg"))
	if err != nil || xml.Unmarshal(plot, new(any)) != nil && !bytes.HasPrefix(plot, []byte("<svg ")) {
		t.Errorf("the plot is no SVG: %.200s (%v)", plot, err)
	}
	return rows
}
