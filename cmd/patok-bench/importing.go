package main

import (
	"context"
	"fmt"
	"strings"
)

// The figures that an import has to reach: rows in a second, and how much larger
// its process may be at a million rows than at a hundred thousand.
const (
	importPerSecond = 25_000
	importGrowth    = 1.5
)

// measureImport reports what loading the set took, whenever that was.
func measureImport(_ context.Context, s *stage) ([]row, error) {
	if len(s.loaded.Imports) == 0 {
		return nil, nil // it was loaded by other means
	}
	rows := []row{figureRow("import of areas", unitRows, []float64{float64(s.loaded.Areas.Rows) / s.loaded.Areas.Seconds},
		fmt.Sprintf("%d areas with every rule, the areas above them, overlaps, history and the log; %.0f s; %d MB at the most", s.loaded.Areas.Rows, s.loaded.Areas.Seconds, s.loaded.Areas.Peak>>20))}
	first := s.loaded.Imports[0]
	var each []string
	for _, i := range s.loaded.Imports {
		each = append(each, fmt.Sprintf("%.0f s", i.Seconds))
	}
	note := fmt.Sprintf("patok import of a CSV file with every rule, history and the log, into a database without assets; the files of %d rows one after the other took %s", importRows, strings.Join(each, ", "))
	growth := figureRow("import, memory of the process beside that for a tenth of the rows", "×", []float64{float64(first.Peak) / float64(max(1, s.loaded.Sample.Peak))},
		fmt.Sprintf("%d MB for %d rows, %d MB for %d", s.loaded.Sample.Peak>>20, s.loaded.Sample.Rows, first.Peak>>20, first.Rows))
	return append(rows,
		figureRow(fmt.Sprintf("import of %d assets", first.Rows), unitRows, []float64{float64(first.Rows) / first.Seconds}, note).toReach(valueOf(importPerSecond)),
		growth.toReach(atMost(importGrowth))), nil
}
