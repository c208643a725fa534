package exchange

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/patok-id/patok/geo"
)

// FeatureFile is the features of one collection, to be written as a file that
// says nothing of when it was written: the same features give the same bytes. A
// writer holds one feature at a time.
type FeatureFile struct {
	Name   string // of the collection
	fields []fileField
	rows   iter.Seq2[fileFeature, error]
}

// fileField is one property: what GeoJSON and the API call it, and the heading
// of its column in a table, "" where a table has none.
type fileField struct {
	property, heading string
	width             float64
}

// fileFeature is one feature: its geometry as GeoJSON has it, and its values by
// field. A value is what a Table's cell may be, a bool, or JSON as written.
type fileFeature struct {
	id       int64
	geometry func(b []byte) []byte
	lon, lat any // of its point; nil without
	values   []any
}

// WriteCSV writes the features as CSV and counts them.
func (f *FeatureFile) WriteCSV(w io.Writer) (rows int, err error) { return f.writeTable(w, WriteCSV) }

// WriteXLSX writes the features as a workbook and counts them. A sheet has room
// for a million.
func (f *FeatureFile) WriteXLSX(w io.Writer) (rows int, err error) { return f.writeTable(w, WriteXLSX) }

func (f *FeatureFile) writeTable(w io.Writer, write func(io.Writer, Table) error) (rows int, err error) {
	var failed error
	columns := []Column{{"id", 12}}
	var shown []int
	for i, field := range f.fields {
		if field.heading != "" {
			columns, shown = append(columns, Column{field.heading, field.width}), append(shown, i)
		}
	}
	columns = append(columns, Column{"lintang", 12}, Column{"bujur", 12})
	err = write(w, Table{Name: f.Name, Columns: columns, Rows: func(yield func([]any) bool) {
		row := make([]any, 0, len(columns))
		for feature, err := range f.rows {
			if err != nil {
				failed = err
				return
			}
			row = append(row[:0], int(feature.id))
			for _, i := range shown {
				row = append(row, cellOf(feature.values[i]))
			}
			rows++
			if !yield(append(row, feature.lat, feature.lon)) {
				return
			}
		}
	}})
	if failed != nil {
		err = failed
	}
	return rows, err
}

// cellOf is a value as a cell of a Table: a choice of several is one text, yes
// and no are words.
func cellOf(v any) any {
	switch v := v.(type) {
	case bool:
		if v {
			return "ya"
		}
		return "tidak"
	case json.RawMessage:
		var read any
		if json.Unmarshal(v, &read) != nil {
			return nil // cannot happen: the database took it for JSON
		}
		return cellOf(read)
	case []any:
		parts := make([]string, len(v))
		for i, part := range v {
			parts[i] = fmt.Sprint(part)
		}
		return strings.Join(parts, ";")
	case map[string]any:
		text, _ := json.Marshal(v) // was JSON
		return string(text)
	}
	return v
}

// WriteGeoJSON writes the features as a FeatureCollection (RFC 7946), one on a
// line, and counts them.
func (f *FeatureFile) WriteGeoJSON(w io.Writer) (rows int, err error) {
	out := bufio.NewWriterSize(w, 64<<10)
	name, _ := json.Marshal(f.Name) // a text always can
	fmt.Fprintf(out, "{\"type\":\"FeatureCollection\",\"name\":%s,\"features\":[", name)
	var b []byte
	for feature, err := range f.rows {
		if err != nil {
			return rows, err
		}
		if b = b[:0]; rows > 0 {
			b = append(b, ',')
		}
		if b, err = f.appendFeature(append(b, '\n'), feature); err != nil {
			return rows, err
		}
		rows++
		if _, err := out.Write(b); err != nil {
			return rows, err
		}
	}
	fmt.Fprint(out, "\n]}\n")
	return rows, out.Flush()
}

func (f *FeatureFile) appendFeature(b []byte, feature fileFeature) ([]byte, error) {
	b = strconv.AppendInt(append(b, `{"type":"Feature","id":`...), feature.id, 10)
	b = feature.geometry(append(b, `,"geometry":`...))
	b = append(b, `,"properties":{`...)
	for i, field := range f.fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(strconv.AppendQuote(b, field.property), ':')
		v := feature.values[i]
		if t, ok := v.(time.Time); ok {
			v = t.UTC().Format(time.RFC3339)
		}
		value, err := json.Marshal(v)
		if err != nil {
			return nil, geo.Wrap("exchange.WriteGeoJSON", err)
		}
		b = append(b, value...)
	}
	return append(b, '}', '}'), nil
}

// filled is a text as a value; "" is none.
func filled(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// moment is a time as a value, by the clock of a place at that longitude.
func moment(t *time.Time, zone *time.Location) any {
	if t == nil {
		return nil
	}
	return t.In(zone)
}
