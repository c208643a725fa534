package handlers

import (
	"context"
	"encoding/base64"
	"net/http"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// sessionStore is what people see and end of their log-ins, and administrators
// of the log-ins of those whom they manage.
type sessionStore interface {
	Sessions(ctx context.Context, by geo.Principal, account int64) ([]geo.Session, error)
	// EndSessions ends session one, or with 0 all but except.
	EndSessions(ctx context.Context, by geo.Principal, account, one, except int64) error
	// ViewAs lets a session see what account sees; 0 ends that.
	ViewAs(ctx context.Context, by geo.Principal, session, account int64) error
}

type sessionListed struct {
	ID         int64     `json:"id"`
	CreatedAt  time.Time `json:"created_at"`
	LastSeenAt time.Time `json:"last_seen_at"`
	ExpiresAt  time.Time `json:"expires_at"`
	Address    string    `json:"address"`
	Agent      string    `json:"agent"`
	Current    bool      `json:"current"` // the one that asks
}

// sessionsOf lists the sessions of an account for by.
func (s *Server) sessionsOf(r *http.Request, by geo.Principal, account int64) ([]sessionListed, error) {
	sessions, err := s.Store.Sessions(r.Context(), by, account)
	list := make([]sessionListed, len(sessions))
	for i, o := range sessions {
		list[i] = sessionListed{ID: o.ID, CreatedAt: o.CreatedAt.UTC(), LastSeenAt: o.LastSeenAt.UTC(), ExpiresAt: o.ExpiresAt.UTC(),
			Address: o.Address, Agent: o.Agent, Current: o.ID == by.SessionID}
	}
	return list, err
}

// ownAccount is what people see of their own account.
type ownAccount struct {
	ID                int64           `json:"id"`
	Name              string          `json:"name"`
	Title             string          `json:"title"`
	SSO               *string         `json:"sso"`
	SecondFactor      bool            `json:"second_factor"`
	PasswordChangedAt *time.Time      `json:"password_changed_at"`
	Sessions          []sessionListed `json:"sessions"`
	Tokens            []tokenInfo     `json:"tokens"`
	Grants            []grantInfo     `json:"grants"`
}

// account answers what somebody's own account is.
func (s *Server) account(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	if err := noParams(r); err != nil {
		return err
	}
	a, err := s.Store.Account(r.Context(), p, p.AccountID)
	if err != nil {
		return err
	}
	sessions, err := s.sessionsOf(r, p, p.AccountID)
	if err != nil {
		return err
	}
	tokens, err := s.tokensOf(r, p, p.AccountID)
	if err != nil {
		return err
	}
	return writePrivate(w, r, http.StatusOK, ownAccount{ID: a.AccountID, Name: a.Name, Title: a.Title, SSO: textOrNil(a.SSO),
		SecondFactor: a.SecondFactor, PasswordChangedAt: utcOrNil(a.PasswordChangedAt), Sessions: sessions, Tokens: tokens,
		Grants: grantsOf(at, a.Grants, s.Clock())})
}

func textOrNil(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// changePassword replaces one's own password. The other sessions end.
func (s *Server) changePassword(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	f, err := s.readSecrets(w, r)
	if err != nil {
		return err
	}
	current, changed := need[string](f, "current"), need[string](f, "new")
	if err := f.done("handlers.changePassword"); err != nil {
		return err
	}
	if err := s.Auth.SetPassword(r.Context(), p, current, changed, clientAddress(r)); err != nil {
		return refusedLogIn(err)
	}
	s.withdraw(p.AccountID)
	return writeNothing(w)
}

// readSecrets begins to read a body with a password.
func (s *Server) readSecrets(w http.ResponseWriter, r *http.Request) (*fields, error) {
	if err := noParams(r); err != nil {
		return nil, err
	}
	if err := s.secretsAreSafe(r); err != nil {
		return nil, err
	}
	return readFields(w, r, maxLoginBytes)
}

// endOwnSession ends one of one's own sessions.
func (s *Server) endOwnSession(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	return s.endSession(w, r, p, p.AccountID)
}

// endOtherSessions ends all of one's own sessions but the one that asks.
func (s *Server) endOtherSessions(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	return s.endSessions(w, r, p, p.AccountID, p.SessionID)
}

func (s *Server) endSession(w http.ResponseWriter, r *http.Request, by geo.Principal, account int64) error {
	if err := nothingSent(w, r); err != nil {
		return err
	}
	session, err := pathID(r, "session")
	if err != nil {
		return err
	}
	if err := s.Store.EndSessions(r.Context(), by, account, session, 0); err != nil {
		return err
	}
	s.withdraw(account)
	return writeNothing(w)
}

func (s *Server) endSessions(w http.ResponseWriter, r *http.Request, by geo.Principal, account, except int64) error {
	if err := nothingSent(w, r); err != nil {
		return err
	}
	if err := s.Store.EndSessions(r.Context(), by, account, 0, except); err != nil {
		return err
	}
	s.withdraw(account)
	return writeNothing(w)
}

// nothingSent is for requests without parameters and without a body.
func nothingSent(w http.ResponseWriter, r *http.Request) error {
	if err := noParams(r); err != nil {
		return err
	}
	return noBody(w, r)
}

// withdraw forgets at once what this node remembers of an account. The other
// nodes do when they read the revision.
func (s *Server) withdraw(account int64) {
	s.Auth.Withdraw([]int64{account})
	s.Follower.Wake()
}

// secondFactorInfo is the secret of a second factor that is not in force yet.
type secondFactorInfo struct {
	Secret string `json:"secret"` // base32
	URI    string `json:"uri"`    // otpauth://
	QR     string `json:"qr"`     // data:image/png
}

// beginSecondFactor makes the secret of a second factor.
func (s *Server) beginSecondFactor(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	f, err := s.readSecrets(w, r)
	if err != nil {
		return err
	}
	password := need[string](f, "password")
	if err := f.done("handlers.beginSecondFactor"); err != nil {
		return err
	}
	secret, uri, png, err := s.Auth.BeginSecondFactor(r.Context(), p, password, clientAddress(r))
	if err != nil {
		return refusedLogIn(err)
	}
	return writePrivate(w, r, http.StatusCreated, secondFactorInfo{Secret: secret, URI: uri,
		QR: "data:image/png;base64," + base64.StdEncoding.EncodeToString(png)})
}

// confirmSecondFactor brings it into force with its first code.
func (s *Server) confirmSecondFactor(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	f, err := s.readSecrets(w, r)
	if err != nil {
		return err
	}
	code := need[string](f, "code")
	if err := f.done("handlers.confirmSecondFactor"); err != nil {
		return err
	}
	if err := s.Auth.ConfirmSecondFactor(r.Context(), p, code); err != nil {
		return refusedLogIn(err)
	}
	s.withdraw(p.AccountID)
	return writeNothing(w)
}

// endSecondFactor takes one's own second factor away.
func (s *Server) endSecondFactor(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	f, err := s.readSecrets(w, r)
	if err != nil {
		return err
	}
	password := need[string](f, "password")
	if err := f.done("handlers.endSecondFactor"); err != nil {
		return err
	}
	if err := s.Auth.EndSecondFactor(r.Context(), p, password, clientAddress(r)); err != nil {
		return refusedLogIn(err)
	}
	s.withdraw(p.AccountID)
	return writeNothing(w)
}
