package handlers

import (
	"crypto/rand"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/auth"
)

// The rules of what no program may do.
var (
	inPerson           = rule{func(a actor, _ place) bool { return a.by == byCookie }, 403}
	anyStewardInPerson = rule{func(a actor, _ place) bool { return a.by == byCookie && a.is(geo.RoleAdministrator) }, 403}
	stewardsInPerson   = rule{func(a actor, at place) bool { return a.by == byCookie && stewards.may(a, at) }, 403}
)

// peopleEntries are the lines of the matrix about people. {account} has a PIC's
// grant at the place.
func peopleEntries() []entry {
	const one = patternAccount
	ownThing := ask{unasked: "it is about the asker's own; TestOwnAccount asks it"}
	return []entry{
		{"GET", "/api/session/oidc", everybody, ask{unasked: "there is no provider; TestSignIn asks it"}},
		{"GET", "/api/session/oidc/callback", everybody, ask{unasked: "there is no provider; TestSignIn asks it"}},
		{"PUT", "/api/session/view-as", stewardsInPerson, send(`{"account":{account}}`)},
		{"DELETE", "/api/session/view-as", inPerson, ask{always: true}},
		{"GET", "/api/account", loggedIn, ask{}},
		{"PUT", "/api/account/password", inPerson, send(`{"current":"` + password + `","new":"x"}`)},
		{"DELETE", "/api/account/sessions", inPerson, ask{}},
		{"DELETE", "/api/account/sessions/{session}", inPerson, ownThing},
		{"POST", "/api/account/second-factor", inPerson, send(`{"password":"` + password + `"}`)},
		{"PUT", "/api/account/second-factor", inPerson, send(`{"code":"x"}`)},
		{"DELETE", "/api/account/second-factor", inPerson, send(`{"password":"` + password + `"}`)},
		{"GET", "/api/tokens", inPerson, ask{}},
		{"POST", "/api/tokens", inPerson, send(`{"name":"QGIS","read_only":true,"expires_at":"` + time.Now().AddDate(0, 1, 0).Format(time.RFC3339) + `"}`)},
		{"DELETE", "/api/tokens/{token}", inPerson, ownThing},
		{"POST", "/api/invitations/open", everybody, send(`{"token":"{invitation}"}`)},
		{"POST", "/api/invitations/accept", everybody, send(`{"token":"{invitation}","password":"` + password + `"}`)},
		{"GET", "/api/accounts", anyStewardInPerson, ask{query: "area={area}"}}, // which of them, TestAccounts asks
		{"POST", "/api/accounts", stewardsInPerson, send(`{"name":"{new_name}","title":"Baru","grants":[{"role":"pic","area_code":"{area}"}]}`)},
		{"POST", "/api/accounts/import", anyStewardInPerson, ask{query: "dry_run=true", mediaType: typeCSV, body: "nama_akun,nama,peran,wilayah\nimpor,Impor,pic,{area}\n"}},
		{"GET", one, stewardsInPerson, ask{}},
		{"PATCH", one, stewardsInPerson, send(`{"version":1,"title":"Diubah"}`)},
		{"GET", one + "/history", stewardsInPerson, ask{}},
		{"POST", one + "/invitation", stewardsInPerson, ask{}},
		{"DELETE", one + "/sessions", stewardsInPerson, ask{}},
		{"DELETE", one + "/sessions/{session}", stewardsInPerson, ask{}},
		{"DELETE", one + "/second-factor", stewardsInPerson, ask{}},
		{"DELETE", one + "/tokens/{token}", stewardsInPerson, ask{}},
		{"POST", one + "/grants", stewardsInPerson, send(`{"role":"pic","area_code":"` + lor + `"}`)},
		{"PATCH", "/api/grants/{grant}", stewardsInPerson, send(`{"until":null,"reason":"mutasi"}`)},
		{"POST", "/api/grants/{grant}/hand-over", stewardsInPerson, send(`{"account":{account},"reason":"mutasi"}`)},
		{"GET", "/api/audit", admins, ask{}},
	}
}

func (n *node) makePIC(at place) string { return n.makeAccount(at.area()) }

func (n *node) makeGrant(at place) string {
	return n.text(`select id from grants where account_id = $1`, n.makePIC(at))
}

// makeSession and makeToken belong to the account that was made last.
func (n *node) makeSession(place) string {
	_, hash := auth.NewToken()
	return n.text(`insert into sessions (token_hash, account_id, expires_at) select $1, max(id), now() + interval '1 hour' from accounts returning id`, hash)
}

func (n *node) makeToken(place) string {
	_, hash := auth.NewToken()
	return n.text(`insert into tokens (token_hash, account_id, name) select $1, max(id), 'QGIS' from accounts returning id`, hash)
}

func newName() string { return "akun-" + strings.ToLower(rand.Text()[:10]) }

// makeAccount makes an account with a PIC's grant for an area, and returns its
// id.
func (n *node) makeAccount(area string) string {
	n.t.Helper()
	a := account(newName(), geo.RolePIC, geo.Code(area))
	made, err := n.Store.CreateAccounts(n.t.Context(), geo.System("test"), []geo.NewAccount{{Account: a}})
	n.must(err)
	return strconv.FormatInt(made[0].AccountID, 10)
}

func (n *node) makeInvitation(at place) string {
	n.t.Helper()
	token, hash := auth.NewToken()
	id, err := strconv.ParseInt(n.makeAccount(at.area()), 10, 64)
	n.must(err)
	_, err = n.Store.Invite(n.t.Context(), geo.System("test"), id, hash, time.Now().Add(time.Hour))
	n.must(err)
	return token
}

// text is the one value of a query, as text.
func (n *node) text(query string, args ...any) string {
	n.t.Helper()
	var v any
	n.must(n.conn.QueryRow(n.t.Context(), query, args...).Scan(&v))
	return fmt.Sprint(v)
}
