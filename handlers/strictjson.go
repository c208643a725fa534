package handlers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"unicode/utf8"

	"github.com/patok-id/patok/geo"
)

// The limits of a JSON body.
const (
	maxBodyBytes = 1 << 20
	maxJSONDepth = 64
)

// readJSON reads a body of at most limit bytes as one JSON object, strictly:
// see checkJSON. Members keep their exact names.
func readJSON(w http.ResponseWriter, r *http.Request, limit int64) (map[string]json.RawMessage, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		if asError(err).Kind == geo.TooLarge {
			return nil, err
		}
		return nil, &geo.Error{Kind: geo.BadRequest, Op: "handlers.readJSON", Err: err, Message: geo.Text{
			ID: "Isi permintaan tidak sampai utuh.", EN: "The body did not arrive whole."}}
	}
	if err := checkJSON(body); err != nil {
		return nil, &geo.Error{Kind: geo.BadRequest, Op: "handlers.readJSON", Err: err, Message: geo.Text{
			ID: "Isi permintaan bukan JSON yang dapat diterima (" + err.Error() + ").",
			EN: "The body is not JSON that can be taken (" + err.Error() + ")."}}
	}
	return object(body)
}

// object gives the members of a JSON object that was checked before.
func object(raw []byte) (map[string]json.RawMessage, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil || members == nil {
		return nil, badRequest("handlers.object", "Isi permintaan harus objek JSON.", "The body must be a JSON object.")
	}
	return members, nil
}

// checkJSON reports why b is not one JSON document that means the same to
// everybody who reads it. Beyond the grammar of RFC 8259 it refuses: text that
// is no UTF-8, a surrogate without its other half, NUL, a name that comes
// twice in an object, numbers that a float64 cannot hold, more than 64 levels,
// and anything after the document.
func checkJSON(b []byte) error {
	if !utf8.Valid(b) {
		return fmt.Errorf("not UTF-8")
	}
	p := &jsonChecker{rest: b}
	if err := p.value(0); err != nil {
		return err
	}
	if p.space(); len(p.rest) > 0 {
		return fmt.Errorf("something follows the document")
	}
	return nil
}

type jsonChecker struct{ rest []byte }

func (p *jsonChecker) space() { p.rest = bytes.TrimLeft(p.rest, " \t\r\n") }

// take skips white space and then c, if c comes next.
func (p *jsonChecker) take(c byte) bool {
	p.space()
	if len(p.rest) == 0 || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

func (p *jsonChecker) value(depth int) error {
	if depth > maxJSONDepth {
		return fmt.Errorf("deeper than %d levels", maxJSONDepth)
	}
	p.space()
	if len(p.rest) == 0 {
		return fmt.Errorf("incomplete")
	}
	switch c := p.rest[0]; {
	case c == '{':
		return p.object(depth + 1)
	case c == '[':
		return p.array(depth + 1)
	case c == '"':
		_, err := p.text()
		return err
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	}
	for _, word := range []string{"true", "false", "null"} {
		if bytes.HasPrefix(p.rest, []byte(word)) {
			p.rest = p.rest[len(word):]
			return nil
		}
	}
	return fmt.Errorf("unexpected %q", firstRune(p.rest))
}

func firstRune(b []byte) string {
	_, n := utf8.DecodeRune(b)
	return string(b[:n])
}

func (p *jsonChecker) object(depth int) error {
	p.take('{')
	seen := map[string]bool{}
	if p.take('}') {
		return nil
	}
	for {
		p.space()
		if len(p.rest) == 0 || p.rest[0] != '"' {
			return fmt.Errorf("a name is missing")
		}
		name, err := p.text()
		if err != nil {
			return err
		}
		if seen[name] {
			return fmt.Errorf("%s comes twice", show(name))
		}
		seen[name] = true
		if !p.take(':') {
			return fmt.Errorf("a colon is missing")
		}
		if err := p.value(depth); err != nil {
			return err
		}
		if p.take('}') {
			return nil
		}
		if !p.take(',') {
			return fmt.Errorf("an object is not closed")
		}
	}
}

func (p *jsonChecker) array(depth int) error {
	p.take('[')
	if p.take(']') {
		return nil
	}
	for {
		if err := p.value(depth); err != nil {
			return err
		}
		if p.take(']') {
			return nil
		}
		if !p.take(',') {
			return fmt.Errorf("a list is not closed")
		}
	}
}

// text takes a string and returns what it says.
func (p *jsonChecker) text() (string, error) {
	end := 1
	for ; end < len(p.rest) && p.rest[end] != '"'; end++ {
		if p.rest[end] < 0x20 {
			return "", fmt.Errorf("control character in a text")
		}
		if p.rest[end] == '\\' {
			end++
		}
	}
	if end >= len(p.rest) {
		return "", fmt.Errorf("a text is not closed")
	}
	raw := p.rest[:end+1]
	p.rest = p.rest[end+1:]
	if !bytes.ContainsRune(raw, '\\') {
		return string(raw[1:end]), nil
	}
	if err := checkEscapes(raw); err != nil {
		return "", err
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", fmt.Errorf("broken escape in a text")
	}
	return s, nil
}

// checkEscapes refuses \u0000 and surrogates that stand alone, which the
// standard library would replace without a word.
func checkEscapes(raw []byte) error {
	for i := 0; i+1 < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		i++
		if raw[i] != 'u' {
			continue
		}
		unit, ok := hex4(raw, i+1)
		switch {
		case !ok:
			return fmt.Errorf("broken escape in a text")
		case unit == 0:
			return fmt.Errorf("NUL in a text")
		case unit >= 0xDC00 && unit <= 0xDFFF:
			return fmt.Errorf("half a character in a text")
		case unit >= 0xD800 && unit <= 0xDBFF:
			low, ok := uint64(0), i+6 < len(raw) && raw[i+5] == '\\' && raw[i+6] == 'u'
			if ok {
				low, ok = hex4(raw, i+7)
			}
			if !ok || low < 0xDC00 || low > 0xDFFF {
				return fmt.Errorf("half a character in a text")
			}
			i += 6
		}
		i += 4
	}
	return nil
}

func hex4(b []byte, at int) (uint64, bool) {
	if at+4 > len(b) {
		return 0, false
	}
	n, err := strconv.ParseUint(string(b[at:at+4]), 16, 16)
	return n, err == nil
}

func (p *jsonChecker) number() error {
	end := 0
	for end < len(p.rest) && bytes.IndexByte([]byte("+-.eE0123456789"), p.rest[end]) >= 0 {
		end++
	}
	raw := p.rest[:end]
	p.rest = p.rest[end:]
	if !json.Valid(raw) {
		return fmt.Errorf("%s is no number", show(string(raw)))
	}
	if _, ok := parseNumber(string(raw)); !ok {
		return fmt.Errorf("%s is too large or too exact a number", show(string(raw)))
	}
	return nil
}

// validText refuses what PostgreSQL cannot store: NUL and what is no UTF-8.
func validText(s string) bool {
	return utf8.ValidString(s) && !bytes.ContainsRune([]byte(s), 0)
}
