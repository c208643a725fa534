package index

import (
	"strings"
	"unicode"

	"github.com/patok-id/patok/geo"
)

// needle is what a person typed into a search box, ready to be looked for in
// many names.
type needle struct {
	text   string // in lower case
	ascii  bool
	digits string // the text without dots if it is digits and dots, else ""
}

func newNeedle(q string) needle {
	n := needle{text: strings.ToLower(strings.TrimSpace(q))}
	n.ascii = isASCII(n.text)
	if strings.Trim(n.text, "0123456789.") == "" {
		n.digits = strings.ReplaceAll(n.text, ".", "")
	}
	return n
}

// in reports whether name holds the needle in any case.
func (n needle) in(name string) bool { return n.index(name) >= 0 }

// index is where the needle begins in name, -1 if nowhere. It allocates
// nothing for a needle of ASCII letters, which nearly all are.
func (n needle) index(name string) int {
	if !n.ascii {
		return strings.Index(strings.Map(unicode.ToLower, name), n.text)
	}
	for i := 0; i+len(n.text) <= len(name); i++ {
		if foldedPrefix(name[i:], n.text) {
			return i
		}
	}
	return -1
}

// inCode reports whether the code holds the needle, dots or not.
func (n needle) inCode(code geo.Code) bool { return n.indexCode(code) >= 0 }

// indexCode is where the needle begins in the code's digits.
func (n needle) indexCode(code geo.Code) int {
	if n.digits == "" {
		return -1
	}
	if i := strings.Index(string(code), n.text); i >= 0 {
		return i
	}
	return strings.Index(code.Digits(), n.digits)
}

// foldedPrefix reports whether s begins with the lower-case ASCII prefix.
func foldedPrefix(s, prefix string) bool {
	for i := range len(prefix) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != prefix[i] {
			return false
		}
	}
	return true
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
