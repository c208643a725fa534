package exchange

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// excel writes a workbook of one sheet; style, where it is set, changes it further.
func excel(t testing.TB, rows [][]any, style func(f *excelize.File, sheet string)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close() //nolint:errcheck // nothing is kept open
	for i, row := range rows {
		at, err := excelize.CoordinatesToCellName(1, i+1)
		if err == nil {
			err = f.SetSheetRow("Sheet1", at, &row)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if style != nil {
		style(f, "Sheet1")
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// archive writes a workbook part by part.
func archive(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	all := map[string]string{
		"xl/workbook.xml":            `<workbook xmlns:r="r"><sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Target="/xl/worksheets/sheet1.xml"/></Relationships>`,
	}
	for name, content := range files {
		all[name] = content
	}
	for name, content := range all {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func sheetWords(s *Sheet) string {
	var lines []string
	for _, row := range s.Rows {
		var cells []string
		for _, c := range row.Cells {
			word := c.Text
			if c.Number {
				word = "#" + word
			}
			cells = append(cells, word)
		}
		lines = append(lines, fmt.Sprintf("%d %s", row.Line, strings.Join(cells, "|")))
	}
	return strings.Join(lines, "\n")
}

func TestWorkbooksKeepWhatCellsAre(t *testing.T) {
	content := excel(t, [][]any{
		{"Kode", "Teks", "Angka", "Persen", "Tanggal", "Kosong"},
		{"35.71.01.1001", "1.234", 1.234, 0.125, 46112, nil},
		{},
		{3571011001, "0045", 0.1 + 0.2, 0.333, 46112.5, "akhir"},
	}, func(f *excelize.File, sheet string) {
		percent, date := 10, 14
		for column, format := range map[string]*int{"D": &percent, "E": &date} {
			style, err := f.NewStyle(&excelize.Style{NumFmt: *format})
			if err == nil {
				err = f.SetCellStyle(sheet, column+"2", column+"4", style)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	})
	s, err := ReadSheet(Bytes("a.xlsx", content), "")
	if err != nil {
		t.Fatal(err)
	}
	want := `1 Kode|Teks|Angka|Persen|Tanggal|Kosong
2 35.71.01.1001|1.234|#1.234|#12.5%|2026-03-31
4 #3571011001|0045|#0.3|#33.3%|2026-03-31|akhir`
	if got := sheetWords(s); got != want || s.Format != XLSX || s.Name != "Sheet1" {
		t.Errorf("%s %+v\n%s\nwant\n%s", s.Format, s.Names, got, want)
	}
}

func TestWorkbooksOfManySheets(t *testing.T) {
	content := excel(t, [][]any{}, func(f *excelize.File, _ string) {
		for _, name := range []string{"Isi", "Lain", "Rahasia"} {
			if _, err := f.NewSheet(name); err != nil {
				t.Fatal(err)
			}
			if err := f.SetCellValue(name, "A1", name); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.SetSheetVisible("Rahasia", false); err != nil {
			t.Fatal(err)
		}
	})
	src := Bytes("a.xlsx", content)
	for name, want := range map[string]string{"": "1 Isi", "Lain": "1 Lain"} {
		s, err := ReadSheet(src, name)
		if err != nil || sheetWords(s) != want || strings.Join(s.Names, ",") != "Sheet1,Isi,Lain" {
			t.Errorf("%q: %+v %v", name, s, err)
		}
	}
	if _, err := ReadSheet(src, "Rahasia"); err == nil {
		t.Error("a hidden sheet is read")
	}
}

func TestFormulasAreNotComputed(t *testing.T) {
	s, err := ReadSheet(Bytes("a.xlsx", archive(t, map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData>
<row r="2"><c r="A2" t="str"><f>UPPER("x")</f><v>X</v></c><c r="B2"><f>1+1</f><v>2</v></c><c r="D2"><f>1+1</f></c><c r="E2" t="e"><v>#N/A</v></c><c r="F2" t="b"><v>1</v></c></row>
<row r="5"><c t="inlineStr"><is><r><t>se</t></r><r><t>baris</t></r><rPh><t>bunyi</t></rPh></is></c></row>
</sheetData></worksheet>`})), "Data")
	if want := "2 X|#2||=?|#N/A|TRUE\n5 sebaris"; err != nil || sheetWords(s) != want {
		t.Errorf("%v\n%s\nwant\n%s", err, sheetWords(s), want)
	}
}

func TestWorkbookLimits(t *testing.T) {
	sheet := func(rows string) map[string]string {
		return map[string]string{"xl/worksheets/sheet1.xml": "<worksheet><sheetData>" + rows + "</sheetData></worksheet>"}
	}
	wide := strings.Repeat(`<row><c r="XFD1"><v>1</v></c></row>`, MaxSheetCells/maxSheetColumns+1)
	many := map[string]string{}
	for i := range MaxZipParts {
		many[fmt.Sprint("x", i)] = ""
	}
	for name, c := range map[string]struct {
		content []byte
		want    string
	}{
		"no archive":          {[]byte("PK\x03\x04 and nothing"), "no valid XLSX"},
		"an empty archive":    {archive(t, map[string]string{"xl/workbook.xml": "<workbook/>"}), "no valid XLSX"},
		"broken XML":          {archive(t, sheet(`<row><c><v>1<`)), "no valid XLSX"},
		"cells out of place":  {archive(t, sheet(`<row><c r="C1"><v>1</v></c><c r="A1"><v>1</v></c></row>`)), "no valid XLSX"},
		"no shared text":      {archive(t, sheet(`<row><c t="s"><v>7</v></c></row>`)), "no valid XLSX"},
		"a part that unfolds": {archive(t, sheet(strings.Repeat(" ", MaxUnzipXMLBytes+1))), "too large when unpacked"},
		"many parts":          {archive(t, many), "too large when unpacked"},
		"columns":             {archive(t, sheet(`<row><c r="XFD1"><v>1</v></c></row>`)), "more than 1000 columns"},
		"far cells":           {archive(t, sheet(wide)), "columns"},
		"rows":                {archive(t, sheet(strings.Repeat(`<row><c><v>1</v></c></row>`, MaxSheetRows+1))), "more than 200000 rows"},
		"a cell":              {archive(t, sheet(`<row><c t="str"><v>`+strings.Repeat("x", MaxCellBytes+10)+`</v></c></row>`)), "a cell of more than 64 KB"},
		"an old workbook":     {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "old workbook"},
		"nothing":             {archive(t, sheet("")), "holds no rows"},
	} {
		if _, err := ReadSheet(Bytes("a.xlsx", c.content), ""); err == nil || !strings.Contains(messageOf(err).EN, c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// An archive that says a part is small is not believed.
func TestWorkbookThatLies(t *testing.T) {
	content := archive(t, map[string]string{"xl/worksheets/sheet1.xml": "<worksheet><sheetData><row><c><v>1</v></c></row>" + strings.Repeat(" ", 1<<20) + "</sheetData></worksheet>"})
	for _, signature := range []string{"PK\x01\x02"} {
		for at := 0; ; {
			i := bytes.Index(content[at:], []byte(signature))
			if i < 0 {
				break
			}
			at += i + 4
			copy(content[at+20:], []byte{100, 0, 0, 0}) // the size when unpacked, in the directory
		}
	}
	if _, err := ReadSheet(Bytes("a.xlsx", content), ""); err == nil {
		t.Error("it was read")
	}
}
