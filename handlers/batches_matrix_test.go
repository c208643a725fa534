package handlers

import (
	"fmt"
	"strconv"

	"github.com/patok-id/patok/geo"
)

// reads is who reads the figures of a kelurahan, checks who may have a step there,
// enters who puts them in.
func reads(a actor, at place) bool {
	return a.covers(at) && a.types == nil && a.is(geo.RoleAdministrator, geo.RolePIC, geo.RoleReviewer, geo.RoleDinsos)
}

func checks(a actor, at place) bool {
	return a.covers(at) && a.types == nil && a.is(geo.RoleAdministrator, geo.RoleReviewer, geo.RoleDinsos)
}

func enters(a actor, at place) bool {
	return a.covers(at) && a.is(geo.RoleAdministrator, geo.RolePIC, geo.RoleDinsos)
}

// The rules of batches. Everybody with a grant there sees how far one is.
var (
	watchers      = rule{actor.covers, 404}
	figureReaders = rule{reads, 404}
	enterers      = rule{enters, 404}
	openers       = rule{enters, 403}
	steppers      = rule{func(a actor, at place) bool {
		return a.covers(at) && (a.is(geo.RoleAdministrator) || a.is(geo.RoleReviewer) && a.area == at.area())
	}, 404}
	markers = rule{checks, 404}
)

// batchEntries are the lines of the matrix about batches. {batch} is a draft.
func batchEntries() []entry {
	const one = patternBatch
	of := func(make func(*node, place) string, a ask) ask {
		a.make, a.known = make, actor.covers
		return a
	}
	draft := func(a ask) ask { return of((*node).makeBatch, a) }
	sent := func(a ask) ask { return of((*node).makeSent, a) }
	whole := func(a ask) ask { return of((*node).makeWhole, a) }
	purge := whole(ask{})
	purge.reason = "ada nama"
	return []entry{
		{"PUT", "/api/indicators/{code}", admins, send(indicatorBody)},
		{"GET", "/api/batches", loggedIn, ask{query: "area={area}"}},
		{"POST", "/api/batches", openers, send(`{"area_code":"{area}","source":"muskel","period":"{month}"}`)},
		{"GET", "/api/batches/overview", loggedIn, ask{query: "source=muskel&period=2026-Q1&area={area}"}},
		{"GET", "/api/batches/counts", loggedIn, ask{}},
		{"POST", "/api/batches/approve", loggedIn, send(`{"items":[{"id":{batch},"version":1}]}`)}, // each item is judged on its own
		{"GET", one, watchers, ask{}},
		{"GET", one + "/values", figureReaders, draft(ask{query: "previous=true"})},
		{"PUT", one + "/values", enterers, draft(send(`{"version":1,"values":[{"place":"{area}","indicator":"rtlh","number":3}]}`))},
		{"GET", one + "/difference", figureReaders, draft(ask{})},
		{"PUT", one + "/minutes", enterers, draft(send(`{"version":1,"number":"1","held_on":"2026-04-09","attendance":4}`))},
		{"GET", patternScan, figureReaders, whole(ask{})},
		{"PUT", patternScan, enterers, whole(ask{mediaType: "application/pdf", body: "%PDF-1.7"})},
		{"DELETE", patternScan, markers, purge},
		{"POST", one + "/send", enterers, whole(send(`{"version":1}`))},
		{"POST", one + "/approve", steppers, sent(send(`{"version":1}`))},
		{"POST", one + "/return", steppers, sent(send(`{"version":1,"note":"Periksa lagi"}`))},
		{"POST", one + "/withdraw", enterers, draft(send(`{"version":1}`))},
		{"PUT", one + "/marks/{mark}", markers, draft(send(`{"dated":"2026-05-01"}`))},
		{"DELETE", one + "/marks/{mark}", markers, draft(ask{})},
		{"GET", "/api/reconciliation", loggedIn, ask{query: "area={area}"}},
	}
}

const indicatorBody = `{"label":{"id":"Uji","en":"Test"},"kind":"count","dimension":"uji","direction":"neutral","additive":true,"protected":true,
"levels":["kelurahan"],"public":[],"internal":["kelurahan"],"classes":{"method":"jenks","count":5}}`

// makeMonth gives a month of which nobody has figures yet.
func (n *node) makeMonth(place) string {
	used := n.count(`select count(*) from batches`)
	return fmt.Sprintf("%d-%02d", 2020-used/12, 12-used%12)
}

// batchIn makes a batch of a place that nobody wrote, with these columns set.
func (n *node) batchIn(at place, state string) string {
	n.t.Helper()
	return strconv.Itoa(n.count(`insert into batches (area_code, period, source, steps, state) values ($1, $2, 'muskel', '{kelurahan,kecamatan,dinsos}', $3) returning id`,
		at.area(), n.makeMonth(at), state))
}

func (n *node) makeBatch(at place) string { return n.batchIn(at, "draft") }

// makeSent makes a batch that waits for the lurah.
func (n *node) makeSent(at place) string { return n.batchIn(at, "sent") }

// makeWhole makes a draft with a figure, and minutes with their scan.
func (n *node) makeWhole(at place) string {
	n.t.Helper()
	id := n.batchIn(at, "draft")
	n.sql(`insert into batch_values (batch_id, place, indicator, number) values (` + id + `, '` + at.area() + `', 'keluarga', 100)`)
	n.sql(`insert into batch_minutes (batch_id, number, held_on, attendance) values (` + id + `, '141/12', '2026-04-09', 42)`)
	n.sql(`insert into batch_scans (batch_id, media_type, hash, content) values (` + id + `, 'application/pdf', sha256('%PDF-1.7 RAHASIA'), '%PDF-1.7 RAHASIA')`)
	return id
}
