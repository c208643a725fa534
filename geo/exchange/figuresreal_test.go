package exchange

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/patok-id/patok/geo"
)

// tally reads a real file as its inspection proposes, and counts.
func tally(t *testing.T, src Source, wanted Plan) (in *Inspection, counts string, reasons map[string]int) {
	t.Helper()
	ref := Reference{Registry: registry(), Areas: areas(t)}
	in, plan := planOf(t, src, wanted, ref)
	taken, doubtful, refused, skipped, values := 0, 0, 0, 0, 0
	reasons = map[string]int{}
	for _, r := range rowsOf(t, src, plan, ref) {
		switch {
		case r.Skipped != nil:
			skipped++
			reasons[r.Skipped.EN]++
		case len(r.Refused) > 0:
			refused++
			for _, why := range r.Refused {
				reasons[why.EN]++
			}
		default:
			taken++
			values += len(r.Values)
			if len(r.Doubts) > 0 {
				doubtful++
			}
		}
	}
	return in, fmt.Sprintf("%d taken, %d doubtful, %d refused, %d skipped, %d values", taken, doubtful, refused, skipped, values), reasons
}

func guesses(in *Inspection) string {
	var list []string
	for _, c := range in.Columns {
		if c.Guess != nil {
			list = append(list, strings.TrimSuffix(c.Name+"="+c.Guess.To+":"+c.Guess.Indicator, ":"))
		}
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

const called = "No area is called “%s”; give its code."

func TestRealFiguresAreRead(t *testing.T) {
	for _, c := range []struct {
		file, found, counts string
		plan                Plan
		reasons             map[string]int
	}{
		{"indicators/kabkota_kemiskinan_2019_2022.csv",
			"csv utf-8 , . 1 wide  garis_kemiskinan_rp=value:garis_kemiskinan kemendagri_code=area_code name_raw=area_name p0_pct_miskin=value:p0 p1=value:p1 p2=value:p2 year=period",
			"2036 taken, 28 doubtful, 20 refused, 0 skipped, 8144 values", Plan{Source: "susenas"},
			map[string]int{fmt.Sprintf(called, "Toba Samosir"): 4, fmt.Sprintf(called, "Kota Makasar"): 4, fmt.Sprintf(called, "Siau Tagulandang Biaro"): 4}},
		{"indicators/kabkota_penduduk_luas_2024.csv",
			"csv utf-8 ,  1 wide 2024 kemendagri_code=area_code name=area_name pop_female=value:penduduk_perempuan pop_male=value:penduduk_laki pop_total=value:penduduk",
			"514 taken, 0 doubtful, 39 refused, 0 skipped, 1542 values", Plan{Source: "susenas", Period: "2024"},
			map[string]int{"\"0\" is not an area code: a code has 2, 4, 6 or 10 digits.": 1, "Figures of Susenas (BPS) are told by kabupaten; those above are computed.": 38}},
		{"indicators/cilacap_desa_penduduk_fasilitas.csv",
			"csv utf-8 ,  1 wide 2020 bps_code=bps_code desa=area_name female_2020=value:penduduk_perempuan kecamatan=district kemendagri_code=area_code male_2020=value:penduduk_laki n_posyandu=value:jumlah_posyandu pop_2020=value:penduduk",
			"278 taken, 0 doubtful, 6 refused, 0 skipped, 1112 values", Plan{Source: "profil"},
			map[string]int{fmt.Sprintf(called, "Purwodadi"): 1, fmt.Sprintf(called, "Penisihan"): 1}},
		{"messy/bps_kabkota_2022_titikkoma_desimalkoma.csv",
			"csv utf-8 ; , 1 wide 2022 GK=value:garis_kemiskinan KOTKAB=area_name P0=value:p0 P1=value:p1 P2=value:p2",
			"509 taken, 509 doubtful, 5 refused, 0 skipped, 2036 values", Plan{Source: "susenas"},
			map[string]int{fmt.Sprintf(called, "Mamuju Utara"): 1}},
	} {
		in, counts, reasons := tally(t, realFile(t, strings.Split(c.file, "/")...), c.plan)
		if got := foundIn(in); got != c.found {
			t.Errorf("%s: %s, want %s", c.file, got, c.found)
		}
		if counts != c.counts {
			t.Errorf("%s: %s, want %s; %v", c.file, counts, c.counts, reasons)
		}
		for why, n := range c.reasons {
			if reasons[why] != n {
				t.Errorf("%s: %q %d times, want %d", c.file, why, reasons[why], n)
			}
		}
	}
}

// foundIn is what an inspection found, in a few words.
func foundIn(in *Inspection) string {
	return fmt.Sprint(in.Format, " ", in.Encoding, " ", in.Separator, " ", in.Decimal, " ", in.HeaderRow, " ", in.Shape, " ", in.Plan.Period, " ", guesses(in))
}

// Tegal is the kabupaten, Kota Tegal the city; a name that two have is no area.
func TestRealNames(t *testing.T) {
	g := areas(t)
	f := placeFinder{areas: g, level: geo.LevelKabupaten}
	for name, want := range map[string]string{"Tegal": "33.28", "Kota Tegal": "33.76", "Kab. Tegal": "33.28", "KABUPATEN TEGAL": "33.28", "Kep. Seribu": "31.01", "Kota Baru": "63.02",
		"Labuhan Batu": "12.10", "Kota Jakarta Selatan": "31.74", "Batam": "21.71", "Bengkulu": "", "Gorontalo": "75.01", "Kota Gorontalo": "75.71", "Jawa Timur": "35", "Toba Samosir": "", "Mojoroto": ""} {
		place, doubts, problem := f.find(placeCells{name: name})
		if string(place) != want || (problem == nil) != (want != "") || problem == nil && len(doubts) != 1 {
			t.Errorf("%s: %s, want %s; %v", name, place, want, problem)
		}
	}
	f.level = geo.LevelKelurahan
	if _, _, problem := f.find(placeCells{name: "Sidomulyo"}); problem == nil || !strings.Contains(problem.EN, "113 areas are called") {
		t.Error(problem)
	}
	if place, _, problem := f.find(placeCells{name: "Semampir", in: above{"Kota", "Kota Kediri", ""}}); place.Area().Parent() != "35.71.02" || problem != nil {
		t.Error(place, problem)
	}
}

// A workbook says the same as the text that it was made of.
func TestRealFiguresInAWorkbook(t *testing.T) {
	plain := realFile(t, "indicators", "kabkota_kemiskinan_2019_2022.csv")
	sheet, err := ReadSheet(plain, "")
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]any
	for _, row := range sheet.Rows {
		var cells []any
		for i, c := range row.Cells {
			if n, err := strconv.ParseFloat(c.Text, 64); err == nil && i != 1 {
				cells = append(cells, n)
			} else {
				cells = append(cells, c.Text)
			}
		}
		rows = append(rows, cells)
	}
	_, want, _ := tally(t, plain, Plan{Source: "susenas"})
	if _, got, _ := tally(t, Bytes("a.xlsx", excel(t, rows, nil)), Plan{Source: "susenas"}); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
