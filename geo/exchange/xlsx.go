package exchange

import (
	"encoding/xml"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/patok-id/patok/geo"
)

// Workbooks (ECMA-376 part 1, SpreadsheetML) are read by hand, cell by cell.
// excelize, which writes ours, does not tell while it streams whether a cell is
// a number or a text that looks like one, and "1.234" is another number then.

// xlsxSheetOf reads one worksheet of a workbook.
func xlsxSheetOf(src Source, name string) (*Sheet, error) {
	w, err := openWorkbook(src)
	if err != nil {
		return nil, err
	}
	sheets, err := w.sheets()
	if err != nil {
		return nil, err
	}
	names := make([]string, len(sheets))
	for i, s := range sheets {
		names[i] = s.name
	}
	if at := slices.Index(names, name); name != "" {
		if at < 0 {
			return nil, fileError(src, nil, geo.Text{ID: fmt.Sprintf("tidak berisi lembar %.40q", name), EN: fmt.Sprintf("has no sheet %.40q", name)})
		}
		sheets = sheets[at : at+1]
	}
	if err := w.prepare(); err != nil {
		return nil, err
	}
	var sheet Sheet
	for _, s := range sheets {
		reader := sheetReader{book: w, rows: sheetBuilder{src: src}}
		if err := w.tokens(s.path, reader.token); err != nil {
			return nil, err
		}
		if sheet = reader.rows.sheet; len(sheet.Rows) > 0 {
			sheet.Name = s.name
			break
		}
	}
	sheet.Format, sheet.Names = XLSX, names
	return &sheet, nil
}

// sheetReader is the reading of one worksheet, token by token.
type sheetReader struct {
	book *workbook
	rows sheetBuilder

	line   int
	cells  []Cell
	column int
	kind   string // of the cell: its attribute t
	style  int
	value  strings.Builder
	text   bool // within v or t
	sound  bool // within rPh, which says how a text is pronounced
	inCell bool
	cached bool // a value was found
	rule   bool // the cell has a formula
}

// maxSheetColumns is how many columns a worksheet may have at all.
const maxSheetColumns = 16384

func (r *sheetReader) token(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		return r.start(t)
	case xml.CharData:
		if r.text && r.inCell && r.value.Len() <= MaxCellBytes {
			r.value.Write(t)
		}
	case xml.EndElement:
		return r.end(t.Name.Local)
	}
	return nil
}

func (r *sheetReader) start(e xml.StartElement) error {
	switch e.Name.Local {
	case "row":
		r.line++
		if n, err := strconv.Atoi(attribute(e, "r")); err == nil && n >= r.line {
			r.line = n
		}
		r.cells, r.column = nil, -1
	case "c":
		r.column++
		if at, ok := columnOf(attribute(e, "r")); ok {
			r.column = at
		}
		if r.column < len(r.cells) || r.column >= maxSheetColumns {
			return r.book.broken(fmt.Errorf("cell %q is out of place", attribute(e, "r")))
		}
		r.kind, r.style = attribute(e, "t"), 0
		if n, err := strconv.Atoi(attribute(e, "s")); err == nil {
			r.style = n
		}
		r.inCell, r.cached, r.rule = true, false, false
		r.value.Reset()
	case "v", "t":
		r.text, r.cached = !r.sound, r.cached || r.inCell
	case "f":
		r.rule = r.inCell
	case "rPh":
		r.sound = true
	}
	return nil
}

func (r *sheetReader) end(name string) error {
	switch name {
	case "v", "t":
		r.text = false
	case "rPh":
		r.sound = false
	case "c":
		if r.inCell = false; r.cached || r.rule {
			cell, err := r.cell()
			if err != nil {
				return err
			}
			for len(r.cells) < r.column {
				r.cells = append(r.cells, Cell{})
			}
			r.cells = append(r.cells, cell)
		}
	case "row":
		return r.rows.add(r.line, r.cells)
	}
	return nil
}

// cell is the value that was read (ECMA-376 part 1, 18.3.1.4 and 18.18.11).
func (r *sheetReader) cell() (Cell, error) {
	text := r.value.String()
	switch r.kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || i < 0 || i >= len(r.book.shared) {
			return Cell{}, r.book.broken(fmt.Errorf("shared text %q", text))
		}
		return Cell{Text: r.book.shared[i]}, nil
	case "str", "inlineStr", "e", "d":
		return Cell{Text: unescape(text)}, nil
	case "b":
		return Cell{Text: map[string]string{"1": "TRUE", "0": "FALSE"}[text]}, nil
	}
	if r.rule && strings.TrimSpace(text) == "" {
		return Cell{Text: uncomputed}, nil
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || math.IsInf(n, 0) || math.IsNaN(n) {
		return Cell{Text: text}, nil
	}
	switch r.book.style(r.style) {
	case styleDate:
		if day, ok := r.book.day(n); ok {
			return Cell{Text: day}, nil
		}
	case stylePercent:
		return Cell{Text: plainNumber(n*100) + "%", Number: true}, nil
	}
	return Cell{Text: plainNumber(n), Number: true}, nil
}

// uncomputed stands where a formula has no value: the program that saved the
// file has not computed it.
const uncomputed = "=?"

// plainNumber writes n with the 15 digits that table programs keep.
func plainNumber(n float64) string {
	if rounded, err := strconv.ParseFloat(strconv.FormatFloat(n, 'g', 15, 64), 64); err == nil && math.Abs(n) < 1e15 {
		n = rounded
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

// day is the date of a serial number.
func (w *workbook) day(serial float64) (string, bool) {
	if serial < 1 || serial > 2958465 { // to 9999
		return "", false
	}
	days := int(serial)
	first := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC) // with the leap day of 1900 that never was
	if w.since1904 {
		first = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return first.AddDate(0, 0, days).Format(time.DateOnly), true
}

// columnOf is the column of a reference such as AB12, from 0.
func columnOf(reference string) (int, bool) {
	n, i := 0, 0
	for ; i < len(reference) && i < 4 && reference[i] >= 'A' && reference[i] <= 'Z'; i++ {
		n = n*26 + int(reference[i]-'A') + 1
	}
	return n - 1, i > 0 && i < 4
}

// unescape turns _x000D_ and the like, with which SpreadsheetML writes signs
// that XML cannot hold, into spaces.
func unescape(text string) string {
	for {
		i := strings.Index(text, "_x00")
		if i < 0 || i+7 > len(text) || text[i+6] != '_' {
			return text
		}
		text = text[:i] + " " + text[i+7:]
	}
}
