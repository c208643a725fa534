package handlers

import (
	"net/http"
	"strings"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/auth"
)

// place is where the thing lies that a request is about, as the PIC of Bandar
// Lor sees it.
type place int

const (
	own     place = iota // in Bandar Lor
	other                // in Bandar Kidul
	far                  // in another kecamatan, which only the matrix has
	nowhere              // it does not exist, and its area neither
)

var places = [...]place{own, other, far, nowhere}

func (at place) String() string { return [...]string{"own", "other", "far", "nowhere"}[at] }

func (at place) area() string { return [...]string{lor, kidul, "35.71.02.1001", "35.71.01.1999"}[at] }

// lon is the middle of the place's area, away from all others'.
func (at place) lon() float64 { return [...]float64{112.005, 112.015, 112.025, 112.005}[at] }

// outside is far away from the place's area, and in a neighbour's.
func (at place) outside() float64 { return [...]float64{112.018, 112.002, 112.012, 112.018}[at] }

// makeFar adds the other kecamatan and its PIC.
func (n *node) makeFar() {
	n.t.Helper()
	n.sql(`insert into areas (code, name, kind, derived) values ('35.71.02', 'Kota', 'kecamatan', true)`)
	n.sql(`insert into areas (code, name, kind, boundary) values ('35.71.02.1001', 'Semampir', 'kelurahan', st_multi(st_makeenvelope(112.02, -7.81, 112.03, -7.80, 4326)))`)
	n.addAccount(n.Store, account("pic-semampir", geo.RolePIC, "35.71.02.1001"))
	n.catchUp()
}

// actor is somebody who asks in one of the ways there are.
type actor struct {
	name     string // of the way
	account  string // "" is the public
	by       credential
	role     geo.Role
	area     string // of their one grant, "" is everywhere
	types    []string
	readOnly bool
	viewing  bool // an administrator who looks as this account
}

// credential is what an actor shows.
type credential int

const (
	byNothing credential = iota
	byToken
	byReadToken // a token that may only read
	byBasic     // a token as HTTP's basic password
	byCookie
)

// actors are everybody whom the matrix tries. What they may do follows from
// these lines and the rules, and never from geo.Can.
var actors = []actor{
	{name: "the public"},
	{name: "PIC lor by cookie", account: "pic-lor", by: byCookie, role: geo.RolePIC, area: lor},
	{name: "PIC lor by token", account: "pic-lor", by: byToken, role: geo.RolePIC, area: lor},
	{name: "PIC lor by basic", account: "pic-lor", by: byBasic, role: geo.RolePIC, area: lor},
	{name: "PIC lor by a reading token", account: "pic-lor", by: byReadToken, role: geo.RolePIC, area: lor, readOnly: true},
	{name: "administrator as PIC lor", account: "pic-lor", by: byCookie, role: geo.RolePIC, area: lor, readOnly: true, viewing: true},
	{name: "PIC kidul", account: "pic-kidul", by: byToken, role: geo.RolePIC, area: kidul},
	{name: "lurah lor", account: "lurah", by: byToken, role: geo.RoleReviewer, area: lor},
	{name: "camat", account: "camat", by: byToken, role: geo.RoleReviewer, area: "35.71.01"},
	{name: "agency of posyandu", account: "dinkes", by: byToken, role: geo.RoleReviewer, types: []string{"posyandu"}},
	{name: "bappeda", account: "bappeda", by: byToken, role: geo.RolePlanner},
	{name: "dinsos", account: "dinsos", by: byToken, role: geo.RoleDinsos},
	{name: "program", account: "program", by: byToken, role: geo.RoleService, area: "35.71"},
	{name: "kecamatan's administrator by cookie", account: "admin-mojoroto", by: byCookie, role: geo.RoleAdministrator, area: "35.71.01"},
	{name: "administrator by cookie", account: "admin", by: byCookie, role: geo.RoleAdministrator},
	{name: "administrator by token", account: "admin", by: byToken, role: geo.RoleAdministrator},
	{name: "disabled administrator", account: "disabled", by: byToken},
}

// public reports whether the server may not know a, who then is nobody.
func (a actor) public() bool { return a.role == "" }

// covers reports whether a's grant holds there.
func (a actor) covers(at place) bool {
	if a.public() {
		return false
	}
	return a.area == "" || at.area() == a.area || strings.HasPrefix(at.area(), a.area+".")
}

func (a actor) is(roles ...geo.Role) bool {
	for _, r := range roles {
		if a.role == r {
			return true
		}
	}
	return false
}

// show gives what proves an actor: a new session every time, since some routes
// end it.
func (n *node) show(a actor) option {
	n.t.Helper()
	switch a.by {
	case byToken:
		return as(n, a.account)
	case byBasic:
		return func(r *http.Request) { r.SetBasicAuth(a.account, n.tokens[a.account]) }
	case byReadToken:
		token, hash := auth.NewToken()
		n.sql(`insert into tokens (token_hash, account_id, name, read_only) select $2, id, 'baca', true from accounts where name = $1`, a.account, hash)
		return header("Authorization", "Bearer "+token)
	case byCookie:
		owner := a.account
		if a.viewing {
			owner = "admin"
		}
		token, hash := auth.NewToken()
		n.sql(`insert into sessions (token_hash, account_id, expires_at, view_as) select $3, o.id, now() + interval '1 hour', nullif(v.id, o.id)
from accounts o, accounts v where o.name = $1 and v.name = $2`, owner, a.account, hash)
		return func(r *http.Request) {
			r.AddCookie(&http.Cookie{Name: "patok", Value: token})
			r.Header.Set("Patok-Request", "1")
		}
	}
	return func(*http.Request) {}
}

// disable shuts the account out that the matrix has for it.
func (n *node) disable(account string) {
	n.t.Helper()
	n.sql(`update accounts set disabled_at = $2 where name = $1`, account, time.Now())
}
