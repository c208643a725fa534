package exchange

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/patok-id/patok/geo"
)

// The limits of a sheet. It is held in memory whole, since what a column means
// is decided by all its values.
const (
	MaxSheetRows  = 200_000
	MaxSheetCells = 3_000_000
	MaxCellBytes  = 64 << 10
)

// Cell is one cell of a sheet. Number says that the file holds a number there,
// not a text: Text is it then with a decimal point, and per cent with its sign.
type Cell struct {
	Text   string
	Number bool
}

// Sheet is a table as somebody laid it out: with titles above it, rows of units
// and totals, and notes below. Blank rows are left out.
type Sheet struct {
	Format    Format
	Encoding  string   // of a text file
	Separator string   // of a text file
	Names     []string // of all the worksheets of a workbook
	Name      string   // of this one
	Rows      []SheetRow
}

// SheetRow is a row with its number in the file, from 1. Blank cells at its end
// are cut off.
type SheetRow struct {
	Line  int
	Cells []Cell
}

// text is the cell of a column, from 0.
func (r SheetRow) text(column int) string { return r.cell(column).Text }

func (r SheetRow) cell(column int) Cell {
	if column < 0 || column >= len(r.Cells) {
		return Cell{}
	}
	return r.Cells[column]
}

// filled counts the cells that are not blank.
func (r SheetRow) filled() (n int) {
	for _, c := range r.Cells {
		if c.Text != "" {
			n++
		}
	}
	return n
}

// ReadSheet reads a CSV file, or the named worksheet of an XLSX one; without a
// name the first that holds anything. Formulas are not computed: what the
// program that saved the file found is read.
func ReadSheet(src Source, name string) (*Sheet, error) {
	format, err := Detect(src)
	if err != nil {
		return nil, err
	}
	var s *Sheet
	switch format {
	case CSV:
		s, err = csvSheet(src)
	case XLSX:
		s, err = xlsxSheetOf(src, name)
	default:
		err = fileError(src, nil, geo.Text{ID: "bukan tabel: simpan sebagai CSV atau XLSX", EN: "is no table: save it as CSV or XLSX"})
	}
	if err == nil && len(s.Rows) == 0 {
		err = fileError(src, nil, geo.Text{ID: "tidak berisi baris", EN: "holds no rows"})
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

func csvSheet(src Source) (*Sheet, error) {
	t, err := openRecords(src)
	if err != nil {
		return nil, err
	}
	defer t.file.Close() //nolint:errcheck // only read from
	s := &sheetBuilder{src: src, sheet: Sheet{Format: CSV, Separator: string(t.reader.Comma)}}
	for {
		t.meter.reached(t.reader.InputOffset())
		record, err := t.reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, t.broken(err)
		}
		line, _ := t.reader.FieldPos(0)
		cells := make([]Cell, len(record))
		for i, text := range record {
			cells[i].Text = strings.Clone(text)
		}
		if err := s.add(line, cells); err != nil {
			return nil, err
		}
	}
	s.sheet.Encoding = t.text.Encoding()
	return &s.sheet, nil
}

// sheetBuilder collects the rows of a sheet within the limits.
type sheetBuilder struct {
	src   Source
	sheet Sheet
	cells int
}

func (b *sheetBuilder) add(line int, cells []Cell) error {
	b.cells += len(cells)
	last := 0
	for i := range cells {
		c := &cells[i]
		if len(c.Text) > MaxCellBytes {
			return b.tooLarge(fmt.Sprintf("satu sel lebih dari %d KB", MaxCellBytes>>10), fmt.Sprintf("a cell of more than %d KB", MaxCellBytes>>10))
		}
		if c.Text = strings.Join(strings.Fields(c.Text), " "); c.Text != "" {
			last = i + 1
		}
	}
	switch {
	case b.cells > MaxSheetCells:
		return b.tooLarge(fmt.Sprintf("lebih dari %d sel", MaxSheetCells), fmt.Sprintf("more than %d cells", MaxSheetCells))
	case last == 0:
		return nil
	case last > MaxColumns:
		return b.tooLarge(fmt.Sprintf("lebih dari %d kolom", MaxColumns), fmt.Sprintf("more than %d columns", MaxColumns))
	case len(b.sheet.Rows) == MaxSheetRows:
		return b.tooLarge(fmt.Sprintf("lebih dari %d baris", MaxSheetRows), fmt.Sprintf("more than %d rows", MaxSheetRows))
	}
	b.sheet.Rows = append(b.sheet.Rows, SheetRow{Line: line, Cells: cells[:last]})
	return nil
}

func (b *sheetBuilder) tooLarge(id, en string) error {
	return fileError(b.src, nil, geo.Text{ID: "berisi " + id, EN: "holds " + en})
}
