package store

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/exchange"
	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/indicator"
)

// reference is what files are read against in s.
func reference(t testing.TB, s *Store) exchange.Reference {
	t.Helper()
	areas, err := s.AreaNames(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Registry(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return exchange.Reference{Registry: r, Areas: exchange.NewGazetteer(areas)}
}

// takeFigures takes in a file as its inspection proposes.
func takeFigures(t testing.TB, s *Store, p geo.Principal, src exchange.Source, wanted exchange.Plan, o geo.ImportOptions) (indicator.ImportReport, error) {
	t.Helper()
	ref := reference(t, s)
	wanted.What = exchange.WhatFigures
	in, err := exchange.Inspect(src, wanted, ref)
	if err != nil {
		t.Fatal(err)
	}
	if problems := in.Plan.Check(ref.Registry); len(problems) > 0 {
		t.Fatalf("%s: %+v", src.Name, problems)
	}
	o.File, o.Source, o.SHA256 = src.Name, wanted.Source, []byte("hash")
	return s.ImportFigures(t.Context(), p, exchange.Figures(src, in.Plan, ref), o)
}

// figures takes in a text of DTSEN figures of the first quarter.
func (c *village) figures(p geo.Principal, text string, o geo.ImportOptions) (indicator.ImportReport, error) {
	c.Helper()
	return takeFigures(c.T, c.app, p, exchange.Bytes("dtsen.csv", []byte(text)), exchange.Plan{Source: "dtsen", Period: "2026-Q1"}, o)
}

// told lists the figures that open or closed batches hold, by place.
func (c *village) told() string {
	c.Helper()
	return one[string](c.T, c.owner, `select coalesce(string_agg(concat_ws(' ', b.edition, b.state, v.place, v.indicator, coalesce(v.number::text, '?'), nullif(v.note, '')), E'\n' order by b.edition, v.place, v.indicator), '')
from batch_values v join batches b on b.id = v.batch_id where b.state <> 'withdrawn'`)
}

func (c *village) expect(r indicator.ImportReport, err error, want string) {
	c.Helper()
	expect(c.T, r.Report, err, want)
}

const firstFile string = "Kode;RW;RT;Desil 1;Desil 2;Catatan\n" +
	string(lor) + ";;;10;4;RT 3 menyusul\n" + string(lor) + ";1;1;6;4;\n" + string(lor) + ";1;2;3;-;\n" + string(kidul) + ";;;0;;\nJUMLAH;;;10;4;\n"

func TestImportFigures(t *testing.T) {
	c := newVillage(t)
	r, err := c.figures(c.dinsos, firstFile, geo.ImportOptions{DryRun: true})
	c.expect(r, err, "4 new 0 changed 0 unchanged 0 refused 0 doubtful")
	if r.Skipped != 1 || r.Revision != 0 || r.Receipt != 0 || len(r.Batches) != 2 || r.Batches[0].ID != 0 || r.Batches[0].Values != 6 || c.told() != "" {
		t.Errorf("dry run: %+v, %s", r, c.told())
	}
	if len(r.Differences) != 1 || r.Differences[0].Indicator != "keluarga_desil_1" || r.Differences[0].Sum != 9 || !r.Differences[0].Explained() {
		t.Errorf("differences %+v", r.Differences)
	}
	r, err = c.figures(c.dinsos, firstFile, geo.ImportOptions{})
	c.expect(r, err, "4 new 0 changed 0 unchanged 0 refused 0 doubtful")
	const first = `1 draft 35.71.01.1001 keluarga_desil_1 10 RT 3 menyusul
1 draft 35.71.01.1001 keluarga_desil_2 4 RT 3 menyusul
1 draft 35.71.01.1001-001-001 keluarga_desil_1 6
1 draft 35.71.01.1001-001-001 keluarga_desil_2 4
1 draft 35.71.01.1001-001-002 keluarga_desil_1 3
1 draft 35.71.01.1001-001-002 keluarga_desil_2 ?
1 draft 35.71.01.1002 keluarga_desil_1 0`
	if c.told() != first || r.Revision == 0 || r.Receipt == 0 || r.Batches[0].ID == 0 {
		t.Errorf("%+v\n%s", r, c.told())
	}
	before := revision(t, c.owner)
	if r, err = c.figures(c.dinsos, firstFile, geo.ImportOptions{}); r.Revision != 0 || r.Receipt != 0 || revision(t, c.owner) != before {
		t.Errorf("the same again is revision %d, receipt %d", r.Revision, r.Receipt)
	}
	c.expect(r, err, "0 new 0 changed 4 unchanged 0 refused 0 doubtful")

	// A row that says less leaves the rest as it is; one that says it another way changes nothing.
	r, err = c.figures(c.dinsos, "Kode;RW;RT;Desil 1\n"+string(lor)+";;;11\n"+string(lor)+";1;3;2\n"+strings.ReplaceAll(string(kidul), ".", "")+";;;0,0\n", geo.ImportOptions{})
	c.expect(r, err, "1 new 1 changed 1 unchanged 0 refused 0 doubtful")
	second := strings.Replace(strings.Replace(first, "desil_1 10", "desil_1 11", 1), "1 draft 35.71.01.1002", "1 draft 35.71.01.1001-001-003 keluarga_desil_1 2\n1 draft 35.71.01.1002", 1)
	if c.told() != second {
		t.Errorf("%s\nwant\n%s", c.told(), second)
	}
	list, _, err := c.app.Receipts(t.Context(), c.dinsos, 0, 10)
	if err != nil || len(list) != 2 || !list[0].CanUndo || list[0].By.Name != "dinsos" || list[0].File != "dtsen.csv" || list[0].Revision != r.Revision {
		t.Fatalf("%+v %v", list, err)
	}
	done, err := c.app.UndoImport(t.Context(), c.dinsos, list[0].ID, "berkas keliru")
	if err != nil || done.Undone != 2 || done.Kept != 0 || done.Revision == 0 || c.told() != first {
		t.Errorf("%+v %v\n%s", done, err, c.told())
	}
	if _, err := c.app.UndoImport(t.Context(), c.dinsos, list[0].ID, "lagi"); geo.KindOf(err) != geo.Conflict {
		t.Errorf("undone twice: %v", err)
	}
	done, err = c.app.UndoImport(t.Context(), c.dinsos, list[1].ID, "semuanya keliru")
	if err != nil || done.Undone != 7 || c.told() != "" || one[int](t, c.owner, `select count(*) from batches where state = 'withdrawn'`) != 2 {
		t.Errorf("%+v %v\n%s", done, err, c.told())
	}
	if got := one[string](t, c.owner, `select string_agg(action, ' ' order by id) from audit where action like 'import%'`); got != "import import import_undone import_undone" {
		t.Errorf("audit: %s", got)
	}
}

// What somebody changed since an import stays when it is undone.
func TestImportUndoneAfterEdits(t *testing.T) {
	c := newVillage(t)
	r, err := c.figures(c.dinsos, firstFile, geo.ImportOptions{})
	c.expect(r, err, "4 new 0 changed 0 unchanged 0 refused 0 doubtful")
	b := ok(c.app.Batch(t.Context(), c.dinsos, r.Batches[0].ID))(c)
	ok(c.put(c.dinsos2, b, lor, "keluarga_desil_1", 12, lor, "kpm_pkh", 3))(c)
	done := ok(c.app.UndoImport(t.Context(), c.dinsos, r.Receipt, "keliru"))(c)
	if done.Undone != 6 || done.Kept != 1 {
		t.Errorf("%+v", done)
	}
	if want := "1 draft 35.71.01.1001 keluarga_desil_1 12\n1 draft 35.71.01.1001 kpm_pkh 3"; c.told() != want {
		t.Errorf("%s, want %s", c.told(), want)
	}
}

func TestImportOfWhatWasSent(t *testing.T) {
	c := newVillage(t)
	r, err := c.figures(c.dinsos, firstFile, geo.ImportOptions{})
	c.expect(r, err, "4 new 0 changed 0 unchanged 0 refused 0 doubtful")
	b := ok(c.app.Batch(t.Context(), c.dinsos, r.Batches[0].ID))(c)
	b = c.must(c.dinsos, b, indicator.ActSent, "")
	if _, err := c.app.UndoImport(t.Context(), c.dinsos, r.Receipt, "keliru"); geo.KindOf(err) != geo.Conflict {
		t.Errorf("undone after it was sent: %v", err)
	}
	if one := ok(c.app.Receipt(t.Context(), c.dinsos, r.Receipt))(c); one.CanUndo {
		t.Error("the receipt offers its undo")
	}
	again, err := c.figures(c.dinsos, firstFile, geo.ImportOptions{})
	c.expect(again, err, "0 new 0 changed 4 unchanged 0 refused 0 doubtful")
	again, err = c.figures(c.dinsos, "Kode;Desil 1\n"+string(lor)+";99\n"+string(kidul)+";1\n", geo.ImportOptions{})
	if geo.KindOf(err) != geo.Invalid || outcome(again.Report) != "0 new 1 changed 0 unchanged 1 refused 0 doubtful" || !strings.Contains(again.Verdicts[0].Reasons[0].EN, "being checked") {
		t.Errorf("%v %+v", err, again)
	}

	// Closed: a reason, and the next edition.
	c.must(c.dinsos2, b, indicator.ActApproved, "")
	change := "Kode;Desil 1\n" + string(lor) + ";99\n"
	if r, err = c.figures(c.dinsos, change, geo.ImportOptions{DryRun: true}); err != nil || r.Batches[0].Edition != 2 || r.Batches[0].ID != 0 {
		t.Errorf("%+v %v", r, err)
	}
	_, err = c.figures(c.dinsos, change, geo.ImportOptions{})
	if e, _ := errors.AsType[*geo.Error](err); e == nil || e.Kind != geo.Invalid || len(e.Fields) != 1 || e.Fields[0].Pointer != "/reason" {
		t.Errorf("without a reason: %v", err)
	}
	r, err = c.figures(c.dinsos, change, geo.ImportOptions{Reason: "salah ketik"})
	c.expect(r, err, "0 new 1 changed 0 unchanged 0 refused 0 doubtful")
	if got := one[string](t, c.owner, `select concat_ws(' ', edition, state, reason, (select count(*) from batch_values v where v.batch_id = b.id)) from batches b where id = $1`, r.Batches[0].ID); got != "2 draft salah ketik 6" {
		t.Error(got)
	}
	done := ok(c.app.UndoImport(t.Context(), c.dinsos, r.Receipt, "tidak jadi"))(c)
	if got := one[string](t, c.owner, `select string_agg(edition || ' ' || state, ', ' order by edition) from batches where area_code = $1`, lor); got != "1 closed, 2 withdrawn" || done.Kept != 0 {
		t.Errorf("%s %+v", got, done)
	}
}

// Nobody takes in figures for next door: the whole file is refused, and says
// which rows.
func TestImportNextDoor(t *testing.T) {
	c := newVillage(t)
	plan := exchange.Plan{Source: "muskel", Period: "2026-Q1"}
	text := "Kode;Desil 1\n" + string(lor) + ";3\n" + string(kidul) + ";4\n35.71.01.1001-001-001;1\n"
	src := exchange.Bytes("muskel.csv", []byte(text))
	r, err := takeFigures(t, c.app, c.pic, src, plan, geo.ImportOptions{})
	if geo.KindOf(err) != geo.Invalid || r.Refused != 1 || r.Verdicts[0].Row != 3 || !strings.Contains(r.Verdicts[0].Reasons[0].EN, string(kidul)) || c.told() != "" {
		t.Errorf("%v %+v", err, r)
	}
	r, err = takeFigures(t, c.app, c.pic, src, plan, geo.ImportOptions{SkipRefused: true})
	c.expect(r, err, "2 new 0 changed 0 unchanged 1 refused 0 doubtful")
	if c.told() != "1 draft 35.71.01.1001 keluarga_desil_1 3\n1 draft 35.71.01.1001-001-001 keluarga_desil_1 1" {
		t.Error(c.told())
	}
	if r, err := takeFigures(t, c.app, c.pic, src, exchange.Plan{Source: "dtsen", Period: "2026-Q1"}, geo.ImportOptions{}); geo.KindOf(err) != geo.Invalid || r.Refused != 3 {
		t.Errorf("a PIC takes in what comes from the centre: %v %+v", err, r)
	}
	if r, err := takeFigures(t, c.app, c.dinsos, src, exchange.Plan{Source: "muskel", Period: "2199-Q1"}, geo.ImportOptions{}); geo.KindOf(err) != geo.Invalid || r.Refused != 3 {
		t.Errorf("the future: %v %+v", err, r)
	}
	for _, p := range []geo.Principal{geo.Public, c.planner, c.lurah, c.camat} {
		if _, err := takeFigures(t, c.app, p, src, plan, geo.ImportOptions{}); geo.KindOf(err) != geo.Forbidden {
			t.Errorf("%s: %v", p.Actor(), err)
		}
	}
	reader := c.pic
	reader.ReadOnly = true
	if _, err := takeFigures(t, c.app, reader, src, plan, geo.ImportOptions{}); geo.KindOf(err) != geo.Forbidden {
		t.Errorf("a reader: %v", err)
	}

	// A receipt is its owner's, and the administrator's.
	list, _, err := c.app.Receipts(t.Context(), c.pic, 0, 10)
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v %v", list, err)
	}
	for _, p := range []geo.Principal{c.kidul, c.lurah, c.dinsos, c.twin} {
		if others, _, err := c.app.Receipts(t.Context(), p, 0, 10); err != nil || len(others) != 0 {
			t.Errorf("%s sees %+v %v", p.Name, others, err)
		}
		if _, err := c.app.Receipt(t.Context(), p, list[0].ID); geo.KindOf(err) != geo.NotFound {
			t.Errorf("%s: %v", p.Name, err)
		}
		if _, err := c.app.UndoImport(t.Context(), p, list[0].ID, "iseng"); geo.KindOf(err) != geo.NotFound {
			t.Errorf("%s: %v", p.Name, err)
		}
	}
	if all, _, err := c.app.Receipts(t.Context(), c.admin, 0, 10); err != nil || len(all) != 1 || !all[0].CanUndo {
		t.Errorf("%+v %v", all, err)
	}
	exec(t, c.owner, `update grants set valid_until = now() where account_id = $1`, c.pic.AccountID)
	c.pic.Grants = nil
	if _, err := c.app.UndoImport(t.Context(), c.pic, list[0].ID, "sudah pindah"); geo.KindOf(err) != geo.Forbidden {
		t.Errorf("who has no grant any more undoes: %v", err)
	}
	if done, err := c.app.UndoImport(t.Context(), c.admin, list[0].ID, "keliru"); err != nil || done.Undone != 2 {
		t.Errorf("%+v %v", done, err)
	}
}

// Assets leave a receipt too, and go by it.
func TestImportOfAssetsIsUndone(t *testing.T) {
	s, _ := open(t)
	r, err := takeCSV(t, s, "nama,bujur,lintang\nA,112.005,-7.805\nB,112.006,-7.806\n", geo.ImportOptions{SHA256: []byte("hash")})
	expect(t, r, err, "2 new 0 changed 0 unchanged 0 refused 0 doubtful")
	if r.Receipt == 0 {
		t.Fatal("no receipt")
	}
	done, err := s.UndoImport(t.Context(), importer, r.Receipt, "keliru")
	if err != nil || done.Undone != 2 || one[int](t, s, `select count(*) from assets`) != 0 {
		t.Errorf("%+v %v", done, err)
	}
}

// country loads areas of the register with small squares for boundaries, with
// what lies above them; keep chooses them.
func country(t testing.TB, s *Store, keep func(code geo.Code) bool) {
	t.Helper()
	file, err := os.Open(filepath.Join(geotest.DataDir(t), "codes", "wilayah_kemendagri_2025.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // only read from
	plain, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]any
	for reader := csv.NewReader(plain); ; {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if code, err := geo.ParseCode(record[0]); err == nil && keep(code) {
			n := len(rows)
			lon, lat := 95+float64(n%1000)*0.04, -10+float64(n/1000)*0.04
			square := fmt.Sprintf("SRID=4326;MULTIPOLYGON(((%[1]f %[2]f,%[3]f %[2]f,%[3]f %[4]f,%[1]f %[4]f,%[1]f %[2]f)))", lon, lat, lon+0.03, lat+0.03)
			rows = append(rows, []any{string(code), strings.TrimSpace(record[1]), string(code.Kind()), square})
		}
	}
	codes, names, kinds, squares := make([]string, len(rows)), make([]string, len(rows)), make([]string, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		codes[i], names[i], kinds[i], squares[i] = r[0].(string), r[1].(string), r[2].(string), r[3].(string)
	}
	for level := 1; level <= 4; level++ {
		exec(t, s, `insert into areas (code, name, kind, boundary)
select code, name, kind, st_geomfromewkt(square) from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as n (code, name, kind, square)
where length(code) = $5 order by code`, codes, names, kinds, squares, []int{2, 5, 8, 13}[level-1])
	}
}

func TestImportRealFigures(t *testing.T) {
	url := geotest.Database(t)
	owner, err := Open(t.Context(), url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(owner.Close)
	s, err := Open(t.Context(), geotest.AppURL(t, url), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	country(t, owner, func(c geo.Code) bool { return c.Level() <= geo.LevelKabupaten || c.Within("33.01") })
	for _, c := range []struct {
		file    string
		plan    exchange.Plan
		want    string
		batches int
		check   string // SQL that gives yes
	}{
		{"indicators/kabkota_kemiskinan_2019_2022.csv", exchange.Plan{Source: "susenas"}, "2036 new 0 changed 0 unchanged 20 refused 28 doubtful", 2036,
			`select count(*) = 2 from batch_values v join batches b on b.id = v.batch_id where b.period = '2022' and v.indicator = 'p0' and v.place in ('33.28', '33.76')`},
		{"messy/bps_kabkota_2022_titikkoma_desimalkoma.csv", exchange.Plan{Source: "susenas"}, "0 new 0 changed 509 unchanged 5 refused 509 doubtful", 0,
			`select number = 7.9 from batch_values v join batches b on b.id = v.batch_id where b.period = '2022' and v.indicator = 'p0' and v.place = '33.28'`},
		{"indicators/kabkota_penduduk_luas_2024.csv", exchange.Plan{Source: "susenas", Period: "2024"}, "514 new 0 changed 0 unchanged 39 refused 0 doubtful", 514,
			`select number = 301424 from batch_values where indicator = 'penduduk' and place = '35.71'`},
		{"indicators/cilacap_desa_penduduk_fasilitas.csv", exchange.Plan{Source: "profil"}, "278 new 0 changed 0 unchanged 6 refused 0 doubtful", 278,
			`select number = 4 from batch_values where indicator = 'jumlah_posyandu' and place = '33.01.16.2013'`},
	} {
		r, err := takeFigures(t, s, importer, file(t, strings.Split(c.file, "/")...), c.plan, geo.ImportOptions{SkipRefused: true})
		if err != nil {
			t.Fatalf("%s: %v", c.file, err)
		}
		t.Log(c.file, outcome(r.Report), r.Skipped, len(r.Batches), len(r.Differences))
		if outcome(r.Report) != c.want || len(r.Batches) != c.batches {
			t.Errorf("%s: %s in %d batches, want %s in %d", c.file, outcome(r.Report), len(r.Batches), c.want, c.batches)
		}
		if !one[bool](t, owner, c.check) {
			t.Errorf("%s: %s", c.file, c.check)
		}
		again, err := takeFigures(t, s, importer, file(t, strings.Split(c.file, "/")...), c.plan, geo.ImportOptions{SkipRefused: true})
		if err != nil || again.New+again.Changed != 0 || again.Revision != 0 {
			t.Errorf("%s again: %s %v", c.file, outcome(again.Report), err)
		}
	}
}
