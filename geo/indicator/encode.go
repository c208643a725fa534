package indicator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/klauspost/compress/gzip"

	"github.com/patok-id/patok/geo"
)

// Encode writes content as gzipped JSON. The same content always gives the same
// bytes: the order is fixed, and there is no clock in it. A cell is a number,
// null for one that nobody told, "<" for a small one and "*" for a hidden one;
// what is hidden is not in it.
func Encode(c *Content) ([]byte, error) {
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.DefaultCompression)
	if err != nil {
		return nil, geo.Wrap("indicator.Encode", err)
	}
	plain, err := appendContent(nil, c)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(plain); err != nil {
		return nil, geo.Wrap("indicator.Encode", err)
	}
	if err := z.Close(); err != nil {
		return nil, geo.Wrap("indicator.Encode", err)
	}
	return out.Bytes(), nil
}

func appendContent(b []byte, c *Content) ([]byte, error) {
	texts := func(b []byte, v any) []byte {
		text, _ := json.Marshal(v) // texts and lists of them always can
		return append(b, text...)
	}
	b = texts(append(b, `{"places":`...), c.Places)
	b = texts(append(b, `,"names":`...), c.Names)
	b = append(b, `,"columns":[`...)
	for i, col := range c.Columns {
		if len(col.Cells) != len(c.Places) || col.Denominators != nil && len(col.Denominators) != len(c.Places) {
			return nil, &geo.Error{Kind: geo.Internal, Op: "indicator.Encode", Err: fmt.Errorf("column %s is not as long as the table", col.Indicator)}
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = texts(append(b, `{"indicator":`...), col.Indicator)
		b = texts(append(b, `,"levels":`...), col.Levels)
		b = append(b, `,"cells":[`...)
		for j, cell := range col.Cells {
			if j > 0 {
				b = append(b, ',')
			}
			b = appendCell(b, cell)
		}
		b = append(b, ']')
		if col.Denominators != nil {
			b = texts(append(b, `,"denominators":`...), col.Denominators)
			b = texts(append(b, `,"denominator_source":`...), col.DenominatorSource)
		}
		b = append(b, '}')
	}
	return append(b, "]}\n"...), nil
}

// The marks of what is not told in content.
const (
	smallMark  = '<'
	hiddenMark = '*'
)

func appendCell(b []byte, c Cell) []byte {
	switch c.State {
	case Shown:
		return AppendNumber(b, c.Value)
	case Small:
		return append(b, '"', smallMark, '"')
	case Hidden:
		return append(b, '"', hiddenMark, '"')
	}
	return append(b, "null"...)
}

// AppendNumber writes a number as JSON has it, in the shortest form that reads
// back as the same.
func AppendNumber(b []byte, f float64) []byte {
	if i := int64(f); float64(i) == f && i > -1<<53 && i < 1<<53 {
		return strconv.AppendInt(b, i, 10)
	}
	return strconv.AppendFloat(b, f, 'g', -1, 64)
}

// Word is how programs call a state.
func (s CellState) Word() string {
	switch s {
	case Shown:
		return "shown"
	case Small:
		return "small"
	case Hidden:
		return "hidden"
	}
	return "missing"
}

// maxContentBytes bounds what content may unpack to.
const maxContentBytes = 512 << 20

// Decode reads what Encode wrote.
func Decode(packed []byte) (*Content, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, geo.Wrap("indicator.Decode", err)
	}
	plain, err := io.ReadAll(io.LimitReader(z, maxContentBytes))
	if err != nil {
		return nil, geo.Wrap("indicator.Decode", err)
	}
	var read struct {
		Places  []Place  `json:"places"`
		Names   []string `json:"names"`
		Columns []struct {
			Indicator         string    `json:"indicator"`
			Levels            []Level   `json:"levels"`
			Cells             cells     `json:"cells"`
			Denominators      []float64 `json:"denominators"`
			DenominatorSource string    `json:"denominator_source"`
		} `json:"columns"`
	}
	if err := json.Unmarshal(plain, &read); err != nil {
		return nil, geo.Wrap("indicator.Decode", err)
	}
	c := &Content{Places: read.Places, Names: read.Names, Columns: make([]PublishedColumn, len(read.Columns))}
	sound := slices.IsSorted(c.Places) && len(c.Names) == len(c.Places)
	for i, col := range read.Columns {
		c.Columns[i] = PublishedColumn{col.Indicator, col.Levels, col.Cells, col.Denominators, col.DenominatorSource}
		sound = sound && len(col.Cells) == len(c.Places) && (col.Denominators == nil || len(col.Denominators) == len(c.Places))
	}
	if !sound {
		return nil, &geo.Error{Kind: geo.Internal, Op: "indicator.Decode", Err: fmt.Errorf("the lists are not of one length, or not in order")}
	}
	return c, nil
}

// cells reads the cells of a column without a value of each first.
type cells []Cell

// UnmarshalJSON reads a list of numbers, nulls and marks.
func (c *cells) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	if len(b) < 2 || b[0] != '[' {
		return fmt.Errorf("cells are no list")
	}
	b = b[1 : len(b)-1]
	*c = make([]Cell, 0, bytes.Count(b, []byte{','})+1)
	for len(b) > 0 {
		word, rest, _ := bytes.Cut(b, []byte{','})
		b = rest
		switch word = bytes.TrimSpace(word); {
		case string(word) == "null":
			*c = append(*c, Cell{})
		case len(word) == 3 && word[1] == smallMark:
			*c = append(*c, Cell{State: Small})
		case len(word) == 3 && word[1] == hiddenMark:
			*c = append(*c, Cell{State: Hidden})
		default:
			f, err := strconv.ParseFloat(string(word), 64)
			if err != nil {
				return fmt.Errorf("a cell is %q", word)
			}
			*c = append(*c, Cell{State: Shown, Value: f})
		}
	}
	return nil
}
