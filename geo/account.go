package geo

import (
	"encoding/json"
	"time"
)

// Account is a person or a program that can log in.
type Account struct {
	Principal
	PasswordHash      string // where somebody logs in or is created; empty elsewhere
	SSO               string // who this is to the city's own sign-in; "" for nobody
	Example           bool
	CreatedAt         time.Time
	LastSeenAt        *time.Time
	DisabledAt        *time.Time
	InvitedUntil      *time.Time // an unused invitation's end
	HasPassword       bool
	PasswordChangedAt *time.Time
	Version           int64
}

// SecondFactor is a time-based one-time password's secret (RFC 6238).
type SecondFactor struct {
	Secret    string // base32; "" is none
	Confirmed bool   // in force
	LastStep  int64  // the time step of the last code that was taken
}

// NewAccount is an account to create, with the hash of its invitation's token
// when it has no password.
type NewAccount struct {
	Account
	InvitationHash []byte
	InvitedUntil   time.Time
}

// AccountFilter chooses accounts. Zero members choose all.
type AccountFilter struct {
	Query string // in the name or the title
	Role  Role   // of a grant that has not ended,
	Area  Code   // whose area is this one or below it
	State AccountState
	After string // the name of the last one of the page before
	Limit int
}

// AccountState is whether an account can be used.
type AccountState string

// The states; each account has one.
const (
	AccountActive   AccountState = "active"
	AccountInvited  AccountState = "invited" // nobody can log in yet
	AccountDisabled AccountState = "disabled"
)

// State tells whether the account can be used.
func (a Account) State() AccountState {
	switch {
	case a.DisabledAt != nil:
		return AccountDisabled
	case a.HasPassword || a.SSO != "":
		return AccountActive
	}
	return AccountInvited
}

// AccountChange changes what is not nil. An empty SSO takes it away.
type AccountChange struct {
	Title, SSO *string
	Disabled   *bool
	Reason     string
}

// AccountEntry is one change of an account or of one of its grants.
type AccountEntry struct {
	At      time.Time
	Actor   string
	Reason  string
	Kind    string // account or grant
	ID      int64  // of the account or the grant
	Op      Operation
	Changes []FieldChange
}

// FieldChange is a field's value before and after, nil where there was none.
type FieldChange struct {
	Field         string
	Before, After json.RawMessage
}

// Manages reports whether p may manage an account with these grants: p must
// administer the area of each, also of those that ended; without any,
// everything.
func Manages(p Principal, grants []Grant, now time.Time) bool {
	if len(grants) == 0 {
		return Can(p, ActionAdminister, Target{}, now)
	}
	for _, g := range grants {
		if !Can(p, ActionAdminister, Target{Area: g.AreaCode}, now) {
			return false
		}
	}
	return true
}

// LogIn is a try to log in. Code is the second factor's, when there is one.
type LogIn struct {
	Name, Password, Code string
	Address, Agent       string // of the client
}

// Session is a log-in of an account in one browser.
type Session struct {
	ID         int64
	Principal  Principal
	CreatedAt  time.Time
	LastSeenAt time.Time
	ExpiresAt  time.Time
	Address    string
	Agent      string
}

// Token is what a program logs in with. Its scope narrows its account's grants.
type Token struct {
	ID         int64
	Name       string
	Scope      Scope
	CreatedAt  time.Time
	LastUsedAt *time.Time
	ExpiresAt  *time.Time
	RevokedAt  *time.Time
}

// Scope narrows grants. The zero value narrows nothing.
type Scope struct {
	AreaCode Code     // "" is everywhere
	Types    []string // nil is every type
	ReadOnly bool
}

// Narrow gives the grants that are left within the scope.
func (s Scope) Narrow(grants []Grant) []Grant {
	var left []Grant
	for _, g := range grants {
		switch {
		case s.AreaCode == "" || g.AreaCode != "" && g.AreaCode.Within(s.AreaCode):
		case g.AreaCode == "" || s.AreaCode.Within(g.AreaCode):
			g.AreaCode = s.AreaCode
		default:
			continue
		}
		if s.Types != nil {
			if g.Types = common(g.Types, s.Types); len(g.Types) == 0 {
				continue
			}
		}
		left = append(left, g)
	}
	return left
}

// common gives the types of scope that grant has; a nil grant has every type.
func common(grant, scope []string) []string {
	if grant == nil {
		return scope
	}
	both := []string{}
	for _, t := range scope {
		for _, g := range grant {
			if g == t {
				both = append(both, t)
			}
		}
	}
	return both
}

// Purpose is what an invitation's link is for.
type Purpose string

// The purposes.
const (
	PurposeInvitation Purpose = "invitation"
	PurposeReset      Purpose = "reset"
)

// Invitation is a link with which somebody sets the password of an account,
// once. Its token is known only to who got the link.
type Invitation struct {
	Account   Who
	Purpose   Purpose
	ExpiresAt time.Time
}

// AuditEntry is one line of the audit log: who did or tried what, from where.
// It never holds a password, a token, or a personal field.
type AuditEntry struct {
	ID      int64     // set by the log
	At      time.Time // set by the log
	Actor   string
	Action  string // such as login, login_refused, settings
	Target  string
	Detail  map[string]any
	Address string
}

// AuditFilter chooses lines of the audit log. Zero members choose all.
type AuditFilter struct {
	Actor       string // who did it, or to whom it was done
	Action      string
	From, Until time.Time
	Before      int64 // the id of the last line of the page before
	Limit       int
}
