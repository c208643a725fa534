package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

func sampleReport() *report {
	fast := result{contest: contest{Name: "fast", Reference: "ST_AsMVT", PostGIS: true}, ours: []time.Duration{time.Millisecond, 2 * time.Millisecond}, theirs: []time.Duration{4 * time.Millisecond, 4 * time.Millisecond}}
	slow := result{contest: contest{Name: "slow", Reference: "KNN", PostGIS: true}, ours: []time.Duration{9 * time.Microsecond}, theirs: []time.Duration{3 * time.Microsecond}}
	plain := result{contest: contest{Name: "plain", Reference: "chi", Parallel: 4}, ours: []time.Duration{20 * time.Microsecond}, theirs: []time.Duration{10 * time.Microsecond}}
	return &report{Machine: machine{CPU: "Some CPU", Cores: 2, MemoryGB: 8}, Dataset: datasetFlags{Points: 10, Areas: 2, Seed: 1}, Rounds: 5, Rows: []row{
		contestRow(fast), contestRow(slow), contestRow(plain),
		latencyRow("edit", []time.Duration{time.Millisecond, 3 * time.Millisecond}, "two"),
		figureRow("heap", unitBytes, []float64{512}, ""),
	}}
}

func TestReportNamesWhatIsSlowerThanPostGIS(t *testing.T) {
	r := sampleReport()
	if got, want := r.slower(), []string{"slow"}; !slices.Equal(got, want) {
		t.Errorf("slower: %v, want %v", got, want)
	}
	var b bytes.Buffer
	if err := r.writeMarkdown(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Some CPU, 2 cores, 8 GB",
		"| fast | 1.50 ms [1.00..2.00] | ST_AsMVT 4.00 ms [4.00..4.00] | 3.00× [2.00..4.00] | yes |",
		"| slow | 9.00 µs [9.00..9.00] | KNN 3.00 µs [3.00..3.00] | 0.33× [0.33..0.33] | **NO** |",
		"| plain | 50000 requests/s [50000..50000] | chi 100000 requests/s [100000..100000] | 0.50× [0.50..0.50] | – |",
		"| edit | p50 2.00 ms, p99 2.98 ms [1.00..3.00] | – | – | – | two |",
		"| heap | 512 bytes [512..512] |",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, b.String())
		}
	}
}

func TestReportIsOneJSONDocument(t *testing.T) {
	var b bytes.Buffer
	if err := sampleReport().writeJSON(&b); err != nil {
		t.Fatal(err)
	}
	var back report
	if err := json.Unmarshal(b.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if len(back.Rows) != 5 || !back.Rows[1].Slower || back.Rows[0].Ratio.Median != 3 {
		t.Errorf("read back: %+v", back)
	}
}

func TestStrictFailsWhereSomethingIsSlower(t *testing.T) {
	r := sampleReport()
	if err := (&runCmd{}).judge(r); err != nil {
		t.Errorf("without --strict: %v", err)
	}
	if err := (&runCmd{Strict: true}).judge(r); err == nil || !strings.Contains(err.Error(), "slow") {
		t.Errorf("with --strict: %v", err)
	}
	r.Rows = slices.DeleteFunc(r.Rows, func(line row) bool { return line.Name == "slow" })
	if err := (&runCmd{Strict: true}).judge(r); err != nil {
		t.Errorf("nothing is slower, and yet: %v", err)
	}
}
