package indicator

import (
	"time"

	"github.com/patok-id/patok/geo"
)

// Step is one look that a batch needs until it is closed.
type Step string

// The steps, in the order in which they follow each other.
const (
	StepKelurahan Step = "kelurahan" // the lurah or kepala desa
	StepKecamatan Step = "kecamatan" // the camat
	StepDinsos    Step = "dinsos"    // Dinas Sosial
)

// State is how far a batch is.
type State string

// The states. The last two are for ever.
const (
	Draft     State = "draft"    // figures are put in
	Sent      State = "sent"     // waits for its first step
	Checking  State = "checking" // waits for a later one
	Returned  State = "returned" // waits for those who put in figures
	Closed    State = "closed"   // agreed, and frozen
	Withdrawn State = "withdrawn"
)

// Batch is the figures of one area, period and source, and how far they are. A
// closed one is frozen: a correction is a batch of the next edition.
type Batch struct {
	ID        int64
	AreaCode  geo.Code
	AreaName  string
	AreaKind  geo.AreaKind
	Period    Period
	Source    string
	Edition   int
	State     State
	Steps     []Step
	Step      int     // index of the step that waits
	Writers   []int64 // accounts that put in figures or sent it
	Reason    string  // of a correction
	CreatedAt time.Time
	ChangedAt time.Time
	SentAt    *time.Time
	ClosedAt  *time.Time
	Version   int64

	Minutes *Minutes // nil without
	Events  []Event
	Marks   []Mark
}

// Open reports whether the batch can still change.
func (b *Batch) Open() bool { return b.State != Closed && b.State != Withdrawn }

// Enterable reports whether figures can be put in.
func (b *Batch) Enterable() bool { return b.State == Draft || b.State == Returned }

// Waits reports whether the batch waits for a step.
func (b *Batch) Waits() bool { return b.State == Sent || b.State == Checking }

// Value is a figure of a batch. Number is nil where somebody said that it is not
// known.
type Value struct {
	Place             Place
	Indicator         string
	Number            *float64
	Denominator       *float64 // of a rate, as its source gives it
	DenominatorSource string
	Note              string // why it differs from the sum of its parts
}

// Minutes are the berita acara of the meeting that agreed on a batch: a muskel
// in a kelurahan, a musdes in a desa. They hold no names.
type Minutes struct {
	Number     string
	HeldOn     geo.Date
	Attendance int
	Note       string
	Scan       *Scan // nil without
}

// Scan is the picture of minutes.
type Scan struct {
	MediaType string
	Bytes     int
	Hash      []byte // SHA-256; stays when the content is purged
	AddedAt   time.Time
	PurgedAt  *time.Time
}

// Act is what somebody did with a batch.
type Act string

// The acts.
const (
	ActCreated   Act = "created"
	ActSent      Act = "sent"
	ActApproved  Act = "approved" // took a step
	ActReturned  Act = "returned"
	ActWithdrawn Act = "withdrawn"
	ActClosed    Act = "closed" // took the last step
)

// Event is one line of a batch's life.
type Event struct {
	At     time.Time
	By     geo.Who // zero for a command
	Act    Act
	Step   Step
	Number string    // of the letter or decision
	Dated  *geo.Date // that letter's
	Note   string
	Cells  map[string]string // notes by "place/indicator"
}

// Mark is a dated mark of what happened with a batch elsewhere: verval, the
// regent's decision, sending to Kemensos. It stops nothing.
type Mark struct {
	Mark   string
	Dated  geo.Date
	Number string
	Note   string
	By     geo.Who
	At     time.Time
}
