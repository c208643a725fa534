package store

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/exchange"
)

// takeCSV imports rows of posyandu written as CSV.
func takeCSV(t testing.TB, s *Store, content string, o geo.ImportOptions) (geo.Report, error) {
	t.Helper()
	o.File = "uji.csv"
	return s.ImportAssets(t.Context(), importer, exchange.Assets(exchange.Bytes(o.File, []byte(content)), exchange.AssetOptions{Type: "posyandu"}), o)
}

// outcome is a report in a few words.
func outcome(r geo.Report) string {
	return fmt.Sprintf("%d new %d changed %d unchanged %d refused %d doubtful", r.New, r.Changed, r.Unchanged, r.Refused, r.Doubtful)
}

func expect(t testing.TB, r geo.Report, err error, want string) {
	t.Helper()
	if err != nil || outcome(r) != want {
		t.Errorf("%s, want %s; %v; %+v", outcome(r), want, err, r.Verdicts)
	}
}

func TestImportPlacesRows(t *testing.T) {
	s, _ := open(t)
	// 35.71.01.1001 ends at 112.01; 0.0001° are 11 m.
	content := `nama,bujur,lintang,kode_wilayah,alasan
inside,112.005,-7.805,,
claimed,112.005,-7.801,3571011001,
near,112.0101,-7.805,35.71.01.1001,
reasoned,112.011,-7.809,35.71.01.1001,di tanah desa
for the file,112.011,-7.801,35.71.01.1001,
held,112.019,-7.8099,35.71.01.1001,
unplaced,,,35.71.01.1002,
`
	r, err := takeCSV(t, s, content, geo.ImportOptions{})
	expect(t, r, err, "7 new 0 changed 0 unchanged 0 refused 4 doubtful")
	got := one[string](t, s, `select string_agg(concat_ws(' ', name, area_code, coalesce(area_located, '-'), placement, '[' || placement_reason || ']'), E'\n' order by id) from assets`)
	want := `inside 35.71.01.1001 35.71.01.1001 inside []
claimed 35.71.01.1001 35.71.01.1001 inside []
near 35.71.01.1001 35.71.01.1002 near []
reasoned 35.71.01.1001 35.71.01.1002 reasoned [di tanah desa]
for the file 35.71.01.1001 35.71.01.1002 reasoned [impor uji.csv]
held 35.71.01.1001 35.71.01.1002 held []
unplaced 35.71.01.1002 - unplaced []`
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	for _, v := range r.Verdicts {
		if !strings.Contains(v.Reasons[0].EN, "m outside 35.71.01.1001, in 35.71.01.1002") || !strings.Contains(v.Reasons[0].ID, "di luar") {
			t.Errorf("%+v", v)
		}
	}
	// The rule of the import is the rule of the trigger: touching each row changes no place.
	exec(t, s, `create temp table before as select id, placement, outside_m, area_located from assets`)
	exec(t, s, `update assets set placement_reason = placement_reason || ' ' where placement = 'reasoned'`)
	if n := one[int](t, s, `select count(*) from assets where placement = 'reasoned'`); n != 2 {
		t.Errorf("%d reasoned", n)
	}
	r, err = takeCSV(t, s, content, geo.ImportOptions{EveryRow: true})
	if err != nil || len(r.Verdicts) != 7 {
		t.Errorf("every row: %d verdicts, %v", len(r.Verdicts), err)
	}
}

func TestImportRefusesRows(t *testing.T) {
	s, _ := open(t)
	for why, row := range map[string]string{
		"name: A name is required":              ",112.005,-7.805,,,",
		"no kelurahan or desa that is loaded":   "A,113,-7.805,,,",
		"outside all the areas that are loaded": "A,113,-7.805,35.71.01.1001,,",
		"Area 35.71.01.1009 is not loaded":      "A,112.005,-7.805,35.71.01.1009,,",
		"area code is required":                 "A,,,,,",
		"Latitude and longitude are swapped":    "A,-7.805,112.005,,,",
		"Perhaps 112.005, -7.805 is meant":      "A,-7.805,112.005,,,",
		"outside Indonesia":                     "A,12.005,-7.805,,,",
		"area_code: Must be the Kemendagri":     "A,112.005,-7.805,3571010007,,",
		"strata: Must be one of":                "A,112.005,-7.805,,utama,",
		"jumlah_kader: Must be a whole number":  "A,112.005,-7.805,,,banyak",
		"rt: Must be a number":                  "A,112.005,-7.805,,,,,dua",
	} {
		r, err := takeCSV(t, s, "nama,bujur,lintang,kode_wilayah,strata,jumlah_kader,catatan,rt\nBaik,112.005,-7.805,,madya,5\n"+row+"\n", geo.ImportOptions{})
		said := ""
		if len(r.Verdicts) > 0 && len(r.Verdicts[0].Reasons) > 0 {
			said = r.Verdicts[0].Reasons[0].EN
		}
		if geo.KindOf(err) != geo.Invalid || r.Refused != 1 || !strings.Contains(said, why) || r.Verdicts[0].Row != 3 {
			t.Errorf("%s: %v %s %q", why, err, outcome(r), said)
		}
	}
	if n := one[int](t, s, `select count(*) from assets`); n != 0 || revision(t, s) == 0 {
		t.Errorf("%d assets were written", n)
	}
	r, err := takeCSV(t, s, "nama,bujur,lintang\nBaik,112.005,-7.805\n,112.005,-7.805\n", geo.ImportOptions{SkipRefused: true})
	expect(t, r, err, "1 new 0 changed 0 unchanged 1 refused 0 doubtful")
}

func TestImportNeedsAdministrator(t *testing.T) {
	s, _ := open(t)
	pic := principal(t, s, "pic-1", geo.RolePIC, "35.71.01.1001")
	rows := exchange.Assets(exchange.Bytes("a.csv", []byte("nama,kode_wilayah\nA,35.71.01.1001\n")), exchange.AssetOptions{Type: "posyandu"})
	for _, p := range []geo.Principal{geo.Public, pic} {
		if _, err := s.ImportAssets(t.Context(), p, rows, geo.ImportOptions{}); geo.KindOf(err) != geo.Forbidden {
			t.Errorf("%s: %v", p.Actor(), err)
		}
	}
}

// A second import of a file changes what the file changed, and nothing else.
func TestImportAgain(t *testing.T) {
	s, _ := open(t)
	pic := principal(t, s, "pic-1", geo.RolePIC, "35.71.01.1001")
	const first = "id_sumber,nama,bujur,lintang,strata,alamat\n1,Melati,112.005,-7.805,madya,Jl. A\n2,Mawar,112.002,-7.802,pratama,\n3,Dahlia,112.008,-7.808,,\n"
	r, err := takeCSV(t, s, first, geo.ImportOptions{})
	expect(t, r, err, "3 new 0 changed 0 unchanged 0 refused 0 doubtful")
	before := revision(t, s)
	r, err = takeCSV(t, s, first, geo.ImportOptions{})
	expect(t, r, err, "0 new 0 changed 3 unchanged 0 refused 0 doubtful")
	if r.Revision != 0 || revision(t, s) != before {
		t.Errorf("revision %d after %d", revision(t, s), before)
	}
	// A PIC edits Melati and deletes Dahlia: the same file leaves that alone.
	id := func(name string) int64 { return one[int64](t, s, `select id from assets where name = $1`, name) }
	merge := func(id int64, in geo.Input) {
		t.Helper()
		if _, err := s.Apply(t.Context(), pic, geo.Edit{Verb: geo.VerbMerge, Type: "posyandu", ID: id, AnyVersion: true, Input: in}); err != nil {
			t.Fatal(err)
		}
	}
	merge(id("Melati"), at(112.006, -7.806, "strata", "mandiri"))
	merge(id("Mawar"), geo.Input{Properties: properties("rt", "5", "jumlah_kader", 7)})
	if _, err := s.Apply(t.Context(), pic, geo.Edit{Verb: geo.VerbDelete, Type: "posyandu", ID: id("Dahlia"), AnyVersion: true}); err != nil {
		t.Fatal(err)
	}
	r, err = takeCSV(t, s, first, geo.ImportOptions{})
	expect(t, r, err, "0 new 0 changed 3 unchanged 0 refused 0 doubtful")
	reasons := map[string]string{}
	for _, v := range r.Verdicts {
		reasons[v.Name] = v.Reasons[0].EN
	}
	if len(reasons) != 2 || !strings.Contains(reasons["Melati"], "edit stays") || !strings.Contains(reasons["Dahlia"], "deleted in Patok") {
		t.Errorf("%v", reasons)
	}
	// The office changes what it says of Melati and Mawar: its word counts, and what it leaves empty stays.
	second := strings.Replace(strings.Replace(first, "madya,Jl. A", "purnama,", 1), "pratama,", ",Jl. B", 1)
	r, err = takeCSV(t, s, second, geo.ImportOptions{})
	expect(t, r, err, "0 new 2 changed 1 unchanged 0 refused 0 doubtful")
	got := one[string](t, s, `select string_agg(concat_ws(' ', name, address, rt, attributes, st_x(point), version), E'\n' order by id) from assets`)
	want := "Melati Jl. A  {\"strata\": \"purnama\"} 112.005 3\nMawar Jl. B 005 {\"strata\": \"pratama\", \"jumlah_kader\": 7} 112.002 3"
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if n := one[int](t, s, `select count(*) from asset_history`); n != 5 {
		t.Errorf("%d versions in history", n)
	}
	if actor := one[string](t, s, `select actor from revisions order by revision desc limit 1`); actor != "import-assets:uji" {
		t.Error(actor)
	}
}

// A list without coordinates is placed by a PIC, and stays so when the list comes again.
func TestImportListThenPlace(t *testing.T) {
	s, _ := open(t)
	pic := principal(t, s, "pic-1", geo.RolePIC, "35.71.01.1001")
	const list = "nama;kode_wilayah;rt;rw\nPosyandu A;35.71.01.1001;1;2\nPosyandu A;35.71.01.1001;1;2\nPosyandu B;3571011001;2;2\n"
	r, err := takeCSV(t, s, list, geo.ImportOptions{})
	expect(t, r, err, "3 new 0 changed 0 unchanged 0 refused 0 doubtful")
	id := one[int64](t, s, `select id from assets where name = 'Posyandu B'`)
	if _, err := s.Apply(t.Context(), pic, geo.Edit{Verb: geo.VerbMerge, Type: "posyandu", ID: id, AnyVersion: true, Input: at(112.003, -7.803, "taken_by", "gps", "accuracy_m", 5)}); err != nil {
		t.Fatal(err)
	}
	r, err = takeCSV(t, s, list, geo.ImportOptions{})
	expect(t, r, err, "0 new 0 changed 3 unchanged 0 refused 0 doubtful")
	if got := one[string](t, s, `select concat_ws(' ', placement, taken_by, accuracy_m, version) from assets where id = $1`, id); got != "inside gps 5 2" {
		t.Error(got)
	}
}

func TestImportMarks(t *testing.T) {
	s, _ := open(t)
	r, err := takeCSV(t, s, "nama,bujur,lintang\nPosyandu Melati,112.005,-7.805\nPosyandu Mawar,112.002,-7.802\n", geo.ImportOptions{})
	expect(t, r, err, "2 new 0 changed 0 unchanged 0 refused 0 doubtful")
	// Beside what is there, within the file, on the same spot under another name, and far enough away.
	r, err = takeCSV(t, s, "nama,bujur,lintang\nPosyandu Melati 2,112.0055,-7.805\nPosyandu Anggrek,112.008,-7.808\nPosyandu Anggrek Indah,112.0085,-7.808\nLansia,112.002,-7.80205\nPosyandu Melati 3,112.0085,-7.802\n", geo.ImportOptions{})
	expect(t, r, err, "5 new 0 changed 0 unchanged 0 refused 4 doubtful")
	got := one[string](t, s, `select string_agg(name || ' ' || array_to_string(marks, ','), E'\n' order by id) from assets`)
	want := "Posyandu Melati \nPosyandu Mawar \nPosyandu Melati 2 possible_duplicate\nPosyandu Anggrek possible_duplicate\nPosyandu Anggrek Indah possible_duplicate\nLansia possible_duplicate\nPosyandu Melati 3 "
	if got != want || r.Marked[geo.MarkDuplicate] != 4 {
		t.Errorf("%s\nwant\n%s\n%v", got, want, r.Marked)
	}
	offices := func(content string) (geo.Report, error) {
		src := exchange.Bytes("kantor.csv", []byte("nama,bujur,lintang,status_operasi\n"+content))
		return s.ImportAssets(t.Context(), importer, exchange.Assets(src, exchange.AssetOptions{Type: "kantor_kelurahan"}), geo.ImportOptions{})
	}
	r, err = offices("Kantor Bandar Lor,112.001,-7.801,\nKantor Bandar Kidul,112.015,-7.805,\nKantor lama,112.012,-7.802,tutup\n")
	expect(t, r, err, "3 new 0 changed 0 unchanged 0 refused 0 doubtful")
	r, err = offices("Gedung serba guna,112.009,-7.809,aktif\n")
	expect(t, r, err, "1 new 0 changed 0 unchanged 0 refused 1 doubtful")
	if len(r.Verdicts) != 1 || r.Verdicts[0].Reasons[0].EN != "More than one active in 35.71.01.1001: Kantor Bandar Lor." {
		t.Errorf("%+v", r.Verdicts)
	}
}

func TestImportUUIDs(t *testing.T) {
	s, _ := open(t)
	id := uuid.NewString()
	content := "uuid,nama,kode_wilayah\n" + id + ",A,35.71.01.1001\n"
	r, err := takeCSV(t, s, content, geo.ImportOptions{})
	expect(t, r, err, "1 new 0 changed 0 unchanged 0 refused 0 doubtful")
	if got := one[string](t, s, `select uuid::text from assets`); got != id {
		t.Errorf("%s, want %s", got, id)
	}
	r, err = takeCSV(t, s, content+id+",B,35.71.01.1001\n", geo.ImportOptions{SkipRefused: true})
	expect(t, r, err, "0 new 0 changed 1 unchanged 1 refused 0 doubtful")
	src := exchange.Bytes("rt.csv", []byte(content))
	r, err = s.ImportAssets(t.Context(), importer, exchange.Assets(src, exchange.AssetOptions{Type: "rt"}), geo.ImportOptions{})
	if geo.KindOf(err) != geo.Invalid || !strings.Contains(r.Verdicts[0].Reasons[0].EN, "another type") {
		t.Errorf("%v %+v", err, r)
	}
}

// Names and numbers of people go into the erasable table and nowhere else.
func TestImportPersonal(t *testing.T) {
	s, _ := open(t)
	run := func(content string) (geo.Report, error) {
		src := exchange.Bytes("rt.csv", []byte(content))
		return s.ImportAssets(t.Context(), importer, exchange.Assets(src, exchange.AssetOptions{Type: "rt"}), geo.ImportOptions{})
	}
	r, err := run("nama,kode_wilayah,rt,rw,ketua_nama,ketua_hp,jumlah_kk\nRT 1,35.71.01.1001,1,1,Budi,0812345678,40\n")
	expect(t, r, err, "1 new 0 changed 0 unchanged 0 refused 0 doubtful")
	r, err = run("nama,kode_wilayah,rt,rw,ketua_nama\nRT 1,35.71.01.1001,1,1,Siti\n")
	expect(t, r, err, "0 new 1 changed 0 unchanged 0 refused 0 doubtful")
	if got := one[string](t, s, `select fields::text from asset_personal`); got != `{"ketua_hp": "0812345678", "ketua_nama": "Siti"}` {
		t.Error(got)
	}
	if n := one[int](t, s, `select count(*) from (select a::text as row from assets a union all select h::text from asset_history h) r where row ~ 'Budi|Siti|0812345678'`); n != 0 {
		t.Error("a person's name is in a versioned table")
	}
}

func areaRow(row int, code geo.Code, name string, corners ...orb.Point) geo.AreaRow {
	return geo.AreaRow{Row: row, Code: code, Name: name, District: "Mojoroto", Boundary: orb.MultiPolygon{{append(orb.Ring(corners), corners[0])}}}
}

func areaRows(rows ...geo.AreaRow) geo.AreaRows {
	return func(yield func(geo.AreaRow, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func TestImportAreaRules(t *testing.T) {
	s, _ := open(t)
	bow := areaRow(1, "35.71.01.1003", "Dasi", orb.Point{112.02, -7.81}, orb.Point{112.03, -7.80}, orb.Point{112.03, -7.81}, orb.Point{112.02, -7.80})
	good := areaRow(2, "35.71.01.1004", "Baru", orb.Point{112.0195, -7.81}, orb.Point{112.03, -7.81}, orb.Point{112.03, -7.80}, orb.Point{112.0195, -7.80})
	at := revision(t, s)
	r, err := s.ImportAreas(t.Context(), importer, areaRows(bow, good, good), geo.ImportOptions{})
	if geo.KindOf(err) != geo.Invalid || r.Refused != 2 || revision(t, s) != at {
		t.Errorf("%v %+v", err, r)
	}
	reasons := ""
	for _, v := range r.Verdicts {
		reasons += v.Reasons[0].EN + "\n"
	}
	if !strings.Contains(reasons, "Self-intersection") || !strings.Contains(reasons, "(112.025000, -7.805000)") || !strings.Contains(reasons, "was used by row 2") {
		t.Error(reasons)
	}
	r, err = s.ImportAreas(t.Context(), importer, areaRows(good), geo.ImportOptions{})
	expect(t, r, err, "1 new 0 changed 0 unchanged 0 refused 0 doubtful")
	if r.Derived != 0 || r.OverlapCount != 1 || r.Overlaps[0].NameA != "Bandar Kidul" || r.Overlaps[0].AreaM2 < 60_000 || r.Overlaps[0].AreaM2 > 62_000 {
		t.Errorf("%+v", r)
	}
	if n := one[int](t, s, `select count(*) from areas where code in ('35', '35.71', '35.71.01') and st_covers(boundary, st_setsrid(st_makepoint(112.025, -7.805), 4326))`); n != 3 {
		t.Errorf("%d parents grew", n)
	}
	// Its boundary moves away from its neighbour: one version more, and no overlap left.
	good.Boundary = orb.MultiPolygon{{{{112.02, -7.81}, {112.03, -7.81}, {112.03, -7.80}, {112.02, -7.80}, {112.02, -7.81}}}}
	r, err = s.ImportAreas(t.Context(), importer, areaRows(good), geo.ImportOptions{})
	expect(t, r, err, "0 new 1 changed 0 unchanged 0 refused 0 doubtful")
	if r.OverlapCount != 0 || one[int](t, s, `select count(*) from area_overlaps`) != 0 || one[int](t, s, `select version from areas where code = '35.71.01.1004'`) != 2 {
		t.Errorf("%+v", r)
	}
	// What the file leaves out stays.
	exec(t, s, `update areas set bps_code = '3571010009', source = 'BIG', year = 2024 where code = '35.71.01.1004'`)
	r, err = s.ImportAreas(t.Context(), importer, areaRows(good), geo.ImportOptions{})
	expect(t, r, err, "0 new 0 changed 1 unchanged 0 refused 0 doubtful")
}

// Imports run one after another: two of one file at once end with one set of rows.
func TestImportsAtOnce(t *testing.T) {
	s, _ := open(t)
	content := "nama,bujur,lintang\n"
	for i := range 200 {
		content += fmt.Sprintf("Posyandu %d,%.4f,%.4f\n", i, 112.0002+float64(i%14)*0.0007, -7.8002-float64(i/14)*0.0006)
	}
	reports := make(chan geo.Report, 3)
	for range cap(reports) {
		go func() {
			r, err := takeCSV(t, s, content, geo.ImportOptions{})
			if err != nil {
				t.Error(err)
			}
			reports <- r
		}()
	}
	created := 0
	for range cap(reports) {
		created += (<-reports).New
	}
	if n := one[int](t, s, `select count(*) from assets`); n != 200 || created != 200 {
		t.Errorf("%d assets, %d new", n, created)
	}
}

// A file that breaks off in the middle leaves nothing.
func TestImportBrokenFile(t *testing.T) {
	s, _ := open(t)
	src := exchange.Bytes("putus.geojson", []byte(`{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[112.005,-7.805]},"properties":{"nama":"A"}},{"type":"Fea`))
	_, err := s.ImportAssets(t.Context(), importer, exchange.Assets(src, exchange.AssetOptions{Type: "posyandu"}), geo.ImportOptions{})
	if geo.KindOf(err) != geo.Invalid || !strings.Contains(err.Error(), "cut off") || one[int](t, s, `select count(*) from assets`) != 0 {
		t.Error(err)
	}
}
