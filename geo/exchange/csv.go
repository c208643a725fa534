package exchange

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/patok-id/patok/geo"
)

// Record is one line of a CSV file: its filled values by the folded names of
// their columns, so that "Kode Wilayah" is kode_wilayah. Refused says why it
// cannot be read; Values is nil then.
type Record struct {
	Line    int
	Values  map[string]string
	Refused *geo.Text
}

// Records reads a CSV file line by line, from its start whenever it is ranged
// over. An error ends the reading: the file as a whole is unusable.
func Records(src Source) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		format, err := Detect(src)
		if err == nil && format != CSV {
			err = fileError(src, nil, geo.Text{ID: "bukan CSV", EN: "is no CSV"})
		}
		if err == nil {
			err = records(src, func(r rawRecord) bool {
				folded := make(map[string]string, len(r.cells))
				for _, c := range r.cells {
					folded[foldName(c.column)] = strings.Clone(c.text)
				}
				if r.refused != nil {
					folded = nil
				}
				return yield(Record{Line: r.line, Values: folded, Refused: r.refused}, nil)
			})
		}
		if err != nil {
			yield(Record{}, err)
		}
	}
}

// records reads a CSV file as offices write it: in UTF-8, UTF-16 or
// Windows-1252, with commas, semicolons or tabs, with quotes where they belong
// and where they do not. Its first record names the columns. Each further
// record is handed to each with its line, or the reason why it is refused; empty
// records are passed over. each returns false to stop.
func records(src Source, each func(rawRecord) bool) error {
	t, err := openRecords(src)
	if err != nil {
		return err
	}
	defer t.file.Close() //nolint:errcheck // only read from
	if err := t.header(); err != nil {
		return err
	}
	return t.read(each)
}

// rawRecord is a row of a table: its filled cells, or why it cannot be read, or
// why it is no row of data. It is good until the next one is read.
type rawRecord struct {
	line             int
	cells            []namedCell // in the order of their columns' names
	refused, skipped *geo.Text
}

// namedCell is a filled cell with the name of its column.
type namedCell struct{ column, text string }

func byColumn(a, b namedCell) int { return strings.Compare(a.column, b.column) }

// recordReader is the reading of one CSV file.
type recordReader struct {
	src     Source
	file    io.Closer
	text    *decodedText
	meter   *meter
	reader  *csv.Reader
	columns []string
	order   []int       // the columns by their names
	cells   []namedCell // of the record under way
}

// openRecords opens a CSV file. Close its file after use.
func openRecords(src Source) (*recordReader, error) {
	file, err := open(src)
	if err != nil {
		return nil, err
	}
	t := &recordReader{src: src, file: file}
	if err := t.begin(file); err != nil {
		_ = file.Close() // only read from
		return nil, err
	}
	return t, nil
}

func (t *recordReader) begin(file io.Reader) (err error) {
	if t.text, err = decodeText(bufio.NewReaderSize(file, 64<<10)); err != nil {
		return fileError(t.src, err, geo.Text{ID: "tidak dapat dibaca", EN: "cannot be read"})
	}
	t.meter = newMeter(t.src, t.text)
	buffered := bufio.NewReaderSize(t.meter, 64<<10)
	comma, err := separator(buffered)
	if err != nil {
		return err
	}
	t.reader = csv.NewReader(buffered)
	t.reader.Comma = comma
	t.reader.LazyQuotes = true
	t.reader.FieldsPerRecord = -1
	t.reader.ReuseRecord = true
	return nil
}

func (t *recordReader) header() error {
	for {
		record, err := t.reader.Read()
		if err != nil {
			return t.broken(err)
		}
		if blank(record) {
			continue
		}
		if len(record) > MaxColumns {
			return fileError(t.src, nil, geo.Text{
				ID: fmt.Sprintf("berisi lebih dari %d kolom", MaxColumns), EN: fmt.Sprintf("has more than %d columns", MaxColumns)})
		}
		seen := map[string]bool{}
		for _, name := range record {
			name = strings.TrimSpace(name)
			if folded := foldName(name); folded != "" && seen[folded] {
				return fileError(t.src, nil, geo.Text{
					ID: fmt.Sprintf("berisi dua kolom bernama %q", name), EN: fmt.Sprintf("has two columns called %q", name)})
			} else {
				seen[folded] = true
			}
			t.columns, t.order = append(t.columns, strings.Clone(name)), append(t.order, len(t.order))
		}
		slices.SortFunc(t.order, func(a, b int) int { return strings.Compare(t.columns[a], t.columns[b]) })
		return nil
	}
}

func (t *recordReader) read(each func(rawRecord) bool) error {
	for rows := 1; ; rows++ {
		t.meter.reached(t.reader.InputOffset())
		record, err := t.reader.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return t.broken(err)
		}
		if rows > MaxRows {
			return fileError(t.src, nil, geo.Text{
				ID: fmt.Sprintf("berisi lebih dari %d baris", MaxRows), EN: fmt.Sprintf("holds more than %d rows", MaxRows)})
		}
		if blank(record) {
			continue
		}
		line, _ := t.reader.FieldPos(0)
		cells, refused := t.filled(record)
		if !each(rawRecord{line: line, cells: cells, refused: refused}) {
			return nil
		}
	}
}

// filled names the filled fields of a record.
func (t *recordReader) filled(record []string) ([]namedCell, *geo.Text) {
	for i, value := range record {
		if i < len(t.columns) && t.columns[i] != "" {
			continue
		}
		if value = strings.TrimSpace(value); value != "" {
			return nil, &geo.Text{
				ID: fmt.Sprintf("Isian ke-%d (%.40q) tidak mempunyai kolom; periksa pemisah dan tanda kutip.", i+1, value),
				EN: fmt.Sprintf("Value %d (%.40q) has no column; check separators and quotes.", i+1, value)}
		}
	}
	t.cells = t.cells[:0]
	for _, i := range t.order {
		if i >= len(record) {
			continue
		}
		if value := strings.TrimSpace(record[i]); value != "" {
			t.cells = append(t.cells, namedCell{t.columns[i], value})
		}
	}
	return t.cells, nil
}

func blank(record []string) bool {
	for _, value := range record {
		if strings.TrimSpace(value) != "" {
			return false
		}
	}
	return true
}

func (t *recordReader) broken(err error) error {
	if e, ok := errors.AsType[*geo.Error](err); ok {
		return e // the meter's
	}
	if errors.Is(err, io.EOF) {
		return fileError(t.src, nil, geo.Text{ID: "tidak berisi baris judul kolom", EN: "has no row of column names"})
	}
	return fileError(t.src, err, geo.Text{ID: "bukan CSV yang sah: " + err.Error(), EN: "is no valid CSV: " + err.Error()})
}

// separatorLines is how many lines the search for a separator looks at.
const separatorLines = 30

// separator finds what parts the columns: the sign that the most lines have
// equally often, outside quotes. A decimal comma is not in every line, and a
// title above the table has no separator at all.
func separator(r *bufio.Reader) (rune, error) {
	head, err := r.Peek(16 << 10)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return 0, err
	}
	lines := signsOfLines(head)
	best, bestLines, bestCount := byte(','), 0, 0
	for _, c := range []byte(";\t|,") {
		often := map[int]int{}
		for _, counts := range lines {
			often[counts[c]]++
		}
		for count, n := range often {
			if count > 0 && (n > bestLines || n == bestLines && count > bestCount) {
				best, bestLines, bestCount = c, n, count
			}
		}
	}
	return rune(best), nil
}

// signsOfLines counts the signs outside quotes of each filled line. The last
// line may be cut off; it counts only where it is the only one.
func signsOfLines(head []byte) []map[byte]int {
	var lines []map[byte]int
	counts, quoted, filled := map[byte]int{}, false, false
	for _, c := range head {
		if c == '"' {
			quoted = !quoted
		}
		if quoted {
			continue
		}
		if c == '\n' || c == '\r' {
			if filled {
				lines = append(lines, counts)
			}
			if len(lines) == separatorLines {
				return lines
			}
			counts, filled = map[byte]int{}, false
			continue
		}
		filled = filled || c > ' '
		counts[c]++
	}
	if len(lines) == 0 {
		lines = append(lines, counts)
	}
	return lines
}

func tableAssets(src Source, o AssetOptions, each func(geo.AssetRow) bool) error {
	n := newNaming(o)
	var values []namedValue
	return tableRecords(src, o.Layout, func(r rawRecord) bool {
		if r.skipped != nil {
			return each(geo.AssetRow{Row: r.line, Skipped: r.skipped})
		}
		if r.refused != nil {
			return each(geo.AssetRow{Row: r.line, Refused: []geo.Text{*r.refused}})
		}
		values = values[:0]
		for _, c := range r.cells {
			values = append(values, namedValue{c.column, geo.Quote(c.text)})
		}
		return each(n.row(r.line, values, nil))
	})
}
