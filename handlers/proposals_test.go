package handlers

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// proposalPath is the address of a proposal that an answer holds.
func proposalPath(a answered) string { return fmt.Sprintf("/api/proposals/%.0f", a.json["id"]) }

// read is the part of a decision that says which versions were read.
func read(a answered) string {
	return fmt.Sprintf(`"version":%.0f,"asset_version":%s`, a.json["version"], must(json.Marshal(a.json["asset_version"])))
}

// because gives a reason for a change.
func because(why string) option { return header("Patok-Reason", url.PathEscape(why)) }

// publicPaths are all that the public can read of an asset, and of what is near.
func publicPaths(collection string, id int) []string {
	item := itemPath(collection, id)
	paths := []string{item, "/api/collections", "/api/types", "/api/conformance", "/api/openapi.json", "/api/nearest?lon=112.005&lat=-7.805", "/api/locate?lon=112.005&lat=-7.805",
		"/api/summary", "/api/summary?area=35.71.01.1001", "/api/search?q=posyandu", "/api/search?q=baru"}
	for _, c := range []string{collection, "assets", "kelurahan"} {
		base := "/api/collections/" + c
		paths = append(paths, base, base+"/items", base+"/items?bbox=112,-7.81,112.01,-7.8", base+"/items?q=baru", "/tiles/"+c+".json",
			base+"/tiles/WebMercatorQuad/14/8549/13289", "/tiles/"+c+"/0/0/0.mvt", "/tiles/"+c+"/14/13289/8549.mvt")
	}
	return paths
}

var timeStamp = regexp.MustCompile(`"(timeStamp|as_of)":"[^"]*"`)

// seen is what somebody gets of all paths: status, headers and body, but for
// what differs at each request.
func (n *node) seen(who string, paths []string) map[string]string {
	n.t.Helper()
	all := map[string]string{}
	for _, path := range paths {
		a := n.do("GET", path, as(n, who))
		for _, name := range []string{"Date", "Patok-Request-Id", "Last-Modified"} {
			a.header.Del(name)
		}
		if id, ok := a.json["requestId"].(string); ok {
			a.body = strings.ReplaceAll(a.body, id, "")
		}
		all[path] = fmt.Sprint(a.status, " ", a.header, " ", timeStamp.ReplaceAllString(a.body, ""))
	}
	return all
}

// unchanged compares what somebody saw before and after.
func (n *node) unchanged(what string, before, after map[string]string) {
	n.t.Helper()
	for _, path := range slices.Sorted(maps.Keys(before)) {
		if before[path] != after[path] {
			n.t.Errorf("%s: GET %s changed from\n%.500s\nto\n%.500s", what, path, before[path], after[path])
		}
	}
}

func TestNothingPublicChangesUntilTheLastStep(t *testing.T) {
	n := newNode(t)
	made := n.create("pic-lor", "posyandu", feature(112.005, -7.805, `"name":"Posyandu Melati","area_code":"35.71.01.1001","strata":"madya"`))
	gone := n.create("pic-lor", "posyandu", feature(112.002, -7.802, `"name":"Posyandu Lama","area_code":"35.71.01.1001"`))
	back := n.create("pic-lor", "posyandu", feature(112.003, -7.803, `"name":"Posyandu Hapus","area_code":"35.71.01.1001"`))
	n.settle(n.expect(204, "DELETE", itemPath("posyandu", back.id()), as(n, "pic-lor"), header("If-Match", "*")))
	n.underReview("", "kelurahan", "kecamatan")
	paths := append(publicPaths("posyandu", made.id()), itemPath("posyandu", gone.id()), itemPath("posyandu", back.id()))
	before := n.seen("", paths)

	patched := n.expect(http.StatusAccepted, "PATCH", itemPath("posyandu", made.id()), as(n, "pic-lor"), header("If-Match", made.header.Get("ETag")), because("salah letak"),
		body(typeMergePatch, `{"geometry":{"coordinates":[112.0055,-7.8055]},"properties":{"name":"Posyandu Baru","strata":"mandiri","note":"catatan"}}`))
	created := n.expect(http.StatusAccepted, "POST", "/api/collections/posyandu/items", as(n, "pic-lor"), header("Accept", typeGeoJSON),
		body(typeGeoJSON, feature(112.008, -7.808, `"name":"Posyandu Baru 2","area_code":"35.71.01.1001"`)))
	deleted := n.expect(http.StatusAccepted, "DELETE", itemPath("posyandu", gone.id()), as(n, "pic-lor"), header("If-Match", "*"))
	restored := n.expect(http.StatusAccepted, "POST", itemPath("posyandu", back.id())+"/restore", as(n, "pic-lor"))
	replaced := n.expect(http.StatusAccepted, "PUT", itemPath("posyandu", gone.id()), as(n, "admin"), header("If-Match", "*"), because("pindah"),
		body(typeGeoJSON, feature(112.0021, -7.8021, `"name":"Posyandu Baru 3","area_code":"35.71.01.1001"`)))
	proposals := []answered{patched, created, restored, replaced, deleted}
	for _, p := range proposals {
		if p.header.Get("Location") != n.http.URL+proposalPath(p) || p.header.Get("Cache-Control") != "private, no-store" ||
			!strings.HasPrefix(p.header.Get("Content-Type"), typeJSON) || p.json["state"] != "sent" {
			t.Errorf("sent: %v %s", p.header, p.body)
		}
	}
	n.unchanged("proposed", before, n.seen("", paths))

	for _, p := range proposals[:3] {
		n.expect(200, "POST", proposalPath(p)+"/approve", as(n, "lurah"), body(typeJSON, "{"+read(p)+"}"))
	}
	n.expect(200, "POST", proposalPath(deleted)+"/return", as(n, "lurah"), body(typeJSON, fmt.Sprintf(`{"version":%.0f,"note":"Masih ada","fields":{"/properties/name":"?"}}`, deleted.json["version"])))
	n.expect(200, "POST", proposalPath(replaced)+"/reject", as(n, "lurah"), body(typeJSON, fmt.Sprintf(`{"version":%.0f,"note":"Jangan"}`, replaced.json["version"])))
	n.expect(200, "POST", proposalPath(deleted)+"/withdraw", as(n, "pic-lor"), body(typeJSON, `{"version":2}`))
	n.unchanged("checked by the lurah", before, n.seen("", paths))

	n.publish("camat", patched, "Posyandu Baru", made.id())
	if shown := n.expect(200, "GET", itemPath("posyandu", made.id())); shown.at("properties", "strata") != "mandiri" || shown.at("geometry", "coordinates", 0) != 112.0055 || shown.at("properties", "note") != nil {
		t.Errorf("published %s", shown.body)
	}
	n.settle(n.approve("camat", created))
	n.settle(n.approve("camat", restored))
	if c := n.expect(200, "GET", "/api/collections/posyandu/items").at("numberMatched"); c != 4.0 {
		t.Errorf("%v posyandu after a create and a restore were published, want 4", c)
	}
	if c := n.count(`select count(*) from revisions where kind = 'review' and actor = 'pic-lor' and approved_by = 'camat'`); c != 3 {
		t.Errorf("%d revisions of review, want 3", c)
	}
}

// approve takes the step that waits, with the versions as they are now.
func (n *node) approve(who string, p answered) answered {
	n.t.Helper()
	now := n.expect(200, "GET", proposalPath(p), as(n, who))
	return n.expect(200, "POST", proposalPath(p)+"/approve", as(n, who), body(typeJSON, "{"+read(now)+"}"))
}

// publish approves, and logs how long after the request and after its answer the
// snapshot shows the asset by its new name.
func (n *node) publish(who string, p answered, name string, id int) {
	n.t.Helper()
	now := n.expect(200, "GET", proposalPath(p), as(n, who))
	next := n.Live.Snapshot().Revision() + 1
	seen := make(chan time.Time, 1)
	ctx, cancel := context.WithTimeout(n.t.Context(), 5*time.Second)
	defer cancel()
	go func() {
		if n.Follower.WaitFor(ctx, next) == nil {
			seen <- time.Now()
		}
		close(seen)
	}()
	began := time.Now()
	done := n.expect(200, "POST", proposalPath(p)+"/approve", as(n, who), body(typeJSON, "{"+read(now)+"}"))
	answered, at := time.Now(), <-seen
	if done.json["state"] != "published" || done.json["revision"] != float64(next) || at.IsZero() {
		n.t.Fatalf("after the last step: %s", done.body)
	}
	n.t.Logf("the public sees it %v after the last approval was sent, %v after its answer", at.Sub(began), max(0, at.Sub(answered)))
	if shown := n.expect(200, "GET", itemPath("posyandu", id)); shown.at("properties", "name") != name {
		n.t.Errorf("published %s", shown.body)
	}
}

func TestAProposal(t *testing.T) {
	n := newNode(t)
	made := n.create("pic-lor", "posyandu", feature(112.005, -7.805, `"name":"Posyandu Melati","area_code":"35.71.01.1001","strata":"madya"`))
	path := itemPath("posyandu", made.id())
	n.underReview("posyandu", "kelurahan")
	patch := func(status int, who, text string, more ...option) answered {
		n.t.Helper()
		return n.expect(status, "PATCH", path, append([]option{as(n, who), header("If-Match", "*"), body(typeMergePatch, text)}, more...)...)
	}
	if a := patch(422, "pic-lor", `{"geometry":{"coordinates":[112.0055,-7.805]}}`); a.codes() != "/reason reason_required" {
		t.Errorf("moved without a reason: %s", a.body)
	}
	sent := patch(202, "pic-lor", `{"properties":{"strata":"mandiri","rt":"5"}}`)
	for name, want := range map[string]any{"version": 1.0, "state": "sent", "verb": "update", "type": "posyandu", "asset_id": float64(made.id()), "asset_version": 1.0,
		"name": "Posyandu Melati", "area_code": lor, "area_name": "Bandar Lor", "to_area": nil, "step": 0.0, "reason": "", "closed_at": nil, "revision": nil, "moved_m": nil} {
		if sent.json[name] != want {
			t.Errorf("%s = %v, want %v", name, sent.json[name], want)
		}
	}
	changes := `[{"after":"005","before":null,"conflict":false,"field":"rt","label":"RT"},{"after":"mandiri","before":"madya","conflict":false,"field":"strata","label":"Strata"}]`
	if got := string(must(json.Marshal(sent.json["changes"]))); got != changes {
		t.Errorf("changes %s, want %s", got, changes)
	}
	if sent.at("before", "properties", "strata") != "madya" || sent.at("after", "properties", "strata") != "mandiri" || sent.at("author", "name") != "pic-lor" ||
		sent.at("events", 0, "action") != "sent" || sent.at("events", 0, "step") != nil || fmt.Sprint(sent.json["steps"]) != "[kelurahan]" {
		t.Errorf("sent %s", sent.body)
	}
	for who, can := range map[string]string{"pic-lor": "approve:false correct:true reject:false return:false withdraw:true", "lurah": "approve:true correct:false reject:true return:true withdraw:false",
		"admin": "approve:true correct:true reject:true return:true withdraw:false", "camat": "approve:false correct:false reject:false return:false withdraw:false"} {
		if got := fmt.Sprint(n.expect(200, "GET", proposalPath(sent), as(n, who)).json["can"]); got != "map["+can+"]" {
			t.Errorf("%s can %s", who, got)
		}
	}
	if got := fmt.Sprint(n.expect(200, "GET", path, as(n, "pic-lor")).at("properties", "proposals")); got != fmt.Sprint([]any{sent.json["id"]}) {
		t.Errorf("the asset names %s", got)
	}
	if waiting := patch(409, "pic-lor", `{"properties":{"rt":"6"}}`); waiting.json["type"] != "/problems/waiting" || waiting.json["proposal"] != sent.json["id"] {
		t.Errorf("sent again: %s", waiting.body)
	}
	own := n.expect(403, "POST", proposalPath(sent)+"/approve", as(n, "pic-lor"), body(typeJSON, "{"+read(sent)+"}"))
	if own.json["type"] != "/problems/forbidden" {
		t.Errorf("the author's approval: %s", own.body)
	}
	stale := n.expect(412, "POST", proposalPath(sent)+"/approve", as(n, "lurah"), body(typeJSON, `{"version":1,"asset_version":7}`))
	if stale.at("current", "id") != sent.json["id"] || stale.at("current", "can", "approve") != true {
		t.Errorf("stale: %s", stale.body)
	}

	other := patch(202, "admin", `{"properties":{"strata":"purnama","condition":"baik"}}`)
	n.settle(n.approve("lurah", other))
	now := n.expect(200, "GET", proposalPath(sent), as(n, "lurah"))
	if now.at("changes", 1, "conflict") != true || now.at("changes", 1, "base") != "madya" || now.at("changes", 1, "before") != "purnama" || now.json["asset_version"] != 2.0 {
		t.Errorf("a conflict is not shown: %s", now.body)
	}
	conflict := n.expect(409, "POST", proposalPath(sent)+"/approve", as(n, "lurah"), body(typeJSON, "{"+read(now)+"}"))
	if conflict.json["type"] != "/problems/conflicting" || conflict.at("errors", 0, "pointer") != "/properties/strata" ||
		conflict.at("errors", 0, "mine") != "mandiri" || conflict.at("errors", 0, "theirs") != "purnama" || conflict.json["mine"] != nil {
		t.Errorf("conflicting: %s", conflict.body)
	}
	correct := func(status int, text string) answered {
		n.t.Helper()
		return n.expect(status, "PATCH", proposalPath(sent), as(n, "pic-lor"), body(typeJSON, `{"version":1`+text+`}`))
	}
	correct(409, `,"feature":{"properties":{"rw":"2"}}`)
	correct(422, `,"keep":{"/properties/strata":"ours"}`)
	correct(422, `,"fitur":{}`)
	correct(422, `,"feature":7`)
	if bad := correct(422, `,"keep":{"/properties/strata":"mine"},"feature":{"properties":{"strata":"lima"}}`); bad.codes() != "/properties/strata enum" {
		t.Errorf("corrected against the schema: %s", bad.codes())
	}
	settled := correct(200, `,"keep":{"/properties/strata":"mine"},"feature":{"type":"Feature","id":0,"properties":{"rw":"2"}},"reason":"penilaian 2026"`)
	if settled.json["version"] != 2.0 || settled.at("changes", 2, "conflict") != false || settled.json["reason"] != "penilaian 2026" || settled.at("events", 1, "action") != "corrected" {
		t.Errorf("settled: %s", settled.body)
	}
	done := n.approve("lurah", sent)
	n.settle(done)
	shown := n.expect(200, "GET", path)
	if shown.at("properties", "strata") != "mandiri" || shown.at("properties", "rt") != "005" || shown.at("properties", "rw") != "002" || shown.at("properties", "condition") != "baik" {
		t.Errorf("merged: %s", shown.body)
	}
}

func TestApprovingSeveral(t *testing.T) {
	n := newNode(t)
	mine, theirs := n.makeProposal(own), n.makeProposal(other)
	second := n.makeProposal(own)
	ask := func(who, items string) answered {
		n.t.Helper()
		return n.expect(200, "POST", "/api/proposals/approve", as(n, who), body(typeJSON, `{"items":[`+items+`]}`))
	}
	item := func(id string, version int) string {
		return fmt.Sprintf(`{"id":%s,"version":%d,"asset_version":null}`, id, version)
	}
	a := ask("lurah", strings.Join([]string{item(mine, 1), item(theirs, 1), item(second, 9), item(missing, 1)}, ","))
	var got []string
	for i := range 4 {
		got = append(got, fmt.Sprint(a.at("results", i, "ok"), " ", a.at("results", i, "state")))
	}
	if fmt.Sprint(got) != "[true published false <nil> false sent false <nil>]" || a.at("results", 1, "problem") != a.at("results", 3, "problem") {
		t.Errorf("results %s", a.body)
	}
	n.expect(422, "POST", "/api/proposals/approve", as(n, "lurah"), body(typeJSON, `{"items":[`+strings.Repeat(item(mine, 1)+",", maxApprovals)+item(mine, 1)+`]}`))
	n.expect(422, "POST", "/api/proposals/approve", as(n, "lurah"), body(typeJSON, `{"items":[{"id":1}]}`))
}

func TestProposalLists(t *testing.T) {
	n := newNode(t)
	first, second, third := n.makeProposal(own), n.makeProposal(own), n.makeProposal(other)
	n.expect(200, "POST", "/api/proposals/"+second+"/return", as(n, "lurah"), body(typeJSON, `{"version":1,"note":"Periksa lagi"}`))
	ids := func(who, query string) string {
		n.t.Helper()
		a := n.expect(200, "GET", "/api/proposals"+query, as(n, who))
		list, _ := a.json["proposals"].([]any)
		var out []string
		for i := range list {
			out = append(out, fmt.Sprintf("%.0f", a.at("proposals", i, "id")))
		}
		if a.json["matched"] != float64(len(list)) {
			t.Errorf("%s as %s: %v matched, %d listed", query, who, a.json["matched"], len(list))
		}
		return strings.Join(out, " ")
	}
	for _, c := range []struct{ who, query, want string }{
		{"lurah", "?for=review", first}, {"lurah", "", second + " " + first}, {"lurah", "?state=returned", second},
		{"pic-lor", "?for=mine", second + " " + first}, {"pic-lor", "?area=35.71.01.1002", ""}, {"pic-kidul", "", third},
		{"admin", "?type=puskesmas&area=35.71.01.1002", third}, {"admin", "?state=closed", ""}, {"bappeda", "", ""}, {"dinkes", "", ""},
	} {
		if got := ids(c.who, c.query); got != c.want {
			t.Errorf("%s as %s: %s, want %s", c.query, c.who, got, c.want)
		}
	}
	page := n.expect(200, "GET", "/api/proposals?limit=2", as(n, "admin"))
	next, _ := page.json["next"].(string)
	if page.json["matched"] != 3.0 || !strings.HasPrefix(next, n.http.URL) {
		t.Fatalf("a page: %s", page.body)
	}
	if rest := n.expect(200, "GET", strings.TrimPrefix(next, n.http.URL), as(n, "admin")); fmt.Sprintf("%.0f", rest.at("proposals", 0, "id")) != first || rest.json["next"] != nil {
		t.Errorf("the last page: %s", rest.body)
	}
	for who, want := range map[string]string{"lurah": "map[mine_open:0 mine_returned:0 review:1]", "pic-lor": "map[mine_open:2 mine_returned:1 review:0]", "bappeda": "map[mine_open:0 mine_returned:0 review:0]"} {
		if got := fmt.Sprint(n.expect(200, "GET", "/api/proposals/counts", as(n, who)).json); got != want {
			t.Errorf("%s counts %s, want %s", who, got, want)
		}
	}
	for _, query := range []string{"?for=all", "?state=x", "?asset=0", "?asset=x", "?limit=0", "?cursor=x", "?q=x"} {
		n.expect(400, "GET", "/api/proposals"+query, as(n, "admin"))
	}
}

// TestProposalsDoNotLeak plants texts in proposals of every kind and looks for
// them wherever somebody reads who may not read all of their asset.
func TestProposalsDoNotLeak(t *testing.T) {
	n := newNode(t)
	made := n.create("pic-lor", "rt", feature(112.005, -7.805, `"name":"RT 005","area_code":"35.71.01.1001","ketua_hp":"081299998888"`))
	gone := n.create("pic-lor", "rt", feature(112.002, -7.802, `"name":"RT 006","area_code":"35.71.01.1001"`))
	n.underReview("", "kelurahan", "kecamatan")
	secrets := []string{"RAHASIA-NAMA", "RAHASIA-KETUA", "081277776666", "RAHASIA-ALASAN", "RAHASIA-CATATAN", "081299998888"}
	hidden := `"address":"RAHASIA-NAMA","ketua_nama":"RAHASIA-KETUA","ketua_hp":"081277776666","note":"RAHASIA-CATATAN"`
	people := []string{"", "pic-kidul", "bappeda", "dinsos", "dinkes"}
	var paths []string
	n.eachRoute(func(method, pattern string) {
		if method != "GET" || pattern == patternEvents || pattern == "/readyz" || strings.HasSuffix(pattern, ".xlsx") {
			return // they tell the time
		}
		for _, id := range []int{made.id(), gone.id(), 1, 2, 3} {
			path := cast{node: n, at: own, made: map[string]string{"id": fmt.Sprint(id), "proposal": fmt.Sprint(id), "account": "1", "grant": "1"}}.path(pattern)
			paths = append(paths, strings.Replace(path, "/posyandu/", "/rt/", 1))
		}
	})
	for _, query := range []string{"", "?state=closed", "?for=mine", "?for=review", "?area=35.71.01.1001", fmt.Sprintf("?asset=%d", made.id()), "?type=rt"} {
		paths = append(paths, "/api/proposals"+query)
	}
	slices.Sort(paths)
	paths = append(slices.Compact(paths), "/api/search?q=RAHASIA", "/api/collections/rt/items?q=RAHASIA", "/api/collections/assets/items", "/tiles/rt/16/53156/34197.mvt", "/api/proposals/counts")
	before := map[string]map[string]string{}
	for _, who := range people {
		before[who] = n.seen(who, paths)
	}

	patched := n.expect(202, "PATCH", itemPath("rt", made.id()), as(n, "pic-lor"), header("If-Match", "*"), because("RAHASIA-ALASAN"), body(typeMergePatch, `{"properties":{`+hidden+`}}`))
	created := n.expect(202, "POST", "/api/collections/rt/items", as(n, "pic-lor"), body(typeGeoJSON, feature(112.008, -7.808, `"name":"RAHASIA-NAMA","area_code":"35.71.01.1001",`+hidden)))
	n.expect(202, "DELETE", itemPath("rt", gone.id()), as(n, "pic-lor"), header("If-Match", "*"), because("RAHASIA-ALASAN"))
	reviewer := n.expect(200, "GET", proposalPath(patched), as(n, "lurah"))
	for _, secret := range secrets {
		if !strings.Contains(reviewer.body, secret) {
			t.Fatalf("%s is not even there for the lurah: %s", secret, reviewer.body)
		}
	}
	for _, who := range people {
		after := n.seen(who, paths)
		n.unchanged("proposed, as "+who, before[who], after)
		for path, text := range after {
			for _, secret := range secrets {
				if strings.Contains(text, secret) {
					t.Errorf("GET %s as %q tells %s", path, who, secret)
				}
			}
		}
	}
	for _, p := range []answered{patched, created} {
		for _, who := range people[1:] {
			for _, act := range []string{"approve", "return", "reject", "withdraw"} {
				text := `{"version":1}`
				if act == "return" || act == "reject" {
					text = `{"version":1,"note":"x"}`
				}
				if a := n.do("POST", proposalPath(p)+"/"+act, as(n, who), body(typeJSON, text)); !alike(a, n.do("POST", "/api/proposals/987654/"+act, as(n, who), body(typeJSON, text))) || a.status != 404 {
					t.Errorf("%s as %s: %d %s", act, who, a.status, a.body)
				}
			}
			if a := n.do("PATCH", proposalPath(p), as(n, who), body(typeJSON, `{"version":1}`)); a.status != 404 {
				t.Errorf("corrected by %s: %d %s", who, a.status, a.body)
			}
		}
	}
	for _, secret := range secrets {
		if strings.Contains(n.log.String(), secret) {
			t.Errorf("the log tells %s", secret)
		}
		if c := n.count(`select count(*) from audit a where a::text like '%' || $1 || '%'`, secret); c != 0 {
			t.Errorf("the audit log tells %s", secret)
		}
	}
	n.approve("lurah", patched)
	n.settle(n.approve("camat", patched))
	for _, who := range people {
		for path, text := range n.seen(who, paths) {
			for _, secret := range secrets[1:] {
				if strings.Contains(text, secret) {
					t.Errorf("published: GET %s as %q tells %s", path, who, secret)
				}
			}
		}
	}
	if c := n.count(`select count(*) from proposals p where closed_at is not null and p::text ~ 'RAHASIA-KETUA|081277776666'`); c != 0 {
		t.Error("a closed proposal holds what is about a person")
	}
}
