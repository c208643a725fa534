package exchange

import (
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/patok-id/patok/geo"
)

// Table is rows of cells under named columns, to be written as a file. A cell
// is nil (empty), a string, an int, a float64, a geo.Date or a time.Time, which
// is shown as the clock of its own zone reads.
//
// A text that a table program would take for a formula gets an apostrophe
// before it, whichever format is written: a file goes from hand to hand and is
// saved anew as another (OWASP, CSV injection).
type Table struct {
	Name    string // of the sheet, at most 31 characters
	Columns []Column
	Rows    iter.Seq[[]any]
}

// Column is one column of a Table.
type Column struct {
	Name  string
	Width float64 // in characters
}

// guarded is text that no table program takes for a formula.
func guarded(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

// WriteCSV writes t as RFC 4180 has it, in UTF-8 with a byte order mark, which
// is how table programs know UTF-8.
func WriteCSV(w io.Writer, t Table) error {
	if _, err := w.Write(utf8BOM); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	record := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		record[i] = guarded(c.Name)
	}
	if err := out.Write(record); err != nil {
		return err
	}
	for row := range t.Rows {
		record = record[:0]
		for _, cell := range row {
			text, err := csvCell(cell)
			if err != nil {
				return err
			}
			record = append(record, text)
		}
		if err := out.Write(record); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func csvCell(cell any) (string, error) {
	switch v := cell.(type) {
	case nil:
		return "", nil
	case string:
		return guarded(v), nil
	case int:
		return strconv.Itoa(v), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	case geo.Date:
		return string(v), nil
	case time.Time:
		return v.Format("2006-01-02 15:04"), nil
	}
	return "", fmt.Errorf("exchange: a cell cannot be a %T", cell)
}

// WriteXLSX writes t as an Office Open XML workbook of one sheet. Numbers and
// dates are typed, text is never a formula, and the columns' names stay in
// sight. There is no clock in it: the same table gives the same bytes.
func WriteXLSX(w io.Writer, t Table) error {
	file := excelize.NewFile()
	defer file.Close() //nolint:errcheck // nothing is kept open but its own temporary files
	sheet := xlsxSheet{file: file}
	if err := sheet.begin(t); err != nil {
		return err
	}
	for row := range t.Rows {
		if err := sheet.add(row); err != nil {
			return err
		}
	}
	if err := sheet.stream.Flush(); err != nil {
		return err
	}
	return file.Write(w)
}

// xlsxSheet writes the rows of a sheet one after another.
type xlsxSheet struct {
	file             *excelize.File
	stream           *excelize.StreamWriter
	rows             int
	bold, date, time int // styles
}

// sheetName is a name that spreadsheets take: at most 31 characters and none of
// theirs, as in "Muskel/Musdes 2026-Q1" (ECMA-376 part 1, 18.2.19, and Excel).
func sheetName(name string) string {
	runes := []rune(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) {
			return '-'
		}
		return r
	}, name))
	if len(runes) > 31 {
		runes = runes[:31]
	}
	return strings.Trim(string(runes), "' ")
}

func (s *xlsxSheet) begin(t Table) (err error) {
	name := sheetName(t.Name)
	if err = s.file.SetSheetName("Sheet1", name); err != nil {
		return err
	}
	date, minute := "dd/mm/yyyy", "dd/mm/yyyy hh:mm"
	for _, style := range []struct {
		*excelize.Style
		to *int
	}{
		{&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}, &s.bold},
		{&excelize.Style{CustomNumFmt: &date}, &s.date},
		{&excelize.Style{CustomNumFmt: &minute}, &s.time},
	} {
		if *style.to, err = s.file.NewStyle(style.Style); err != nil {
			return err
		}
	}
	if s.stream, err = s.file.NewStreamWriter(name); err != nil {
		return err
	}
	header := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		if err = s.stream.SetColWidth(i+1, i+1, c.Width); err != nil {
			return err
		}
		header[i] = excelize.Cell{StyleID: s.bold, Value: guarded(c.Name)}
	}
	if err = s.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	return s.put(header)
}

func (s *xlsxSheet) add(row []any) error {
	cells := make([]any, len(row))
	for i, cell := range row {
		switch v := cell.(type) {
		case nil, int, float64:
			cells[i] = v
		case string:
			cells[i] = guarded(v)
		case geo.Date:
			cells[i] = excelize.Cell{StyleID: s.date, Value: v.Midnight()}
		case time.Time:
			cells[i] = excelize.Cell{StyleID: s.time, Value: v}
		default:
			return fmt.Errorf("exchange: a cell cannot be a %T", cell)
		}
	}
	return s.put(cells)
}

func (s *xlsxSheet) put(cells []any) error {
	s.rows++
	at, err := excelize.CoordinatesToCellName(1, s.rows)
	if err != nil {
		return err // more rows than a sheet has
	}
	return s.stream.SetRow(at, cells)
}
