package geo

import "github.com/paulmach/orb"

// Outcome is what an import did with one row.
type Outcome string

// The outcomes.
const (
	OutcomeNew       Outcome = "new"
	OutcomeChanged   Outcome = "changed"
	OutcomeUnchanged Outcome = "unchanged"
	OutcomeRefused   Outcome = "refused"
	OutcomeSkipped   Outcome = "skipped" // no row of data: a total, a note
)

// ImportOptions say how a file is taken in.
type ImportOptions struct {
	File        string // its name, as history and reasons show it
	SHA256      []byte // of its content, for the receipt; nil leaves none
	Source      string // of rows that name none; part of what their ids mean
	Reason      string // for points outside their kelurahan, "" names the file; of corrections of figures
	DryRun      bool   // find out everything and write nothing
	SkipRefused bool   // take the rows that are good; otherwise one bad row refuses all
	Example     bool   // the rows are example data
	ReplaceDemo bool   // remove the example data that is there; areas only
	EveryRow    bool   // report each row, not only those with something to say
	Progress    func(ImportProgress)
}

// ImportProgress is how far an import is.
type ImportProgress struct {
	Step        ImportStep
	Rows        int // read so far
	Done, Total int // of the step; Total is 0 where nobody knows
}

// ImportStep is a part of an import's work.
type ImportStep string

// The steps, in their order.
const (
	StepRead     ImportStep = "read"
	StepCompare  ImportStep = "compare"
	StepPlace    ImportStep = "place"
	StepMark     ImportStep = "mark"
	StepWrite    ImportStep = "write"
	StepOverlaps ImportStep = "overlaps"
)

// RowVerdict says what became of one row, and why. A doubtful row was taken,
// and a person should look at it.
type RowVerdict struct {
	Row      int     `json:"row"`
	Name     string  `json:"name"`
	Outcome  Outcome `json:"outcome"`
	Doubtful bool    `json:"doubtful,omitempty"`
	Reasons  []Text  `json:"reasons,omitempty"`
}

// AreaOverlap is a place where two boundaries of one level overlap.
type AreaOverlap struct {
	CodeA  Code      `json:"code_a"`
	NameA  string    `json:"name_a"`
	CodeB  Code      `json:"code_b"`
	NameB  string    `json:"name_b"`
	AreaM2 float64   `json:"area_m2"`
	Place  orb.Point `json:"place"`
}

// Report is the result of an import. Revision is 0 when nothing was written:
// by a dry run, because nothing was new, or because rows were refused.
type Report struct {
	File      string         `json:"file"`
	DryRun    bool           `json:"dry_run"`
	Read      int            `json:"read"`
	New       int            `json:"new"`
	Changed   int            `json:"changed"`
	Unchanged int            `json:"unchanged"`
	Refused   int            `json:"refused"`
	Doubtful  int            `json:"doubtful"`
	Skipped   int            `json:"skipped,omitempty"`
	Marked    map[string]int `json:"marked,omitempty"`  // rows per mark
	Derived   int            `json:"derived,omitempty"` // parents made from their children
	Removed   int            `json:"removed,omitempty"` // example features that went
	Ignored   []string       `json:"ignored,omitempty"` // columns that no field knows
	Receipt   int64          `json:"receipt,omitempty"` // 0 without one
	Revision  int64          `json:"revision"`
	Verdicts  []RowVerdict   `json:"verdicts"`
	Unlisted  int            `json:"unlisted,omitempty"` // verdicts beyond MaxVerdicts

	OverlapCount int           `json:"overlap_count,omitempty"`
	OverlapM2    float64       `json:"overlap_m2,omitempty"`
	Overlaps     []AreaOverlap `json:"overlaps,omitempty"` // the largest first, at most MaxOverlapsListed
}

// MaxOverlapsListed is how many overlaps a report names.
const MaxOverlapsListed = 20

// MaxVerdicts is how many rows a report says something of, unless it shall list
// every row: then it grows with the file.
const MaxVerdicts = 10_000

// Add counts a verdict, and lists it when it has something to say or every is
// set.
func (r *Report) Add(v RowVerdict, every bool) {
	switch v.Outcome {
	case OutcomeNew:
		r.New++
	case OutcomeChanged:
		r.Changed++
	case OutcomeUnchanged:
		r.Unchanged++
	case OutcomeRefused:
		r.Refused++
	case OutcomeSkipped:
		r.Skipped++
	}
	if v.Doubtful {
		r.Doubtful++
	}
	switch {
	case every, len(v.Reasons) > 0 && len(r.Verdicts) < MaxVerdicts:
		r.Verdicts = append(r.Verdicts, v)
	case len(v.Reasons) > 0:
		r.Unlisted++
	}
}
