package handlers

import (
	"strconv"

	"github.com/patok-id/patok/geo"
)

// analyses is who may analyse at a place.
func analyses(a actor, at place) bool {
	return a.covers(at) && a.types == nil && a.is(geo.RoleAdministrator, geo.RolePIC, geo.RoleReviewer, geo.RoleDinsos, geo.RolePlanner)
}

// planners may analyse there; {scenario} is the city's planner's, and shared.
var (
	planners   = rule{analyses, 404}
	askers     = rule{analyses, 403}
	scenarists = rule{func(a actor, _ place) bool { return a.account == "bappeda" }, 404}
	removers   = rule{func(a actor, _ place) bool {
		return a.account == "bappeda" || a.is(geo.RoleAdministrator) && a.area == ""
	}, 404}
)

const families = `"demand":{"by":"families"},"supply":{"type":"posyandu"}`

// planningEntries are the lines of the matrix about planning. What a question
// tells whom, TestCoverageTellsWhoMayKnow asks.
func planningEntries() []entry {
	know := func(a ask) ask { a.known = analyses; return a }
	list := []entry{
		{"POST", "/api/coverage", everybody, send(`{"area":"{area}",` + families + `}`)},
		{"GET", "/api/coverage/{run}", everybody, ask{unasked: "a run is its asker's own; TestLongRuns asks it"}},
		{"DELETE", "/api/coverage/{run}", everybody, ask{unasked: "a run is its asker's own; TestLongRuns asks it"}},
		{"GET", "/api/scenarios", loggedIn, ask{}},
		{"POST", "/api/scenarios", askers, send(`{"name":"Baru","area_code":"{area}","request":{"area":"{area}",` + families + `}}`)},
		{"GET", patternScenario, planners, ask{}},
		{"PATCH", patternScenario, scenarists, know(send(`{"version":1,"name":"Diubah"}`))},
		{"DELETE", patternScenario, removers, know(ask{})},
	}
	for _, f := range scenarioFiles() {
		list = append(list, entry{"GET", patternScenario + "." + f.extension, planners, ask{}})
	}
	return list
}

// makeScenario has the city's planner keep a scenario of a place and share it.
func (n *node) makeScenario(at place) string {
	n.t.Helper()
	made := n.expect(201, "POST", "/api/scenarios", as(n, "bappeda"),
		body(typeJSON, `{"name":"Posyandu","area_code":"`+at.area()+`","shared":true,"request":{"area":"`+at.area()+`",`+families+`}}`))
	id, _ := made.at("scenario", "id").(float64)
	return strconv.Itoa(int(id))
}
