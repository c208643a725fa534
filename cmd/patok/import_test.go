package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
)

func TestImportCommands(t *testing.T) {
	url := geotest.Database(t)
	kediri := filepath.Join(geotest.DataDir(t), "boundaries", "3571_kelurahan.geojson")
	if out := must(t, "import", "areas", kediri, "--dry-run", "--database-url", url); !strings.Contains(out, "46 new") || !strings.Contains(out, "Dry run") {
		t.Error(out)
	}
	if out := must(t, "import", "areas", kediri, "--database-url", url); !strings.Contains(out, "70 boundaries overlap") || !strings.Contains(out, "5 parents") || !strings.Contains(out, "Saved as revision") {
		t.Error(out)
	}
	if out := must(t, "import", "areas", kediri, "--database-url", url); !strings.Contains(out, "46 unchanged") || !strings.Contains(out, "Nothing changed") {
		t.Error(out)
	}
	list := filepath.Join(t.TempDir(), "posyandu.csv")
	content := "Jenis;Judul;Kode Desa;Alamat Lengkap;Warna\nPos Yandu;Melati;35.71.01.1001;Jl. Dhoho 5;biru\nPos Yandu;;35.71.01.1001;;\n"
	if err := os.WriteFile(list, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	flags := []string{"import", "assets", list, "--type-property", "jenis", "--map-type", "pos_yandu=posyandu",
		"--map", "judul=name", "--map", "alamat_lengkap=address", "--database-url", url}
	if out, code := patok(t, flags...); code != 1 || !strings.Contains(out, "3  refused  : name: A name is required.") || !strings.Contains(out, "Nothing was imported") {
		t.Errorf("exit %d\n%s", code, out)
	}
	var printed struct{ Reports []geo.Report }
	if err := json.Unmarshal([]byte(must(t, append(flags, "--skip-refused", "--json")...)), &printed); err != nil || len(printed.Reports) != 1 {
		t.Fatal(err)
	}
	if r := printed.Reports[0]; r.New != 1 || r.Refused != 1 || len(r.Verdicts) != 2 || strings.Join(r.Ignored, " ") != "warna" || r.Revision == 0 {
		t.Errorf("%+v", r)
	}
	for _, wrong := range [][]string{{"import", "assets", list, "--database-url", url}, {"import", "areas", "--database-url", url},
		{"import", "assets", list, "--type", "rt", "--type-property", "jenis"}, {"import", "areas", "/nowhere.geojson"}} {
		if _, code := patok(t, wrong...); code != 2 {
			t.Errorf("%v: exit %d", wrong, code)
		}
	}
}

func TestDemoCommand(t *testing.T) {
	url := geotest.Database(t)
	type printed struct {
		Accounts []struct{ Name, Password, Role, Area string }
	}
	run := func(args ...string) (p printed) {
		t.Helper()
		if err := json.Unmarshal([]byte(must(t, append([]string{"demo", "--json", "--database-url", url}, args...)...)), &p); err != nil {
			t.Fatal(err)
		}
		return p
	}
	first := run()
	roles, passwords := map[string]int{}, map[string]bool{}
	for _, a := range first.Accounts {
		roles[a.Role]++
		passwords[a.Password] = true
		if a.Role == "pic" && "pic-"+strings.ReplaceAll(a.Area, ".", "") != a.Name {
			t.Errorf("%+v", a)
		}
	}
	if len(first.Accounts) != 57 || roles["pic"] != 46 || roles["administrator"] != 1 || roles["planner"] != 1 || roles["dinsos"] != 2 || roles["reviewer"] != 7 || len(passwords) != 57 {
		t.Errorf("%v, %d passwords", roles, len(passwords))
	}
	count := func() string {
		return must(t, "psql", "--database-url", url, "--", "-At", "-c", `select (select count(*) from assets where example), (select count(*) from areas where example), (select sum(version) from assets)`)
	}
	before := count()
	second := run()
	if len(second.Accounts) != 57 || second.Accounts[0].Password == first.Accounts[0].Password || count() != before {
		t.Errorf("%d accounts, %s after %s", len(second.Accounts), count(), before)
	}
	must(t, "psql", "--database-url", url, "--", "-c", `update assets set name = 'diubah' where type = 'posyandu'`)
	run("--replace")
	if got, _, _ := strings.Cut(count(), "|"); !strings.HasPrefix(before, got+"|") {
		t.Errorf("%s after %s", count(), before)
	}
	if left := must(t, "psql", "--database-url", url, "--", "-At", "-c", `select count(*) from assets where name = 'diubah'`); strings.TrimSpace(left) != "0" {
		t.Errorf("%s edits are left", left)
	}
}

func TestReportIsBounded(t *testing.T) {
	r := geo.Report{File: "a.csv", Read: 100, Refused: 100}
	for i := range 100 {
		r.Add(geo.RowVerdict{Row: i + 2, Outcome: geo.OutcomeRefused, Reasons: []geo.Text{{ID: "Namanya kosong.", EN: "It has no name."}}}, false)
	}
	for language, want := range map[string]string{"id": "dan 60 baris lagi", "en": "and 60 more rows"} {
		var out bytes.Buffer
		printReport(&out, r, errors.New("refused"), language)
		if !strings.Contains(out.String(), want) || strings.Count(out.String(), "\n") > 50 {
			t.Errorf("%s", out.String())
		}
	}
	for value, want := range map[string]string{"id_ID.UTF-8": "id", "en_US": "en", "": "en", "C": "en"} {
		if got := terminalLanguage(func(string) string { return value }); got != want {
			t.Errorf("%q: %s", value, got)
		}
	}
}

func TestProgressPrintsFewLines(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out, "a.csv")
	for rows := 0; rows <= 1_000_000; rows += 5000 {
		p.show(geo.ImportProgress{Step: geo.StepRead, Rows: rows})
	}
	for done := range 20 {
		p.show(geo.ImportProgress{Step: geo.StepWrite, Rows: 1_000_000, Done: done, Total: 20})
	}
	p.done()
	if !strings.HasSuffix(out.String(), "a.csv: write, 900000 of 1000000 rows\n") {
		t.Error(out.String())
	}
	if n := strings.Count(out.String(), "\n"); n != 21 || strings.Contains(out.String(), "\x1b") {
		t.Errorf("%d lines\n%s", n, out.String())
	}
}
