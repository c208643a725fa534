package geo

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"
)

// ProposalState is how far a proposal is.
type ProposalState string

// The states. The last three are for ever.
const (
	ProposalSent      ProposalState = "sent"     // waits for its first step
	ProposalChecking  ProposalState = "checking" // waits for a later one
	ProposalReturned  ProposalState = "returned" // waits for its author
	ProposalRejected  ProposalState = "rejected"
	ProposalWithdrawn ProposalState = "withdrawn"
	ProposalPublished ProposalState = "published"
)

// Proposal is an edit that waits for review. What is published does not change
// until the last step. Rights follow the area that its asset is claimed for.
type Proposal struct {
	ID          int64
	Version     int64
	State       ProposalState
	Verb        Verb // VerbCreate, VerbUpdate, VerbDelete or VerbRestore
	Type        string
	AssetID     int64 // 0 until a create is published
	UUID        uuid.UUID
	Name        string // of the asset, as proposed
	AreaCode    Code   // that the asset is claimed for
	ToArea      Code   // that it will be claimed for; the same unless it moves
	BaseVersion int64  // of the asset that the author read
	Input       Input  // only what the edit changes
	Base        Input  // the same members as the author read them
	MovedM      *float64
	Steps       []Step
	Step        int // index of the step that waits
	Author      Who
	Reason      string
	SentAt      time.Time
	ChangedAt   time.Time
	ClosedAt    *time.Time
	Revision    int64   // that published it; 0 before
	Correctors  []int64 // the accounts of others who changed it
	Events      []ProposalEvent

	Before *Asset // the published asset as it is now, in the private view; nil when there is none
	After  *Asset // the same with the change; nil with VerbDelete
}

// ReviewAct is what somebody did with a proposal.
type ReviewAct string

// The acts.
const (
	ActSent      ReviewAct = "sent"
	ActApproved  ReviewAct = "approved" // took a step
	ActReturned  ReviewAct = "returned"
	ActCorrected ReviewAct = "corrected" // sent it again from the first step
	ActRejected  ReviewAct = "rejected"
	ActWithdrawn ReviewAct = "withdrawn"
	ActPublished ReviewAct = "published" // took the last step
)

// ProposalEvent is one line of a proposal's life.
type ProposalEvent struct {
	At     time.Time
	By     Who
	Act    ReviewAct
	Step   Step // "" for what is no step
	Note   string
	Fields map[string]string // notes by JSON pointer
}

// ProposalFilter chooses among the proposals that somebody may see.
type ProposalFilter struct {
	For   string // "review": that wait for a step of theirs; "mine": that they sent; "" or "area": all
	State string // "open", "closed", a state, or "" for all
	Type  string
	Area  Code
	Asset int64
	After int64 // the last one of the page before
	Limit int
}

// ProposalCounts is what waits for somebody.
type ProposalCounts struct {
	Review       int `json:"review"`        // for a step of theirs
	MineReturned int `json:"mine_returned"` // for them to correct
	MineOpen     int `json:"mine_open"`     // that they sent
}

// ProposalRights is what somebody may do with a proposal as it stands.
type ProposalRights struct {
	Approve  bool `json:"approve"`
	Return   bool `json:"return"`
	Reject   bool `json:"reject"`
	Withdraw bool `json:"withdraw"`
	Correct  bool `json:"correct"`
}

// Waits reports whether the proposal waits for a step.
func (x *Proposal) Waits() bool { return x.State == ProposalSent || x.State == ProposalChecking }

// Open reports whether the proposal is not decided yet.
func (x *Proposal) Open() bool { return x.Waits() || x.State == ProposalReturned }

// SeenBy reports whether p may know of the proposal at time now.
func (x *Proposal) SeenBy(p Principal, now time.Time) bool {
	return Can(p, ActionReadFull, Target{Area: x.AreaCode, Type: x.Type, Held: true}, now)
}

// WrittenBy reports whether what is proposed comes from p, as author or as who
// corrected it.
func (x *Proposal) WrittenBy(p Principal) bool {
	return x.Author.ID == p.AccountID || slices.Contains(x.Correctors, p.AccountID)
}

// Rights is what p may do with the proposal at time now. Nobody takes a step
// for what they wrote themselves. Where an asset moves to another kelurahan a
// right over both is needed.
func (x *Proposal) Rights(p Principal, now time.Time) ProposalRights {
	if !x.Open() || !x.SeenBy(p, now) || p.ReadOnly {
		return ProposalRights{}
	}
	here, there := Target{Area: x.AreaCode, Type: x.Type}, Target{Area: x.ToArea, Type: x.Type}
	step := x.Waits() && !x.WrittenBy(p) &&
		CanStep(p, x.Steps[x.Step], here, now) && CanStep(p, x.Steps[x.Step], there, now)
	return ProposalRights{
		Approve: step, Return: step, Reject: step,
		Withdraw: x.Author.ID == p.AccountID,
		Correct:  Can(p, ActionEdit, here, now) && Can(p, ActionEdit, there, now),
	}
}

// Preview works out After from Before: the asset with all that is proposed, also
// where somebody else changed the same meanwhile. What the database says of an
// asset (placement, marks) is left as it was.
func (x *Proposal) Preview(t *AssetType) {
	if t == nil || x.Verb == VerbDelete || x.Verb == VerbRestore || x.Verb == VerbUpdate && x.Before == nil {
		return
	}
	verb := VerbMerge
	if x.Verb == VerbCreate {
		verb = VerbCreate
	}
	x.After = Preview(x.Before, t, Edit{Verb: verb, Input: x.Input})
	x.After.UUID = x.UUID
	if string(x.Input.Properties["placement"]) == `"override"` {
		x.After.Placement = Override
	}
}

// ProposedChange is one field that a proposal changes. With Conflict somebody else
// changed it meanwhile to what Before says, and Base is what its author read.
type ProposedChange struct {
	Difference
	Conflict bool
	Base     json.RawMessage
}

// Changes lists the fields that the proposal changes: from what is published now,
// and once it is decided from what its author read.
func (x *Proposal) Changes(t *AssetType) []ProposedChange {
	mine, was := x.Input.members(), x.Base.members()
	now, clashing := was, map[string]bool{}
	if x.Open() {
		now = values(x.Before, true)
		_, clashes := Merge(x.Base, x.Before, x.Input)
		for _, c := range clashes {
			clashing[c.Field] = true
		}
	}
	changes := []ProposedChange{}
	for _, f := range fieldsOf(t, x.Before, x.After) {
		after, given := mine[f.Field]
		if !given {
			continue
		}
		change := ProposedChange{Difference: Difference{Field: f.Field, Label: f.Label, Before: orNull(now[f.Field]), After: after}}
		if clashing[f.Field] {
			change.Conflict, change.Base = true, orNull(was[f.Field])
		}
		changes = append(changes, change)
	}
	return changes
}
