package exchange

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/patok-id/patok/geo"
)

// nasty are texts that go wrong somewhere, each with what must stand in a file.
var nasty = []struct{ text, want string }{
	{"Posyandu Melati", "Posyandu Melati"},
	{`=HYPERLINK("http://jahat.example";"klik")`, `'=HYPERLINK("http://jahat.example";"klik")`},
	{"+62 812 3456", "'+62 812 3456"},
	{"-1+2", "'-1+2"},
	{"@SUM(A1)", "'@SUM(A1)"},
	{"\t=1", "'\t=1"},
	{"\r=1", "'\r=1"},
	{"a=1", "a=1"},
	{" =1", " =1"},
	{"'=1", "'=1"},
	{"Jl. X, \"No. 5\"; belakang", "Jl. X, \"No. 5\"; belakang"},
	{"dua\nbaris", "dua\nbaris"},
	{"35.71.01.1001", "35.71.01.1001"},
	{"007", "007"},
	{"<b>&amp;</b>", "<b>&amp;</b>"},
	{"Ñuñu 漢 😀", "Ñuñu 漢 😀"},
	{"", ""},
}

func nastyTable() Table {
	at := time.Date(2026, 11, 22, 13, 5, 59, 0, geo.ZoneAt(112))
	return Table{Name: "Kemajuan", Columns: []Column{{"Teks", 20}, {"=Bilangan", 10}, {"Pecahan", 10}, {"Hari", 12}, {"Waktu", 16}, {"Kosong", 8}},
		Rows: func(yield func([]any) bool) {
			for i, n := range nasty {
				if !yield([]any{n.text, i - 3, -1.5, geo.Date("2026-12-31"), at, nil}) {
					return
				}
			}
		}}
}

func TestWriteCSV(t *testing.T) {
	var out bytes.Buffer
	if err := WriteCSV(&out, nastyTable()); err != nil {
		t.Fatal(err)
	}
	text, marked := strings.CutPrefix(out.String(), "\xef\xbb\xbf")
	if !marked || !strings.HasPrefix(text, "Teks,'=Bilangan,Pecahan,Hari,Waktu,Kosong\r\nPosyandu Melati,-3,-1.5,2026-12-31,2026-11-22 13:05,\r\n") {
		t.Errorf("begins %.120q", out.String())
	}
	// Go's writer drops a carriage return within a field, the reader makes CRLF one sign: both as the format allows.
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) != len(nasty)+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, n := range nasty {
		if got := rows[i+1][0]; got != strings.ReplaceAll(n.want, "\r", "") {
			t.Errorf("%q became %q", n.text, got)
		}
	}
	if err := WriteCSV(&out, Table{Rows: slices.Values([][]any{{true}})}); err == nil {
		t.Error("a cell of a kind that tables do not have is written")
	}
}

func TestWriteXLSX(t *testing.T) {
	var out bytes.Buffer
	if err := WriteXLSX(&out, nastyTable()); err != nil {
		t.Fatal(err)
	}
	file, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for i, n := range nasty {
		cell := fmt.Sprintf("A%d", i+2)
		got, err := file.GetCellValue("Kemajuan", cell)
		formula, _ := file.GetCellFormula("Kemajuan", cell)
		if err != nil || got != n.want || formula != "" {
			t.Errorf("%q became %q, formula %q, %v", n.text, got, formula, err)
		}
		if kind, _ := file.GetCellType("Kemajuan", cell); n.text != "" && kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString {
			t.Errorf("%q is of type %v", n.text, kind)
		}
	}
	raw := excelize.Options{RawCellValue: true}
	for cell, want := range map[string][2]string{"B2": {"-3", "-3"}, "C2": {"-1.5", "-1.5"}, "D2": {"31/12/2026", "46387"},
		"E2": {"22/11/2026 13:05", "46348.54"}, "F2": {"", ""}, "B1": {"'=Bilangan", "'=Bilangan"}} {
		shown, _ := file.GetCellValue("Kemajuan", cell)
		stored, _ := file.GetCellValue("Kemajuan", cell, raw)
		if shown != want[0] || !strings.HasPrefix(stored, want[1]) {
			t.Errorf("%s shows %q and holds %q, want %v", cell, shown, stored, want)
		}
	}
	panes, err := file.GetPanes("Kemajuan")
	if width, _ := file.GetColWidth("Kemajuan", "A"); err != nil || !panes.Freeze || panes.YSplit != 1 || width != 20 {
		t.Errorf("panes %+v, width %v, %v", panes, width, err)
	}
}

func TestRecords(t *testing.T) {
	var got []string
	for r, err := range Records(Bytes("target.csv", []byte("\xef\xbb\xbfKode Wilayah;JENIS;Target\r\n35.71.01.1001;posyandu;12\r\n;;\r\na;b;c;d\r\n"))) {
		if err != nil {
			t.Fatal(err)
		}
		s := fmt.Sprint(r.Line, r.Values)
		if r.Refused != nil {
			s += " " + r.Refused.EN
		}
		got = append(got, s)
	}
	want := []string{"2 map[jenis:posyandu kode_wilayah:35.71.01.1001 target:12]",
		`4 map[] Value 4 ("d") has no column; check separators and quotes.`}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	for name, content := range map[string]string{"is no CSV": "PK\x03\x04", "is empty": ""} {
		for _, err := range Records(Bytes("x", []byte(content))) {
			if err == nil || !strings.Contains(messageOf(err).EN, name) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestSheetNames(t *testing.T) {
	for _, name := range []string{"Muskel/Musdes 2026-Q1", "[a]:b?*\\'", strings.Repeat("ä", 40)} {
		var b bytes.Buffer
		if err := WriteXLSX(&b, Table{Name: name, Columns: []Column{{Name: "a", Width: 9}}, Rows: func(func([]any) bool) {}}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
