package handlers

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/patok-id/patok/geo"
)

// rule says who may use a route.
type rule struct {
	may       func(a actor, at place) bool
	otherwise int // what a stranger gets who is logged in: 403, or 404 where already that it exists is nobody else's business
}

// The rules, in plain words.
var (
	everybody = rule{func(actor, place) bool { return true }, 0}
	loggedIn  = rule{func(a actor, _ place) bool { return !a.public() }, 0}
	editors   = rule{edits, 403} // of something that the public sees
	undoers   = rule{edits, 404} // of something that was deleted
	admins    = rule{func(a actor, _ place) bool { return a.is(geo.RoleAdministrator) && a.area == "" }, 403}
	stewards  = rule{func(a actor, at place) bool { return a.covers(at) && a.is(geo.RoleAdministrator) }, 403} // who administer there
	reviewers = rule{func(a actor, at place) bool { return a.covers(at) && a.is(geo.RoleAdministrator, geo.RoleReviewer) }, 403}
)

func edits(a actor, at place) bool {
	return a.covers(at) && a.is(geo.RoleAdministrator, geo.RolePIC, geo.RoleService)
}

// entry is what the matrix knows of one route: who may use it, and how to ask.
type entry struct {
	method, pattern string
	rule            rule
	ask             ask
}

// ask is how a route is asked. Words in braces, here and in the pattern, stand
// for things of the place that is asked about; see thing.
type ask struct {
	query     string
	mediaType string // of body
	body      string
	match     bool                           // send If-Match
	header    map[string]string              // send these too
	make      func(n *node, at place) string // makes an {id} or a {batch} of its own, used up by the first who may
	known     func(a actor, at place) bool   // who knows that it is there even if the rule is against them: they get 403
	reason    string                         // send as Patok-Reason
	always    bool                           // also for who may only read
	open      bool                           // the public is told nothing of a log-in, but what the absent gets
	unasked   string                         // why the matrix does not ask
}

// private reports whether already that e's thing exists is nobody else's
// business.
func (e entry) private() bool {
	for _, m := range words.FindAllString(e.pattern+e.ask.body, -1) {
		switch m {
		case "{account}", "{grant}", "{session}", "{token}", "{proposal}", "{revision}", "{invitation}", "{scenario}", "{import}":
			return true
		}
	}
	return false
}

func send(body string) ask { return ask{mediaType: typeJSON, body: body} }

const (
	newPosyandu = `{"type":"Feature","geometry":{"type":"Point","coordinates":[{lon},-7.806]},"properties":{"name":"Baru","area_code":"{area}"}}`
	patch       = `{"properties":{"name":"Diubah"}}`
)

// entries has a line for every route. A route without one fails the test.
func entries() []entry {
	list := []entry{
		{"POST", patternItems, editors, ask{query: "allow_duplicate=true", mediaType: typeGeoJSON, body: newPosyandu}},
		{"PUT", patternItem, editors, ask{mediaType: typeGeoJSON, body: newPosyandu, match: true}},
		{"PATCH", patternItem, editors, ask{mediaType: typeMergePatch, body: patch, match: true}},
		{"DELETE", patternItem, editors, ask{match: true}},
		{"POST", patternItem + "/restore", undoers, ask{make: (*node).makeDeleted}},
		{"POST", patternItem + "/confirm", editors, ask{match: true}},
		{"GET", "/api/locate", everybody, ask{query: "lon={lon}&lat=-7.805"}},
		{"GET", "/api/nearest", everybody, ask{query: "lon={lon}&lat=-7.805"}},
		{"GET", "/api/search", everybody, ask{query: "q=a"}},
		{"POST", "/api/session", everybody, send(`{"name":"admin","password":"` + password + `"}`)},
		{"DELETE", "/api/session", everybody, ask{}},
		{"PUT", "/api/settings", admins, send(`{"basemap":null}`)},
		{"GET", "/api/doubts", loggedIn, ask{}},
		{"GET", "/api/progress", loggedIn, ask{query: "area={area}"}},
		{"GET", "/api/progress.csv", loggedIn, ask{query: "area={area}"}},
		{"GET", "/api/progress.xlsx", loggedIn, ask{query: "area={area}"}},
		{"PUT", "/api/progress/targets", stewards, send(`{"targets":[{"area_code":"{area}","type":"posyandu","target":3}]}`)},
		{"PUT", patternProgress + "/declaration", editors, send(`{"declared":null}`)},
		{"PUT", patternProgress + "/confirmation", reviewers, send(`{"confirmed":false}`)},
		{"GET", patternEvents, everybody, ask{unasked: "it would wait for the stream's end; TestEvents asks it"}},
	}
	for _, p := range []string{"/api", "/api/", "/api/conformance", "/api/openapi.json", "/api/docs", "/api/types", "/api/collections",
		"/api/collections/{collection}", patternItems, patternItem, "/api/summary", "/api/session", "/api/settings",
		"/api/collections/{collection}/tiles/WebMercatorQuad/{z}/{row}/{col}",
		"/tiles/{layers}.json", "/tiles/{layers}/metadata.json", "/tiles/{layers}/{z}/{x}/{y}.{ext}", "/styles/{name}.json",
		"/", "/assets/*", "/fonts/*", "/icons/*", "/icon.svg", "/healthz", "/readyz"} {
		list = append(list, entry{"GET", p, everybody, ask{}})
	}
	return slices.Concat(list, peopleEntries(), reviewEntries(), historyEntries(), importEntries(), batchEntries(), planningEntries(), releaseEntries(), figuresEntries())
}

// hiddenEntries are the routes of an asset again, about one that is held.
func hiddenEntries() []entry {
	hidden := func(e entry) entry {
		e.ask.make, e.ask.match = (*node).makeHeld, e.method != http.MethodGet
		return e
	}
	seen := rule{readsAll, 404}
	change := ask{mediaType: typeMergePatch, body: patch, known: readsAll}
	return []entry{
		hidden(entry{"GET", patternItem, seen, ask{open: true}}),
		hidden(entry{"GET", patternItem + "/history", seen, ask{}}),
		hidden(entry{"PATCH", patternItem, undoers, change}),
		hidden(entry{"PUT", patternItem, undoers, ask{mediaType: typeGeoJSON, body: newPosyandu, known: readsAll}}),
		hidden(entry{"POST", patternItem + "/confirm", undoers, ask{known: readsAll}}),
		hidden(entry{"POST", patternItem + "/revert", undoers, ask{mediaType: typeJSON, body: `{"version":1}`, known: readsAll}}),
		hidden(entry{"DELETE", patternItem, undoers, ask{known: readsAll}}),
	}
}

// fixed are the things that are the same everywhere.
var fixed = map[string]string{"collection": "posyandu", "type": "posyandu", "layers": "posyandu,kelurahan", "z": "14", "x": "13289", "y": "8548",
	"row": "8548", "col": "13289", "ext": "mvt", "name": "patok", "mark": "verval", "code": "uji", "run": "TIADA", "file": "posyandu.csv", "source": "dtsen", "period": "2026-Q1"}

// makers make a thing at a place that exists, by its word, and return its id.
var makers = map[string]func(n *node, at place) string{
	"id":    (*node).makePosyandu,
	"batch": (*node).makeBatch, "month": (*node).makeMonth,
	"account": (*node).makePIC, "grant": (*node).makeGrant, "session": (*node).makeSession, "token": (*node).makeToken,
	"scenario": (*node).makeScenario, "import": (*node).makeImport, "release": (*node).makeRelease, "revision": (*node).makeRevision, "proposal": (*node).makeProposal, "invitation": (*node).makeInvitation, "new_name": func(*node, place) string { return newName() },
}

// missing is the id of what does not exist. It has as many digits as an
// invented one may have, so that a path's length tells nothing.
const missing = "987654321"

func (n *node) makePosyandu(at place) string {
	return strconv.Itoa(n.create("admin", "posyandu", feature(at.lon(), -7.805, `"name":"Posyandu","area_code":"`+at.area()+`"`)).id())
}

// makeHeld makes an asset that waits for an administrator since it lies far
// outside its area.
func (n *node) makeHeld(at place) string {
	return strconv.Itoa(n.create("admin", "posyandu", feature(at.outside(), -7.805, `"name":"Ditahan","area_code":"`+at.area()+`"`)).id())
}

func (n *node) makeDeleted(at place) string {
	id := n.makePosyandu(at)
	n.settle(n.expect(204, "DELETE", "/api/collections/posyandu/items/"+id, as(n, "admin"), header("If-Match", "*")))
	return id
}

// cast holds the things that one route is asked about at one place.
type cast struct {
	*node
	at   place
	made map[string]string
	make func(n *node, at place) string
}

// thing gives what a word in braces stands for.
func (c cast) thing(word string) string {
	switch {
	case fixed[word] != "":
		return fixed[word]
	case word == "area":
		return c.at.area()
	case word == "lon":
		return strconv.FormatFloat(c.at.lon()+0.001, 'f', 3, 64)
	case c.at == nowhere:
		return missing
	case c.made[word] == "":
		maker := makers[word]
		if (word == "id" || word == "batch") && c.make != nil {
			maker = c.make
		}
		if maker == nil {
			c.t.Fatalf("nothing is known of {%s}", word)
		}
		c.made[word] = maker(c.node, c.at)
	}
	return c.made[word]
}

var words = regexp.MustCompile(`\{([a-z_]+)\}`)

func (c cast) fill(text string) string {
	return words.ReplaceAllStringFunc(text, func(m string) string { return c.thing(m[1 : len(m)-1]) })
}

// path fills a pattern's parameters.
func (c cast) path(pattern string) string { return c.fill(inFolder(pattern)) }

// inFolder names a file where a pattern means a folder.
func inFolder(pattern string) string {
	folder, ok := strings.CutSuffix(pattern, "/*")
	if !ok {
		return pattern
	}
	return folder + map[string]string{"/assets": "/main-1a.js", "/fonts": "/x.pbf", "/icons": "/x.svg"}[folder]
}

func (n *node) eachRoute(fn func(method, pattern string)) {
	n.must(chi.Walk(n.routes, func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		fn(method, pattern)
		return nil
	}))
}

// TestRolesAndRoutes asks every route as everybody, about what is theirs, what
// is others' and what does not exist. The routes come from the router itself.
func TestRolesAndRoutes(t *testing.T) {
	n := newNode(t)
	n.disable("disabled")
	n.makeFar()
	n.makeFigures()
	known := map[string]entry{}
	for _, e := range entries() {
		if _, twice := known[e.method+" "+e.pattern]; twice {
			t.Errorf("%s %s has two lines", e.method, e.pattern)
		}
		known[e.method+" "+e.pattern] = e
	}
	tried := 0
	n.eachRoute(func(method, pattern string) {
		e, ok := known[method+" "+pattern]
		delete(known, method+" "+pattern)
		if !ok {
			t.Errorf("%s %s has no rule", method, pattern)
			return
		}
		if e.ask.unasked == "" {
			tried += n.try(e)
		}
	})
	for route := range known {
		t.Errorf("%s has a rule and no route", route)
	}
	for _, e := range hiddenEntries() {
		tried += n.try(e)
	}
	t.Logf("%d combinations of actor, route and place", tried)
}

// try asks one route as everybody everywhere, and returns how often.
func (n *node) try(e entry) int {
	casts := map[place]cast{}
	for _, at := range places {
		casts[at] = cast{n, at, map[string]string{}, e.ask.make}
	}
	everywhere := places[:]
	if pattern := e.pattern + e.ask.query + e.ask.body; casts[other].fill(pattern) == casts[own].fill(pattern) {
		everywhere = places[:1] // it is about no place
	}
	tried := 0
	for _, a := range actors {
		answers := map[place]answered{}
		for _, at := range everywhere {
			answers[at] = n.ask(e, a, casts[at])
			tried++
		}
		for _, at := range everywhere {
			n.judge(e, a, at, answers[at], answers[nowhere])
		}
	}
	return tried
}

func (n *node) ask(e entry, a actor, c cast) answered {
	n.t.Helper()
	options := []option{n.show(a)}
	if e.ask.match || e.ask.make != nil {
		options = append(options, header("If-Match", "*"))
	}
	if e.ask.reason != "" {
		options = append(options, because(e.ask.reason))
	}
	if e.ask.mediaType != "" {
		options = append(options, body(e.ask.mediaType, c.fill(e.ask.body)))
	}
	for name, value := range e.ask.header {
		options = append(options, header(name, value))
	}
	path := c.path(e.pattern)
	if e.ask.query != "" {
		path += "?" + c.fill(e.ask.query)
	}
	answer := n.do(e.method, path, options...)
	if e.method != http.MethodGet && answer.status < 300 {
		clear(c.made) // used up
		if answer.header.Get("Patok-Revision") != "" {
			n.settle(answer)
		}
	}
	return answer
}

// judge holds an answer to the rule. absent is what the same actor got for what
// does not exist.
func (n *node) judge(e entry, a actor, at place, got, absent answered) {
	n.t.Helper()
	want := "an answer"
	ok := got.status != 401 && got.status != 403 && got.status < 500 && (got.status != 404 || at == nowhere)
	reads := e.method == http.MethodGet || e.ask.always || e.rule.may(actor{}, at) // no right is needed
	stranger := (e.rule.otherwise == http.StatusNotFound || e.private()) && (e.ask.known == nil || !e.ask.known(a, at))
	switch {
	case a.account != "" && a.public() && !ok && got.status == 401:
		ok = true // a credential that is no longer good is refused everywhere
	case e.rule.may(a, at) && (reads || !a.readOnly):
	case a.public() && !e.ask.open:
		want, ok = "401", got.status == 401
	case at == nowhere:
		want, ok = "a refusal", got.status == 403 || got.status == 404 || got.status == 412 || got.status == 422
	case a.readOnly && !reads:
		want, ok = "403", got.status == 403 && (!stranger || alike(got, absent))
	case stranger:
		want, ok = "what the absent gets", !(got.status < 400) && alike(got, absent)
	case a.is(geo.RoleAdministrator): // who administers elsewhere is told which field is wrong
		want, ok = "403 or 422", got.status == 403 || got.status == 422
	default:
		want, ok = "403", got.status == 403
	}
	if !ok {
		n.t.Errorf("%s %s (%s) as %s: %d, want %s: %.300s", e.method, e.pattern, at, a.name, got.status, want, got.body)
	}
}

// alike reports whether nobody can tell two refusals apart, but by the path
// that they asked for and the number of their request.
func alike(a, b answered) bool {
	for _, answer := range []answered{a, b} {
		for _, name := range []string{"Date", "Patok-Request-Id", "Patok-Revision", "Content-Length"} {
			answer.header.Del(name)
		}
	}
	plain := func(answer answered) string {
		for _, name := range []string{"instance", "requestId"} {
			answer.body = strings.ReplaceAll(answer.body, string(must(json.Marshal(answer.json[name]))), "")
		}
		return answer.body + string(must(json.Marshal(answer.header)))
	}
	return a.status == b.status && plain(a) == plain(b)
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

// TestEveryRouteIsDocumented compares the router with the OpenAPI document,
// both ways.
func TestEveryRouteIsDocumented(t *testing.T) {
	n := newNode(t)
	documented := map[string]bool{}
	for path, item := range n.document().Paths.Map() {
		for method := range item.Operations() {
			documented[method+" "+path] = true
		}
	}
	served := map[string]bool{}
	at := n.Live.Snapshot()
	n.eachRoute(func(method, pattern string) {
		switch {
		case !strings.HasPrefix(pattern, "/api") && !strings.HasPrefix(pattern, "/tiles") && !strings.HasPrefix(pattern, "/styles"), pattern == "/api/":
		case !strings.Contains(pattern, "{collection}"):
			served[method+" "+pattern] = true
		default:
			for _, name := range at.Collections() {
				if method == "GET" || at.Type(name) != nil || strings.HasSuffix(pattern, "/revert") && name != geo.AllAssets {
					served[method+" "+strings.Replace(pattern, "{collection}", name, 1)] = true
				}
			}
		}
	})
	for route := range served {
		if !documented[route] {
			t.Errorf("%s is served and not documented", route)
		}
	}
	for route := range documented {
		if !served[route] {
			t.Errorf("%s is documented and not served", route)
		}
	}
}
