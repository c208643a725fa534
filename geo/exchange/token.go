package exchange

import (
	"regexp"
	"strconv"
	"strings"
)

type tokenKind int

const (
	tokenNumber tokenKind = iota
	tokenDegree
	tokenMinute
	tokenSecond
	tokenLetter // a cardinal direction
	tokenSeparator
)

// token is one piece of a typed coordinate.
type token struct {
	kind  tokenKind
	text  string
	value float64 // of a number
	axis  byte    // of a letter: 'y' or 'x'
	sign  float64 // of a letter
}

// tokenPattern finds the next piece. A number has at most one decimal sign, so
// that "-7,81,112,01" is two numbers with a comma between.
var tokenPattern = regexp.MustCompile(`^(?:` +
	`([+-]?[0-9]+(?:[.,][0-9]+)?)` +
	`|(°|deg(?:rees?)?\b|derajat\b|d\b)` +
	`|(''|"|detik\b|sec(?:onds?)?\b)` +
	`|('|menit\b|min(?:utes?)?\b)` +
	`|([a-z]+(?: (?:selatan|utara|timur|barat)\b)?)` +
	`|([,;/|]))`)

// directions are the letters and words of the cardinal directions. "Lintang"
// and "bujur" before a number say the axis, and no sign.
var directions = map[string]token{
	"s": south, "ls": south, "lintang selatan": south, "selatan": south, "south": south,
	"n": north, "lu": north, "u": north, "lintang utara": north, "utara": north, "north": north,
	"e": east, "bt": east, "t": east, "bujur timur": east, "timur": east, "east": east,
	"w": west, "bb": west, "b": west, "bujur barat": west, "barat": west, "west": west,
}

var (
	south = token{kind: tokenLetter, axis: 'y', sign: -1}
	north = token{kind: tokenLetter, axis: 'y', sign: 1}
	east  = token{kind: tokenLetter, axis: 'x', sign: 1}
	west  = token{kind: tokenLetter, axis: 'x', sign: -1}
)

// fillers are words between the two halves, or before them, that say nothing.
var fillers = map[string]bool{"dan": true, "and": true, "lat": true, "lon": true, "lng": true, "long": true,
	"latitude": true, "longitude": true, "lintang": true, "bujur": true, "koordinat": true, "x": true, "y": true}

// marks makes one sign of each of the many that stand for it.
var marks = strings.NewReplacer("º", "°", "˚", "°", "′", "'", "’", "'", "‘", "'", "ʹ", "'", "`", "'", "´", "'",
	"″", `"`, "”", `"`, "“", `"`, "ʺ", `"`, "−", "-", "–", "-", "\u00a0", " ", "(", " ", ")", " ", ":", " ", "=", " ",
	"l.s.", "ls", "l.u.", "lu", "b.t.", "bt", "b.b.", "bb")

// tokenize cuts a typed coordinate into its pieces.
func tokenize(s string) ([]token, error) {
	rest := marks.Replace(strings.ToLower(s))
	var out []token
	for {
		rest = strings.TrimLeft(rest, " \t\r\n")
		if rest == "" {
			return out, nil
		}
		m := tokenPattern.FindStringSubmatch(rest)
		if m == nil {
			return nil, coordinateError(s, "ada tanda yang tidak dikenal di "+strconv.Quote(rest), "it holds an unknown sign at "+strconv.Quote(rest))
		}
		rest = rest[len(m[0]):]
		switch {
		case m[1] != "":
			f, err := strconv.ParseFloat(strings.Replace(m[1], ",", ".", 1), 64)
			if err != nil {
				return nil, coordinateError(s, "angkanya tidak dikenal", "its number is not understood")
			}
			out = append(out, token{kind: tokenNumber, text: m[1], value: f})
		case m[2] != "":
			out = append(out, token{kind: tokenDegree})
		case m[3] != "":
			out = append(out, token{kind: tokenSecond})
		case m[4] != "":
			out = append(out, token{kind: tokenMinute})
		case m[6] != "":
			out = append(out, token{kind: tokenSeparator})
		default:
			t, known := directions[m[5]]
			if fillers[m[5]] {
				t, known = token{kind: tokenSeparator}, true
			}
			if !known {
				return nil, coordinateError(s, "kata "+strconv.Quote(m[5])+" tidak dikenal", "the word "+strconv.Quote(m[5])+" is not known")
			}
			out = append(out, t)
		}
	}
}
