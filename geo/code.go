package geo

import (
	"strconv"
	"strings"
)

// Code is the Kemendagri code of an area with its dots: 35, 35.71, 35.71.01,
// 35.71.01.1001 (Kepmendagri 300.2.2-2430/2025 and its forerunners). The first
// digit of the fourth part tells kelurahan (1), desa (2) and desa adat (3), so
// that a ten-digit BPS code, whose seventh digit is nearly always 0, is told apart.
type Code string

// Level is the depth of an area: 1 provinsi, 2 kabupaten or kota, 3 kecamatan,
// 4 kelurahan, desa or desa adat.
type Level int

// The levels.
const (
	LevelProvinsi  Level = 1
	LevelKabupaten Level = 2
	LevelKecamatan Level = 3
	LevelKelurahan Level = 4
)

// Collection names the collection of a level's areas.
func (l Level) Collection() string {
	switch l {
	case LevelProvinsi:
		return "provinsi"
	case LevelKabupaten:
		return "kabupaten"
	case LevelKecamatan:
		return "kecamatan"
	case LevelKelurahan:
		return "kelurahan"
	}
	return ""
}

// LevelOf returns the level whose collection is named, 0 for another name.
func LevelOf(collection string) Level {
	for l := LevelProvinsi; l <= LevelKelurahan; l++ {
		if l.Collection() == collection {
			return l
		}
	}
	return 0
}

// codeDigits is how many digits a code of each level has.
var codeDigits = [5]int{0, 2, 4, 6, 10}

// ParseCode reads a code with or without dots. A BPS code (whose fourth part
// does not begin with 1, 2 or 3) and everything else is an error of kind
// Invalid.
func ParseCode(s string) (Code, error) {
	if isDotted(s) {
		return Code(s), nil
	}
	s = strings.TrimSpace(s)
	digits := s
	if strings.Contains(s, ".") {
		parts := strings.Split(s, ".")
		for i, p := range parts {
			want := 2
			if i == 3 {
				want = 4
			}
			if i > 3 || len(p) != want {
				return "", codeError(s, Text{ID: "bentuk kode tidak dikenal", EN: "not the form of a code"})
			}
		}
		digits = strings.Join(parts, "")
	}
	for _, c := range []byte(digits) {
		if c < '0' || c > '9' {
			return "", codeError(s, Text{ID: "kode hanya berisi angka dan titik", EN: "a code holds digits and dots only"})
		}
	}
	switch len(digits) {
	case 2, 4, 6:
	case 7:
		return "", codeError(s, Text{ID: "ini kode kecamatan BPS, bukan kode Kemendagri", EN: "this is a BPS code of a kecamatan, not a Kemendagri one"})
	case 10:
		if d := digits[6]; d < '1' || d > '3' {
			return "", codeError(s, Text{ID: "ini kode BPS, bukan kode Kemendagri", EN: "this is a BPS code, not a Kemendagri one"})
		}
	default:
		return "", codeError(s, Text{ID: "panjang kode harus 2, 4, 6 atau 10 angka", EN: "a code has 2, 4, 6 or 10 digits"})
	}
	if digits[0] == '0' {
		return "", codeError(s, Text{ID: "kode provinsi tidak dimulai dengan 0", EN: "the code of a provinsi does not begin with 0"})
	}
	return dotted(digits), nil
}

// isDotted reports whether s is the code of a kelurahan as it is stored, which
// most codes of a file are.
func isDotted(s string) bool {
	if len(s) != 13 || s[0] == '0' || s[9] < '1' || s[9] > '3' {
		return false
	}
	for i := range len(s) {
		if dot := i == 2 || i == 5 || i == 8; dot != (s[i] == '.') || !dot && (s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return true
}

func dotted(digits string) Code {
	parts := []string{digits[:2]}
	for i := 2; i < len(digits) && i < 6; i += 2 {
		parts = append(parts, digits[i:i+2])
	}
	if len(digits) == 10 {
		parts = append(parts, digits[6:])
	}
	return Code(strings.Join(parts, "."))
}

func codeError(s string, why Text) error {
	if len(s) > 40 {
		s = s[:40] + "…"
	}
	return &Error{Kind: Invalid, Op: "geo.ParseCode", Message: Text{
		ID: strconv.Quote(s) + " bukan kode wilayah: " + why.ID + ".",
		EN: strconv.Quote(s) + " is not an area code: " + why.EN + ".",
	}}
}

// CodeOfID is the code whose digits are id; "" when id is no area's.
func CodeOfID(id int64) Code {
	c, err := ParseCode(strconv.FormatInt(id, 10))
	if err != nil {
		return ""
	}
	return c
}

// Digits is the code without dots.
func (c Code) Digits() string { return strings.ReplaceAll(string(c), ".", "") }

// ID is the feature id of the area with this code; 0 for an empty code.
func (c Code) ID() int64 {
	id := int64(0)
	for i := range len(c) {
		if c[i] != '.' {
			id = id*10 + int64(c[i]-'0')
		}
	}
	return id
}

// Level is the level of the area with this code; 0 for an empty code.
func (c Code) Level() Level {
	n := len(c) - strings.Count(string(c), ".")
	for l := LevelProvinsi; l <= LevelKelurahan; l++ {
		if codeDigits[l] == n {
			return l
		}
	}
	return 0
}

// Parent is the code one level up; "" for a provinsi.
func (c Code) Parent() Code {
	i := strings.LastIndexByte(string(c), '.')
	if i < 0 {
		return ""
	}
	return c[:i]
}

// Within reports whether c is area or lies below it. Everything lies within "".
func (c Code) Within(area Code) bool {
	if area == "" || c == area {
		return true
	}
	return strings.HasPrefix(string(c), string(area)) && len(c) > len(area) && c[len(area)] == '.'
}

// Kind is what the code itself says of its area's kind.
func (c Code) Kind() AreaKind {
	switch c.Level() {
	case LevelProvinsi:
		return Provinsi
	case LevelKabupaten:
		if c[3] >= '7' { // 01-69 kabupaten, 71-99 kota
			return Kota
		}
		return Kabupaten
	case LevelKecamatan:
		return Kecamatan
	case LevelKelurahan:
		switch c[9] {
		case '2':
			return Desa
		case '3':
			return DesaAdat
		}
		return Kelurahan
	}
	return ""
}
