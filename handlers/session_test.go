package handlers

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

// logInAs logs in and returns the cookie.
func (n *node) logInAs(name string, options ...option) *http.Cookie {
	n.t.Helper()
	a := n.expect(201, "POST", "/api/session", append([]option{body(typeJSON, fmt.Sprintf(`{"name":%q,"password":%q}`, name, password))}, options...)...)
	cookies := (&http.Response{Header: a.header}).Cookies()
	if len(cookies) != 1 {
		n.t.Fatalf("cookies %v", a.header["Set-Cookie"])
	}
	return cookies[0]
}

func cookie(c *http.Cookie) option { return func(r *http.Request) { r.AddCookie(c) } }

func TestSession(t *testing.T) {
	n := newNode(t)
	public := n.expect(200, "GET", "/api/session")
	if public.json["account"] != nil || public.at("city", "name") != "Kota Kediri" || public.json["example"] != false ||
		public.json["revision"] == nil || public.json["as_of"] == "" || public.at("settings", "basemap") != nil {
		t.Errorf("public session %s", public.body)
	}
	c := n.logInAs("pic-lor")
	if c.Name != "patok" || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Secure || len(c.Value) != 43 {
		t.Errorf("cookie %+v", c)
	}
	mine := n.expect(200, "GET", "/api/session", cookie(c))
	if mine.at("account", "name") != "pic-lor" || mine.at("account", "grants", 0, "area_name") != "Bandar Lor" ||
		!strings.Contains(mine.header.Get("Cache-Control"), "no-store") {
		t.Errorf("session %s", mine.body)
	}
	text := body(typeGeoJSON, feature(112.005, -7.805, `"name":"Posyandu","area_code":"35.71.01.1001"`))
	refused := n.expect(403, "POST", "/api/collections/posyandu/items", cookie(c), text)
	if refused.json["type"] != "/problems/csrf" {
		t.Errorf("type %v", refused.json["type"])
	}
	for _, h := range [][2]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://jahat.example"}, {"Origin", "null"}} {
		n.expect(403, "POST", "/api/collections/posyandu/items", cookie(c), header("Patok-Request", "1"), header(h[0], h[1]), text)
		n.expect(403, "POST", "/api/session", header(h[0], h[1]), body(typeJSON, `{"name":"pic-lor","password":"`+password+`"}`))
	}
	if k := n.count(`select count(*) from assets`); k != 0 {
		t.Errorf("%d assets came from elsewhere", k)
	}
	n.expect(201, "POST", "/api/collections/posyandu/items", cookie(c), header("Patok-Request", "1"), header("Sec-Fetch-Site", "same-origin"), text)
	n.expect(403, "DELETE", "/api/session", cookie(c))
	n.expect(204, "DELETE", "/api/session", cookie(c), header("Patok-Request", "1"))
	n.expect(401, "GET", "/api/doubts", cookie(c))
	if after := n.expect(200, "GET", "/api/session", cookie(c)); after.json["account"] != nil {
		t.Errorf("logged in after logging out: %s", after.body)
	}
	n.expect(204, "DELETE", "/api/session")
}

func TestLogInRefusals(t *testing.T) {
	n := newNode(t)
	login := func(name, password string) option {
		return body(typeJSON, fmt.Sprintf(`{"name":%q,"password":%q}`, name, password))
	}
	wrong := n.expect(401, "POST", "/api/session", login("pic-lor", "salah-salah"))
	unknown := n.expect(401, "POST", "/api/session", login("tidak-ada", "salah-salah"))
	if wrong.json["type"] != "/problems/login" || wrong.json["detail"] != unknown.json["detail"] || wrong.json["type"] != unknown.json["type"] {
		t.Errorf("a wrong password is told from an unknown name:\n%s\n%s", wrong.body, unknown.body)
	}
	n.expect(415, "POST", "/api/session", body("application/x-www-form-urlencoded", "name=a&password=b"))
	n.expect(422, "POST", "/api/session", body(typeJSON, `{"Name":"pic-lor","password":"`+password+`"}`))
	n.expect(422, "POST", "/api/session", body(typeJSON, `{"name":"pic-lor"}`))
	n.expect(422, "POST", "/api/session", body(typeJSON, `{"name":"pic-lor","password":1}`))
	n.expect(422, "POST", "/api/session", body(typeJSON, `{"name":"pic-lor","password":"x","role":"administrator"}`))
	n.expect(413, "POST", "/api/session", body(typeJSON, `{"name":"pic-lor","password":"`+strings.Repeat("x", 5000)+`"}`))
	throttled := false
	for range 12 {
		a := n.do("POST", "/api/session", login("pic-kidul", "salah-salah"))
		if a.status == 429 {
			throttled = true
			if a.header.Get("Retry-After") == "" || a.json["type"] != "/problems/rate-limited" {
				t.Errorf("throttled: %v %s", a.header, a.body)
			}
		}
	}
	if !throttled {
		t.Error("twelve wrong passwords in a row were all tried")
	}
	if c := n.count(`select count(*) from audit where action = 'login_refused'`); c < 3 {
		t.Errorf("%d refused log-ins in the audit", c)
	}
	n.expect(201, "POST", "/api/session", login("pic-lor", password)) // others are not held up
	if strings.Contains(n.log.String(), password) || strings.Contains(n.log.String(), "salah-salah") {
		t.Error("the log holds a password")
	}
}

func TestSessionEndsWithTheAccount(t *testing.T) {
	n := newNode(t)
	c := n.logInAs("pic-lor")
	n.sql(`update accounts set disabled_at = now() where name = 'pic-lor'`)
	n.expect(401, "GET", "/api/doubts", cookie(c))
	n.expect(401, "GET", "/api/doubts", as(n, "pic-lor"))
	n.expect(401, "POST", "/api/session", body(typeJSON, `{"name":"pic-lor","password":"`+password+`"}`))
}

func TestBehindAProxy(t *testing.T) {
	n := newNode(t, func(c *Config) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	c := n.logInAs("pic-lor", header("X-Forwarded-Proto", "https"), header("X-Forwarded-For", "1.1.1.1, 203.0.113.9"))
	if c.Name != "__Host-patok" || !c.Secure {
		t.Errorf("cookie %+v", c)
	}
	if k := n.count(`select count(*) from audit where address = '203.0.113.9'`); k != 1 {
		t.Errorf("the audit does not name the client")
	}
	a := n.expect(200, "GET", "/api", header("X-Forwarded-Proto", "https"))
	if !strings.HasPrefix(fmt.Sprint(a.at("links", 0, "href")), "https://") || a.header.Get("Strict-Transport-Security") == "" {
		t.Errorf("landing page %s %v", a.body, a.header)
	}
	refused := n.expect(403, "POST", "/api/session", header("X-Forwarded-For", "203.0.113.9"), body(typeJSON, `{"name":"pic-lor","password":"`+password+`"}`))
	if !strings.Contains(refused.body, "HTTPS") {
		t.Errorf("a log-in over plain HTTP from elsewhere: %s", refused.body)
	}
}

func TestForwardedHeadersOfStrangersAreNotBelieved(t *testing.T) {
	n := newNode(t)
	c := n.logInAs("pic-lor", header("X-Forwarded-Proto", "https"), header("X-Forwarded-For", "203.0.113.9"), header("X-Real-IP", "203.0.113.9"))
	if c.Secure || n.count(`select count(*) from audit where address = '127.0.0.1'`) != 1 {
		t.Errorf("cookie %+v", c)
	}
}

func TestSettings(t *testing.T) {
	n := newNode(t)
	put := func(status int, who, text string) answered {
		return n.expect(status, "PUT", "/api/settings", as(n, who), body(typeJSON, text))
	}
	osm := `{"basemap":{"url":"https://tile.openstreetmap.org/{z}/{x}/{y}.png","attribution":"© OpenStreetMap","min_zoom":0,"max_zoom":19,"tile_size":256}}`
	put(401, "", osm)
	put(403, "pic-lor", osm)
	for _, bad := range []string{`{}`, `{"basemap":1}`, `{"basemap":{}}`, `{"basemap":null,"x":1}`,
		strings.Replace(osm, "https:", "http:", 1), strings.Replace(osm, "{y}", "", 1), strings.Replace(osm, "tile.openstreetmap.org", "a;script-src *", 1),
		strings.Replace(osm, "https://", "https://u:p@", 1), strings.Replace(osm, "256", "300", 1), strings.Replace(osm, `"max_zoom":19`, `"max_zoom":99`, 1),
		strings.Replace(osm, "© OpenStreetMap", "", 1), strings.Replace(osm, `"url"`, `"URL"`, 1)} {
		put(422, "admin", bad)
	}
	if csp := n.expect(200, "GET", "/").header.Get("Content-Security-Policy"); strings.Contains(csp, "https:") {
		t.Errorf("policy %s", csp)
	}
	put(200, "admin", osm)
	page := n.expect(200, "GET", "/")
	if csp := page.header.Get("Content-Security-Policy"); !strings.Contains(csp, "img-src 'self' data: blob: https://tile.openstreetmap.org;") {
		t.Errorf("policy %s", csp)
	}
	if s := n.expect(200, "GET", "/api/session"); s.at("settings", "basemap", "attribution") != "© OpenStreetMap" {
		t.Errorf("session %s", s.body)
	}
	put(200, "admin", `{"basemap":null}`)
	n.expect(200, "GET", "/", header("If-None-Match", page.header.Get("ETag"))) // the policy changed, so the page did
}

func TestRoleNames(t *testing.T) {
	n := newNode(t)
	put := func(status int, text string) answered {
		t.Helper()
		return n.expect(status, "PUT", "/api/settings", as(n, "admin"), body(typeJSON, text))
	}
	for text, codes := range map[string]string{
		`{"role_names":null}`: "/role_names required",
		`{"role_names":[]}`:   "/role_names type",
		`{"role_names":{"raja":{"id":"Raja","en":"King"}}}`:                        "/role_names/raja unknown",
		`{"role_names":{"pic":"Operator"}}`:                                        "/role_names/pic unknown",
		`{"role_names":{"pic":{"id":"Operator Desa"}}}`:                            "/role_names/pic/en required",
		`{"role_names":{"pic":{"id":"","en":"x"}}}`:                                "/role_names/pic length",
		`{"role_names":{"pic":{"id":"a","en":"b","fr":"c"}}}`:                      "/role_names/pic/fr unknown",
		`{"basemap":null,"role_names":{},"admin":true}`:                            "/admin unknown",
		`{"role_names":{"pic":{"id":"` + strings.Repeat("x", 61) + `","en":"b"}}}`: "/role_names/pic length",
	} {
		if a := put(422, text); !strings.Contains(a.codes(), codes) {
			t.Errorf("%s: %s, want %s", text, a.codes(), codes)
		}
	}
	if a := n.expect(200, "GET", "/api/session"); fmt.Sprint(a.at("settings", "role_names")) != "map[]" {
		t.Errorf("role names %s", a.body)
	}
	put(200, `{"role_names":{"pic":{"id":"Operator Desa","en":"Village operator"}}}`)
	if a := n.expect(200, "GET", "/api/session"); a.at("settings", "role_names", "pic", "id") != "Operator Desa" {
		t.Errorf("role names %s", a.body)
	}
	put(200, `{"role_names":{}}`)
}

func TestReviewRules(t *testing.T) {
	n := newNode(t)
	put := func(status int, who, text string) answered {
		t.Helper()
		return n.expect(status, "PUT", "/api/settings", as(n, who), body(typeJSON, text))
	}
	put(403, "pic-lor", `{"review":[]}`)
	for text, codes := range map[string]string{
		`{"review":null}`:  "/review required",
		`{"review":{}}`:    "/review type",
		`{"review":["x"]}`: "/review/0 type",
		`{"review":[{"type":"masjid","area":"35.71.01.1009","steps":["kelurahan"]}]}`:                    "/review/0/area unknown; /review/0/type unknown",
		`{"review":[{"type":null,"area":null}]}`:                                                         "/review/0/steps required",
		`{"review":[{"type":null,"area":null,"steps":["kecamatan","kelurahan"]}]}`:                       "/review/0/steps enum",
		`{"review":[{"type":null,"area":null,"steps":["kelurahan","kelurahan"]}]}`:                       "/review/0/steps enum",
		`{"review":[{"type":null,"area":null,"steps":["wali"]}]}`:                                        "/review/0/steps enum",
		`{"review":[{"type":null,"area":null,"steps":[]},{"type":null,"area":null,"steps":["agency"]}]}`: "/review/1/area repeated",
		`{"review":[{"type":null,"area":null,"steps":[],"on":true}]}`:                                    "/review/0/on unknown",
	} {
		if a := put(422, "admin", text); !strings.Contains(a.codes(), codes) {
			t.Errorf("%s: %s, want %s", text, a.codes(), codes)
		}
	}
	put(200, "admin", `{"review":[{"type":"posyandu","area":"3571011001","steps":["kelurahan","agency"]},{"type":null,"area":"35.71.01.1001","steps":[]}]}`)
	if a := n.expect(200, "GET", "/api/session"); strings.Contains(a.body, `"review":[`) {
		t.Errorf("the public sees the rules: %s", a.body)
	}
	a := n.expect(200, "GET", "/api/session", n.person("pic-lor"))
	if a.at("settings", "review", 0, "area") != lor || a.at("settings", "review", 0, "steps", 1) != "agency" || a.at("settings", "review", 1, "type") != nil {
		t.Errorf("rules %s", a.body)
	}
	if stored := n.text(`select value::text from settings where name = 'review'`); !strings.Contains(stored, `"posyandu"`) {
		t.Errorf("stored %s", stored)
	}
}

// countingStore counts the settings that are read.
type countingStore struct {
	Store
	settings *atomic.Int64
}

func (c countingStore) Setting(ctx context.Context, name string) (json.RawMessage, error) {
	c.settings.Add(1)
	return c.Store.Setting(ctx, name)
}

// TestASessionOfNobodyIsCheap: the public's session asks the database for the
// settings alone, and not every time.
func TestASessionOfNobodyIsCheap(t *testing.T) {
	var asked atomic.Int64
	n := newNode(t, func(c *Config) { c.Store = countingStore{c.Store, &asked} })
	for range 200 {
		n.expect(200, "GET", "/api/session")
	}
	if k := asked.Load(); k > 6 { // three settings, once in five seconds
		t.Errorf("%d settings were read for 200 sessions", k)
	}
	n.cutOff()
	n.expect(200, "GET", "/api/session")
}

// TestReasons: why somebody changes an asset is kept with the revision.
func TestReasons(t *testing.T) {
	n := newNode(t)
	why := "pindah rumah ketua, “dicek” Bu Lurah"
	a := n.expect(201, "POST", "/api/collections/posyandu/items", as(n, "pic-lor"), header("Patok-Reason", url.PathEscape(why)),
		body(typeGeoJSON, feature(112.005, -7.805, `"name":"Posyandu","area_code":"35.71.01.1001"`)))
	if kept := n.text(`select reason from revisions where revision = $1`, a.whole("properties", "revision")); kept != why {
		t.Errorf("kept %q", kept)
	}
	n.expect(400, "DELETE", itemPath("posyandu", a.id()), as(n, "pic-lor"), header("If-Match", "*"), header("Patok-Reason", "%00"))
	n.expect(204, "DELETE", itemPath("posyandu", a.id()), as(n, "pic-lor"), header("If-Match", "*"), header("Patok-Reason", "tutup"))
}
