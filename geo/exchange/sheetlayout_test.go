package exchange

import (
	"fmt"
	"strings"
	"testing"

	"github.com/patok-id/patok/geo"
)

// laidOut is what was found in a sheet, in a few words.
func laidOut(t *testing.T, content string) string {
	t.Helper()
	src := Bytes("a.csv", []byte(content))
	s, err := ReadSheet(src, "")
	if err != nil {
		return messageOf(err).EN
	}
	l, err := s.layOut(src, 0)
	if err != nil {
		return messageOf(err).EN
	}
	var rows []string
	for _, r := range l.rows {
		word := fmt.Sprint(r.Line)
		if why, skipped := l.skipped[r.Line]; skipped {
			word += " " + strings.TrimSuffix(why.EN, ".")
		}
		rows = append(rows, word)
	}
	return fmt.Sprintf("%d [%s] %s", l.header, strings.Join(l.columns, "|"), strings.Join(rows, ", "))
}

func TestSheetsAreLaidOut(t *testing.T) {
	for name, c := range map[string][2]string{
		"plain":           {"kode,nilai\n35.71,1\n35.72,2\n", "1 [kode|nilai] 2, 3"},
		"titles":          {"LAPORAN DTSEN;;\nTriwulan I 2026;;\n;;\nKode;Nama;Desil 1\n35.71;Kediri;3\n", "4 [Kode|Nama|Desil 1] 5"},
		"merged headings": {"No;Kode;Keluarga desil;;;Jumlah\n;;1;2;3;\n1;35.71;3;4;5;12\n2;35.72;3;4;5;12\n", "2 [No|Kode|Keluarga desil 1|Keluarga desil 2|Keluarga desil 3|Jumlah] 3, 4"},
		"two groups":      {"Kode;Laki-laki;;Perempuan;\n;0-14;15-64;0-14;15-64\n35.71;1;2;3;4\n", "2 [Kode|Laki-laki 0-14|Laki-laki 15-64|Perempuan 0-14|Perempuan 15-64] 3"},
		"units, numbers":  {"Kode;Penduduk;Luas\n(1);(2);(3)\n;(jiwa);(ha)\n35.71;3;4\n", "1 [Kode|Penduduk|Luas] 2 A row that numbers the columns, 3 A row of units, 4"},
		"totals, notes":   {"Kode,Nama,Nilai\n35.71,Kediri,3\n,JUMLAH,3\nTotal,,3\nSumber: BPS,,\n", "1 [Kode|Nama|Nilai] 2, 3 A row of totals, 4 A row of totals, 5 A note, no row of data"},
		"header again":    {"Kode,Nama,Nilai\n35.71,A,3\nKode,Nama,Nilai\n35.72,B,3\n", "1 [Kode|Nama|Nilai] 2, 3 The column names again, 4"},
		"years as names":  {"Kode;2019;2020;2021\n35.71;1;2;3\n", "1 [Kode|2019|2020|2021] 2"},
		"blank names":     {"Kode,,Nilai,Nilai\n35.71,x,1,2\n", "1 [Kode|Kolom B|Nilai|Nilai (2)] 2"},
		"no names":        {"1,2\n3,4\n5,6\n", "File a.csv has no row of column names."},
	} {
		if got := laidOut(t, c[0]); got != c[1] {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, c[1])
		}
	}
}

func TestSheetTakesTheNamedHeader(t *testing.T) {
	src := Bytes("a.csv", []byte("a,b\nKode,Nilai\n1,2\n"))
	s, err := ReadSheet(src, "")
	if err != nil {
		t.Fatal(err)
	}
	if l, err := s.layOut(src, 2); err != nil || l.columns[0] != "Kode" || len(l.rows) != 1 {
		t.Errorf("%+v %v", l, err)
	}
	if _, err := s.layOut(src, 9); geo.KindOf(err) != geo.Invalid {
		t.Error(err)
	}
}

func TestSheetLimits(t *testing.T) {
	for name, c := range map[string][2]string{
		"rows":    {"a,b\n" + strings.Repeat("1,2\n", MaxSheetRows), "more than 200000 rows"},
		"columns": {strings.Repeat("a;", MaxColumns) + "a\n", "more than 1000 columns"},
		"cells":   {"a\n" + strings.Repeat(strings.Repeat(";", 999)+"1\n", MaxSheetCells/1000+1), "more than 3000000 cells"},
		"cell":    {"a,b\n" + strings.Repeat("x", MaxCellBytes+1) + ",1\n", "a cell of more than 64 KB"},
		"nothing": {";;\n;\n", "holds no rows"},
	} {
		if _, err := ReadSheet(Bytes(name, []byte(c[0])), ""); err == nil || !strings.Contains(messageOf(err).EN, c[1]) {
			t.Errorf("%s: %v, want %s", name, err, c[1])
		}
	}
}
