package indicator

import "github.com/patok-id/patok/geo"

// ImportReport is the result of an import of figures.
type ImportReport struct {
	geo.Report
	Batches     []ImportedBatch
	Differences []Difference // of these batches, once it is done; at most MaxDifferencesListed
}

// MaxDifferencesListed is how many differences a report names.
const MaxDifferencesListed = 1000

// ImportedBatch is a batch that an import puts figures into.
type ImportedBatch struct {
	ID       int64 // 0 in a dry run that would make it
	AreaCode geo.Code
	AreaName string
	Period   Period
	Edition  int
	State    State
	Values   int // that are new or changed
}
