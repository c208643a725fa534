package indicator

import (
	"slices"
	"time"

	"github.com/patok-id/patok/geo"
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
	Origin    Origin // of its source
	Edition   int
	Newest    bool // no later edition but withdrawn ones
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

	Told    *Told    // nil for who may not read its figures, as are those below
	Minutes *Minutes // nil without
	Events  []Event
	Marks   []Mark // for all who see the batch
}

// Told is how much a batch says.
type Told struct {
	Places int // of which anything is said
	Values int // numbers
}

// Open reports whether the batch can still change.
func (b *Batch) Open() bool { return b.State != Closed && b.State != Withdrawn }

// Enterable reports whether figures can be put in.
func (b *Batch) Enterable() bool { return b.State == Draft || b.State == Returned }

// Waits reports whether the batch waits for a step.
func (b *Batch) Waits() bool { return b.State == Sent || b.State == Checking }

// Late reports whether a batch in a state should have been closed: its due day
// ("" for none) is past today.
func (s State) Late(due, today geo.Date) bool {
	return due != "" && today > due && s != Closed && s != Withdrawn
}

// WrittenBy reports whether figures of the batch come from p, or p sent it.
func (b *Batch) WrittenBy(p geo.Principal) bool { return slices.Contains(b.Writers, p.AccountID) }

// NewBatch asks for the batch of an area, period and source.
type NewBatch struct {
	AreaCode geo.Code
	Period   Period
	Source   string
	Reason   string // of a correction
	Example  bool   // of the demo city
}

// BatchFilter chooses among the batches that somebody may see.
type BatchFilter struct {
	For    string // "check": that wait for a step of theirs; "mine": that they wrote; "" or "all"
	State  string // "open", "closed", "waiting", a state, or "" for all
	Area   geo.Code
	Source string
	Period Period
	After  int64 // the last one of the page before
	Limit  int
}

// BatchCounts is what waits for somebody.
type BatchCounts struct {
	Check    int `json:"check"`    // for a step of theirs
	Returned int `json:"returned"` // for them to correct
	Draft    int `json:"draft"`    // for them to send
	Late     int `json:"late"`     // that they enter or check, and that are past their due day
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

// Check lists what is wrong with asking for batches of a source in these areas at
// time now.
func (n NewBatch) Check(source *Source, areas []geo.Code, now time.Time) []geo.FieldError {
	problems := CheckReason(n.Reason)
	switch {
	case !slices.Contains(source.Periods, n.Period.Kind()):
		problems = append(problems, problem("/period", "kind", "Sumber ini tidak memakai periode seperti itu.", "This source does not come in such periods."))
	case n.Period.Start().After(now.Add(14 * time.Hour)): // the day has begun somewhere
		problems = append(problems, problem("/period", "future", "Periode ini belum mulai.", "This period has not begun."))
	}
	for _, area := range areas {
		if Place(area).Level() != source.Level {
			problems = append(problems, problem("/area_code", "level", "Angka sumber ini dihimpun per "+string(source.Level)+".", "Figures of this source are of a "+string(source.Level)+"."))
			break
		}
	}
	return problems
}
