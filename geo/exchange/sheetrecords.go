package exchange

import "github.com/patok-id/patok/geo"

// Layout says where in a file its table is.
type Layout struct {
	Sheet     string // of a workbook; "" is the first that holds anything
	HeaderRow int    // line of the column names; 0 is the first of a CSV file, and is looked for in a workbook
}

// tableRecords hands the rows of a CSV file or a workbook to each as records
// does. A CSV file that begins with its column names may be larger than memory.
// Rows of units, totals and notes are left out.
func tableRecords(src Source, at Layout, each func(line int, values map[string]string, refused *geo.Text) bool) error {
	format, err := Detect(src)
	if err != nil {
		return err
	}
	if format == CSV && at.HeaderRow <= 1 {
		return records(src, each)
	}
	sheet, err := ReadSheet(src, at.Sheet)
	if err != nil {
		return err
	}
	l, err := sheet.layOut(src, at.HeaderRow)
	if err != nil {
		return err
	}
	for _, row := range l.rows {
		if _, skipped := l.skipped[row.Line]; skipped {
			continue
		}
		values := make(map[string]string, len(row.Cells))
		for i, c := range row.Cells {
			if c.Text != "" {
				values[l.columnName(i)] = c.Text
			}
		}
		if !each(row.Line, values, nil) {
			return nil
		}
	}
	return nil
}
