package exchange

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

// MaxCoordinateBytes bounds the text of one coordinate; a maps link is long.
const MaxCoordinateBytes = 2000

// ParseCoordinate reads a place as people type it: decimal degrees with point
// or comma, degrees, minutes and seconds with LS/LU/BT/BB or N/S/E/W, a link of
// a map service, a geo: URI (RFC 5870). Latitude and longitude are told apart by
// their letters, else by where Indonesia lies, so either may come first. The
// error is of kind Invalid and says what is wrong.
func ParseCoordinate(s string) (orb.Point, error) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > MaxCoordinateBytes {
		return orb.Point{}, coordinateError(s, "kosong atau terlalu panjang", "it is empty or too long")
	}
	if isLink(s) {
		return parseLink(s)
	}
	angles, err := parseAngles(s)
	if err != nil {
		return orb.Point{}, err
	}
	if len(angles) != 2 {
		return orb.Point{}, coordinateError(s, "harus ada dua angka: lintang dan bujur", "it needs two numbers: latitude and longitude")
	}
	return inOrder(s, angles[0], angles[1])
}

// ParseLatitude and ParseLongitude read one column of a pair.
func ParseLatitude(s string) (float64, error)  { return parseOne(s, 'y') }
func ParseLongitude(s string) (float64, error) { return parseOne(s, 'x') }

func parseOne(s string, axis byte) (float64, error) {
	if len(s) > MaxCoordinateBytes {
		return 0, coordinateError(s, "terlalu panjang", "it is too long")
	}
	if degrees, ok := plainDegrees(s); ok {
		return degrees, nil
	}
	angles, err := parseAngles(s)
	if err != nil {
		return 0, err
	}
	if len(angles) != 1 {
		return 0, coordinateError(s, "harus satu angka", "it must be one number")
	}
	if a := angles[0].axis; a != 0 && a != axis {
		return 0, coordinateError(s, "lintang dan bujur tertukar", "latitude and longitude are swapped")
	}
	return angles[0].degrees, nil
}

// plainDegrees reads what most files hold, "-7.8166", without taking it apart.
func plainDegrees(s string) (degrees float64, ok bool) {
	whole, fraction, point := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	if !point || !digits(whole) || !digits(fraction) {
		return 0, false
	}
	degrees, err := strconv.ParseFloat(s, 64)
	return degrees, err == nil && math.Abs(degrees) <= 180
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// angle is one angle with the axis that its letters name: 'y' for a latitude,
// 'x' for a longitude, 0 when it has none.
type angle struct {
	degrees float64
	axis    byte
}

// inOrder makes a point of two angles in the order in which they were written.
func inOrder(s string, a, b angle) (orb.Point, error) {
	if a.axis != 0 && a.axis == b.axis {
		return orb.Point{}, coordinateError(s, "dua-duanya lintang, atau dua-duanya bujur", "both are latitudes, or both longitudes")
	}
	swapped := a.axis == 'x' || b.axis == 'y'
	if a.axis == 0 && b.axis == 0 {
		latFirst := geo.Indonesia.Contains(orb.Point{b.degrees, a.degrees})
		swapped = !latFirst && geo.Indonesia.Contains(orb.Point{a.degrees, b.degrees})
	}
	if swapped {
		a, b = b, a
	}
	if math.Abs(a.degrees) > 90 || math.Abs(b.degrees) > 180 {
		return orb.Point{}, coordinateError(s, "lintang paling besar 90 dan bujur 180 derajat", "a latitude is at most 90 and a longitude 180 degrees")
	}
	return orb.Point{b.degrees, a.degrees}, nil
}

// parseAngles reads every angle in s.
func parseAngles(s string) ([]angle, error) {
	tokens, err := tokenize(s)
	if err != nil {
		return nil, err
	}
	var out []angle
	for len(tokens) > 0 {
		if tokens[0].kind == tokenSeparator {
			tokens = tokens[1:]
			continue
		}
		if len(out) == 2 {
			return nil, coordinateError(s, "ada lebih dari dua angka", "it has more than two numbers")
		}
		p := angleParser{text: s, tokens: tokens}
		a, err := p.angle()
		if err != nil {
			return nil, err
		}
		out, tokens = append(out, a), p.tokens
	}
	return out, nil
}

// angleParser reads one angle: [letter] degrees [° minutes' seconds"] [letter].
type angleParser struct {
	text   string
	tokens []token
}

func (p *angleParser) peek(kind tokenKind) bool {
	return len(p.tokens) > 0 && p.tokens[0].kind == kind
}

func (p *angleParser) take(kind tokenKind) (token, bool) {
	if !p.peek(kind) {
		return token{}, false
	}
	t := p.tokens[0]
	p.tokens = p.tokens[1:]
	return t, true
}

func (p *angleParser) angle() (angle, error) {
	letter, lettered := p.take(tokenLetter)
	degrees, ok := p.take(tokenNumber)
	if !ok {
		return angle{}, coordinateError(p.text, "angkanya tidak dikenal", "its number is not understood")
	}
	if p.peek(tokenMinute) || p.peek(tokenSecond) {
		return angle{}, coordinateError(p.text,
			fmt.Sprintf("tanda derajat hilang dari %s, mungkin terbaca sebagai 0%s", degrees.text, p.also()),
			fmt.Sprintf("the degree sign is missing from %s, perhaps read as a 0%s", degrees.text, p.alsoEN()))
	}
	_, marked := p.take(tokenDegree)
	whole := degrees.value == math.Trunc(degrees.value)
	minutes, seconds, err := p.sixtieths(marked, whole)
	if err != nil {
		return angle{}, err
	}
	if !lettered {
		letter, lettered = p.take(tokenLetter)
	}
	a := angle{degrees: math.Abs(degrees.value) + minutes/60 + seconds/3600}
	if (minutes > 0 || seconds > 0) && !whole {
		return angle{}, coordinateError(p.text, "derajat berkoma tidak dapat diikuti menit", "degrees with a fraction cannot have minutes")
	}
	if strings.HasPrefix(degrees.text, "-") {
		a.degrees = -a.degrees
	}
	if lettered {
		a.axis = letter.axis
		a.degrees = math.Abs(a.degrees) * letter.sign
	}
	if math.Abs(a.degrees) > 180 {
		return angle{}, coordinateError(p.text, degrees.text+" lebih dari 180 derajat", degrees.text+" is more than 180 degrees")
	}
	return a, nil
}

// sixtieths reads minutes and seconds. Without marks they count only where the
// degrees were marked, or where a letter follows them: "3 20 45 LS".
func (p *angleParser) sixtieths(marked, whole bool) (minutes, seconds float64, err error) {
	if !marked && !(whole && p.unmarked()) {
		return 0, 0, nil
	}
	if p.nextAngle() {
		return 0, 0, nil
	}
	m, ok := p.take(tokenNumber)
	if !ok {
		return 0, 0, nil
	}
	if _, ok := p.take(tokenSecond); ok { // 7° 30": seconds only
		return 0, m.value, p.check(0, m.value)
	}
	p.take(tokenMinute)
	var sec token
	if p.peek(tokenNumber) && !p.nextAngle() {
		sec, _ = p.take(tokenNumber)
		p.take(tokenSecond)
	}
	return m.value, sec.value, p.check(m.value, sec.value)
}

// nextAngle reports whether the next number begins another angle: it has a sign,
// or a degree mark of its own.
func (p *angleParser) nextAngle() bool {
	return p.peek(tokenNumber) && (strings.HasPrefix(p.tokens[0].text, "-") || len(p.tokens) > 1 && p.tokens[1].kind == tokenDegree)
}

// unmarked reports whether the next one or two numbers are followed by a
// letter, and so belong to the angle that has begun.
func (p *angleParser) unmarked() bool {
	n := 0
	for n < len(p.tokens) && n < 3 && p.tokens[n].kind == tokenNumber {
		n++
	}
	return n > 0 && n < 3 && n < len(p.tokens) && p.tokens[n].kind == tokenLetter
}

func (p *angleParser) check(minutes, seconds float64) error {
	switch {
	case minutes < 0 || seconds < 0:
		return coordinateError(p.text, "menit atau detik tidak boleh negatif", "minutes and seconds are never negative")
	case minutes >= 60:
		return coordinateError(p.text, fmt.Sprintf("menit %g melebihi 60", minutes), fmt.Sprintf("%g minutes are above 60", minutes))
	case seconds >= 60:
		return coordinateError(p.text, fmt.Sprintf("detik %g melebihi 60", seconds), fmt.Sprintf("%g seconds are above 60", seconds))
	}
	return nil
}

// also and alsoEN name seconds above 60 behind a lost degree sign.
func (p *angleParser) also() string {
	if s := p.lateSeconds(); s >= 60 {
		return fmt.Sprintf("; detik %g melebihi 60", s)
	}
	return ""
}

func (p *angleParser) alsoEN() string {
	if s := p.lateSeconds(); s >= 60 {
		return fmt.Sprintf("; %g seconds are above 60", s)
	}
	return ""
}

func (p *angleParser) lateSeconds() float64 {
	if len(p.tokens) > 2 && p.tokens[1].kind == tokenNumber && p.tokens[2].kind == tokenSecond {
		return p.tokens[1].value
	}
	return 0
}

func coordinateError(s, id, en string) error {
	if runes := []rune(s); len(runes) > 60 {
		s = string(runes[:60]) + "…"
	}
	return &geo.Error{Kind: geo.Invalid, Op: "exchange.ParseCoordinate", Message: geo.Text{
		ID: "Koordinat " + strconv.Quote(s) + " tidak dapat dibaca: " + id + ".",
		EN: "The coordinate " + strconv.Quote(s) + " cannot be read: " + en + ".",
	}}
}
