package indicator

import "github.com/patok-id/patok/geo"

// ImportReport is the result of an import of figures.
type ImportReport struct {
	geo.Report
	Batches     []ImportedBatch `json:"batches,omitempty"`
	Differences []Difference    `json:"differences,omitempty"` // of these batches, once it is done; at most MaxDifferencesListed
}

// MaxDifferencesListed is how many differences a report names.
const MaxDifferencesListed = 1000

// ImportedBatch is a batch that an import puts figures into.
type ImportedBatch struct {
	ID       int64    `json:"id"` // 0 in a dry run that would make it
	AreaCode geo.Code `json:"area_code"`
	AreaName string   `json:"area_name"`
	Period   Period   `json:"period"`
	Edition  int      `json:"edition"`
	State    State    `json:"state"`
	Values   int      `json:"values"` // that are new or changed
}
