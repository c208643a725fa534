package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/patok-id/patok/geo/geotest"
)

// gdal runs one of GDAL's programs; without it the test fails.
func gdal(t *testing.T, program string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestGDALReadsEverything lets the library that QGIS and most tools stand on
// read every collection through the API and the tiles, and compares its counts
// with the table's.
func TestGDALReadsEverything(t *testing.T) {
	folder := dataDir(t)
	p := serve(t, folder)
	must(t, "demo", "--data-dir", folder)
	must(t, "demo", "--unless-real", "--data-dir", folder)
	count := func(sql string) int {
		t.Helper()
		n, err := strconv.Atoi(strings.TrimSpace(must(t, "psql", "--data-dir", folder, "--", "-At", "-c", sql)))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for collection, sql := range map[string]string{
		"posyandu":         `select count(*) from assets where type = 'posyandu' and placement <> 'held'`,
		"rt":               `select count(*) from assets where type = 'rt' and placement <> 'held'`,
		"pos_kamling":      `select count(*) from assets where type = 'pos_kamling' and placement <> 'held'`,
		"kantor_kelurahan": `select count(*) from assets where type = 'kantor_kelurahan' and placement <> 'held'`,
		"assets":           `select count(*) from assets where placement <> 'held'`,
		"kelurahan":        `select count(*) from areas where level = 4`,
		"kecamatan":        `select count(*) from areas where level = 3`,
		"kabupaten":        `select count(*) from areas where level = 2`,
		"provinsi":         `select count(*) from areas where level = 1`,
	} {
		out := filepath.Join(t.TempDir(), collection+".csv")
		gdal(t, "ogr2ogr", "-f", "CSV", out, "OAPIF:"+p.url+"/api", collection)
		if want, got := count(sql), len(records(t, out)); got != want || want == 0 {
			t.Errorf("%s: GDAL reads %d, the table has %d", collection, got, want)
		}
	}
	if out := gdal(t, "ogrinfo", "-ro", "OAPIF:"+p.url+"/api", "posyandu", "-so"); !strings.Contains(out, "Feature Count: "+strconv.Itoa(count(`select count(*) from assets where type = 'posyandu'`))) {
		t.Errorf("ogrinfo:\n%s", out)
	}
	for collection, sql := range map[string]string{
		"posyandu": `select count(*) from assets where type = 'posyandu' and point is not null and placement <> 'held'`,
		"assets":   `select count(*) from assets where point is not null and placement <> 'held'`,
	} {
		out := filepath.Join(t.TempDir(), collection+".csv")
		gdal(t, "ogr2ogr", "-f", "CSV", out, "MVT:"+p.url+"/tiles/"+collection+"/16")
		ids := map[string]bool{}
		for _, r := range records(t, out) {
			ids[r["mvt_id"]] = true
		}
		if want := count(sql); len(ids) != want {
			t.Errorf("%s: GDAL reads %d ids from the tiles, %d have a point", collection, len(ids), want)
		}
	}
}

// records reads a CSV file with a header.
func records(t *testing.T, path string) []map[string]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) == 0 {
		t.Fatalf("%s: %d rows, %v", path, len(rows), err)
	}
	all := make([]map[string]string, len(rows)-1)
	for i, row := range rows[1:] {
		all[i] = map[string]string{}
		for k, name := range rows[0] {
			all[i][name] = row[k]
		}
	}
	return all
}

// TestTwoRealCities runs the commands of a city's first day on real files.
func TestTwoRealCities(t *testing.T) {
	data := geotest.DataDir(t)
	folder := dataDir(t)
	p := serve(t, folder)
	kediri := filepath.Join(data, "boundaries", "3571_kelurahan.geojson")
	must(t, "import", "areas", kediri, "--data-dir", folder)
	must(t, "import", "areas", filepath.Join(data, "boundaries", "31_dki_jakarta_kelurahan.geojson"), "--data-dir", folder)
	out := must(t, "import", "assets", filepath.Join(data, "points", "jakarta_kantor_puskesmas.geojson"), "--type-property", "type", "--data-dir", folder)
	if !strings.Contains(out, "634 new") || !strings.Contains(out, "possible_duplicate: 10") || !strings.Contains(out, "too_many: 30") {
		t.Errorf("the import said\n%s", out)
	}
	for path, want := range map[string]int{"kelurahan/items?limit=1": 46 + 267, "kecamatan/items?limit=1": 3 + 44, "kabupaten/items?limit=1": 1 + 6,
		"provinsi/items?limit=1": 2, "kantor_kelurahan/items?limit=1": 258, "puskesmas/items?limit=1": 334,
		"kantor_kecamatan/items?limit=1": 42, "assets/items?limit=1&placement=inside": 634} {
		eventually(t, 5*time.Second, fmt.Sprintf("%d of %s", want, path), func() bool {
			var c featureCollection
			p.get("/api/collections/"+path, &c)
			return c.NumberMatched == want
		})
	}
	revision := must(t, "psql", "--data-dir", folder, "--", "-At", "-c", "select revision from revision_clock")
	must(t, "import", "areas", kediri, "--data-dir", folder)
	if again := must(t, "psql", "--data-dir", folder, "--", "-At", "-c", "select revision from revision_clock"); again != revision {
		t.Errorf("importing the same file again made revision %s of %s", again, revision)
	}
	must(t, "doctor", "--data-dir", folder)
	if _, code := patok(t, "demo", "--data-dir", folder); code != 1 {
		t.Errorf("example data beside real data: exit %d", code)
	}
}
