package handlers

import "github.com/patok-id/patok/geo"

// readsAll is who reads everything of a posyandu.
func readsAll(a actor, at place) bool {
	return a.covers(at) && a.is(geo.RoleAdministrator, geo.RolePIC, geo.RoleService, geo.RoleReviewer)
}

// The rules of history. {revision} is by an administrator.
var (
	readers = rule{readsAll, 404}
	menders = rule{func(a actor, at place) bool { return a.covers(at) && a.is(geo.RoleAdministrator) }, 404}
)

// historyEntries are the lines of the matrix about history.
func historyEntries() []entry {
	undo := send(`{"revision":{revision},"reason":"keliru"}`)
	undo.known = readsAll
	revert := send(`{"version":1}`)
	revert.match = true
	return []entry{
		{"GET", patternItem + "/history", readers, ask{}},
		{"POST", patternItem + "/revert", editors, revert},
		{"GET", "/api/history", loggedIn, ask{query: "area={area}"}},
		{"POST", "/api/history/undo", menders, undo},
	}
}

func (n *node) makeRevision(at place) string {
	return n.create("admin", "posyandu", feature(at.lon(), -7.805, `"name":"Posyandu","area_code":"`+at.area()+`"`)).header.Get("Patok-Revision")
}
