package handlers

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo/exchange"
)

// Appenders write JSON without making a value of it first: a page of 10,000
// features is one buffer.

// member appends a comma where one is due, and the name of a member.
func member(b []byte, name string) []byte {
	if last := b[len(b)-1]; last != '{' {
		b = append(b, ',')
	}
	b = append(b, '"')
	b = append(b, name...)
	return append(b, '"', ':')
}

func stringMember(b []byte, name, value string) []byte {
	return appendString(member(b, name), value)
}

// textMember writes null for an empty text.
func textMember(b []byte, name, value string) []byte {
	return appendText(member(b, name), value)
}

// appendText writes s as a JSON string, and null for an empty one.
func appendText(b []byte, s string) []byte {
	if s == "" {
		return append(b, "null"...)
	}
	return appendString(b, s)
}

func intMember(b []byte, name string, value int64) []byte {
	return strconv.AppendInt(member(b, name), value, 10)
}

func timeMember(b []byte, name string, t *time.Time) []byte {
	return appendTime(member(b, name), t)
}

func appendTime(b []byte, t *time.Time) []byte {
	if t == nil {
		return append(b, "null"...)
	}
	b = append(b, '"')
	b = t.UTC().AppendFormat(b, time.RFC3339Nano)
	return append(b, '"')
}

// appendString writes s as a JSON string. What is no UTF-8 becomes U+FFFD.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= 0x20 && c != '"' && c != '\\' {
				i++
				continue
			}
			b = append(b, s[start:i]...)
			switch c {
			case '"', '\\':
				b = append(b, '\\', c)
			case '\n':
				b = append(b, '\\', 'n')
			default:
				b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
			}
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			b = append(append(b, s[start:i]...), "\ufffd"...)
			start = i + 1
		}
		i += size
	}
	return append(append(b, s[start:]...), '"')
}

// appendNumber writes f with at most digits decimals and no zeros at the end.
func appendNumber(b []byte, f float64, digits int) []byte { return exchange.AppendNumber(b, f, digits) }

func realMember(b []byte, name string, f float64, digits int) []byte {
	return appendReal(member(b, name), f, digits)
}

// appendReal writes a measure. One that is whole keeps a decimal, so that programs
// which guess types from values do not take it for an integer.
func appendReal(b []byte, f float64, digits int) []byte {
	if f == math.Trunc(f) {
		return strconv.AppendFloat(b, f, 'f', 1, 64)
	}
	return appendNumber(b, f, digits)
}

// Points that come in are rounded as those that go out, so that what was sent is
// what is read.
func roundCoordinate(f float64) float64 { return math.Round(f*1e7) / 1e7 }

func appendPosition(b []byte, p orb.Point) []byte { return exchange.AppendPosition(b, p) }

func appendBound(b []byte, e orb.Bound) []byte {
	b = append(b, '[')
	for i, f := range [4]float64{e.Min[0], e.Min[1], e.Max[0], e.Max[1]} {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendNumber(b, f, exchange.CoordinateDecimals)
	}
	return append(b, ']')
}

func appendMultiPolygon(b []byte, mp orb.MultiPolygon) []byte { return exchange.AppendBoundary(b, mp) }

// eachMember calls fn for the members of a JSON object in their order, with
// name and value as written. raw must be valid JSON, as PostgreSQL's jsonb is;
// what is no object has no members.
func eachMember(raw []byte, fn func(quoted, value []byte)) {
	rest := bytes.TrimLeft(raw, " \t\r\n")
	if len(rest) == 0 || rest[0] != '{' {
		return
	}
	for {
		start := bytes.IndexByte(rest, '"')
		if start < 0 {
			return
		}
		rest = rest[start:]
		end := stringEnd(rest)
		quoted := rest[:end]
		colon := bytes.IndexByte(rest[end:], ':')
		if colon < 0 {
			return
		}
		rest = bytes.TrimLeft(rest[end+colon+1:], " \t\r\n")
		end = valueEnd(rest)
		fn(quoted, bytes.TrimRight(rest[:end], " \t\r\n"))
		rest = rest[end:]
		if len(rest) == 0 || rest[0] != ',' {
			return
		}
	}
}

// nameOf is what a JSON string says.
func nameOf(quoted []byte) string {
	if len(quoted) >= 2 && bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1])
	}
	var name string
	if json.Unmarshal(quoted, &name) != nil {
		return "" // no member is called so
	}
	return name
}

// stringEnd is the index after the string that b begins with.
func stringEnd(b []byte) int {
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(b)
}

// valueEnd is the index of the comma or brace after the value that b begins
// with.
func valueEnd(b []byte) int {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			i += stringEnd(b[i:]) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i
			}
			depth--
		case ',':
			if depth == 0 {
				return i
			}
		}
	}
	return len(b)
}

// appendUUID writes u as a JSON string in its usual form (RFC 9562 section 4).
func appendUUID(b []byte, u [16]byte) []byte {
	b = append(b, '"')
	for i, part := range [...][]byte{u[:4], u[4:6], u[6:8], u[8:10], u[10:]} {
		if i > 0 {
			b = append(b, '-')
		}
		b = hex.AppendEncode(b, part)
	}
	return append(b, '"')
}
