package indicator

import (
	"regexp"
	"strings"
	"unicode"
)

// identifierDigits is how many digits NIK and KK numbers have.
const identifierDigits = 16

// placePattern is a place down to its RT, which has as many digits.
var placePattern = regexp.MustCompile(`\b(\d{2}\.\d{2}\.\d{2}\.[123]\d{3}|\d{6}[123]\d{3})-\d{3}-\d{3}\b`)

// HasIdentifier reports whether a text holds what may be the number of a person
// or a family (NIK, nomor KK): 16 digits, also with spaces, dots and dashes
// between them. The key of an RT is none.
func HasIdentifier(text string) bool {
	var groups []int // lengths of runs of digits with nothing but separators between them
	in := false
	for _, c := range placePattern.ReplaceAllString(text, "RT") {
		switch {
		case unicode.IsDigit(c):
			if !in {
				groups = append(groups, 0)
			}
			in = true
			groups[len(groups)-1]++
			if groups[len(groups)-1] >= identifierDigits {
				return true
			}
			continue
		case separates(c):
			if in && endsIdentifier(groups) {
				return true
			}
		default:
			if in && endsIdentifier(groups) {
				return true
			}
			groups = groups[:0]
		}
		in = false
	}
	return in && endsIdentifier(groups)
}

func separates(c rune) bool {
	return c != '\n' && unicode.IsSpace(c) || unicode.Is(unicode.Pd, c) || strings.ContainsRune(".'’", c)
}

// endsIdentifier reports whether the last groups make an identifier.
func endsIdentifier(groups []int) bool {
	n := 0
	for i := len(groups) - 1; i >= 0 && n < identifierDigits; i-- {
		n += groups[i]
	}
	return n == identifierDigits
}
