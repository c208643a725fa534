package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// grantStore gives and ends grants, for administrators over their areas.
type grantStore interface {
	// AddGrant gives a grant to an account.
	AddGrant(ctx context.Context, by geo.Principal, account int64, g geo.Grant) (geo.Grant, error)
	// EndGrant changes when a grant ends.
	EndGrant(ctx context.Context, by geo.Principal, grant int64, until time.Time, reason string) (geo.Grant, error)
	// HandOver ends a grant and gives the same one to another account, at once.
	HandOver(ctx context.Context, by geo.Principal, grant, account int64, from time.Time, reason string) (ended, given geo.Grant, err error)
}

// maxAccountBytes bounds the body of what concerns one account.
const maxAccountBytes = 64 << 10

// grantInfo is a grant as the page has it.
type grantInfo struct {
	ID       int64      `json:"id"`
	Role     geo.Role   `json:"role"`
	AreaCode geo.Code   `json:"area_code"` // "" is everywhere
	AreaName string     `json:"area_name"`
	Types    []string   `json:"types"` // null is every type
	From     *time.Time `json:"from"`
	Until    *time.Time `json:"until"`
	Reason   string     `json:"reason"`
	Active   bool       `json:"active"`
}

func grantOf(at *index.Snapshot, g geo.Grant, now time.Time) grantInfo {
	info := grantInfo{ID: g.ID, Role: g.Role, AreaCode: g.AreaCode, Types: g.Types, From: timeOrNil(g.From), Until: timeOrNil(g.Until),
		Reason: g.Reason, Active: g.Active(now)}
	if area := at.AreaByCode(g.AreaCode); area != nil {
		info.AreaName = area.Name
	}
	return info
}

func grantsOf(at *index.Snapshot, grants []geo.Grant, now time.Time) []grantInfo {
	list := make([]grantInfo, len(grants))
	for i, g := range grants {
		list[i] = grantOf(at, g, now)
	}
	return list
}

func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// known tells what grants may name, by a snapshot.
type known struct{ at *index.Snapshot }

// HasArea reports whether there is an area with this code.
func (k known) HasArea(code geo.Code) bool { return k.at.AreaByCode(code) != nil }

// HasType reports whether an asset type is registered.
func (k known) HasType(name string) bool { return k.at.Type(name) != nil }

// readGrant reads {"role","area_code","types"?,"from"?,"until"?,"reason"?}; an
// empty area_code is everywhere, and why is the reason when none is given.
func readGrant(f *fields, why string, at *index.Snapshot) geo.Grant {
	g := geo.Grant{Role: need[geo.Role](f, "role"), AreaCode: readCode(f, "area_code")}
	if !f.has("area_code") {
		f.bad("area_code", "required", "Wajib ada; kosong berarti seluruh wilayah.", "Required; empty is everywhere.")
	}
	if types := maybe[[]string](f, "types"); types != nil {
		g.Types = *types
	}
	g.From, g.Until = readTime(f, "from"), readTime(f, "until")
	g.Reason = why
	if text := maybe[string](f, "reason"); text != nil {
		g.Reason = *text
	}
	f.add(geo.CheckGrant(g, known{at}))
	return g
}

// readCode reads an area's code, with or without dots; "" and null are none.
func readCode(f *fields, name string) geo.Code {
	text := maybe[string](f, name)
	if text == nil || *text == "" {
		return ""
	}
	code, err := geo.ParseCode(*text)
	if e, ok := err.(*geo.Error); ok {
		f.bad(name, "code", e.Message.ID, e.Message.EN)
	}
	return code
}

// readTime reads a time; null is none.
func readTime(f *fields, name string) time.Time {
	at := maybe[time.Time](f, name)
	if at == nil {
		return time.Time{}
	}
	if at.Year() < 1900 || at.Year() > 2200 {
		f.bad(name, "range", "Tahunnya di luar 1900 sampai 2200.", "The year is outside 1900 to 2200.")
	}
	return *at
}

// addGrant gives a grant to an account.
func (s *Server) addGrant(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	account, why, f, err := readAbout(w, r, "account")
	if err != nil {
		return err
	}
	g := readGrant(f, why, at)
	if err := f.done("handlers.addGrant"); err != nil {
		return err
	}
	g, err = s.Store.AddGrant(r.Context(), p, account, g)
	if err != nil {
		return err
	}
	s.withdraw(account)
	return writePrivate(w, r, http.StatusCreated, grantOf(at, g, s.Clock()))
}

// endGrant changes when a grant ends; null ends it now.
func (s *Server) endGrant(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	grant, why, f, err := readAbout(w, r, "grant")
	if err != nil {
		return err
	}
	until, why := readTime(f, "until"), readWhy(f, why)
	if !f.has("until") {
		f.bad("until", "required", "Wajib ada; null berarti berakhir sekarang.", "Required; null ends it now.")
	}
	if err := f.done("handlers.endGrant"); err != nil {
		return err
	}
	if until.IsZero() {
		until = s.Clock()
	}
	g, err := s.Store.EndGrant(r.Context(), p, grant, until, why)
	if err != nil {
		return err
	}
	s.Follower.Wake()
	return writePrivate(w, r, http.StatusOK, grantOf(at, g, s.Clock()))
}

// handOver ends a grant and gives it to somebody else, in one transaction.
func (s *Server) handOver(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	grant, why, f, err := readAbout(w, r, "grant")
	if err != nil {
		return err
	}
	account, from, why := need[int64](f, "account"), readTime(f, "from"), readWhy(f, why)
	if err := f.done("handlers.handOver"); err != nil {
		return err
	}
	if from.IsZero() {
		from = s.Clock()
	}
	ended, given, err := s.Store.HandOver(r.Context(), p, grant, account, from, why)
	if err != nil {
		return err
	}
	s.withdraw(account)
	return writePrivate(w, r, http.StatusCreated, map[string]any{"ended": grantOf(at, ended, s.Clock()), "given": grantOf(at, given, s.Clock())})
}

// readAbout begins a change of what the path calls name: its id, the reason of
// the header, and the fields of the body.
func readAbout(w http.ResponseWriter, r *http.Request, name string) (id int64, why string, f *fields, err error) {
	if err := noParams(r); err != nil {
		return 0, "", nil, err
	}
	if id, err = pathID(r, name); err != nil {
		return 0, "", nil, err
	}
	if why, err = reason(r); err != nil {
		return 0, "", nil, err
	}
	f, err = readFields(w, r, maxAccountBytes)
	return id, why, f, err
}

// readWhy reads the member reason; left out it is why, from the header.
func readWhy(f *fields, why string) string {
	text := maybe[string](f, "reason")
	if text == nil {
		return why
	}
	f.add(geo.CheckReason(*text))
	return *text
}
