package exchange

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/indicator"
)

// planOf is the plan that an inspection proposes for a file of figures.
func planOf(t testing.TB, src Source, wanted Plan, ref Reference) (*Inspection, Plan) {
	t.Helper()
	wanted.What = WhatFigures
	in, err := Inspect(src, wanted, ref)
	if err != nil {
		t.Fatal(err)
	}
	return in, in.Plan
}

func rowsOf(t testing.TB, src Source, plan Plan, ref Reference) []indicator.FileRow {
	t.Helper()
	if problems := plan.Check(ref.Registry); len(problems) > 0 {
		t.Fatalf("%+v", problems)
	}
	var rows []indicator.FileRow
	for row, err := range Figures(src, plan, ref) {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}

// figureRow is a row in a few words.
func figureRow(r indicator.FileRow) string {
	s := fmt.Sprintf("%d %s %s", r.Row, r.Name, r.Period)
	for _, v := range r.Values {
		number := "?"
		if v.Number != nil {
			number = fmt.Sprint(*v.Number)
		}
		s += fmt.Sprintf(" %s/%s=%s", v.Place, v.Indicator, number)
		if v.Denominator != nil {
			s += fmt.Sprint(" of ", *v.Denominator)
		}
		if v.Note != "" {
			s += " (" + v.Note + ")"
		}
	}
	for _, d := range r.Doubts {
		s += " DOUBT " + d.EN
	}
	for _, d := range r.Refused {
		s += " REFUSED " + d.EN
	}
	if r.Skipped != nil {
		s += " SKIPPED " + r.Skipped.EN
	}
	return s
}

func TestFiguresAreRead(t *testing.T) {
	quarter := Plan{Source: "dtsen", Period: "2026-Q1"}
	year := Plan{Source: "susenas", Period: "2025"}
	for name, c := range map[string]struct {
		plan    Plan
		content string
		want    []string
	}{
		"wide by code": {quarter, "Kode;Keluarga Desil 1;Desil 2;Penerima PKH\n35.71.01.1001;12;-;\n3571011002;0;n/a;1.250\n", []string{
			"2 Bandar Lor 2026-Q1 35.71.01.1001/keluarga_desil_1=12 35.71.01.1001/keluarga_desil_2=?",
			"3 Bandar Kidul 2026-Q1 35.71.01.1002/keluarga_desil_1=0 35.71.01.1002/keluarga_desil_2=? 35.71.01.1002/kpm_pkh=1250 DOUBT Families that receive PKH: “1.250” is read as 1250."}},
		"RW and RT": {quarter, "Kode,RW,RT,Desil 1\n35.71.01.1001,003,005,1\n35.71.01.1001,RW 3,RT.6,2\n35.71.01.1001,3,7,3\n35.71.01.1001,4,,9\n35.71.01.1001,,,15\n35.71.01.1001-005-001,,,4\n35.71.01.1001,,2,4\n35.71.01,1,1,1\n35.71.01.1001,tiga,1,1\n", []string{
			"2 Bandar Lor RW 003 RT 005 2026-Q1 35.71.01.1001-003-005/keluarga_desil_1=1",
			"3 Bandar Lor RW 003 RT 006 2026-Q1 35.71.01.1001-003-006/keluarga_desil_1=2",
			"4 Bandar Lor RW 003 RT 007 2026-Q1 35.71.01.1001-003-007/keluarga_desil_1=3",
			"5 Bandar Lor RW 004 2026-Q1 35.71.01.1001-004/keluarga_desil_1=9",
			"6 Bandar Lor 2026-Q1 35.71.01.1001/keluarga_desil_1=15",
			"7 Bandar Lor RW 005 RT 001 2026-Q1 35.71.01.1001-005-001/keluarga_desil_1=4",
			"8 35.71.01.1001  2  REFUSED RW “” is no number.",
			"9 35.71.01 1 1  REFUSED RW and RT are written as 35.71.01.1001-003-005 (kelurahan, RW, RT).",
			"10 35.71.01.1001 tiga 1  REFUSED RW “tiga” is no number."}},
		"a kelurahan's own list": {Plan{Source: "dtsen", Period: "2026-Q1", Area: "35.71.01.1001"}, "RT/RW;Desil 1\n005/003;4\n006/003;5\n", []string{
			"2 Bandar Lor RW 003 RT 005 2026-Q1 35.71.01.1001-003-005/keluarga_desil_1=4",
			"3 Bandar Lor RW 003 RT 006 2026-Q1 35.71.01.1001-003-006/keluarga_desil_1=5"}},
		"long": {Plan{Source: "dtsen"}, "Kode;Triwulan;Indikator;Nilai;Catatan\n35.71.01.1001;Triwulan I 2026;keluarga_desil_1;3;data RT 7 menyusul\n35.71.01.1001;TW II/2026;Families in desil 2;4;\n35.71.01.1001;2026-Q3;PKH;tidak ada data;\n35.71.01.1001;2026;PKH;3;\n35.71.01.1001;2026-Q1;entah;3;\n", []string{
			"2 Bandar Lor 2026-Q1 35.71.01.1001/keluarga_desil_1=3 (data RT 7 menyusul)",
			"3 Bandar Lor 2026-Q2 35.71.01.1001/keluarga_desil_2=4",
			"4 Bandar Lor 2026-Q3 35.71.01.1001/kpm_pkh=?",
			"5 Bandar Lor  35.71.01.1001/kpm_pkh=3 REFUSED DTSEN does not come for 2026.",
			"6 Bandar Lor 2026-Q1 REFUSED The indicator “entah” is not known."}},
		"by names": {quarter, "Kecamatan;Desa/Kelurahan;Desil 1\nMojoroto;Bandar Lor;1\nMojoroto;Kelurahan Bandar Kidul;2\nMojoroto;SEMAMPIR;3\n;Semampir;4\nKota;Bandar Lor;5\n;Entah;6\n", []string{
			"2 Bandar Lor 2026-Q1 35.71.01.1001/keluarga_desil_1=1 DOUBT “Bandar Lor” was taken by its name for 35.71.01.1001 Bandar Lor.",
			"3 Bandar Kidul 2026-Q1 35.71.01.1002/keluarga_desil_1=2 DOUBT “Kelurahan Bandar Kidul” was taken by its name for 35.71.01.1002 Bandar Kidul.",
			"4 Semampir 2026-Q1 35.71.01.1003/keluarga_desil_1=3 DOUBT “SEMAMPIR” was taken by its name for 35.71.01.1003 Semampir.",
			"5 Semampir  REFUSED 2 areas are called “Semampir” (35.71.02.1001, …); give the code.",
			"6 Bandar Lor  REFUSED No area is called “Bandar Lor”; give its code.",
			"7 Entah  REFUSED No area is called “Entah”; give its code."}},
		"by BPS code": {quarter, "kode_bps;kode_kemendagri;Desil 1\n3571010007;;1\n3571010008;35.71.01.1002;2\n3571010008;;2\n3571010009;;3\n;;4\n", []string{
			"2 Bandar Lor 2026-Q1 35.71.01.1001/keluarga_desil_1=1 DOUBT The BPS code 3571010007 was taken for 35.71.01.1001.",
			"3 Bandar Kidul 2026-Q1 35.71.01.1002/keluarga_desil_1=2",
			"4 Bandar Kidul 2026-Q1 35.71.01.1002/keluarga_desil_1=2 DOUBT The BPS code 3571010008 was taken for 35.71.01.1002.",
			"5   REFUSED The BPS code “3571010009” is not known.",
			"6   REFUSED It names no area."}},
		"levels and kinds": {year, "Kode;Nama;P0 (%);P1;Garis Kemiskinan (Rp)\n35.71;Kota Kediri;7,12 %;1,5;Rp 450.000\n35.71.01;Mojoroto;3,5;;\n35;Jawa Timur;10;;\n35.71;Kediri;107,5;;\n35.71.01.1001;Lor;;;9\n", []string{
			"2 Kota Kediri 2025 35.71/p0=7.12 35.71/p1=1.5 35.71/garis_kemiskinan=450000",
			"3 Mojoroto 2025 35.71.01/p0=3.5 REFUSED Poverty rate (P0): Poverty rate (P0) is not told by kecamatan.",
			"4 Jawa Timur 2025 REFUSED Figures of Susenas (BPS) are told by kabupaten; those above are computed.",
			"5 Kota Kediri 2025 REFUSED Poverty rate (P0): Per cent are from 0 to 100. REFUSED Poverty rate (P0): row 2 told another number.",
			"6 Bandar Lor 2025 35.71.01.1001/garis_kemiskinan=9 DOUBT The file's name is “Lor”, but 35.71.01.1001 is Bandar Lor. REFUSED Poverty line: Poverty line is not told by kelurahan."}},
		"numbers that are none": {quarter, "Kode;Desil 1;Desil 2\n35.71.01.1001;dua;3,5\n35.71.01.1002;12%;-4\n35.71.01.1003;;\n35.71.09.1001;1;2\nbukan kode;1;2\n", []string{
			"2 Bandar Lor 2026-Q1 35.71.01.1001/keluarga_desil_2=3.5 REFUSED Families in desil 1: “dua” is no number REFUSED Families in desil 2: A count is a whole number.",
			"3 Bandar Kidul 2026-Q1 35.71.01.1002/keluarga_desil_2=-4 REFUSED Families in desil 1: is not in per cent. REFUSED Families in desil 2: A number below zero is not possible.",
			"4 35.71.01.1003  SKIPPED A note, no row of data.",
			"5 35.71.09.1001  REFUSED Area 35.71.09.1001 is not loaded.",
			"6 bukan kode  REFUSED \"bukan kode\" is not an area code: a code holds digits and dots only."}},
		"totals and repeats": {quarter, "Kode;Nama;Desil 1\n35.71.01.1001;Bandar Lor;1\n35.71.01.1001;Bandar Lor;1\n35.71.01.1001;Bandar Lor;2\n;Jumlah Mojoroto;3\nTOTAL;;3\n", []string{
			"2 Bandar Lor 2026-Q1 35.71.01.1001/keluarga_desil_1=1",
			"3 Bandar Lor 2026-Q1 35.71.01.1001/keluarga_desil_1=1",
			"4 Bandar Lor 2026-Q1 REFUSED Families in desil 1: row 2 told another number.",
			"5 Jumlah Mojoroto  SKIPPED A row of totals.",
			"6 TOTAL  SKIPPED A row of totals."}},
	} {
		src := Bytes("a.csv", []byte(c.content))
		_, plan := planOf(t, src, c.plan, here())
		var got []string
		for _, r := range rowsOf(t, src, plan, here()) {
			got = append(got, figureRow(r))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

func TestDenominators(t *testing.T) {
	ref := here()
	src := Bytes("a.csv", []byte("Kode;P0;Penduduk\n35.71;7,5;1.250\n"))
	rows := rowsOf(t, src, Plan{What: WhatFigures, Shape: Wide, Source: "susenas", Period: "2025", Columns: map[string]Mapping{
		"Kode": {To: toArea}, "P0": {To: toValue, Indicator: "p0"}, "Penduduk": {To: toDenominator, Indicator: "p0"}}}, ref)
	if want := "2 Kota Kediri 2025 35.71/p0=7.5 of 1250"; len(rows) != 1 || figureRow(rows[0]) != want {
		t.Errorf("%s, want %s", figureRow(rows[0]), want)
	}
}

// A list by name, or a column that the file has not, ends the reading.
func TestFiguresRefuseFiles(t *testing.T) {
	plan := Plan{What: WhatFigures, Shape: Wide, Source: "dtsen", Period: "2026-Q1", Columns: map[string]Mapping{"Kode": {To: toArea}, "Desil 1": {To: toValue, Indicator: "keluarga_desil_1"}}}
	for content, want := range map[string]string{
		"Kode;Desil 1;Catatan\n35.71.01.1001;1;3571011203850001\n": "Catatan identifier [2]",
		"Kode;Desil 1;Nama KK\n35.71.01.1001;1;Budi\n":             "Nama KK by_name [2]",
		"Kode;Desil 2\n35.71.01.1001;1\n":                          "<nil> missing <nil>",
		"{\"type\":\"FeatureCollection\",\"features\":[]}":         "File a.csv is no table: save it as CSV or XLSX.",
	} {
		var err error
		for _, err = range Figures(Bytes("a.csv", []byte(content)), plan, here()) {
		}
		if got := refusedColumns(t, err); got != want {
			t.Errorf("%q: %s, want %s", content, got, want)
		}
	}
}

func TestPlansAreChecked(t *testing.T) {
	ok := Plan{What: WhatFigures, Shape: Wide, Source: "dtsen", Period: "2026-Q1", Columns: map[string]Mapping{"Kode": {To: toArea}, "D1": {To: toValue, Indicator: "keluarga_desil_1"}}}
	for want, change := range map[string]func(p *Plan){
		"":                       func(*Plan) {},
		"/what enum":             func(p *Plan) { p.What = "lain" },
		"/source required":       func(p *Plan) { p.Source = "entah" },
		"/period required":       func(p *Plan) { p.Period = "" },
		"/period period":         func(p *Plan) { p.Period = "2026-13" },
		"/shape enum":            func(p *Plan) { p.Shape = "bulat" },
		"/decimal enum":          func(p *Plan) { p.Decimal = ";" },
		"/header_row range":      func(p *Plan) { p.HeaderRow = -1 },
		"/columns no_area":       func(p *Plan) { p.Columns["Kode"] = Mapping{To: ignored} },
		"/columns no_value":      func(p *Plan) { p.Shape = Long },
		"/columns/D1 unknown":    func(p *Plan) { p.Columns["D1"] = Mapping{To: toValue, Indicator: "entah"} },
		"/columns/D1 enum":       func(p *Plan) { p.Columns["D1"] = Mapping{To: "entah"}; p.Columns["D2"] = ok.Columns["D1"] },
		"/columns/Kode repeated": func(p *Plan) { p.Columns["A"] = Mapping{To: toArea} },
		"/columns/a~1b~0c enum":  func(p *Plan) { p.Columns["a/b~c"] = Mapping{} },
		"/columns too_many; /columns no_area": func(p *Plan) {
			for i := range maxPlanColumns + 1 {
				p.Columns[fmt.Sprint(i)] = Mapping{To: ignored}
			}
			delete(p.Columns, "Kode")
		},
	} {
		p := ok
		p.Columns = map[string]Mapping{"Kode": ok.Columns["Kode"], "D1": ok.Columns["D1"]}
		change(&p)
		var got []string
		for _, f := range p.Check(registry()) {
			got = append(got, f.Pointer+" "+f.Code)
		}
		if strings.Join(got, "; ") != want {
			t.Errorf("%v, want %s", got, want)
		}
	}
	if problems := (Plan{What: WhatAssets}).Check(nil); len(problems) != 1 || problems[0].Pointer != "/type" {
		t.Errorf("%+v", problems)
	}
	if problems := (Plan{What: WhatAreas}).Check(nil); len(problems) != 0 {
		t.Errorf("%+v", problems)
	}
}

func TestPeriodsAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]string{"2026": "2026", "2026-Q1": "2026-Q1", "Triwulan I 2026": "2026-Q1", "TW2/2026": "2026-Q2", "triwulan iii tahun 2026": "2026-Q3",
		"Q4 2026": "2026-Q4", "Maret 2026": "2026-03", "31/03/2026": "2026-03-31", "2026-03-31": "2026-03-31", "Tahun 2024": "2024", "DTSEN_TW1_2026.csv": "2026-Q1",
		"LAPORAN DESEMBER 2025": "2025-12", "Desa Mandiri 2025": "2025", "": "", "Kota Kediri": "", "31/13/2026": "", "1": "", "12345": ""} {
		p, ok := periodOf(text)
		if string(p) != want || ok != (want != "") {
			t.Errorf("%q: %q, want %q", text, p, want)
		}
	}
}

func FuzzInspect(f *testing.F) {
	for _, s := range []string{"Kode;Nama;Desil 1\n35.71.01.1001;Bandar Lor;1.234,5\nJUMLAH;;3\n", "No;Kode;Desil;;\n;;1;2;3\n1;35.71;3;4;5\n", "RT/RW;NIK\n005/003;3571011203850001\n",
		"Kode,Indikator,Periode,Nilai\n35.71,p0,2025,\"7,5%\"\n", "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"geometry\":null,\"properties\":{\"a\":1}}]}", "PK\x03\x04"} {
		f.Add([]byte(s))
	}
	f.Add(excel(f, [][]any{{"Kode", "Desil 1"}, {"35.71.01.1001", 3}}, nil))
	ref := here()
	f.Fuzz(func(t *testing.T, b []byte) {
		src := Bytes("fuzz", b)
		for _, what := range []What{WhatFigures, WhatAssets, WhatAreas} {
			in, err := Inspect(src, Plan{What: what, Source: "dtsen", Period: "2026-Q1"}, ref)
			if err != nil {
				if geo.KindOf(err) != geo.Invalid {
					t.Fatal(err)
				}
				continue
			}
			if what != WhatFigures || len(in.Plan.Check(ref.Registry)) > 0 {
				continue
			}
			for row, err := range Figures(src, in.Plan, ref) {
				if err != nil {
					t.Fatalf("inspected and not read: %v", err)
				}
				if row.Skipped == nil && len(row.Refused) == 0 && (row.Period == "" || len(row.Values) == 0) {
					t.Fatalf("a row that says nothing: %+v", row)
				}
			}
		}
	})
}
