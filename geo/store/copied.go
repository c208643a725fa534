package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"time"
	"unsafe"
)

// copied is the io.Writer at the end of a COPY … TO STDOUT (FORMAT binary): it
// hands every row to each, and allocates nothing for one. The format is in
// PostgreSQL's manual, COPY, "Binary Format"; that a message holds whole rows is
// in "Message Formats", CopyData.
type copied struct {
	each  func(row *copiedRow) error
	row   copiedRow
	begun bool // the header has passed
}

// errCopied refuses a stream that is not what the manual says.
var errCopied = errors.New("store: malformed binary COPY")

// copySignature opens the stream; flags and the length of an extension follow.
const copySignature = "PGCOPY\n\xff\r\n\x00"

// Write takes the rows of one message.
func (c *copied) Write(message []byte) (int, error) {
	rest := message
	if !c.begun {
		header := len(copySignature) + 8
		if len(rest) < header || !bytes.HasPrefix(rest, []byte(copySignature)) {
			return 0, errCopied
		}
		extension := int64(binary.BigEndian.Uint32(rest[header-4:]))
		if rest = rest[header:]; extension > int64(len(rest)) {
			return 0, errCopied
		}
		rest, c.begun = rest[extension:], true
	}
	for len(rest) > 0 {
		if len(rest) < 2 {
			return 0, errCopied
		}
		columns := int16(binary.BigEndian.Uint16(rest))
		if columns == -1 { // the trailer
			break
		}
		c.row = copiedRow{rest: rest[2:], columns: int(columns)}
		if err := c.each(&c.row); err != nil {
			return 0, err
		}
		if c.row.err != nil || c.row.columns != 0 {
			return 0, errCopied
		}
		rest = c.row.rest
	}
	return len(message), nil
}

// copiedRow gives the columns of a row, one call each from left to right, by the
// binary form of their types. What it gives points into the message, and holds
// until the next row. After an error everything is null.
type copiedRow struct {
	rest    []byte
	columns int // still to come
	err     error
}

// bytes gives a column as it is; nil is null.
func (r *copiedRow) bytes() []byte {
	if r.columns == 0 || len(r.rest) < 4 {
		return r.fail()
	}
	length := int32(binary.BigEndian.Uint32(r.rest))
	r.columns--
	r.rest = r.rest[4:]
	if length == -1 {
		return nil
	}
	if length < 0 || int(length) > len(r.rest) {
		return r.fail()
	}
	value := r.rest[:length:length]
	r.rest = r.rest[length:]
	return value
}

func (r *copiedRow) fail() []byte {
	r.err, r.rest, r.columns = errCopied, nil, 0
	return nil
}

// fixed gives a column of so many bytes; nil is null.
func (r *copiedRow) fixed(size int) []byte {
	value := r.bytes()
	if value != nil && len(value) != size {
		return r.fail()
	}
	return value
}

// text gives a text; null is "".
func (r *copiedRow) text() string {
	value := r.bytes()
	return unsafe.String(unsafe.SliceData(value), len(value))
}

// bigint gives a bigint; null is 0.
func (r *copiedRow) bigint() int64 {
	if value := r.fixed(8); value != nil {
		return int64(binary.BigEndian.Uint64(value))
	}
	return 0
}

// integer gives an integer; null is 0.
func (r *copiedRow) integer() int {
	if value := r.fixed(4); value != nil {
		return int(int32(binary.BigEndian.Uint32(value)))
	}
	return 0
}

// boolean gives a boolean; null is false.
func (r *copiedRow) boolean() bool {
	value := r.fixed(1)
	return value != nil && value[0] != 0
}

// float gives a double precision into to; null is nil.
func (r *copiedRow) float(to *float64) *float64 {
	value := r.fixed(8)
	if value == nil {
		return nil
	}
	*to = math.Float64frombits(binary.BigEndian.Uint64(value))
	return to
}

// postgresEpoch is 2000-01-01, where timestamps count from, in microseconds
// since 1970.
const postgresEpoch = 946684800_000000

// time gives a timestamptz into to, in UTC; null is nil. Infinity is no time.
func (r *copiedRow) time(to *time.Time) *time.Time {
	value := r.fixed(8)
	if value == nil {
		return nil
	}
	micros := int64(binary.BigEndian.Uint64(value))
	if micros == math.MaxInt64 || micros == math.MinInt64 {
		r.fail()
		return nil
	}
	*to = time.UnixMicro(micros + postgresEpoch).UTC()
	return to
}

// jsonb gives a jsonb as text.
func (r *copiedRow) jsonb() []byte {
	value := r.bytes()
	if value != nil && (len(value) == 0 || value[0] != 1) { // its version
		return r.fail()
	}
	if value == nil {
		return nil
	}
	return value[1:]
}

// texts appends a text[] without nulls to list; null and an empty one are nothing.
func (r *copiedRow) texts(list []string) []string {
	value := r.bytes()
	if value == nil {
		return list
	}
	array := copiedRow{rest: value}
	dimensions, _, _ := array.word(), array.word(), array.word() // has nulls, element's type
	elements := min(dimensions, 1)
	for range dimensions {
		elements *= array.word()
		array.word() // the lower bound
		if array.err != nil || elements > len(value) {
			r.fail()
			return list
		}
	}
	for array.columns = elements; array.columns > 0; {
		element := array.bytes()
		if element == nil {
			r.fail()
			return list
		}
		list = append(list, unsafe.String(unsafe.SliceData(element), len(element)))
	}
	return list
}

// word gives a number within a column.
func (r *copiedRow) word() int {
	if len(r.rest) < 4 {
		r.fail()
		return 0
	}
	n := int(binary.BigEndian.Uint32(r.rest))
	r.rest = r.rest[4:]
	return n
}
