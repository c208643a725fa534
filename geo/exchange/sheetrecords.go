package exchange

import "slices"

// Layout says where in a file its table is.
type Layout struct {
	Sheet     string // of a workbook; "" is the first that holds anything
	HeaderRow int    // line of the column names; 0 is the first filled one of a CSV file, and is looked for in a workbook
}

// tableRecords hands the rows of a CSV file or a workbook to each as records
// does. A CSV file of which nothing is said may be larger than memory; in any
// other table rows of units and totals are told apart.
func tableRecords(src Source, at Layout, each func(rawRecord) bool) error {
	format, err := Detect(src)
	if err != nil {
		return err
	}
	if format == CSV && at.HeaderRow == 0 {
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
		if why, skipped := l.skipped[row.Line]; skipped && why != noteRow() { // a name alone is a place too
			if !each(rawRecord{line: row.Line, skipped: &why}) {
				return nil
			}
			continue
		}
		cells := make([]namedCell, 0, len(row.Cells))
		for i, c := range row.Cells {
			if c.Text != "" {
				cells = append(cells, namedCell{l.columnName(i), c.Text})
			}
		}
		slices.SortFunc(cells, byColumn)
		if !each(rawRecord{line: row.Line, cells: cells}) {
			return nil
		}
	}
	return nil
}
