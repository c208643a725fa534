package handlers

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/auth"
	"github.com/patok-id/patok/geo/feed"
	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/indicator"
	"github.com/patok-id/patok/geo/store"
	"github.com/patok-id/patok/tiles"
)

func TestMain(m *testing.M) { geotest.Main(m) }

// node is a whole server on a database of its own: store, follower, snapshot
// and HTTP. The city is two kelurahan side by side, Bandar Lor from 112.00° and
// Bandar Kidul from 112.01°, both from 7.81° to 7.80° south and 0.01° wide.
type node struct {
	*Server
	t      testing.TB
	http   *httptest.Server
	conn   *pgx.Conn // as the database's owner
	url    string
	tokens map[string]string // bearer tokens by account name
	log    *logBuffer
	asked  *statements
	api    routers.Router

	imported int // how often makeImport was called
}

// password is every test account's.
const password = "kuda-lumping-hujan"

const (
	lor   = "35.71.01.1001"
	kidul = "35.71.01.1002"
)

// roles are the accounts of a node, besides the public (""), by name.
var roles = []geo.Account{
	account("admin", geo.RoleAdministrator, ""), account("pic-lor", geo.RolePIC, lor), account("pic-kidul", geo.RolePIC, kidul),
	account("lurah", geo.RoleReviewer, lor), account("bappeda", geo.RolePlanner, ""), account("dinsos", geo.RoleDinsos, ""),
	account("program", geo.RoleService, "35.71"), account("camat", geo.RoleReviewer, "35.71.01"), account("dinkes", geo.RoleReviewer, "", "posyandu"),
	account("admin-mojoroto", geo.RoleAdministrator, "35.71.01"), account("disabled", geo.RoleAdministrator, ""),
}

func account(name string, role geo.Role, area geo.Code, types ...string) geo.Account {
	return geo.Account{Principal: geo.Principal{Name: name, Title: name, Grants: []geo.Grant{{Role: role, AreaCode: area, Types: types}}}}
}

// pageFiles stand for the built page.
func pageFiles() fs.FS {
	script := []byte(strings.Repeat("console.log('peta');\n", 50))
	return fstest.MapFS{
		"index.html":           {Data: []byte("<!doctype html><title>Patok</title>")},
		"icon.svg":             {Data: []byte("<svg/>")},
		"assets/main-1a.js":    {Data: script},
		"assets/main-1a.js.br": {Data: []byte("brotli")},
		"assets/main-1a.js.gz": {Data: zipped(script)},
		"fonts/x.pbf":          {Data: []byte("huruf")},
		"icons/x.svg":          {Data: []byte("<svg/>")},
		".gitkeep":             {Data: nil},
	}
}

func zipped(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(b)
	_ = z.Close()
	return out.Bytes()
}

type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newNode(t testing.TB, change ...func(*Config)) *node {
	t.Helper()
	n := &node{t: t, url: geotest.Database(t), tokens: map[string]string{}, log: &logBuffer{}, asked: &statements{}}
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, n.url)
	n.must(err)
	n.conn = conn
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	n.sql(`insert into areas (code, name, kind, derived) values
('35', 'Jawa Timur', 'provinsi', true), ('35.71', 'Kota Kediri', 'kota', true), ('35.71.01', 'Mojoroto', 'kecamatan', true)`)
	n.sql(`insert into areas (code, name, kind, boundary) values ('` + lor + `', 'Bandar Lor', 'kelurahan', st_multi(st_makeenvelope(112, -7.81, 112.01, -7.80, 4326))),
('` + kidul + `', 'Bandar Kidul', 'kelurahan', st_multi(st_makeenvelope(112.01, -7.81, 112.02, -7.80, 4326)))`)
	n.serve(geotest.AppURL(t, n.url), change...)
	return n
}

// serve starts follower and HTTP over the database at url.
func (n *node) serve(url string, change ...func(*Config)) {
	t := n.t
	db, err := store.Open(t.Context(), url, store.Options{Tracer: n.asked})
	n.must(err)
	t.Cleanup(db.Close)
	n.accounts(db)
	logger := slog.New(slog.NewTextHandler(n.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	live, hub := index.NewLive(), feed.NewHub(64, 8)
	figures := indicator.NewLive(db)
	var follower *feed.Follower
	service := auth.NewService(db, auth.Options{Lag: func() time.Duration { return follower.Lag() }})
	follower = feed.NewFollower(db, live, hub, logger, feed.Options{Poll: 20 * time.Millisecond, Rights: service, Figures: figures})
	source, err := tiles.NewSource(16 << 20)
	n.must(err)
	config := Config{Live: live, Follower: follower, Hub: hub, Figures: figures, Tiles: source, Auth: service, Store: db,
		Page: pageFiles(), Built: true, Logger: logger, Version: "test"}
	for _, c := range change {
		c(&config)
	}
	n.Server, err = New(config)
	n.must(err)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = follower.Run(ctx) })
	wg.Go(func() { n.Run(ctx) })
	t.Cleanup(func() { cancel(); wg.Wait() })
	n.http = httptest.NewServer(n.Server)
	t.Cleanup(func() { n.Close(); n.http.Close() })
	n.catchUp()
}

func (n *node) accounts(db *store.Store) {
	hash, err := auth.NewHasher(1, 0).Hash(n.t.Context(), password)
	n.must(err)
	for _, a := range roles {
		a.PasswordHash = hash
		n.addAccount(db, a)
	}
}

// addAccount makes an account and a token of it.
func (n *node) addAccount(db Store, a geo.Account) {
	n.t.Helper()
	made, err := db.CreateAccounts(n.t.Context(), geo.System("test"), []geo.NewAccount{{Account: a}})
	n.must(err)
	token, hash := auth.NewToken()
	_, err = db.CreateToken(n.t.Context(), geo.System("test"), made[0].AccountID, geo.Token{Name: "test"}, hash)
	n.must(err)
	n.tokens[a.Name] = token
}

func (n *node) must(err error) {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
}

func (n *node) sql(query string, args ...any) {
	n.t.Helper()
	if _, err := n.conn.Exec(n.t.Context(), query, args...); err != nil {
		n.t.Fatalf("%s: %v", query, err)
	}
}

// count asks the database for a number.
func (n *node) count(query string, args ...any) int {
	n.t.Helper()
	var v int
	if err := n.conn.QueryRow(n.t.Context(), query, args...).Scan(&v); err != nil {
		n.t.Fatalf("%s: %v", query, err)
	}
	return v
}

// option changes a request.
type option func(*http.Request)

func as(n *node, name string) option {
	return func(r *http.Request) {
		if name != "" {
			r.Header.Set("Authorization", "Bearer "+n.tokens[name])
		}
	}
}

func header(name, value string) option {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func body(contentType, text string) option {
	return func(r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
		if contentType != "" {
			r.Header.Set("Content-Type", contentType)
		}
	}
}

// answer is a whole answer.
type answered struct {
	status int
	header http.Header
	body   string
	json   map[string]any // nil when the body is no JSON object
}

// do sends a request, checks the answer against the OpenAPI document and every
// problem against its form, and returns it.
func (n *node) do(method, path string, options ...option) answered {
	n.t.Helper()
	r, err := http.NewRequestWithContext(n.t.Context(), method, n.http.URL+path, http.NoBody)
	n.must(err)
	for _, o := range options {
		o(r)
	}
	response, err := n.http.Client().Transport.RoundTrip(r)
	if err != nil {
		n.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	n.must(err)
	a := answered{status: response.StatusCode, header: response.Header, body: string(raw)}
	if strings.Contains(a.header.Get("Content-Type"), "json") && len(raw) > 0 && a.header.Get("Content-Encoding") == "" && json.Unmarshal(raw, &a.json) != nil {
		n.t.Errorf("%s %s: body is no JSON: %.200s", method, path, raw)
	}
	n.checkProblem(method, path, a)
	n.checkAPI(r, a)
	return a
}

// expect is do with a status.
func (n *node) expect(status int, method, path string, options ...option) answered {
	n.t.Helper()
	a := n.do(method, path, options...)
	if a.status != status {
		n.t.Fatalf("%s %s: %d, want %d: %.600s", method, path, a.status, status, a.body)
	}
	return a
}

// checkProblem holds every refusal to RFC 9457 and to our promises.
func (n *node) checkProblem(method, path string, a answered) {
	n.t.Helper()
	if a.header.Get("Patok-Request-Id") == "" || a.header.Get("X-Content-Type-Options") != "nosniff" || a.header.Get("Content-Security-Policy") == "" {
		n.t.Errorf("%s %s: headers missing: %v", method, path, a.header)
	}
	if a.status < 400 || method == http.MethodHead || strings.HasPrefix(a.header.Get("Content-Type"), typeHTML) || path == "/readyz" {
		return
	}
	slug, _ := a.json["type"].(string)
	if !strings.HasPrefix(a.header.Get("Content-Type"), "application/problem+json") || !strings.HasPrefix(slug, "/problems/") ||
		a.json["status"] != float64(a.status) || a.json["title"] == "" || a.json["detail"] == "" ||
		a.json["requestId"] != a.header.Get("Patok-Request-Id") || a.header.Get("Cache-Control") != "no-store" {
		n.t.Errorf("%s %s: %d is no proper problem: %v %s", method, path, a.status, a.header, a.body)
	}
	want := map[int]string{401: "WWW-Authenticate", 405: "Allow", 429: "Retry-After", 503: "Retry-After"}[a.status]
	if want != "" && a.header.Get(want) == "" {
		n.t.Errorf("%s %s: %d without %s", method, path, a.status, want)
	}
	for _, leak := range []string{"SQLSTATE", "pgx", "goroutine", ".go:", "select ", "insert "} {
		if strings.Contains(a.body, leak) {
			n.t.Errorf("%s %s: the problem tells %q: %s", method, path, leak, a.body)
		}
	}
}

// document loads the OpenAPI document, once.
func (n *node) document() *openapi3.T {
	n.t.Helper()
	r, err := http.NewRequestWithContext(n.t.Context(), http.MethodGet, n.http.URL+"/api/openapi.json", http.NoBody)
	n.must(err)
	response, err := http.DefaultClient.Do(r)
	n.must(err)
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	n.must(err)
	d, err := openapi3.NewLoader().LoadFromData(raw)
	n.must(err)
	return d
}

// checkAPI compares an answer of a documented route with the document.
func (n *node) checkAPI(r *http.Request, a answered) {
	n.t.Helper()
	if n.api == nil {
		api, err := legacy.NewRouter(n.document())
		n.must(err)
		n.api = api
	}
	if r.Method == http.MethodHead || r.Method == http.MethodOptions {
		return
	}
	asked := r.Clone(r.Context())
	asked.RequestURI = ""
	route, params, err := n.api.FindRoute(asked)
	if err != nil {
		return // TestEveryRouteIsDocumented sees to it that only what is not there is not found
	}
	// This router takes a parameter to the end of its part of the path.
	if file := route.Spec.Paths.Value(route.Path + path.Ext(asked.URL.Path)); file != nil && !strings.HasSuffix(route.Path, path.Ext(asked.URL.Path)) {
		named := *route
		named.PathItem, named.Operation = file, file.GetOperation(asked.Method)
		route = &named
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: asked, PathParams: params, Route: route},
		Status:                 a.status, Header: a.header, Options: &openapi3filter.Options{IncludeResponseStatus: true},
	}
	mediaType, _, _ := strings.Cut(a.header.Get("Content-Type"), ";")
	if a.header.Get("Content-Encoding") != "" || mediaType != typeJSON && mediaType != typeGeoJSON && mediaType != "application/problem+json" {
		input.Options.ExcludeResponseBody = true
	}
	input.SetBodyBytes([]byte(a.body))
	if err := openapi3filter.ValidateResponse(r.Context(), input); err != nil {
		n.t.Errorf("%s %s: the answer %d is not as documented: %v\n%.400s", r.Method, r.URL.Path, a.status, err, a.body)
	}
}

// at walks into a JSON answer: keys of objects, indices of lists.
func (a answered) at(path ...any) any {
	var v any = a.json
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[p]
		case int:
			l, _ := v.([]any)
			if p >= len(l) {
				return nil
			}
			v = l[p]
		}
	}
	return v
}

// id is the feature's id.
func (a answered) id() int { f, _ := a.json["id"].(float64); return int(f) }

// codes lists pointer and code of a problem's errors.
func (a answered) codes() string {
	var list []string
	errors, _ := a.json["errors"].([]any)
	for _, e := range errors {
		m, _ := e.(map[string]any)
		list = append(list, fmt.Sprint(m["pointer"], " ", m["code"]))
	}
	return strings.Join(list, "; ")
}

// feature is the text of a Feature; more is further properties as JSON.
func feature(lon, lat float64, more string) string {
	return fmt.Sprintf(`{"type":"Feature","geometry":{"type":"Point","coordinates":[%v,%v]},"properties":{%s}}`, lon, lat, more)
}

// unplaced is a Feature without a point.
func unplaced(more string) string {
	return `{"type":"Feature","geometry":null,"properties":{` + more + `}}`
}

// create makes an asset and waits until the snapshot shows it.
func (n *node) create(who, collection, text string) answered {
	n.t.Helper()
	a := n.do(http.MethodPost, "/api/collections/"+collection+"/items?allow_duplicate=true", as(n, who), body(typeGeoJSON, text))
	if a.status != http.StatusCreated && a.status != http.StatusAccepted {
		n.t.Fatalf("create: %d %s", a.status, a.body)
	}
	n.settle(a)
	return a
}

// catchUp waits until the snapshot shows what the database holds.
func (n *node) catchUp() {
	n.t.Helper()
	var revision int64
	n.must(n.conn.QueryRow(n.t.Context(), `select revision from revision_clock`).Scan(&revision))
	ctx, cancel := context.WithTimeout(n.t.Context(), 20*time.Second)
	defer cancel()
	n.must(n.Follower.WaitFor(ctx, revision))
}

// settle waits until the snapshot shows an edit.
func (n *node) settle(a answered) {
	n.t.Helper()
	revision, err := strconv.ParseInt(a.header.Get("Patok-Revision"), 10, 64)
	n.must(err)
	ctx, cancel := context.WithTimeout(n.t.Context(), 10*time.Second)
	defer cancel()
	n.must(n.Follower.WaitFor(ctx, revision))
}

func itemPath(collection string, id int) string {
	return "/api/collections/" + collection + "/items/" + strconv.Itoa(id)
}

// in is the node for a subtest.
func (n *node) in(t *testing.T) *node {
	c := *n
	c.t = t
	return &c
}

// cutOff takes the database away from everybody, the test's own connection
// included.
func (n *node) cutOff() {
	n.t.Helper()
	name := n.conn.Config().Database
	admin, err := pgx.Connect(n.t.Context(), geotest.AdminURL(n.t))
	n.must(err)
	defer admin.Close(context.Background())
	_, err = admin.Exec(n.t.Context(), `alter database `+pgx.Identifier{name}.Sanitize()+` with allow_connections false`)
	n.must(err)
	_, err = admin.Exec(n.t.Context(), `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1`, name)
	n.must(err)
}
