package exchange

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// decodedText is a text as UTF-8.
type decodedText struct {
	io.Reader
	encoding string
}

// Encoding is what the text was written in, as far as it was read.
func (d *decodedText) Encoding() string {
	if m, ok := d.Reader.(*mixedReader); ok && m.old {
		return "windows-1252"
	}
	return d.encoding
}

// decodeText gives r as UTF-8 without a byte order mark. UTF-16 is told by its
// mark, or by the zeros that half of its bytes are; a byte that is no UTF-8 is
// taken for Windows-1252, in which older spreadsheets save.
func decodeText(r *bufio.Reader) (*decodedText, error) {
	head, err := r.Peek(256)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(head, utf8BOM):
		_, _ = r.Discard(len(utf8BOM)) // cannot fail: they were peeked
	case bytes.HasPrefix(head, []byte("\xff\xfe")), zeros(head, 1) > len(head)/4:
		return &decodedText{unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Reader(r), "utf-16le"}, nil
	case bytes.HasPrefix(head, []byte("\xfe\xff")), zeros(head, 0) > len(head)/4:
		return &decodedText{unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder().Reader(r), "utf-16be"}, nil
	}
	return &decodedText{&mixedReader{r: r}, "utf-8"}, nil
}

// zeros counts the zero bytes at odd (1) or even (0) places.
func zeros(b []byte, odd int) (n int) {
	for i := odd; i < len(b); i += 2 {
		if b[i] == 0 {
			n++
		}
	}
	return n
}

// mixedReader passes UTF-8 and turns every other byte from Windows-1252. NUL is
// dropped: no text holds one.
type mixedReader struct {
	r    *bufio.Reader
	rest []byte // decoded and not yet handed out
	old  bool   // a byte was no UTF-8
}

func (m *mixedReader) Read(p []byte) (int, error) {
	for len(m.rest) == 0 {
		if err := m.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, m.rest)
	m.rest = m.rest[n:]
	return n, nil
}

func (m *mixedReader) fill() error {
	chunk, err := m.r.Peek(32 << 10)
	if len(chunk) == 0 {
		return err
	}
	last := err != nil
	m.rest = make([]byte, 0, len(chunk)+len(chunk)/8)
	used := 0
	for used < len(chunk) {
		if !last && !utf8.FullRune(chunk[used:]) {
			break // its other bytes come with the next chunk
		}
		c, size := utf8.DecodeRune(chunk[used:])
		if c == utf8.RuneError && size == 1 {
			c, m.old = charmap.Windows1252.DecodeByte(chunk[used]), true
		}
		if c != 0 {
			m.rest = utf8.AppendRune(m.rest, c)
		}
		used += size
	}
	_, err = m.r.Discard(used)
	return err
}
