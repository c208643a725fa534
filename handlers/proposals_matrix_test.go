package handlers

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/patok-id/patok/geo"
)

// sees is who reads a proposal of a puskesmas: who reads everything there.
func sees(a actor, at place) bool {
	return a.covers(at) && a.types == nil && a.is(geo.RoleAdministrator, geo.RolePIC, geo.RoleService, geo.RoleReviewer)
}

// The rules of review. What is proposed is hidden from who may not read all of
// its asset; {proposal} is by the PIC of its place and waits for the lurah.
var (
	insiders = rule{sees, 404}
	checkers = rule{func(a actor, at place) bool {
		return a.covers(at) && (a.is(geo.RoleAdministrator) || a.is(geo.RoleReviewer) && a.area == at.area())
	}, 404}
	authors    = rule{func(a actor, at place) bool { return a.account != "" && a.account == authorOf[at] }, 404}
	correctors = rule{edits, 404}
)

var authorOf = map[place]string{own: "pic-lor", other: "pic-kidul", far: "pic-semampir"}

// reviewEntries are the lines of the matrix about review.
func reviewEntries() []entry {
	const one = patternProposal
	say := func(body string) ask {
		a := send(body)
		a.known = sees
		return a
	}
	return []entry{
		{"GET", "/api/proposals", loggedIn, ask{query: "area={area}"}},
		{"GET", "/api/proposals/counts", loggedIn, ask{}},
		{"POST", "/api/proposals/approve", loggedIn, send(`{"items":[{"id":{proposal},"version":1}]}`)}, // each item is judged on its own
		{"GET", one, insiders, ask{}},
		{"PATCH", one, correctors, say(`{"version":1,"feature":{"properties":{"address":"Jalan Baru"}}}`)},
		{"POST", one + "/approve", checkers, say(`{"version":1,"asset_version":null}`)},
		{"POST", one + "/return", checkers, say(`{"version":1,"note":"Periksa lagi","fields":{}}`)},
		{"POST", one + "/reject", checkers, say(`{"version":1,"note":"Bukan di sini"}`)},
		{"POST", one + "/withdraw", authors, say(`{"version":1}`)},
	}
}

// underReview makes every change of a type, "" for every type, take these steps.
func (n *node) underReview(typ string, steps ...string) {
	n.t.Helper()
	about := "null"
	if typ != "" {
		about = strconv.Quote(typ)
	}
	n.sql(`insert into settings (name, value) values ('review', $1::jsonb) on conflict (name) do update set value = excluded.value`,
		`[{"type":`+about+`,"area":null,"steps":["`+strings.Join(steps, `","`)+`"]}]`)
}

// makeProposal has the PIC of a place propose a puskesmas.
func (n *node) makeProposal(at place) string {
	n.t.Helper()
	n.underReview("puskesmas", "kelurahan")
	sent := n.expect(http.StatusAccepted, "POST", "/api/collections/puskesmas/items?allow_duplicate=true", as(n, authorOf[at]),
		body(typeGeoJSON, feature(at.lon(), -7.805, `"name":"Puskesmas","area_code":"`+at.area()+`"`)))
	return strconv.Itoa(sent.id())
}
