package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// settled makes a small town: in Bandar Lor three RT, one of them without a
// point, and a posyandu; in Bandar Kidul an RT 300 m from that posyandu and one
// far away. 0.001° are 110 m.
func (n *node) settled() {
	n.t.Helper()
	rt := func(area, rw, number string, families int, lon float64) {
		more := fmt.Sprintf(`"name":"RT %s RW %s","area_code":"%s","rt":"%s","rw":"%s","jumlah_kk":%d,"jumlah_jiwa_l":%d,"jumlah_jiwa_p":%d`, number, rw, area, number, rw, families, families, 2*families)
		text := unplaced(more)
		if lon != 0 {
			text = feature(lon, -7.805, more)
		}
		n.create("admin", "rt", text)
	}
	rt(lor, "001", "001", 40, 112.008)
	rt(lor, "001", "002", 20, 112.002)
	rt(lor, "001", "003", 10, 0)
	rt(kidul, "001", "001", 50, 112.0105)
	rt(kidul, "001", "002", 30, 112.0195)
	n.create("admin", "posyandu", feature(112.008, -7.805, `"name":"Melati","area_code":"`+lor+`"`))
	n.create("admin", "posyandu", unplaced(`"name":"Mawar","area_code":"`+lor+`"`))
	n.create("admin", "posyandu", feature(112.0195, -7.805, `"name":"Tutup","area_code":"`+kidul+`","operation":"tutup"`))
}

func (n *node) coverage(status int, who, request string) answered {
	n.t.Helper()
	return n.expect(status, "POST", "/api/coverage", as(n, who), body(typeJSON, request))
}

const ofMojoroto = `{"area":"35.71.01","demand":{"by":"families"},"supply":{"type":"posyandu"}}`

// notesOf lists the codes of a result's notes with their counts.
func notesOf(a answered) string {
	var list []string
	notes, _ := a.json["notes"].([]any)
	for _, n := range notes {
		m, _ := n.(map[string]any)
		text := fmt.Sprint(m["code"])
		if m["count"] != nil {
			text += fmt.Sprint("=", m["count"])
		}
		list = append(list, text)
	}
	return strings.Join(list, " ")
}

func TestCoverage(t *testing.T) {
	n := newNode(t)
	n.settled()
	a := n.coverage(200, "", ofMojoroto)
	// Covered: 40 beside it, and 50 across the border; not 20 and 30. 10 have no point.
	if got := fmt.Sprint(a.at("total")); got != "map[covered:90 estimated_share:0 rt:4 rt_covered:2 share:0.6429 unlocated:10 weight:140]" {
		t.Errorf("in all %s", got)
	}
	for i, want := range []string{"35.71.01 kecamatan 140 90 50", lor + " kelurahan 60 40 20", kidul + " kelurahan 80 50 30"} {
		if got := fmt.Sprint(a.at("areas", i, "code"), " ", a.at("areas", i, "level"), " ", a.at("areas", i, "weight"), " ", a.at("areas", i, "covered"), " ", a.at("areas", i, "gap")); got != want {
			t.Errorf("area %d: %s, want %s", i, got, want)
		}
	}
	if a.at("areas", 1, "rt_unplaced") != 1.0 || a.at("areas", 1, "unlocated") != 10.0 {
		t.Errorf("what is not located: %s", a.body)
	}
	if got := notesOf(a); got != "norm distance data weights supply=1 supply_unplaced=1 supply_closed=1 supply_stale=1 rt_unplaced=1 border ratio" {
		t.Errorf("notes: %s", got)
	}
	// 112.0105 is 275.7 m away, and 1.3 times that to walk; the far one 1,268.4 m.
	if p50, most := a.at("distance", "p50"), a.at("distance", "max"); p50 != 358.5 || most != 1648.9 {
		t.Errorf("distances: %v %v", p50, most)
	}
	// 40·3 people in the first zone and 50·3 in the third: 1250/(120+150·0.22) facilities for each 1,250.
	if got := fmt.Sprint(a.at("ratio")); got != "map[max:8.17 mean:2.976 min:0 per:1250]" {
		t.Errorf("ratio: %s", got)
	}
	for _, hidden := range []string{`"demand":[`, "RT 001", `"rw"`, "112.0105"} {
		if strings.Contains(strings.Replace(a.body, `"demand":{`, "", 1), hidden) {
			t.Errorf("everybody is told %s", hidden)
		}
	}
	full := n.coverage(200, "bappeda", ofMojoroto)
	if first := full.at("demand", 0); fmt.Sprint(full.at("demand", 0, "place"), " ", full.at("demand", 0, "weight"), " ", full.at("demand", 0, "rank"), " ", full.at("demand", 0, "nearest", "name")) !=
		kidul+"-001-002 30 1 Melati" || full.at("demand", 2, "rank") != nil {
		t.Errorf("the largest gap is %v", first)
	}
	if got := fmt.Sprint(full.at("areas", 2, "code"), full.at("areas", 2, "level")); got != lor+"-001rw" {
		t.Errorf("an RW: %s", got)
	}
	wide := n.coverage(200, "", strings.Replace(ofMojoroto, `"area"`, `"radius_m":2000,"detour":1,"area"`, 1))
	if wide.at("total", "covered") != 140.0 || !strings.Contains(wide.body, "dalam 2000 m (anggapan") {
		t.Errorf("within 2 km: %s", wide.body)
	}
	people := n.coverage(200, "", `{"area":"`+lor+`","demand":{"by":"people"},"supply":{"type":"posyandu","operation":["aktif","tutup"],"capacity":600}}`)
	if people.at("total", "weight") != 180.0 || !strings.Contains(people.body, "kapasitas tiap fasilitas 600 jiwa") {
		t.Errorf("by people: %s", people.body)
	}
}

func TestCoverageInEnglish(t *testing.T) {
	n := newNode(t)
	n.settled()
	a := n.expect(200, "POST", "/api/coverage", header("Accept-Language", "en"), body(typeJSON, ofMojoroto))
	if !strings.Contains(a.body, "straight line × 1.3") || !strings.Contains(a.body, "1 per 1,250 people") {
		t.Error(a.body)
	}
}

func TestSites(t *testing.T) {
	n := newNode(t)
	n.settled()
	ask := func(sites string) answered {
		t.Helper()
		return n.coverage(200, "bappeda", strings.Replace(ofMojoroto, `"area"`, `"sites":`+sites+`,"area"`, 1))
	}
	one := ask(`{"p":1}`)
	if one.at("sites", 0, "candidate", "name") != "RT 002 RW 001" || one.at("sites", 0, "candidate", "place") != kidul+"-001-002" ||
		one.at("sites", 0, "gain") != 30.0 || one.at("sites", 0, "covered_after") != 120.0 || one.at("siting", "optimal") != true || one.at("siting", "needed") != nil {
		t.Errorf("one site: %s", one.body)
	}
	all := ask(`{"objective":"all","candidates":"grid"}`)
	if all.at("siting", "needed") != 2.0 || all.at("siting", "lower_bound") != 2.0 || all.at("sites", 1, "share_after") != 1.0 || all.at("sites", 0, "candidate") != nil ||
		!strings.Contains(all.body, "petak tiap 100 m") {
		t.Errorf("to cover all: %s", all.body)
	}
	for i := range 2 {
		lon, _ := all.at("sites", i, "lon").(float64)
		lat, _ := all.at("sites", i, "lat").(float64)
		if lon < 112 || lon > 112.02 || lat < -7.81 || lat > -7.80 {
			t.Errorf("a site at %v %v is in no area", lon, lat)
		}
	}
	near := ask(`{"p":3,"candidates":{"type":"posyandu"}}`)
	if sites, _ := near.json["sites"].([]any); len(sites) != 0 {
		t.Errorf("beside the posyandu there is nothing to gain: %s", near.body)
	}
}

// TestCoverageTellsWhoMayKnow asks as everybody what only who may analyse the
// area is told.
func TestCoverageTellsWhoMayKnow(t *testing.T) {
	n := newNode(t)
	n.settled()
	sites := `{"area":"` + lor + `","demand":{"by":"families"},"supply":{"type":"posyandu"},"sites":{"p":1}}`
	figures := `{"area":"` + lor + `","demand":{"by":"indicator","indicator":{"desil":[1,4]}},"supply":{"type":"posyandu"}}`
	plain := `{"area":"` + lor + `","demand":{"by":"families"},"supply":{"type":"posyandu"}}`
	for who, status := range map[string]int{"": 401, "pic-kidul": 403, "program": 403, "dinkes": 403, "pic-lor": 200, "lurah": 200, "camat": 200, "bappeda": 200, "dinsos": 200, "admin": 200} {
		n.coverage(status, who, sites)
		want := status
		if status == 200 {
			want = 404 // nothing is published
		}
		n.coverage(want, who, figures)
		if a := n.coverage(200, who, plain); (a.json["demand"] != nil) != (status == 200) || strings.Contains(a.body, `"level":"rw"`) != (status == 200) {
			t.Errorf("%q is told %s", who, a.body)
		}
	}
	n.coverage(403, "pic-lor", strings.Replace(sites, lor, "35.71.01", 1))
	n.coverage(403, "pic-lor", strings.Replace(sites, lor, "", 1))
}

func TestWrongQuestions(t *testing.T) {
	n := newNode(t)
	for request, want := range map[string]string{
		`{}`: "/demand required; /supply required",
		`{"demand":{"by":"x","y":1},"supply":{"type":"rumah"},"area":"35.71.01.1999"}`:                                                             "/area unknown; /demand/by enum; /demand/y unknown; /supply/type unknown",
		`{` + families + `,"radius_m":5,"detour":0.5,"z":1}`:                                                                                       "/radius_m range; /detour range; /z unknown",
		`{` + families + `,"sites":{"p":101,"objective":"x","candidates":"rw"}}`:                                                                   "/sites/objective enum; /sites/p range; /sites/candidates enum",
		`{"demand":{"by":"indicator","indicator":{"desil":[4,1]},"period":"2026-Q5"},"supply":{"type":"posyandu","capacity":0,"operation":["x"]}}`: "/demand/indicator format; /demand/period format; /supply/operation enum; /supply/capacity range",
		`{` + families + `,"network":true}`:                                                                                                        "/network none",
	} {
		if got := n.coverage(422, "", request).codes(); got != want {
			t.Errorf("%s: %s, want %s", request, got, want)
		}
	}
}

// TestRiver: a posyandu on the other bank is near as the crow flies, and far by
// the bridge.
func TestRiver(t *testing.T) {
	n := newNode(t)
	n.create("admin", "rt", feature(112.002, -7.805, `"name":"RT 001","area_code":"`+lor+`","rt":"001","rw":"001","jumlah_kk":40`))
	n.create("admin", "posyandu", feature(112.002, -7.806, `"name":"Melati","area_code":"`+lor+`"`))
	straight := strings.Replace(ofMojoroto, `"area"`, `"network":false,"area"`, 1)
	byRoad := strings.Replace(ofMojoroto, `"area"`, `"network":true,"area"`, 1)
	if a := n.coverage(200, "", straight); a.at("distance", "max") != 143.8 {
		t.Errorf("straight: %s", a.body)
	}
	n.sql(`insert into walkways (line) values (st_geomfromtext('linestring(112.002 -7.805, 112.008 -7.805)', 4326)),
(st_geomfromtext('linestring(112.002 -7.806, 112.008 -7.806)', 4326)), (st_geomfromtext('linestring(112.008 -7.805, 112.008 -7.806)', 4326))`)
	a := n.coverage(200, "", byRoad)
	if got, _ := a.at("distance", "max").(float64); got < 1430 || got > 1440 || a.at("total", "covered") != 0.0 {
		t.Errorf("over the bridge: %s", a.body)
	}
	// Another bridge is seen at once.
	n.sql(`insert into walkways (line) values (st_geomfromtext('linestring(112.002 -7.805, 112.002 -7.806)', 4326))`)
	if a := n.coverage(200, "", byRoad); a.at("distance", "max") != 110.6 || a.at("total", "covered") != 40.0 {
		t.Errorf("over the new bridge: %s", a.body)
	}
}

// TestLongRuns: what takes long has an address, which is its asker's own.
func TestLongRuns(t *testing.T) {
	n := newNode(t)
	n.settled()
	n.sql(`insert into walkways (line) values (st_geomfromtext('linestring(112.002 -7.805, 112.008 -7.805)', 4326))`)
	byRoad := strings.Replace(ofMojoroto, `"area"`, `"network":true,"area"`, 1)
	n.network.mu.Lock() // nobody gets the network
	begun := n.coverage(202, "bappeda", byRoad)
	id, _ := begun.json["id"].(string)
	path := "/api/coverage/" + id
	if begun.header.Get("Location") != n.http.URL+path {
		t.Errorf("at %s", begun.header.Get("Location"))
	}
	for _, who := range []string{"", "dinsos", "admin"} {
		n.expect(404, "GET", path, as(n, who))
		n.expect(404, "DELETE", path, as(n, who))
	}
	if a := n.expect(200, "GET", path, as(n, "bappeda")); a.json["state"] != "running" || a.json["result"] != nil {
		t.Errorf("meanwhile: %s", a.body)
	}
	n.coverage(429, "bappeda", ofMojoroto) // one at a time
	other := n.coverage(202, "dinsos", byRoad)
	n.coverage(503, "", ofMojoroto) // two at once
	n.expect(204, "DELETE", "/api/coverage/"+fmt.Sprint(other.json["id"]), as(n, "dinsos"))
	n.network.mu.Unlock()
	for a := (answered{}); a.at("state") != "done"; {
		a = n.expect(200, "GET", path, as(n, "bappeda"))
		if a.at("state") == "done" && (a.at("progress") != 1.0 || a.at("result", "total", "weight") != 140.0) {
			t.Errorf("at the end: %s", a.body)
		}
	}
	for a := (answered{}); a.at("state") != "stopped"; {
		a = n.expect(200, "GET", "/api/coverage/"+fmt.Sprint(other.json["id"]), as(n, "dinsos"))
		if state := a.at("state"); state != "running" && state != "stopped" {
			t.Fatalf("what was stopped is %v", state)
		}
	}
	n.coverage(200, "bappeda", ofMojoroto)
}

// TestRuns: results are kept for a while, failures told, and close waits.
func TestRuns(t *testing.T) {
	now := time.Now()
	rs := newRuns(func() time.Time { return now })
	ctx := t.Context()
	a := client{account: 1}
	quick := func(context.Context, func(float64)) (json.RawMessage, error) { return json.RawMessage(`{}`), nil }
	r, err := rs.start(ctx, a, quick)
	if err != nil {
		t.Fatal(err)
	}
	<-r.ended
	now = now.Add(runKept)
	if _, state, err := rs.find(a, r.id); err != nil || state != runDone {
		t.Errorf("%s, %v", state, err)
	}
	if _, _, err := rs.find(client{account: 2}, r.id); geo.KindOf(err) != geo.NotFound {
		t.Errorf("another's: %v", err)
	}
	now = now.Add(time.Second)
	if _, _, err := rs.find(a, r.id); geo.KindOf(err) != geo.NotFound {
		t.Errorf("after %v: %v", runKept, err)
	}
	bad, err := rs.start(ctx, a, func(context.Context, func(float64)) (json.RawMessage, error) { return nil, errors.New("rusak") })
	if err != nil {
		t.Fatal(err)
	}
	<-bad.ended
	if _, state, _ := rs.find(a, bad.id); state != runFailed {
		t.Error(state)
	}
	large := json.RawMessage(make([]byte, maxKeptRuns/2+1))
	var kept []*run
	for range 2 {
		r, err := rs.start(ctx, a, func(context.Context, func(float64)) (json.RawMessage, error) { return large, nil })
		if err != nil {
			t.Fatal(err)
		}
		<-r.ended
		now = now.Add(time.Second)
		kept = append(kept, r)
	}
	if _, _, err := rs.find(a, kept[0].id); geo.KindOf(err) != geo.NotFound {
		t.Errorf("too much is kept: %v", err)
	}
	if _, state, err := rs.find(a, kept[1].id); err != nil || state != runDone {
		t.Errorf("the newest is gone: %v", err)
	}
	waits, err := rs.start(ctx, a, func(ctx context.Context, _ func(float64)) (json.RawMessage, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	rs.close()
	select {
	case <-waits.ended:
	default:
		t.Error("close did not wait")
	}
	if _, state, _ := rs.find(a, waits.id); state != runStopped {
		t.Error(state)
	}
}

// Who goes away while the server computes leaves nothing running.
func TestWhoGoesAwayStopsTheRun(t *testing.T) {
	n := newNode(t)
	n.sql(`insert into walkways (line) values (st_geomfromtext('linestring(112.002 -7.805, 112.008 -7.805)', 4326))`)
	n.network.mu.Lock()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, n.http.URL+"/api/coverage", strings.NewReader(strings.Replace(ofMojoroto, `"area"`, `"network":true,"area"`, 1)))
	n.must(err)
	r.Header.Set("Content-Type", typeJSON)
	r.Header.Set("Authorization", "Bearer "+n.tokens["bappeda"])
	if _, err := n.http.Client().Do(r); err == nil { //nolint:bodyclose // there is none
		t.Fatal("answered")
	}
	n.network.mu.Unlock()
	n.coverage(200, "bappeda", ofMojoroto)
}

// A computation that panics takes nobody else with it.
func TestAPanicIsAFailedRun(t *testing.T) {
	n := newNode(t)
	if _, err := n.compute(question{})(t.Context(), func(float64) {}); err == nil || !strings.Contains(err.Error(), "panicked") {
		t.Errorf("without a snapshot: %v", err)
	}
}

// A city with more RT than a page of features holds is counted whole.
func TestAllRTCount(t *testing.T) {
	content := geo.Content{Epoch: "x", Types: []*geo.AssetType{{Name: demandType}, {Name: "posyandu"}}}
	for i := range 2*geo.MaxLimit + 1 {
		content.Assets = append(content.Assets, &geo.Asset{ID: int64(i + 1), Type: demandType, AreaCode: lor, Placement: geo.Unplaced, Attributes: json.RawMessage(`{}`)})
	}
	q := coverageRequest{Demand: demandRequest{By: byFamilies}, Supply: supplyRequest{Type: "posyandu"}, Area: "35.71"}
	g, err := gather(t.Context(), q, index.New(content), nil, nil, time.Now())
	if err != nil || len(g.demand) != len(content.Assets) {
		t.Errorf("%d of %d RT count; %v", len(g.demand), len(content.Assets), err)
	}
}
