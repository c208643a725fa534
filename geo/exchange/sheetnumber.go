package exchange

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"

	"github.com/patok-id/patok/geo"
)

// figure is a cell that was read as a number. Told is false for a blank cell;
// Number is nil where somebody wrote that it is not known.
type figure struct {
	Told    bool
	Number  *float64
	Percent bool // it has the sign
	Doubt   *geo.Text
	Refused *geo.Text
}

// numberReader reads the numbers of one column.
type numberReader struct {
	decimal byte // '.' or ','; 0 when nothing tells
	whole   bool // an ambiguous number is rather 1234 than 1.234
}

// notKnown are the words for "nobody knows". A zero is written as 0 or nihil.
var notKnown = map[string]bool{"-": true, "–": true, "—": true, "--": true, "n/a": true, "na": true, "n.a.": true, "#n/a": true, "nan": true,
	"null": true, "...": true, "…": true, "tidak ada data": true, "tidak tersedia": true, "tidak diketahui": true, "tidak tahu": true,
	"belum ada data": true, "belum tersedia": true, "data tidak ada": true, "data tidak tersedia": true, "no data": true, "unknown": true}

// read understands a cell.
func (r numberReader) read(c Cell) figure {
	if c.Text == "" {
		return figure{}
	}
	if notKnown[strings.ToLower(c.Text)] {
		return figure{Told: true}
	}
	f := figure{Told: true}
	text := bareNumber(c.Text)
	text, f.Percent = strings.CutSuffix(text, "%")
	decimal := r.decimal
	if c.Number {
		decimal = '.'
	}
	n, ambiguous, ok := parseNumber(text, decimal, r.whole)
	switch {
	case c.Text == uncomputed:
		f.Refused = &geo.Text{ID: "rumus tanpa hasil tersimpan; simpan ulang berkasnya dengan nilainya", EN: "a formula without a saved result; save the file with its values"}
	case strings.EqualFold(c.Text, "nihil"):
		n = 0
	case !ok:
		f.Refused = &geo.Text{ID: short(c.Text) + " bukan angka", EN: short(c.Text) + " is no number"}
	case ambiguous:
		f.Doubt = &geo.Text{ID: fmt.Sprintf("%s dibaca %s", short(c.Text), inIndonesian(n)), EN: fmt.Sprintf("%s is read as %s", short(c.Text), plainNumber(n))}
	}
	if f.Refused == nil {
		f.Number = &n
	}
	return f
}

func inIndonesian(n float64) string { return strings.Replace(plainNumber(n), ".", ",", 1) }

// bareNumber takes away what stands around a number: Rp before it, a unit behind
// it, spaces and apostrophes within it.
func bareNumber(text string) string {
	text = strings.TrimPrefix(text, "'")
	if rest, ok := strings.CutPrefix(strings.ToLower(text), "rp"); ok {
		text = strings.TrimPrefix(rest, ".")
	}
	for i, c := range text {
		if i > 0 && unicode.IsLetter(c) && unitWords[strings.ToLower(text[i:])] {
			text = text[:i]
			break
		}
	}
	return strings.Map(func(c rune) rune {
		switch {
		case unicode.IsSpace(c) || c == '\'' || c == '’':
			return -1
		case c == '−' || c == '–':
			return '-'
		}
		return c
	}, text)
}

// parseNumber reads digits with dots and commas. A single sign before exactly
// three digits is ambiguous unless decimal says what it is.
func parseNumber(text string, decimal byte, whole bool) (n float64, ambiguous, ok bool) {
	sign := 1.0
	if rest, negative := strings.CutPrefix(text, "-"); negative {
		sign, text = -1, rest
	} else {
		text = strings.TrimPrefix(text, "+")
	}
	if !digitsAndSigns(text) {
		return 0, false, false
	}
	point := strings.LastIndexAny(text, ".,")
	group := ""
	switch {
	case point < 0:
	case strings.Count(text, text[point:point+1]) > 1: // 1.234.567
		group, point = text[point:point+1], -1
	case strings.ContainsAny(text[:point], ".,"): // 1.234,5
		group = other(text[point])
	case !groupLike(text, point): // 12,5 and 0.123
		ambiguous = decimal != 0 && decimal != text[point]
	case decimal == 0:
		ambiguous = true
		if whole {
			group, point = text[point:point+1], -1
		}
	case decimal != text[point]:
		group, point = text[point:point+1], -1
	}
	integer, fraction := text, ""
	if point >= 0 {
		integer, fraction = text[:point], text[point+1:]
	}
	if group != "" {
		if !grouped(integer, group) {
			return 0, false, false
		}
		integer = strings.ReplaceAll(integer, group, "")
	}
	n, err := strconv.ParseFloat(integer+"."+fraction, 64)
	return sign * n, ambiguous, err == nil && !math.IsInf(n, 0)
}

// maxNumberBytes bounds a number's text.
const maxNumberBytes = 40

func digitsAndSigns(text string) bool {
	return text != "" && len(text) <= maxNumberBytes && strings.Trim(text, "0123456789.,") == "" && strings.ContainsAny(text, "0123456789")
}

func other(sign byte) string {
	if sign == '.' {
		return ","
	}
	return "."
}

// groupLike reports whether the single sign at i could part thousands.
func groupLike(text string, i int) bool {
	return i >= 1 && i <= 3 && text[0] != '0' && len(text)-i-1 == 3
}

// grouped reports whether sign parts digits into thousands.
func grouped(digits, sign string) bool {
	parts := strings.Split(digits, sign)
	for i, p := range parts {
		if strings.Trim(p, "0123456789") != "" || i > 0 && len(p) != 3 || i == 0 && (p == "" || len(p) > 3 && len(parts) > 1) {
			return false
		}
	}
	return true
}

// decimalEvidence counts what the texts of a column say of the decimal sign.
type decimalEvidence struct{ point, comma int }

func (e *decimalEvidence) add(c Cell) {
	if c.Number || c.Text == "" {
		return
	}
	text := strings.TrimLeft(strings.TrimSuffix(bareNumber(c.Text), "%"), "+-")
	last := strings.LastIndexAny(text, ".,")
	if !digitsAndSigns(text) || last < 0 {
		return
	}
	sign := text[last]
	switch single := strings.Count(text, string(sign)) == 1; {
	case !single: // it parts thousands, so the other one is decimal
		e.count(other(sign)[0])
	case strings.ContainsAny(text[:last], ".,") || !groupLike(text, last):
		e.count(sign)
	}
}

func (e *decimalEvidence) count(sign byte) {
	if sign == '.' {
		e.point++
	} else {
		e.comma++
	}
}

// decimal is the sign that most of the evidence speaks for; 0 without any.
func (e decimalEvidence) decimal() byte {
	switch {
	case e.point > e.comma:
		return '.'
	case e.comma > 0:
		return ','
	}
	return 0
}
