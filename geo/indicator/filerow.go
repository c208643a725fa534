package indicator

import (
	"iter"

	"github.com/patok-id/patok/geo"
)

// FileRow is what one row of a file of figures tells about one place and period.
// Refused is not empty when the row cannot be taken, Skipped when it is no row of
// figures (a total, a note); the other members then hold what was understood.
type FileRow struct {
	Row     int    // in the file, from 1
	Name    string // of the place, as the file or Patok calls it
	Period  Period
	Values  []Value // of one place
	Doubts  []geo.Text
	Refused []geo.Text
	Skipped *geo.Text
}

// FileRows reads a file row by row. An error ends the reading: the file as a
// whole is unusable.
type FileRows = iter.Seq2[FileRow, error]
