package handlers

import (
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// row shows a row of the progress in one line; "" when it is not there.
func (a answered) row(area, typ string) string {
	rows, _ := a.json["rows"].([]any)
	for _, r := range rows {
		if m, _ := r.(map[string]any); m["area_code"] == area && m["type"] == typ {
			return progressWords(m)
		}
	}
	return ""
}

func progressWords(m map[string]any) string {
	return fmt.Sprint("target ", m["target"], " registered ", m["registered"], " placed ", m["placed"], " due ", m["due"],
		" declared ", m["declared"], " late ", m["late"], " done ", m["done"])
}

func TestProgress(t *testing.T) {
	n := newNode(t)
	n.create("pic-lor", "posyandu", feature(112.005, -7.805, `"name":"Posyandu","area_code":"35.71.01.1001"`))
	goals := `{"targets":[{"area_code":"35.71.01.1001","type":"posyandu","target":1,"due":"2020-12-31"},{"area_code":"3571011002","type":"Posyandu","target":4}]}`
	if changed := n.expect(200, "PUT", "/api/progress/targets", as(n, "admin"), body(typeJSON, goals)).at("changed"); changed != 2.0 {
		t.Errorf("%v changed", changed)
	}
	all := n.expect(200, "GET", "/api/progress", as(n, "admin"))
	if got := all.row(lor, "posyandu"); got != "target 1 registered 1 placed 1 due 2020-12-31 declared <nil> late true done false" {
		t.Error(got)
	}
	if got := all.row(kidul, "posyandu"); got != "target 4 registered 0 placed 0 due <nil> declared <nil> late false done false" {
		t.Error(got)
	}
	if all.header.Get("Cache-Control") != "private, no-store" || fmt.Sprint(all.at("may")) != "map[confirm:[35.71.01.1001 35.71.01.1002] declare:[35.71.01.1001 35.71.01.1002] target:true]" {
		t.Errorf("%v %v", all.header, all.at("may"))
	}
	pic := n.expect(200, "GET", "/api/progress?type=posyandu", as(n, "pic-lor"))
	if rows, _ := pic.json["rows"].([]any); len(rows) != 1 || fmt.Sprint(pic.at("may")) != "map[confirm:[] declare:[35.71.01.1001] target:false]" {
		t.Errorf("the PIC sees %d rows, %v", len(rows), pic.at("may"))
	}
	if pics := fmt.Sprint(pic.at("rows", 0, "pic")); pics != "[map[name:pic-lor title:pic-lor]]" {
		t.Errorf("PICs %s", pics)
	}

	const path = "/api/progress/35.71.01.1001/posyandu/"
	n.expect(409, "PUT", path+"declaration", as(n, "pic-lor"), body(typeJSON, `{"declared":"none"}`))
	made := n.expect(200, "PUT", path+"declaration", as(n, "pic-lor"), body(typeJSON, `{"declared":"complete"}`))
	if got := progressWords(made.json); !strings.HasSuffix(got, "declared complete late true done false") || made.at("declared_by") != "pic-lor" {
		t.Errorf("%s by %v", got, made.at("declared_by"))
	}
	n.expect(403, "PUT", path+"confirmation", as(n, "pic-lor"), body(typeJSON, `{"confirmed":true}`))
	done := n.expect(200, "PUT", path+"confirmation", as(n, "lurah"), body(typeJSON, `{"confirmed":true}`))
	if got := progressWords(done.json); !strings.HasSuffix(got, "declared complete late false done true") || done.at("confirmed_by") != "lurah" {
		t.Errorf("%s by %v", got, done.at("confirmed_by"))
	}
	back := n.expect(200, "PUT", path+"declaration", as(n, "pic-lor"), body(typeJSON, `{"declared":null}`))
	if got := progressWords(back.json); !strings.HasSuffix(got, "declared <nil> late true done false") {
		t.Error(got)
	}
}

func TestProgressRefusals(t *testing.T) {
	n := newNode(t)
	for text, want := range map[string]string{
		`{}`:               "/targets required",
		`{"targets":7}`:    "/targets required",
		`{"targets":[7]}`:  "/targets/0 type",
		`{"targets":[{}]}`: "/targets/0/area_code code",
		`{"targets":[{"area_code":"35.71.01.1001","type":"x"}]}`:                                                                  "/targets/0/type unknown_type",
		`{"targets":[{"area_code":"35.71.01","type":"rt"}]}`:                                                                      "/targets/0/area_code unknown_area",
		`{"targets":[{"area_code":"35.71.01.1999","type":"rt"}]}`:                                                                 "/targets/0/area_code unknown_area",
		`{"targets":[{"area_code":"35.71.01.1001","type":"rt","target":-1}]}`:                                                     "/targets/0/target range",
		`{"targets":[{"area_code":"35.71.01.1001","type":"rt","target":1.5}]}`:                                                    "/targets/0/target range",
		`{"targets":[{"area_code":"35.71.01.1001","type":"rt","target":"7"}]}`:                                                    "/targets/0/target range",
		`{"targets":[{"area_code":"35.71.01.1001","type":"rt","target":100001}]}`:                                                 "/targets/0/target range",
		`{"targets":[{"area_code":"35.71.01.1001","type":"rt","due":"2026-02-30"}]}`:                                              "/targets/0/due date",
		`{"targets":[{"area_code":"35.71.01.1001","type":"rt","due":7}]}`:                                                         "/targets/0/due type",
		`{"targets":[{"area_code":"35.71.01.1001","type":"rt","goal":7}]}`:                                                        "/targets/0/goal unknown",
		`{"targets":[{"area_code":"35.71.01.1001","type":"rt","target":1},{"area_code":"3571011001","type":"rt","target":2}]}`:    "/targets/1/area_code repeated",
		`{"targets":[{"area_code":"35.71.01.1001","type":"rt","target":1},{"area_code":"35.71.01.1999","type":"rt","target":2}]}`: "/targets/1/area_code unknown_area",
	} {
		if got := n.expect(422, "PUT", "/api/progress/targets", as(n, "admin"), body(typeJSON, text)).codes(); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	if c := n.count(`select count(*) from progress`); c != 0 {
		t.Errorf("refused lists left %d rows", c)
	}
	if got := n.expect(422, "PUT", "/api/progress/targets", as(n, "admin"), body(typeCSV, "Kode wilayah;Jenis;Target\n35.71.01.1001;RT;1.250\nx;RT;2\n35.71.01.1002;Jembatan;2\n")).codes(); got !=
		"/rows/2/target range; /rows/3/kode_wilayah code; /rows/4/jenis unknown_type" {
		t.Error(got)
	}
	if got := n.expect(422, "PUT", "/api/progress/targets", as(n, "admin"), body(typeCSV, "kode;tipe\n35.71.01.1001;rt\n")).codes(); got != "/rows/2/kode_wilayah code" {
		t.Error(got)
	}
	if got := n.expect(422, "PUT", "/api/progress/targets", as(n, "admin"), body(typeCSV, "kode_wilayah,jenis,jumlah\n35.71.01.1001,rt,7\n")).codes(); got != "/rows required" {
		t.Error(got)
	}
	n.expect(422, "PUT", "/api/progress/targets", as(n, "admin"), body(typeCSV, ""))
	n.expect(415, "PUT", "/api/progress/targets", as(n, "admin"), body("text/plain", "x"))
	n.expect(413, "PUT", "/api/progress/targets", as(n, "admin"), body(typeCSV, "kode_wilayah,jenis,target\n"+strings.Repeat("35.71.01.1001,rt,7\n", 300_000)))
	n.expect(413, "PUT", "/api/progress/targets", as(n, "admin"), body(typeJSON, `{"targets":[`+strings.Repeat("{},", maxGoals)+`{}]}`))
	for path, text := range map[string]string{"declaration": `{"declared":"done"}`, "confirmation": `{"confirmed":1}`} {
		for _, wrong := range []string{text, `{}`, `{"declared":"none","confirmed":true}`} {
			n.expect(422, "PUT", "/api/progress/35.71.01.1001/rt/"+path, as(n, "admin"), body(typeJSON, wrong))
		}
		for _, nowhere := range []string{"35.71.01", "35.71.01.1999", "x"} {
			n.expect(404, "PUT", "/api/progress/"+nowhere+"/rt/"+path, as(n, "admin"), body(typeJSON, map[string]string{"declaration": `{"declared":"none"}`, "confirmation": `{"confirmed":true}`}[path]))
		}
	}
	n.expect(400, "GET", "/api/progress?area=x", as(n, "admin"))
	n.expect(400, "GET", "/api/progress?limit=1", as(n, "admin"))
}

func TestProgressFiles(t *testing.T) {
	n := newNode(t)
	n.create("pic-lor", "posyandu", feature(112.005, -7.805, `"name":"Posyandu","area_code":"35.71.01.1001"`))
	n.sql(`update accounts set title = '=cmd|''/c calc''!A1' where name = 'pic-lor'`)
	n.expect(200, "PUT", "/api/progress/targets", as(n, "admin"), body(typeCSV+"; charset=utf-8",
		"\xef\xbb\xbfKode Wilayah;Jenis;Target;Tenggat\r\n3571011001;Posyandu;2;31/12/2020\r\n35.71.01.1002;rt;5;\r\n"))

	file := n.expect(200, "GET", "/api/progress.csv?type=posyandu", as(n, "admin"))
	lines := strings.Split(file.body, "\r\n")
	if len(lines) != 4 || !strings.HasPrefix(lines[0], "\xef\xbb\xbfKode wilayah,Kelurahan/desa,Kecamatan,Jenis,Target,") ||
		!strings.HasPrefix(lines[1], "35.71.01.1001,Bandar Lor,Mojoroto,Posyandu,2,1,1,0,0,0,") || !strings.Contains(lines[1], ",2020-12-31,Terlambat,") ||
		!strings.Contains(lines[1], "'=cmd") || !strings.HasPrefix(lines[2], "35.71.01.1002,Bandar Kidul,Mojoroto,Posyandu,,0,0,0,0,0,,,Belum mulai,") {
		t.Errorf("%q", lines)
	}
	if !strings.HasPrefix(file.header.Get("Content-Disposition"), `attachment; filename="kemajuan-`) || file.header.Get("Cache-Control") != "private, no-store" {
		t.Error(file.header)
	}
	// A file that was filled in goes back in as it is.
	filled := strings.Replace(file.body, "Bandar Kidul,Mojoroto,Posyandu,,", "Bandar Kidul,Mojoroto,Posyandu,3,", 1)
	if changed := n.expect(200, "PUT", "/api/progress/targets", as(n, "admin"), body(typeCSV, filled)).at("changed"); changed != 1.0 {
		t.Errorf("%v changed", changed)
	}

	book, err := excelize.OpenReader(strings.NewReader(n.expect(200, "GET", "/api/progress.xlsx", as(n, "pic-lor")).body))
	n.must(err)
	defer book.Close()
	rows, err := book.GetRows("Kemajuan")
	n.must(err)
	if len(rows) < 3 || rows[0][0] != "Kode wilayah" || strings.Contains(fmt.Sprint(rows), kidul) || !strings.Contains(fmt.Sprint(rows), "31/12/2020") {
		t.Errorf("%v", rows)
	}
	const exports = `select count(*) from audit where action = 'export' and target = $1 and actor = $2 and (detail ->> 'rows')::integer = $3`
	if n.count(exports, "progress.csv", "admin", 2) != 1 || n.count(exports, "progress.xlsx", "pic-lor", len(rows)-1) != 1 {
		t.Error("an export is not in the audit log")
	}
	n.expect(406, "GET", "/api/progress.csv", as(n, "admin"), header("Accept", "application/json"))
}

// FuzzReadDay: what is taken for a day is one.
func FuzzReadDay(f *testing.F) {
	for _, seed := range []string{"2026-12-31", "31/12/2026", "1-2-2026", "0/0/0", "", "31/12/26"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if d, ok := readDay(text); ok && len(d) != len("2026-12-31") {
			t.Errorf("%q became %q", text, d)
		}
	})
}
