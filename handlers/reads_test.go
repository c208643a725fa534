package handlers

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb/encoding/mvt"
)

func TestConditionalReads(t *testing.T) {
	n := newNode(t)
	made := n.create("pic-lor", "posyandu", feature(112.005, -7.805, `"name":"Posyandu","area_code":"35.71.01.1001"`))
	path := itemPath("posyandu", made.id())
	first := n.expect(200, "GET", path)
	etag := first.header.Get("ETag")
	if !strings.Contains(first.header.Get("Cache-Control"), "no-transform") || first.header.Get("Content-Encoding") != "" {
		t.Errorf("a single feature may be changed on its way: %v", first.header)
	}
	for _, tag := range []string{etag, "W/" + etag, `"x", ` + etag, "*"} {
		a := n.expect(304, "GET", path, header("If-None-Match", tag))
		if a.body != "" || a.header.Get("ETag") != etag || a.header.Get("Vary") == "" || a.header.Get("Cache-Control") == "" {
			t.Errorf("304 %v", a.header)
		}
	}
	n.expect(200, "GET", path, header("If-None-Match", `"x"`))
	if mine := n.expect(200, "GET", path, as(n, "pic-lor")); mine.header.Get("ETag") == etag {
		t.Error("two views of a feature share a strong ETag")
	}
	area := n.expect(200, "GET", "/api/collections/kelurahan/items/3571011001")
	n.expect(304, "GET", "/api/collections/kelurahan/items/3571011001", header("If-None-Match", area.header.Get("ETag")))
	head := n.expect(200, "HEAD", path)
	if head.body != "" || head.header.Get("ETag") != etag || head.header.Get("Content-Length") != fmt.Sprint(len(first.body)) {
		t.Errorf("HEAD %v", head.header)
	}
	n.expect(404, "HEAD", "/api/nope")
	n.expect(200, "HEAD", "/api/collections/posyandu/items")
}

func TestMinRevision(t *testing.T) {
	n := newNode(t)
	made := n.expect(201, "POST", "/api/collections/posyandu/items", as(n, "pic-lor"),
		body(typeGeoJSON, feature(112.005, -7.805, `"name":"Posyandu","area_code":"35.71.01.1001"`)))
	read := n.expect(200, "GET", itemPath("posyandu", made.id()), header(minRevision, made.header.Get("Patok-Revision")))
	if read.header.Get("Patok-Revision") < made.header.Get("Patok-Revision") {
		t.Errorf("revision %s", read.header.Get("Patok-Revision"))
	}
	begin := time.Now()
	n.expect(503, "GET", "/api/summary", header(minRevision, "999999"))
	if took := time.Since(begin); took < waitAtMost-100*time.Millisecond || took > waitAtMost+2*time.Second {
		t.Errorf("waited %v", took)
	}
	n.expect(400, "GET", "/api/summary", header(minRevision, "x"))
}

// TestCollectionsForGDALAndQGIS is what those clients need of the descriptions.
func TestCollectionsForGDALAndQGIS(t *testing.T) {
	n := newNode(t)
	for i := range 12 {
		n.create("pic-lor", "posyandu", feature(112.001+float64(i)/2000, -7.805, fmt.Sprintf(`"name":"Posyandu %d","area_code":"35.71.01.1001"`, i)))
	}
	links := map[string]string{}
	for i := range 5 {
		landing := n.expect(200, "GET", "/api", header("Accept", "application/json"))
		links[fmt.Sprint(landing.at("links", i, "rel"))] = fmt.Sprint(landing.at("links", i, "type"))
	}
	if links["service-desc"] != "application/vnd.oai.openapi+json;version=3.0" || links["data"] != "application/json" ||
		links["conformance"] != "application/json" || links["service-doc"] != "text/html" {
		t.Errorf("links %v", links)
	}
	api := n.expect(200, "GET", "/api/openapi.json", header("Accept", "application/vnd.oai.openapi+json;version=3.0"))
	if api.header.Get("Content-Type") != typeOpenAPI {
		t.Errorf("type %q", api.header.Get("Content-Type"))
	}
	n.expect(200, "GET", "/api/docs", header("Accept", "text/html"))
	list := n.expect(200, "GET", "/api/collections")
	one := n.expect(200, "GET", "/api/collections/posyandu")
	all, _ := list.at("collections").([]any)
	found := false
	for _, c := range all {
		m, _ := c.(map[string]any)
		if m["id"] == "posyandu" {
			found = fmt.Sprint(m) == fmt.Sprint(one.json)
		}
	}
	if !found || one.at("itemType") != "feature" || one.at("links", 1, "rel") != "items" || one.at("links", 1, "type") != "application/geo+json" ||
		strings.Contains(fmt.Sprint(one.at("links", 1, "href")), "?") || one.at("extent", "spatial", "bbox", 0, 0) != 112.001 {
		t.Errorf("collection %s", one.body)
	}
	seen, next := map[any]bool{}, n.http.URL+"/api/collections/posyandu/items?limit=5"
	for next != "" {
		page := n.expect(200, "GET", strings.TrimPrefix(next, n.http.URL), header("Accept", "application/geo+json, application/json"))
		next = ""
		features, _ := page.json["features"].([]any)
		for _, f := range features {
			m, _ := f.(map[string]any)
			seen[m["id"]] = true
		}
		list, _ := page.json["links"].([]any)
		for _, l := range list {
			if m, _ := l.(map[string]any); m["rel"] == "next" {
				next = fmt.Sprint(m["href"])
				if m["type"] != typeGeoJSON || !strings.Contains(next, "limit=5") {
					t.Errorf("next %v", m)
				}
			}
		}
		if page.at("numberMatched") != 12.0 || page.header.Get("Content-Crs") != "<"+crs84+">" {
			t.Errorf("page %.300s", page.body)
		}
	}
	if len(seen) != 12 {
		t.Errorf("paging saw %d of 12", len(seen))
	}
	cors := n.expect(200, "GET", "/api/collections", header("Origin", "https://lain.example"))
	if cors.header.Get("Access-Control-Allow-Origin") != "*" || cors.header.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("CORS %v", cors.header)
	}
	if a := n.expect(200, "GET", "/api/session", header("Origin", "https://lain.example")); a.header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("another site may read the session")
	}
}

func TestAreasAreWound(t *testing.T) {
	n := newNode(t)
	a := n.expect(200, "GET", "/api/collections/kelurahan/items/3571011001")
	ring, _ := a.at("geometry", "coordinates", 0, 0).([]any)
	area := 0.0
	for i := range len(ring) - 1 {
		p, _ := ring[i].([]any)
		q, _ := ring[i+1].([]any)
		area += p[0].(float64)*q[1].(float64) - q[0].(float64)*p[1].(float64)
	}
	if area <= 0 || a.at("properties", "label_point", 0) != 112.005 || a.id() != 3571011001 {
		t.Errorf("area %v: %s", area, a.body)
	}
	where := n.expect(200, "GET", "/api/locate?lon=112.015&lat=-7.805")
	if where.at("features", 0, "properties", "kind") != "provinsi" && where.at("features", 0, "properties", "code") != kidul {
		t.Errorf("locate %s", where.body)
	}
	if f, _ := where.json["features"].([]any); len(f) == 0 || where.at("features", len(f)-1, "properties", "code") != kidul || where.at("features", 0, "geometry") != nil {
		t.Errorf("locate %s", where.body)
	}
}

func TestTiles(t *testing.T) {
	n := newNode(t)
	n.create("pic-lor", "posyandu", feature(112.005, -7.805, `"name":"<img onerror=x>","area_code":"35.71.01.1001"`))
	const xyz, ogc = "/tiles/posyandu/14/13289/8548.mvt", "/api/collections/posyandu/tiles/WebMercatorQuad/14/8548/13289"
	tile := n.expect(200, "GET", xyz, header("Accept-Encoding", "identity"))
	if tile.header.Get("Content-Type") != "application/vnd.mapbox-vector-tile" || tile.header.Get("Cache-Control") != "no-cache" {
		t.Errorf("headers %v", tile.header)
	}
	layers, err := mvt.Unmarshal([]byte(tile.body))
	if err != nil || len(layers) != 1 || len(layers[0].Features) != 1 || layers[0].Features[0].Properties["name"] != "<img onerror=x>" {
		t.Fatalf("tile %v, %v", layers, err)
	}
	for _, same := range []string{ogc, strings.Replace(xyz, ".mvt", ".pbf", 1), xyz + "?v=17"} {
		if other := n.expect(200, "GET", same, header("Accept-Encoding", "identity")); other.body != tile.body {
			t.Errorf("%s has other bytes", same)
		}
	}
	zipped := n.expect(200, "GET", xyz, header("Accept-Encoding", "gzip"))
	if zipped.header.Get("Content-Encoding") != "gzip" || zipped.header.Get("ETag") == tile.header.Get("ETag") {
		t.Errorf("gzip %v", zipped.header)
	}
	n.expect(304, "GET", xyz, header("Accept-Encoding", "gzip"), header("If-None-Match", zipped.header.Get("ETag")))
	n.expect(200, "GET", xyz, header("Accept-Encoding", "gzip"), header("If-None-Match", tile.header.Get("ETag")))
	n.expect(204, "GET", "/tiles/posyandu/14/0/0.mvt")
	for _, path := range []string{"/tiles/posyandu/17/0/0.mvt", "/tiles/posyandu/-1/0/0.mvt", "/tiles/posyandu/1/2/0.mvt", "/tiles/posyandu/1/0/2.mvt",
		"/tiles/posyandu/1.0/0/0.mvt", "/tiles/posyandu/1e0/0/0.mvt", "/tiles/posyandu/%D9%A3/0/0.mvt", "/tiles/posyandu/01/0/0.mvt",
		"/tiles/posyandu/18446744073709551616/0/0.mvt", "/tiles/tidak_ada/0/0/0.mvt", "/tiles/posyandu/0/0/0.png", "/tiles/tidak_ada.json",
		"/api/collections/tidak_ada/tiles/WebMercatorQuad/0/0/0", "/api/collections/posyandu/tiles/WebMercatorQuad/17/0/0", "/styles/lain.json"} {
		n.expect(404, "GET", path)
	}
	n.expect(400, "GET", xyz+"?foo=1")
	info := n.expect(200, "GET", "/tiles/posyandu,kelurahan.json")
	if info.at("tilejson") != "3.0.0" || !strings.HasPrefix(fmt.Sprint(info.at("tiles", 0)), n.http.URL+"/tiles/posyandu,kelurahan/") {
		t.Errorf("TileJSON %s", info.body)
	}
	if meta := n.expect(200, "GET", "/tiles/posyandu,kelurahan/metadata.json"); meta.body != info.body {
		t.Error("metadata.json is not the TileJSON")
	}
	n.expect(200, "GET", "/styles/patok.json")
}

// TestEvents reads a stream: hello, what happens, what was missed, and the
// word to begin anew.
func TestEvents(t *testing.T) {
	n := newNode(t, func(c *Config) { c.Heartbeat = 50 * time.Millisecond })
	frames, stop := n.stream("/api/events", "")
	defer stop()
	hello := <-frames
	if !strings.Contains(hello, "event: hello") || !strings.Contains(hello, `"epoch":`) || !strings.Contains(hello, "retry: 1000") {
		t.Errorf("first frame %q", hello)
	}
	made := n.create("pic-lor", "posyandu", feature(112.005, -7.805, `"name":"Posyandu","area_code":"35.71.01.1001"`))
	revision := made.header.Get("Patok-Revision")
	frame := nextRevision(t, frames)
	for _, want := range []string{"id: " + revision + "\n", `"collection":"posyandu"`, `"op":"create"`, `"extent":[112.005,-7.805,112.005,-7.805]`, fmt.Sprintf(`"id":%d`, made.id())} {
		if !strings.Contains(frame, want) {
			t.Errorf("frame %q lacks %s", frame, want)
		}
	}
	held := n.create("pic-lor", "posyandu", feature(112.015, -7.805, `"name":"Tersembunyi","area_code":"35.71.01.1001"`))
	if frame := nextRevision(t, frames); strings.Contains(frame, fmt.Sprintf(`"id":%d`, held.id())) {
		t.Errorf("a held asset is announced: %q", frame)
	}
	for heartbeat := range frames {
		if strings.HasPrefix(heartbeat, ":") {
			break
		}
	}
	again, stopAgain := n.stream("/api/events", fmt.Sprint(n.Live.Snapshot().Revision()-1))
	defer stopAgain()
	if h := <-again; !strings.Contains(h, "hello") {
		t.Errorf("first frame %q", h)
	}
	if frame := nextRevision(t, again); !strings.Contains(frame, "id: "+held.header.Get("Patok-Revision")) {
		t.Errorf("replayed %q", frame)
	}
	for _, unknown := range []string{"999999", "0x1", "-1"} {
		lost, stopLost := n.stream("/api/events?last_event_id="+unknown, "")
		<-lost
		if frame := <-lost; !strings.Contains(frame, "event: reload") {
			t.Errorf("%s: %q, want reload", unknown, frame)
		}
		stopLost()
	}
}

func nextRevision(t *testing.T, frames <-chan string) string {
	t.Helper()
	timeout := time.After(10 * time.Second)
	for {
		select {
		case f, open := <-frames:
			if !open || strings.Contains(f, "event: revision") {
				return f
			}
		case <-timeout:
			t.Fatal("no revision came")
		}
	}
}

// stream reads the frames of an event stream until stop is called.
func (n *node) stream(path, last string) (frames <-chan string, stop func()) {
	n.t.Helper()
	ctx, cancel := context.WithCancel(n.t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, n.http.URL+path, http.NoBody)
	n.must(err)
	r.Header.Set("Accept", "text/event-stream")
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	response, err := http.DefaultClient.Do(r)
	n.must(err)
	if response.StatusCode != 200 || response.Header.Get("X-Accel-Buffering") != "no" || !strings.Contains(response.Header.Get("Cache-Control"), "no-transform") {
		n.t.Fatalf("stream: %d %v", response.StatusCode, response.Header)
	}
	out := make(chan string, 1000)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(out)
		defer response.Body.Close()
		rest, chunk := "", make([]byte, 4096)
		for {
			k, err := response.Body.Read(chunk)
			rest += string(chunk[:k])
			for {
				frame, after, whole := strings.Cut(rest, "\n\n")
				if !whole {
					break
				}
				out <- frame
				rest = after
			}
			if err != nil {
				return
			}
		}
	}()
	return out, func() { cancel(); <-done }
}

func TestEventStreamsAreBounded(t *testing.T) {
	n := newNode(t, func(c *Config) { c.StreamAge = 400 * time.Millisecond })
	var stops []func()
	for range 8 {
		_, stop := n.stream("/api/events", "")
		stops = append(stops, stop)
	}
	n.expect(503, "GET", "/api/events", header("Accept", "text/event-stream"))
	n.expect(406, "GET", "/api/events", header("Accept", "application/json"))
	n.expect(400, "GET", "/api/events?x=1")
	for _, stop := range stops {
		stop()
	}
	for n.Hub.Subscribers() > 0 { // the server notices a little later
		time.Sleep(5 * time.Millisecond)
	}
	frames, stop := n.stream("/api/events", "")
	defer stop()
	for range frames { // ends by itself, when the stream is old enough
	}
	_, stopLast := n.stream("/api/events", "")
	defer stopLast()
	n.Close()
	n.http.Close() // returns only once no stream is left
}

func TestPage(t *testing.T) {
	n := newNode(t)
	page := n.expect(200, "GET", "/")
	csp := page.header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "worker-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'"} {
		if !strings.Contains(csp, want) {
			t.Errorf("policy %q lacks %s", csp, want)
		}
	}
	if strings.Contains(csp, "unsafe") || !strings.Contains(page.body, "<title>Patok") || page.header.Get("Cache-Control") != "no-cache" {
		t.Errorf("page %v %s", page.header, page.body)
	}
	n.expect(304, "GET", "/", header("If-None-Match", page.header.Get("ETag")))
	tags := map[string]bool{}
	for encoding, want := range map[string]string{"identity": "", "gzip": "gzip", "br, gzip": "br", "br;q=0, gzip": "gzip", "*": "br"} {
		a := n.expect(200, "GET", "/assets/main-1a.js", header("Accept-Encoding", encoding))
		if a.header.Get("Content-Encoding") != want || !strings.Contains(a.header.Get("Cache-Control"), "immutable") || !strings.HasPrefix(a.header.Get("Content-Type"), "text/javascript") {
			t.Errorf("%s: %v", encoding, a.header)
		}
		if a.header.Get("Content-Security-Policy") != csp { // the map's worker obeys the policy of its own script
			t.Errorf("a script has the policy %q", a.header.Get("Content-Security-Policy"))
		}
		tags[a.header.Get("ETag")] = true
	}
	if len(tags) != 3 {
		t.Errorf("%d ETags for three codings", len(tags))
	}
	n.expect(200, "GET", "/icon.svg")
	for _, path := range []string{"/assets/", "/assets/x.js", "/assets/main-1a.js.br", "/.gitkeep", "/index.html", "/assets/../index.html", "/assets/%2e%2e/index.html", "/fonts/x"} {
		n.expect(404, "GET", path)
	}
	empty := newNode(t, func(c *Config) { c.Built = false })
	if a := empty.expect(200, "GET", "/"); !strings.Contains(a.body, "make build") {
		t.Errorf("unbuilt: %s", a.body)
	}
}

func TestHealthAndOps(t *testing.T) {
	n := newNode(t)
	n.create("pic-lor", "posyandu", feature(112.005, -7.805, `"name":"Posyandu","area_code":"35.71.01.1001"`))
	if a := n.expect(200, "GET", "/healthz"); a.body != "ok\n" {
		t.Errorf("healthz %q", a.body)
	}
	if a := n.expect(200, "GET", "/readyz"); a.json["ready"] != true || a.json["epoch"] == "" || a.json["revision"] == 0.0 {
		t.Errorf("readyz %s", a.body)
	}
	n.expect(404, "GET", "/metrics")
	n.expect(404, "GET", "/digests")
	n.do("GET", "/acak/"+strings.Repeat("x", 30))
	ops := func(path string, status int) string {
		r, err := http.NewRequestWithContext(t.Context(), "GET", path, http.NoBody)
		n.must(err)
		w := &memory{header: http.Header{}}
		n.Ops().ServeHTTP(w, r)
		if w.status != status {
			t.Fatalf("ops %s: %d %s", path, w.status, w.body.String())
		}
		return w.body.String()
	}
	metrics := ops("/metrics", 200)
	for _, want := range []string{`patok_http_requests_total{method="POST",route="/api/collections/{collection}/items",status="201"} 1`, "patok_snapshot_revision",
		"patok_feed_lag_seconds", `patok_build_info{version="test"} 1`, `route="none"`} {
		if !strings.Contains(metrics, want) {
			t.Errorf("metrics lack %s", want)
		}
	}
	if strings.Contains(metrics, "acak") {
		t.Error("a path became a label")
	}
	if d := ops("/digests", 200); !strings.Contains(d, `"posyandu":{"count":1`) || !strings.Contains(d, `"kelurahan":{"count":2`) {
		t.Errorf("digests %s", d)
	}
	if d := ops("/digests?collection=posyandu", 200); !strings.Contains(d, `"digests":{"1":`) {
		t.Errorf("digests %s", d)
	}
	ops("/digests?collection=x", 404)
	ops("/api", 404)
	ops("/readyz", 200)
}

// memory is a ResponseWriter that keeps the answer.
type memory struct {
	header http.Header
	status int
	body   strings.Builder
}

func (m *memory) Header() http.Header { return m.header }

func (m *memory) WriteHeader(status int) { m.status = status }

func (m *memory) Write(p []byte) (int, error) {
	if m.status == 0 {
		m.status = 200
	}
	return m.body.Write(p)
}

func TestPanicsAndDeadlinesAreProblems(t *testing.T) {
	n := newNode(t)
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		status  int
	}{
		"panic":    {func(http.ResponseWriter, *http.Request) { panic("rahasia dapur") }, 500},
		"deadline": {func(w http.ResponseWriter, r *http.Request) { n.fail(w, r, context.DeadlineExceeded) }, 503},
		"unknown":  {func(w http.ResponseWriter, r *http.Request) { n.fail(w, r, io.ErrUnexpectedEOF) }, 500},
	} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", "/api", http.NoBody)
		n.must(err)
		w := &memory{header: http.Header{}}
		n.edge(c.handler).ServeHTTP(w, r)
		if w.status != c.status || !strings.HasPrefix(w.header.Get("Content-Type"), "application/problem+json") || w.header.Get("Cache-Control") != "no-store" ||
			strings.Contains(w.body.String(), "rahasia") || strings.Contains(w.body.String(), "EOF") || !strings.Contains(w.body.String(), "requestId") {
			t.Errorf("%s: %d %v %s", name, w.status, w.header, w.body.String())
		}
	}
	if !strings.Contains(n.log.String(), "rahasia dapur") || !strings.Contains(n.log.String(), "stack=") {
		t.Error("the log does not tell of the panic")
	}
}

// TestWithoutDatabase: what is published is answered while PostgreSQL is away,
// and its age declared.
func TestWithoutDatabase(t *testing.T) {
	n := newNode(t)
	made := n.create("pic-lor", "posyandu", feature(112.005, -7.805, `"name":"Posyandu","area_code":"35.71.01.1001"`))
	c := n.logInAs("pic-lor")
	n.cutOff()
	n.expect(200, "GET", itemPath("posyandu", made.id()))
	n.expect(200, "GET", itemPath("posyandu", made.id()), cookie(c))
	n.expect(200, "GET", "/tiles/posyandu/14/13289/8548.mvt")
	n.expect(200, "GET", "/api/session")
	n.expect(503, "GET", "/api/doubts", as(n, "pic-kidul"))
	n.expect(503, "POST", "/api/collections/posyandu/items", as(n, "pic-kidul"), body(typeGeoJSON, feature(112.006, -7.805, `"name":"P","area_code":"35.71.01.1002"`)))
	deadline := time.Now().Add(20 * time.Second)
	for {
		a := n.expect(200, "GET", "/api/summary")
		if a.header.Get("Patok-Stale") != "" {
			if a.header.Get("Patok-As-Of") == "" {
				t.Error("no Patok-As-Of")
			}
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the age is never declared")
		}
		time.Sleep(200 * time.Millisecond)
	}
}
