package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// accountStore is what administrators do with accounts. It tells and changes
// only accounts all of whose grants lie where by administers; others are
// NotFound. Everybody may read their own.
type accountStore interface {
	Accounts(ctx context.Context, by geo.Principal, f geo.AccountFilter) (list []geo.Account, matched int, err error)
	Account(ctx context.Context, by geo.Principal, id int64) (geo.Account, error)
	// CheckAccounts finds out whether CreateAccounts would do.
	CheckAccounts(ctx context.Context, by geo.Principal, list []geo.NewAccount) error
	// CreateAccounts creates all or none. What is wrong with one has a pointer
	// such as /3/name.
	CreateAccounts(ctx context.Context, by geo.Principal, list []geo.NewAccount) ([]geo.Account, error)
	ChangeAccount(ctx context.Context, by geo.Principal, id, version int64, c geo.AccountChange) (geo.Account, error)
	AccountHistory(ctx context.Context, by geo.Principal, id, after int64, limit int) ([]geo.AccountEntry, int64, error)
	// Invite makes an invitation, or a reset where a password is set; those
	// that were not used end.
	Invite(ctx context.Context, by geo.Principal, account int64, hash []byte, until time.Time) (geo.Invitation, error)
}

// accountInfo is an account as administrators see it.
type accountInfo struct {
	ID           int64       `json:"id"`
	Name         string      `json:"name"`
	Title        string      `json:"title"`
	SSO          *string     `json:"sso"`
	Example      bool        `json:"example"`
	DisabledAt   *time.Time  `json:"disabled_at"`
	CreatedAt    time.Time   `json:"created_at"`
	LastSeenAt   *time.Time  `json:"last_seen_at"`
	SecondFactor bool        `json:"second_factor"`
	HasPassword  bool        `json:"has_password"`
	InvitedUntil *time.Time  `json:"invited_until"`
	Version      int64       `json:"version"`
	Grants       []grantInfo `json:"grants"`
}

func (s *Server) accountOf(at *index.Snapshot, a geo.Account) accountInfo {
	return accountInfo{ID: a.AccountID, Name: a.Name, Title: a.Title, SSO: textOrNil(a.SSO), Example: a.Example,
		DisabledAt: utcOrNil(a.DisabledAt), CreatedAt: a.CreatedAt.UTC(), LastSeenAt: utcOrNil(a.LastSeenAt),
		SecondFactor: a.SecondFactor, HasPassword: a.HasPassword, InvitedUntil: utcOrNil(a.InvitedUntil), Version: a.Version,
		Grants: grantsOf(at, a.Grants, s.Clock())}
}

// steward answers people who administer an area. Which accounts are theirs to
// manage is decided with the account; nobody else learns whether it is there.
func (s *Server) steward(h action) http.HandlerFunc {
	return s.person(func(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
		if !s.mayAnywhere(p, geo.ActionAdminister, "") {
			return &geo.Error{Kind: geo.Forbidden, Op: "handlers.steward", Message: geo.Text{
				ID: "Hanya administrator yang dapat mengelola akun.", EN: "Only an administrator may manage accounts."}}
		}
		return h(w, r, p, at)
	})
}

// accounts lists the accounts that p manages, by name.
func (s *Server) accounts(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	q, err := readParams(r, "q", "role", "area", "state", "limit", "cursor")
	if err != nil {
		return err
	}
	f := geo.AccountFilter{Role: geo.Role(q["role"])}
	if !f.Role.Known() && f.Role != "" {
		return invalidParameter("role", "tidak dikenal.", "is not known.")
	}
	state, err := q.oneOf("state", "", []string{string(geo.AccountActive), string(geo.AccountInvited), string(geo.AccountDisabled)})
	if err != nil {
		return err
	}
	f.State = geo.AccountState(state)
	if f.Query, err = q.search(); err != nil {
		return err
	}
	if f.Area, err = q.area(); err != nil {
		return err
	}
	if f.Limit, err = q.limit("limit", geo.DefaultLimit, pageLimit); err != nil {
		return err
	}
	if f.After, err = q.nameCursor(); err != nil {
		return err
	}
	list, matched, err := s.Store.Accounts(r.Context(), p, f)
	if err != nil {
		return err
	}
	out := make([]accountInfo, len(list))
	for i, a := range list {
		out[i] = s.accountOf(at, a)
	}
	var next *string
	if len(list) == f.Limit {
		next = s.nextPage(r, cursorAfterName(list[len(list)-1].Name))
	}
	return writePrivate(w, r, http.StatusOK, map[string]any{"accounts": out, "matched": matched, "next": next})
}

// createAccount creates an account and its invitation.
func (s *Server) createAccount(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	const op = "handlers.createAccount"
	if err := noParams(r); err != nil {
		return err
	}
	why, err := reason(r)
	if err != nil {
		return err
	}
	f, err := readFields(w, r, maxAccountBytes)
	if err != nil {
		return err
	}
	a := geo.Account{Principal: geo.Principal{Name: need[string](f, "name"), Title: need[string](f, "title")}, SSO: readSSO(f)}
	f.add(geo.CheckAccount(a, known{at}))
	for _, g := range f.list("grants", geo.MaxGrants) {
		a.Grants = append(a.Grants, readGrant(g, why, at))
		g.unknown()
	}
	if err := f.done(op); err != nil {
		return err
	}
	token, hash, until := s.Auth.NewInvitation()
	created, err := s.Store.CreateAccounts(r.Context(), p, []geo.NewAccount{{Account: a, InvitationHash: hash, InvitedUntil: until}})
	if err != nil {
		return ofFirst(err)
	}
	s.Follower.Wake()
	w.Header().Set("Location", s.origin(r)+"/api/accounts/"+strconv.FormatInt(created[0].AccountID, 10))
	return writePrivate(w, r, http.StatusCreated, map[string]any{"account": s.accountOf(at, created[0]),
		"invitation": invitationInfo{Link: s.invitationLink(r, token), ExpiresAt: until.UTC(), Purpose: geo.PurposeInvitation}})
}

// ofFirst makes the pointers of a list of one those of its member.
func ofFirst(err error) error {
	e, ok := errors.AsType[*geo.Error](err)
	if !ok || len(e.Fields) == 0 {
		return err
	}
	c := *e
	c.Fields = nil
	for _, f := range e.Fields {
		f.Pointer = strings.TrimPrefix(f.Pointer, "/0")
		c.Fields = append(c.Fields, f)
	}
	return &c
}

// readSSO reads who an account is to the city's own sign-in; "" and null are
// nobody.
func readSSO(f *fields) string {
	text := maybe[string](f, "sso")
	if text == nil {
		return ""
	}
	return plainSubject(*text)
}

// plainSubject is how a name of the city's own sign-in is kept and compared:
// e-mail addresses without regard to capitals.
func plainSubject(text string) string {
	if strings.Contains(text, "@") {
		return strings.ToLower(text)
	}
	return text
}

// accountDetails answers one account with its sessions and tokens.
func (s *Server) accountDetails(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	id, err := onlyID(r, "account")
	if err != nil {
		return err
	}
	a, err := s.Store.Account(r.Context(), p, id)
	if err != nil {
		return err
	}
	sessions, err := s.sessionsOf(r, p, id)
	if err != nil {
		return err
	}
	tokens, err := s.tokensOf(r, p, id)
	if err != nil {
		return err
	}
	return writePrivate(w, r, http.StatusOK, struct {
		accountInfo
		Sessions []sessionListed `json:"sessions"`
		Tokens   []tokenInfo     `json:"tokens"`
	}{s.accountOf(at, a), sessions, tokens})
}

// changeAccount changes title, sign-in, and whether the account can be used.
func (s *Server) changeAccount(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	id, why, f, err := readAbout(w, r, "account")
	if err != nil {
		return err
	}
	version := need[int64](f, "version")
	c := geo.AccountChange{Title: maybe[string](f, "title"), Disabled: maybe[bool](f, "disabled"), Reason: why}
	if c.Title != nil {
		f.add(geo.CheckTitle(*c.Title))
	}
	if f.has("sso") {
		sso := readSSO(f)
		f.add(geo.CheckSSO(sso))
		c.SSO = &sso
	}
	if err := f.done("handlers.changeAccount"); err != nil {
		return err
	}
	a, err := s.Store.ChangeAccount(r.Context(), p, id, version, c)
	if err != nil {
		return err
	}
	s.withdraw(id)
	return writePrivate(w, r, http.StatusOK, s.accountOf(at, a))
}

// invite makes a new link for an account.
func (s *Server) invite(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	if err := nothingSent(w, r); err != nil {
		return err
	}
	id, err := pathID(r, "account")
	if err != nil {
		return err
	}
	token, hash, until := s.Auth.NewInvitation()
	i, err := s.Store.Invite(r.Context(), p, id, hash, until)
	if err != nil {
		return err
	}
	return writePrivate(w, r, http.StatusCreated, invitationInfo{Link: s.invitationLink(r, token), ExpiresAt: i.ExpiresAt.UTC(), Purpose: i.Purpose})
}

// ofAccount is for what an administrator ends that belongs to the account of
// the path.
func (s *Server) ofAccount(end func(w http.ResponseWriter, r *http.Request, by geo.Principal, account int64) error) action {
	return func(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
		id, err := pathID(r, "account")
		if err != nil {
			return err
		}
		return end(w, r, p, id)
	}
}

func (s *Server) endAllSessions(w http.ResponseWriter, r *http.Request, by geo.Principal, account int64) error {
	return s.endSessions(w, r, by, account, 0)
}

func (s *Server) resetSecondFactor(w http.ResponseWriter, r *http.Request, by geo.Principal, account int64) error {
	if err := nothingSent(w, r); err != nil {
		return err
	}
	if err := s.Auth.ResetSecondFactor(r.Context(), by, account); err != nil {
		return err
	}
	s.withdraw(account)
	return writeNothing(w)
}

// historyEntry is one change of an account or of one of its grants.
type historyEntry struct {
	At      time.Time     `json:"at"`
	Actor   string        `json:"actor"`
	Reason  string        `json:"reason"`
	Kind    string        `json:"kind"`
	Op      geo.Operation `json:"op"`
	ID      int64         `json:"id"`
	Changes []fieldChange `json:"changes"`
}

type fieldChange struct {
	Field  string          `json:"field"`
	Before json.RawMessage `json:"before"`
	After  json.RawMessage `json:"after"`
}

// accountHistory lists what was changed of an account and its grants, newest
// first.
func (s *Server) accountHistory(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	id, err := pathID(r, "account")
	if err != nil {
		return err
	}
	after, limit, _, err := readPage(r)
	if err != nil {
		return err
	}
	entries, next, err := s.Store.AccountHistory(r.Context(), p, id, after, limit)
	if err != nil {
		return err
	}
	list := make([]historyEntry, len(entries))
	for i, e := range entries {
		list[i] = historyEntry{At: e.At.UTC(), Actor: e.Actor, Reason: e.Reason, Kind: e.Kind, Op: e.Op, ID: e.ID, Changes: []fieldChange{}}
		for _, c := range e.Changes {
			list[i].Changes = append(list[i].Changes, fieldChange(c))
		}
	}
	return writePrivate(w, r, http.StatusOK, map[string]any{"entries": list, "next": s.nextAfter(r, next)})
}
