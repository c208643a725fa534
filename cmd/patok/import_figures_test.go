package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/indicator"
)

func TestImportFiguresCommand(t *testing.T) {
	url := geotest.Database(t)
	must(t, "import", "areas", filepath.Join(geotest.DataDir(t), "boundaries", "3571_kelurahan.geojson"), "--database-url", url)
	file := func(content string) string {
		t.Helper()
		path := filepath.Join(t.TempDir(), "dtsen.csv")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	run := func(path string, more ...string) []string {
		return append([]string{"import", "figures", path, "--source", "dtsen", "--database-url", url}, more...)
	}
	good := file("DTSEN Triwulan I 2026;;\nKode;Desil satu;Desil 2\n35.71.01.1001;12;3\n35.71.01.1001-001-002;5;3\nTOTAL;12;3\n")
	if out := must(t, run(good, "--map", "Desil satu=keluarga_desil_1", "--dry-run")...); !strings.Contains(out, "2 new") || !strings.Contains(out, "batches, draft: 1") ||
		!strings.Contains(out, "figures differ from their sums: 35.71.01.1001 keluarga_desil_1 12 ≠ 5") || !strings.Contains(out, "Dry run") {
		t.Error(out)
	}
	var printed struct{ Reports []indicator.ImportReport }
	if err := json.Unmarshal([]byte(must(t, run(good, "--map", "Desil satu=keluarga_desil_1", "--json")...)), &printed); err != nil {
		t.Fatal(err)
	}
	if r := printed.Reports[0]; r.New != 2 || r.Skipped != 1 || r.Receipt == 0 || r.Revision == 0 || len(r.Batches) != 1 || r.Batches[0].State != indicator.Draft || r.Batches[0].Period != "2026-Q1" {
		t.Errorf("%+v", r)
	}
	if out := must(t, run(good, "--map", "Desil satu=keluarga_desil_1")...); !strings.Contains(out, "2 unchanged") || !strings.Contains(out, "Nothing changed") {
		t.Error(out)
	}
	closed := file("Kode;Desil 1\n35.71.01.1002;4\n")
	if out := must(t, run(closed, "--period", "2025-Q4", "--close")...); !strings.Contains(out, "batches, closed: 1") || !strings.Contains(out, "Saved as revision") {
		t.Error(out)
	}
	again := file("Kode;Desil 1\n35.71.01.1002;5\n")
	if out, code := patok(t, run(again, "--period", "2025-Q4")...); code != 1 || !strings.Contains(out, "Nothing was imported") {
		t.Errorf("a correction without a reason: exit %d\n%s", code, out)
	}
	if out := must(t, run(again, "--period", "2025-Q4", "--reason", "salah ketik", "--send")...); !strings.Contains(out, "1 changed") || !strings.Contains(out, "batches, sent: 1") {
		t.Error(out)
	}
	if out, code := patok(t, run(file("Kode;Desil 1\n35.71.09.1001;1\n"), "--period", "2026-Q1")...); code != 1 || !strings.Contains(out, "Area 35.71.09.1001 is not loaded") {
		t.Errorf("exit %d\n%s", code, out)
	}
	for _, persons := range []string{"Kode;Nama KK;Desil 1\n35.71.01.1001;Budi;1\n", "Kode;Keterangan;Desil 1\n35.71.01.1001;3571011203850001;1\n"} {
		if out, code := patok(t, run(file(persons), "--period", "2026-Q1")...); code != 1 || out != "" {
			t.Errorf("%q: exit %d\n%s", persons, code, out)
		}
	}
	for _, wrong := range [][]string{run(good, "--send", "--close"), {"import", "figures", "--source", "dtsen"}} {
		if _, code := patok(t, wrong...); code != 2 {
			t.Errorf("%v: exit %d", wrong, code)
		}
	}
}
