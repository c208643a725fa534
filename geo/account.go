package geo

import "time"

// Account is a person or a program that can log in. PasswordHash never leaves
// the packages store and auth.
type Account struct {
	Principal
	PasswordHash string
	Example      bool
	DisabledAt   *time.Time
}

// Session is a log-in of an account in one browser.
type Session struct {
	Principal Principal
	CreatedAt time.Time
	ExpiresAt time.Time
}

// AuditEntry is one line of the audit log: who did or tried what, from where.
// It never holds a password, a token, or a personal field.
type AuditEntry struct {
	Actor   string
	Action  string // such as login, login_refused, settings
	Target  string
	Detail  map[string]any
	Address string
}
