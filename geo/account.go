package geo

import "time"

// Account is a person or a program that can log in. What proves who they are
// (Credential) stands apart and never leaves the packages store and auth.
type Account struct {
	Principal
	PasswordHash string // with what logs in; empty elsewhere
	SSO          string // who this is to the city's own sign-in; "" for nobody
	Example      bool
	CreatedAt    time.Time
	LastSeenAt   *time.Time
	DisabledAt   *time.Time
	InvitedUntil *time.Time // an unused invitation's end
	HasPassword  bool
	SecondFactor bool
	Version      int64
}

// SecondFactor is a time-based one-time password's secret (RFC 6238).
type SecondFactor struct {
	Secret    string // base32; "" is none
	Confirmed bool   // in force
	LastStep  int64  // the time step of the last code that was taken
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
