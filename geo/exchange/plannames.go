package exchange

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/patok-id/patok/geo/indicator"
)

// usualNames are what offices and statistics call indicators, besides their
// codes and labels.
var usualNames = map[string][]string{
	"p0":                       {"p0 persen", "persentase penduduk miskin", "penduduk miskin persen", "tingkat kemiskinan", "angka kemiskinan", "p0 pct miskin", "persen miskin", "headcount"},
	"p1":                       {"indeks kedalaman kemiskinan", "kedalaman kemiskinan", "indeks kedalaman", "poverty gap"},
	"p2":                       {"indeks keparahan kemiskinan", "keparahan kemiskinan", "indeks keparahan", "poverty severity"},
	"garis_kemiskinan":         {"garis kemiskinan rp", "gk", "garis kemiskinan rupiah", "poverty line"},
	"keluarga":                 {"jumlah keluarga", "total keluarga", "jumlah kk dtsen"},
	"keluarga_desil_1_4":       {"desil 1-4", "desil 1 sd 4", "desil 1 s.d. 4", "jumlah desil 1-4", "kk desil 1-4"},
	"keluarga_desil_5_10":      {"desil 5-10", "desil 5 sd 10", "desil 5 s.d. 10", "kk desil 5-10"},
	"keluarga_belum_peringkat": {"belum diperingkat", "belum ada desil", "tanpa desil", "belum berdesil", "desil belum ada", "keluarga belum ada desil"},
	"individu":                 {"jumlah individu", "jumlah jiwa dtsen"},
	"kpm_pkh":                  {"pkh", "kpm pkh", "penerima pkh", "jumlah pkh"},
	"kpm_sembako":              {"sembako", "bpnt", "kpm bpnt", "kpm sembako", "penerima bpnt", "penerima sembako", "program sembako"},
	"blt_dd":                   {"blt dd", "blt dana desa", "kpm blt dd", "penerima blt dd"},
	"pbi_jk":                   {"pbi", "pbi jk", "pbi jkn", "peserta pbi", "pbi jaminan kesehatan"},
	"lansia_tunggal":           {"lansia tunggal", "lansia sendiri", "lansia hidup sendiri"},
	"disabilitas":              {"penyandang disabilitas", "difabel", "jumlah disabilitas"},
	"rtlh":                     {"rtlh", "rumah tidak layak huni"},
	"air_minum_layak":          {"air minum layak", "akses air minum layak"},
	"sanitasi_layak":           {"sanitasi layak", "akses sanitasi layak"},
	"tanpa_listrik":            {"tanpa listrik", "belum berlistrik"},
	"anak_tidak_sekolah":       {"anak tidak sekolah", "ats"},
	"stunting":                 {"stunting", "balita stunting", "jumlah stunting"},
	"usulan_diusulkan":         {"diusulkan", "usulan baru"},
	"usulan_tidak_layak":       {"tidak layak"},
	"usulan_meninggal":         {"meninggal", "meninggal dunia"},
	"usulan_pindah":            {"pindah"},
	"penduduk":                 {"jumlah penduduk", "total penduduk", "jumlah jiwa", "jiwa", "pop total", "pop", "population", "total population"},
	"penduduk_laki":            {"laki laki", "lakilaki", "jumlah laki laki", "penduduk laki laki", "pop male", "male", "pria", "lk"},
	"penduduk_perempuan":       {"perempuan", "jumlah perempuan", "pop female", "female", "wanita", "pr"},
	"usia_0_14":                {"usia 0-14", "0-14 tahun", "umur 0-14", "age 0-14", "penduduk usia 0-14"},
	"usia_15_64":               {"usia 15-64", "15-64 tahun", "umur 15-64", "age 15-64", "penduduk usia 15-64"},
	"usia_65":                  {"usia 65", "65 tahun", "umur 65", "age 65", "usia 65 tahun ke atas", "65 plus", "65+ tahun"},
	"kepala_keluarga":          {"kk", "jumlah kk", "kepala keluarga", "jumlah kepala keluarga", "jumlah kartu keluarga"},
	"luas_ha":                  {"luas ha", "luas wilayah ha", "luas (ha)"},
	"jumlah_rw":                {"jumlah rw"},
	"jumlah_rt":                {"jumlah rt"},
	"jumlah_posyandu":          {"posyandu", "n posyandu"},
	"jumlah_pos_kamling":       {"pos kamling", "poskamling", "jumlah poskamling"},
	"jumlah_puskesmas":         {"puskesmas", "n puskesmas"},
	"jumlah_sd":                {"sd", "n sd", "sd sederajat", "sd/mi"},
	"jumlah_smp":               {"smp", "sltp", "n sltp", "n smp", "smp sederajat", "smp/mts"},
	"jumlah_sma":               {"sma", "slta", "n slta", "n sma", "sma sederajat", "sma/smk/ma"},
}

// indicatorNames finds an indicator by what somebody calls it.
type indicatorNames map[string]*indicator.Indicator

func newIndicatorNames(r *indicator.Registry) indicatorNames {
	names := indicatorNames{}
	add := func(i *indicator.Indicator, name string) {
		if key := squash(name); key != "" && names[key] == nil {
			names[key] = i
		}
	}
	// What is certain comes first, so that no usual name takes its place.
	for _, i := range r.Indicators {
		add(i, i.Code)
	}
	for _, i := range r.Indicators {
		add(i, i.Label.ID)
		add(i, i.Label.EN)
	}
	for _, i := range r.Indicators {
		for _, name := range usualNames[i.Code] {
			add(i, name)
		}
		if desil, ok := strings.CutPrefix(i.Code, "keluarga_desil_"); ok {
			add(i, "desil "+desil)
			add(i, "kk desil "+desil)
		}
		if desil, ok := strings.CutPrefix(i.Code, "individu_desil_"); ok {
			add(i, "jiwa desil "+desil)
			add(i, "anggota desil "+desil)
		}
	}
	return names
}

var (
	unitInName = regexp.MustCompile(`\s*[(\[][^()\[\]]*[)\]]\s*$`)
	yearInName = regexp.MustCompile(`(?:^|[^0-9])((?:19|20)\d{2})(?:[^0-9]|$)`)
)

// find gives the indicator with a name, nil for none, and the year that the name
// ends in, 0 for none.
func (n indicatorNames) find(name string) (*indicator.Indicator, int) {
	if i := n[squash(name)]; i != nil {
		return i, 0
	}
	plain := unitInName.ReplaceAllString(name, "")
	if i := n[squash(plain)]; i != nil {
		return i, 0
	}
	year := 0
	if m := yearInName.FindStringSubmatchIndex(plain); m != nil {
		year, _ = strconv.Atoi(plain[m[2]:m[3]]) // the pattern holds digits alone
		plain = plain[:m[2]] + plain[m[3]:]
	}
	for _, prefix := range []string{"", "jumlah", "banyaknya"} {
		if rest, ok := strings.CutPrefix(squash(plain), prefix); ok && n[rest] != nil {
			return n[rest], year
		}
	}
	return nil, 0
}

// months are the names of months, as prefixes of three letters.
var months = []string{"jan", "feb", "mar", "apr", "mei", "jun", "jul", "agu", "sep", "okt", "nov", "des"}

var (
	yearPattern    = regexp.MustCompile(`\b((?:19|20)\d{2})\b`)
	quarterPattern = regexp.MustCompile(`\b(?:triwulan|tw|kuartal|quarter|q)[ .:-]*(iv|iii|ii|i|[1-4])\b`)
	dayPattern     = regexp.MustCompile(`\b(\d{1,2})[/-](\d{1,2})[/-]((?:19|20)\d{2})\b`)
	wordPattern    = regexp.MustCompile(`[a-z]+`)
)

// periodOf reads a period as people write it: 2026, 2026-Q1, Triwulan I 2026,
// TW1/2026, Maret 2026, 31/03/2026, also within a title.
func periodOf(text string) (indicator.Period, bool) {
	text = strings.TrimSpace(text)
	if p, err := indicator.ParsePeriod(text); err == nil {
		return p, true
	}
	text = strings.ToLower(strings.NewReplacer("_", " ", "–", "-").Replace(text))
	parse := func(s string) (indicator.Period, bool) {
		p, err := indicator.ParsePeriod(s)
		return p, err == nil
	}
	two := func(s string) string { return strings.Repeat("0", 2-len(s)) + s }
	if m := dayPattern.FindStringSubmatch(text); m != nil {
		return parse(m[3] + "-" + two(m[2]) + "-" + two(m[1]))
	}
	year := yearPattern.FindString(text)
	if year == "" {
		return "", false
	}
	if m := quarterPattern.FindStringSubmatch(text); m != nil {
		return parse(year + "-Q" + map[string]string{"i": "1", "ii": "2", "iii": "3", "iv": "4"}[m[1]] + strings.Trim(m[1], "iv"))
	}
	for _, word := range wordPattern.FindAllString(text, -1) {
		for i, month := range months {
			if strings.HasPrefix(word, month) && monthWord(word) {
				return parse(year + "-" + two(strconv.Itoa(i+1)))
			}
		}
	}
	return parse(year)
}

// monthWord keeps words such as "desa" and "mandiri" from being months.
func monthWord(word string) bool {
	switch word {
	case "januari", "februari", "pebruari", "maret", "april", "mei", "juni", "juli", "agustus", "september", "oktober", "november", "nopember", "desember",
		"jan", "feb", "mar", "apr", "jun", "jul", "agu", "ags", "agt", "sep", "sept", "okt", "nov", "des",
		"january", "february", "march", "june", "july":
		return true
	}
	return false
}
