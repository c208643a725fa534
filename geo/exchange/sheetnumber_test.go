package exchange

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

func TestNumbersAsPeopleWriteThem(t *testing.T) {
	for _, c := range []struct {
		text    string
		decimal byte
		whole   bool
		want    string // doubtful ones end in ?
	}{
		{"12", 0, true, "12"}, {"0", 0, true, "0"}, {"007", 0, true, "7"}, {"-3,5", 0, false, "-3.5"}, {"+4", 0, false, "4"},
		{"1.234,5", 0, true, "1234.5"}, {"1,234.5", 0, true, "1234.5"}, {"1.234.567", 0, true, "1234567"}, {"1,234,567", 0, true, "1234567"},
		{"1.234.567,89", 0, true, "1234567.89"}, {"12,5", 0, false, "12.5"}, {"12.5", 0, false, "12.5"}, {"0,123", 0, true, "0.123"},
		{"0.123", 0, true, "0.123"}, {"1234.567", 0, true, "1234.567"}, {"12,3456", 0, true, "12.3456"}, {",5", 0, false, "0.5"},
		{"1.234", 0, true, "1234?"}, {"1.234", 0, false, "1.234?"}, {"1.234", ',', false, "1234"}, {"1.234", '.', true, "1.234"},
		{"1,234", '.', true, "1234"}, {"1,234", ',', true, "1.234"}, {"12.5", ',', false, "12.5?"}, {"12,5", '.', false, "12.5?"},
		{"Rp 1.250.000", 0, true, "1250000"}, {"Rp.404739", 0, true, "404739"}, {"12,5 %", 0, false, "12.5%"}, {"12%", 0, false, "12%"},
		{"45 KK", 0, true, "45"}, {"1 234", 0, true, "1234"}, {"1\u00a0234,5", 0, true, "1234.5"}, {"−3", 0, false, "-3"}, {"'12", 0, true, "12"},
		{"nihil", 0, true, "0"}, {"NIHIL", 0, true, "0"},
		{"", 0, true, "untold"}, {"-", 0, true, "not known"}, {"–", 0, true, "not known"}, {"n/a", 0, true, "not known"}, {"N/A", 0, true, "not known"},
		{"Tidak ada data", 0, true, "not known"}, {"...", 0, true, "not known"},
		{"dua", 0, true, "refused"}, {"1.2.3", 0, true, "refused"}, {"1,23,456", 0, true, "refused"}, {"1.234,5,6", 0, true, "refused"}, {"3.57E+15", 0, true, "refused"},
		{"12-15", 0, true, "refused"}, {"<10", 0, true, "refused"}, {"NaN(1)", 0, true, "refused"}, {"0x10", 0, true, "refused"}, {"=?", 0, true, "refused"},
		{".", 0, true, "refused"}, {"1_000", 0, true, "refused"}, {"tidak ada", 0, true, "refused"},
	} {
		f := numberReader{c.decimal, c.whole}.read(Cell{Text: c.text})
		if got := figureWords(f); got != c.want {
			t.Errorf("%q (%q, whole %v): %s, want %s", c.text, c.decimal, c.whole, got, c.want)
		}
	}
	if got := figureWords(numberReader{decimal: ',', whole: true}.read(Cell{Text: "1.234", Number: true})); got != "1.234" {
		t.Errorf("a number of the file itself: %s", got)
	}
}

func figureWords(f figure) string {
	switch {
	case !f.Told:
		return "untold"
	case f.Refused != nil:
		return "refused"
	case f.Number == nil:
		return "not known"
	}
	s := strconv.FormatFloat(*f.Number, 'f', -1, 64)
	if f.Percent {
		s += "%"
	}
	if f.Doubt != nil {
		s += "?"
	}
	return s
}

// Every number that is written in some way is read as itself, in a column where
// others tell the decimal sign, and never in silence as another.
func TestNumbersComeBack(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	for range 20_000 {
		decimals := r.IntN(5)
		n := math.Round(r.NormFloat64()*math.Pow10(r.IntN(8))*math.Pow10(decimals)) / math.Pow10(decimals)
		decimal, group := byte('.'), []string{"", ",", " "}[r.IntN(3)]
		if r.IntN(2) == 0 {
			decimal, group = ',', []string{"", ".", "\u00a0"}[r.IntN(3)]
		}
		text := spelled(n, decimals, decimal, group)
		sure := numberReader{decimal: decimal, whole: r.IntN(2) == 0}.read(Cell{Text: text})
		if sure.Number == nil || *sure.Number != n || sure.Doubt != nil {
			t.Fatalf("%v written %q with %q: %s", n, text, decimal, figureWords(sure))
		}
		unsure := numberReader{whole: r.IntN(2) == 0}.read(Cell{Text: text})
		if unsure.Number == nil || *unsure.Number != n && unsure.Doubt == nil {
			t.Fatalf("%v written %q: %s", n, text, figureWords(unsure))
		}
		var e decimalEvidence
		if e.add(Cell{Text: text}); e.decimal() != 0 && e.decimal() != decimal {
			t.Fatalf("%q was taken for evidence of %q", text, e.decimal())
		}
	}
}

func spelled(n float64, decimals int, decimal byte, group string) string {
	text := strconv.FormatFloat(math.Abs(n), 'f', decimals, 64)
	integer, fraction, _ := strings.Cut(text, ".")
	for i := len(integer) - 3; i > 0; i -= 3 {
		integer = integer[:i] + group + integer[i:]
	}
	if decimals > 0 {
		integer += string(decimal) + fraction
	}
	if n < 0 {
		return "-" + integer
	}
	return integer
}

func TestColumnsTellTheirDecimalSign(t *testing.T) {
	for text, want := range map[string]byte{
		"1.234|12,5": ',', "1.234|5.678": 0, "1,234|12.5": '.', "1.234.567": ',', "1,234,567|2,345": '.', "0,123": ',', "1.234,5": ',',
		"12|13": 0, "1.5|2,5|3.5": '.', "": 0, "-|n/a|1.234": 0, "Rp 1.234|Rp 99,9": ',',
	} {
		var e decimalEvidence
		for _, cell := range strings.Split(text, "|") {
			e.add(Cell{Text: cell})
		}
		if got := e.decimal(); got != want {
			t.Errorf("%s: %q, want %q", text, fmt.Sprint(got), fmt.Sprint(want))
		}
	}
}
