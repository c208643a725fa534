package exchange

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
)

// assetsOf reads a source whole.
func assetsOf(t testing.TB, src Source, o AssetOptions) ([]geo.AssetRow, error) {
	t.Helper()
	var rows []geo.AssetRow
	for row, err := range Assets(src, o) {
		if err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// words shows a row in one line, without what is empty.
func words(row geo.AssetRow) string {
	s := fmt.Sprintf("%d %s", row.Row, row.Type)
	if row.SourceID != "" {
		s += " #" + row.SourceID
	}
	if p := row.Input.Geometry; p != nil {
		s += fmt.Sprintf(" %g,%g", p[0], p[1])
	}
	if len(row.Input.Properties) > 0 {
		b, _ := json.Marshal(row.Input.Properties)
		s += " " + string(b)
	}
	for _, r := range row.Refused {
		s += " REFUSED " + r.EN
	}
	return s
}

func TestCSVAssets(t *testing.T) {
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewEncoder().String("nama;lintang;bujur\nPosyandu Ñ;-7,5;112,25\n")
	if err != nil {
		t.Fatal(err)
	}
	cp1252, err := charmap.Windows1252.NewEncoder().String("nama;alamat\nPosyandu “Melati”;Jalan Café 5\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		content string
		want    []string
	}{
		"comma":        {"name,lat,lon\nA,-7.5,112.25\n", []string{`2 posyandu 112.25,-7.5 {"name":"A"}`}},
		"semicolon":    {"nama;lintang;bujur\r\nA;-7,5;112,25\r\n\r\nB;;\r\n", []string{`2 posyandu 112.25,-7.5 {"name":"A"}`, `4 posyandu {"name":"B"}`}},
		"tab":          {"Nama\tX\tY\nA, B\t112.25\t-7.5\n", []string{`2 posyandu 112.25,-7.5 {"name":"A, B"}`}},
		"bom":          {"\xef\xbb\xbfNama;RT;RW\nA;5;003\n", []string{`2 posyandu {"name":"A","rt":"5","rw":"003"}`}},
		"utf-16":       {utf16, []string{`2 posyandu 112.25,-7.5 {"name":"Posyandu Ñ"}`}},
		"windows-1252": {cp1252, []string{`2 posyandu {"address":"Jalan Café 5","name":"Posyandu “Melati”"}`}},
		"quoted":       {"nama,alamat\n\"A \"\"Satu\"\"\",\"Jl. X, No. 5\nbelakang\"\nB,C\n", []string{`2 posyandu {"address":"Jl. X, No. 5\nbelakang","name":"A \"Satu\""}`, `4 posyandu {"address":"C","name":"B"}`}},
		"loose quotes": {"nama;catatan\nBalai \"Amanah\";5\" pipa\n", []string{`2 posyandu {"name":"Balai \"Amanah\"","note":"5\" pipa"}`}},
		"one column":   {"nama;koordinat\nA;\"7°30' LS, 112°15' BT\"\n", []string{`2 posyandu 112.25,-7.5 {"name":"A"}`}},
		"codes":        {"Nama;Kode Desa;Jumlah KK\nA;3571011001;12\n", []string{`2 posyandu {"area_code":"3571011001","jumlah_kk":"12","name":"A"}`}},
		"half a place": {"nama;lintang;bujur\nA;-7,5;\n", []string{`2 posyandu {"name":"A"} REFUSED Only one of latitude and longitude is given.`}},
		"bad place":    {"nama;lintang;bujur\nA;7;abc\n", []string{`2 posyandu {"name":"A"} REFUSED The coordinate "abc" cannot be read: the word "abc" is not known.`}},
		"too many":     {"nama;rt\nA;1;2\n", []string{`2  REFUSED Value 3 ("2") has no column; check separators and quotes.`}},
		"owner's id":   {"nama;id_sumber\nA;x-7\n", []string{`2 posyandu #x-7 {"name":"A"}`}},
		"header below": {";;\nnama;rt\nA;1\n", []string{`3 posyandu {"name":"A","rt":"1"}`}},
		"no rows":      {"nama;rt\n", nil},
		"empty quotes": {"nama,rt\n\"\",\"\"\nA,\"\"\n", []string{`3 posyandu {"name":"A"}`}},
		"quoted comma": {"\"a,b,c,d\";nama\n1;A\n", []string{`2 posyandu {"a,b,c,d":"1","name":"A"}`}},
	} {
		rows, err := assetsOf(t, Bytes(name+".csv", []byte(c.content)), AssetOptions{Type: "posyandu"})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var got []string
		for _, row := range rows {
			got = append(got, words(row))
		}
		if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

func TestCSVTypesAndColumns(t *testing.T) {
	rows, err := assetsOf(t, Bytes("a.csv", []byte("Jenis,Judul,Kode,Remark\nKantor Desa,A,k1,Jl. X\nPos Kamling,B,k2,\n,C,k3,\n")), AssetOptions{
		TypeProperty: "jenis", MapTypes: map[string]string{"kantor_desa": "kantor_kelurahan"},
		Map: map[string]string{"judul": "name", "remark": "address"}, IDProperty: "kode"})
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, want := range []string{`2 kantor_kelurahan #k1 {"address":"Jl. X","name":"A"}`, `3 pos_kamling #k2 {"name":"B"}`, `4  #k3 {"name":"C"} REFUSED Its type is empty.`} {
		if got := words(rows[i]); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestCSVFileErrors(t *testing.T) {
	for name, c := range map[string][2]string{
		"empty":       {"", "is empty"},
		"blank":       {"\n\n;;\n", "no row of column names"},
		"two columns": {"nama,Nama\nA,B\n", "two columns called"},
		"wide":        {strings.Repeat("a,", MaxColumns+1), "more than 1000 columns"},
		"spreadsheet": {"PK\x03\x04", "no valid XLSX"},
		"endless":     {"nama\n\"" + strings.Repeat("a", MaxRowBytes+100), "one row or feature larger than 8 MB"},
	} {
		if _, err := assetsOf(t, Bytes(name, []byte(c[0])), AssetOptions{Type: "rt"}); err == nil || !strings.Contains(messageOf(err).EN, c[1]) {
			t.Errorf("%s: %v, want %q", name, err, c[1])
		}
	}
	if _, err := assetsOf(t, File("/nowhere/at/all.csv"), AssetOptions{}); err == nil || !strings.Contains(messageOf(err).EN, "cannot be opened") {
		t.Error(err)
	}
}

// A real survey form: every coordinate is empty.
func TestRealForm(t *testing.T) {
	rows, err := assetsOf(t, File(filepath.Join(geotest.DataDir(t), "messy", "kote_formulir_survei_tempat.csv")), AssetOptions{TypeProperty: "Kategori"})
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) < 20 {
		t.Errorf("%d rows", len(rows))
	}
	for _, row := range rows {
		if row.Row == 18 { // a semicolon within a text shifts what follows into the coordinates
			if len(row.Refused) != 1 || !strings.Contains(row.Refused[0].EN, `"desa mencatat 2 musala" cannot be read`) {
				t.Error(words(row))
			}
			continue
		}
		if row.Input.Geometry != nil || len(row.Refused) > 0 || row.Input.Properties["name"] == nil {
			t.Error(words(row))
		}
	}
	if got := words(rows[1]); got != `3 pemerintahan {"name":"Sekretariat BPD Kote","note":"SUDAH DIDATA (tercatat \"Kantor Badan Permusyawaratan Desa Kote\")"}` {
		t.Error(got)
	}
}

func TestReadingStopsAndRepeats(t *testing.T) {
	for _, src := range []Source{
		Bytes("a.csv", []byte("nama\nA\nB\nC\n")),
		Bytes("a.geojson", []byte(`{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,"properties":{"nama":"A"}},{"type":"Feature","geometry":null,"properties":{"nama":"B"}}]}`)),
	} {
		rows := Assets(src, AssetOptions{Type: "rt"})
		for range 2 {
			n := 0
			for row, err := range rows {
				if n++; err != nil || string(row.Input.Properties["name"]) != `"A"` {
					t.Errorf("%s: %s, %v", src.Name, words(row), err)
				}
				break
			}
			if n != 1 {
				t.Errorf("%s: %d rows", src.Name, n)
			}
		}
	}
}

func FuzzCSV(f *testing.F) {
	for _, s := range []string{"nama;lintang;bujur\nA;-7,5;112,25\n", "\xff\xfen\x00a\x00\n\x00", "a,\"b\nc", "nama\tkoordinat\nA\tgeo:-7,112", "\xef\xbb\xbfx;y\n1;2;3", "nama\n\x80\x81"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		last := 0
		err := tableAssets(Bytes("fuzz", b), AssetOptions{Type: "rt"}, func(row geo.AssetRow) bool {
			if row.Row <= last {
				t.Fatalf("row %d after %d", row.Row, last)
			}
			last = row.Row
			checkAssetRow(t, row)
			return true
		})
		if err != nil && geo.KindOf(err) != geo.Invalid {
			t.Fatal(err)
		}
	})
}

// checkAssetRow holds for every row of every file: values are JSON, reasons are
// in both languages.
func checkAssetRow(t *testing.T, row geo.AssetRow) {
	for name, value := range row.Input.Properties {
		if !json.Valid(value) {
			t.Fatalf("%s = %q", name, value)
		}
	}
	for _, r := range row.Refused {
		if r.ID == "" || r.EN == "" {
			t.Fatalf("reason %+v", r)
		}
	}
	if p := row.Input.Geometry; p != nil && orb.Point(*p) != *p {
		t.Fatal("a point that is not a number")
	}
}
