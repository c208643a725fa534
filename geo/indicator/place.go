package indicator

import (
	"regexp"
	"strings"

	"github.com/patok-id/patok/geo"
)

// Place is what figures are about: an area by its Kemendagri code (35.71.01),
// or within a kelurahan an RW (35.71.01.1001-003) or an RT
// (35.71.01.1001-003-005: kelurahan, RW, RT), with three digits each. There is
// no national code of RW and RT. An RT's figures need no point of that RT.
type Place string

// Level is how deep a place is.
type Level string

// The levels, from above.
const (
	Provinsi  Level = "provinsi"
	Kabupaten Level = "kabupaten" // and kota
	Kecamatan Level = "kecamatan"
	Kelurahan Level = "kelurahan" // and desa
	RW        Level = "rw"
	RT        Level = "rt"
)

// Levels lists the levels from above.
var levels = [...]Level{Provinsi, Kabupaten, Kecamatan, Kelurahan, RW, RT}

// Levels gives the levels from above.
func Levels() []Level { return levels[:] }

var rtPattern = regexp.MustCompile(`^\d{3}(-\d{3})?$`)

// ParsePlace reads a place: a code with or without dots, and what lies within
// a kelurahan behind a hyphen. Numbers of RW and RT may lack leading zeros.
func ParsePlace(s string) (Place, error) {
	head, rest, within := strings.Cut(strings.TrimSpace(s), "-")
	code, err := geo.ParseCode(head)
	if err != nil {
		return "", err
	}
	if !within {
		return Place(code), nil
	}
	parts := strings.Split(rest, "-")
	for i, p := range parts {
		if len(p) > 0 && len(p) < 3 {
			parts[i] = strings.Repeat("0", 3-len(p)) + p
		}
	}
	if rest = strings.Join(parts, "-"); code.Level() != geo.LevelKelurahan || !rtPattern.MatchString(rest) {
		return "", &geo.Error{Kind: geo.Invalid, Op: "indicator.ParsePlace", Message: geo.Text{
			ID: "RW dan RT ditulis seperti 35.71.01.1001-003-005 (kelurahan, RW, RT).",
			EN: "RW and RT are written as 35.71.01.1001-003-005 (kelurahan, RW, RT)."}}
	}
	return Place(code) + "-" + Place(rest), nil
}

// Area is the area that the place is or lies in.
func (p Place) Area() geo.Code {
	area, _, _ := strings.Cut(string(p), "-")
	return geo.Code(area)
}

// Level is how deep the place is; "" for an empty one.
func (p Place) Level() Level {
	switch strings.Count(string(p), "-") {
	case 1:
		return RW
	case 2:
		return RT
	}
	if l := geo.Code(p).Level(); l > 0 {
		return levels[l-1]
	}
	return ""
}

// Parent is the place one level up; "" for a provinsi.
func (p Place) Parent() Place {
	if i := strings.LastIndexByte(string(p), '-'); i >= 0 {
		return p[:i]
	}
	return Place(geo.Code(p).Parent())
}

// Within reports whether p is other or lies in it. Everything lies within "".
func (p Place) Within(other Place) bool {
	if other == "" || p == other {
		return true
	}
	return strings.HasPrefix(string(p), string(other)) && (p[len(other)] == '.' || p[len(other)] == '-')
}
