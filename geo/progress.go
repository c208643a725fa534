package geo

import "time"

// Declaration is what a PIC says of an asset type in their kelurahan.
type Declaration string

// The declarations; an empty one is none at all.
const (
	Complete Declaration = "complete" // lengkap: whatever there is, is registered
	NoneHere Declaration = "none"     // tidak ada di sini
)

// Goal is how many assets of a type a kelurahan should have, and until when.
type Goal struct {
	AreaCode Code
	Type     string
	Target   *int  // nil: nobody said
	Due      *Date // nil: no day is set
}

// GoalChange sets the members of a Goal that it has; the others stay.
type GoalChange struct {
	Goal
	HasTarget, HasDue bool
}

// MaxTarget bounds how many assets of a type a kelurahan can be asked for.
const MaxTarget = 100_000

// Progress is how far one kelurahan is with one asset type. Assets that are
// closed or only planned do not count.
type Progress struct {
	Goal
	AreaName     string
	District     string     // name of the kecamatan
	Registered   int        // assets claimed for the kelurahan
	Placed       int        // those with a point
	Confirmed    int        // those confirmed within the type's ConfirmDays
	Returned     int        // proposals that their author has to correct
	Waiting      int        // proposals that a reviewer has to look at
	LastActivity *time.Time // when an asset, a proposal or the declaration last changed
	Declared     Declaration
	DeclaredByID int64  // of the account; nobody confirms their own declaration
	DeclaredBy   string // its title
	DeclaredAt   *time.Time
	ConfirmedBy  string
	ConfirmedAt  *time.Time
	PIC          []Who
}

// Done reports whether the PIC declared the type and a reviewer agreed.
func (p *Progress) Done() bool { return p.Declared != "" && p.ConfirmedAt != nil }

// Late reports whether the due day is past today and the type is not done.
func (p *Progress) Late(today Date) bool { return p.Due != nil && !p.Done() && today > *p.Due }
