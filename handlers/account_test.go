package handlers

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
)

// person logs in with a password, and sends what the page sends with it.
func (n *node) person(name string) option {
	n.t.Helper()
	c := n.logInAs(name)
	return func(r *http.Request) {
		r.AddCookie(c)
		r.Header.Set("Patok-Request", "1")
	}
}

func sendJSON(format string, args ...any) option { return body(typeJSON, fmt.Sprintf(format, args...)) }

// whole is a number of an answer.
func (a answered) whole(path ...any) int { f, _ := a.at(path...).(float64); return int(f) }

func TestOwnAccount(t *testing.T) {
	n := newNode(t)
	me, elsewhere := n.person("pic-lor"), n.person("pic-lor")
	mine := n.expect(200, "GET", "/api/account", me)
	if mine.at("name") != "pic-lor" || mine.at("second_factor") != false || mine.at("grants", 0, "area_name") != "Bandar Lor" || mine.at("grants", 0, "active") != true ||
		len(mine.json["sessions"].([]any)) != 2 || len(mine.json["tokens"].([]any)) != 1 || mine.header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("my account %s", mine.body)
	}
	n.expect(200, "GET", "/api/account", as(n, "pic-lor"))
	n.expect(401, "GET", "/api/account")

	var foreign int
	n.person("pic-kidul")
	n.must(n.conn.QueryRow(t.Context(), `select s.id from sessions s join accounts c on c.id = s.account_id where c.name = 'pic-kidul'`).Scan(&foreign))
	n.expect(404, "DELETE", fmt.Sprint("/api/account/sessions/", foreign), me)
	n.expect(404, "DELETE", "/api/account/sessions/987654321", me)
	n.expect(404, "DELETE", "/api/account/sessions/x", me)
	for i := range 2 {
		if mine.at("sessions", i, "current") == false {
			n.expect(204, "DELETE", fmt.Sprint("/api/account/sessions/", mine.whole("sessions", i, "id")), me)
		}
	}
	n.expect(401, "GET", "/api/account", elsewhere)
	third := n.person("pic-lor")
	n.expect(204, "DELETE", "/api/account/sessions", me)
	n.expect(401, "GET", "/api/account", third)
	n.expect(200, "GET", "/api/account", me)
	n.expect(403, "DELETE", "/api/account/sessions", as(n, "pic-lor"))
}

func TestOwnPassword(t *testing.T) {
	n := newNode(t)
	me, elsewhere := n.person("pic-lor"), n.person("pic-lor")
	const better = "sawah-hijau-subuh-72"
	wrong := n.expect(401, "PUT", "/api/account/password", me, sendJSON(`{"current":"salah-sekali","new":%q}`, better))
	if wrong.json["type"] != "/problems/login" {
		t.Errorf("type %v", wrong.json["type"])
	}
	for code, weak := range map[string]string{"too_short": "pendek", "too_long": strings.Repeat("kuda ", 60), "common": "password123"} {
		a := n.expect(422, "PUT", "/api/account/password", me, sendJSON(`{"current":%q,"new":%q}`, password, weak))
		if a.codes() != "/new "+code {
			t.Errorf("%s: %s", code, a.codes())
		}
	}
	n.expect(403, "PUT", "/api/account/password", as(n, "pic-lor"), sendJSON(`{"current":%q,"new":%q}`, password, better))
	n.expect(204, "PUT", "/api/account/password", me, sendJSON(`{"current":%q,"new":%q}`, password, better))
	n.expect(401, "GET", "/api/account", elsewhere)
	n.expect(200, "GET", "/api/account", me)
	n.expect(401, "POST", "/api/session", sendJSON(`{"name":"pic-lor","password":%q}`, password))
	n.expect(201, "POST", "/api/session", sendJSON(`{"name":"pic-lor","password":%q}`, better))
	n.tellsNothing(password, better, "salah-sekali")
}

// tellsNothing looks for secrets in the log and in the audit.
func (n *node) tellsNothing(secrets ...string) {
	n.t.Helper()
	lines := n.text(`select coalesce(string_agg(row_to_json(a)::text, ' '), '') from audit a`)
	history := n.text(`select coalesce(string_agg(row_to_json(h)::text, ' '), '') from (select a::text from account_history a union all select g::text from grant_history g union all select r::text from revisions r) h`)
	for _, s := range secrets {
		if s == "" || strings.Contains(n.log.String(), s) || strings.Contains(lines, s) || strings.Contains(history, s) {
			n.t.Errorf("the log, the audit or a history tells %q", s)
		}
	}
}

func TestSecondFactor(t *testing.T) {
	n := newNode(t)
	me := n.person("admin")
	n.expect(401, "POST", "/api/account/second-factor", me, sendJSON(`{"password":"salah-sekali"}`))
	begun := n.expect(201, "POST", "/api/account/second-factor", me, sendJSON(`{"password":%q}`, password))
	secret, _ := begun.at("secret").(string)
	uri, _ := begun.at("uri").(string)
	picture, _ := begun.at("qr").(string)
	if len(secret) < 26 || !strings.HasPrefix(uri, "otpauth://totp/") || !strings.Contains(uri, secret) || !strings.HasPrefix(picture, "data:image/png;base64,iVBOR") {
		t.Fatalf("second factor %s", begun.body)
	}
	login := func(status int, code string) answered {
		return n.expect(status, "POST", "/api/session", sendJSON(`{"name":"admin","password":%q%s}`, password, code))
	}
	login(201, "") // not in force yet
	code := func(at time.Time) string {
		c, err := totp.GenerateCode(secret, at)
		n.must(err)
		return c
	}
	now := time.Now()
	n.expect(422, "PUT", "/api/account/second-factor", me, sendJSON(`{"code":%q}`, code(now.Add(-time.Hour))))
	n.expect(204, "PUT", "/api/account/second-factor", me, sendJSON(`{"code":%q}`, code(now.Add(-25*time.Second))))
	if s := n.expect(200, "GET", "/api/session", me); s.at("account", "second_factor") != true {
		t.Errorf("session %s", s.body)
	}
	if a := login(401, ""); a.json["type"] != "/problems/second-factor" {
		t.Errorf("without a code: %s", a.body)
	}
	if a := login(401, `,"code":"`+code(now.Add(-time.Hour))+`"`); a.json["type"] != "/problems/login" {
		t.Errorf("with a wrong code: %s", a.body)
	}
	if a := n.expect(401, "POST", "/api/session", sendJSON(`{"name":"admin","password":"salah-sekali","code":%q}`, code(now))); a.json["type"] != "/problems/login" {
		t.Errorf("a wrong password with a right code: %s", a.body)
	}
	good := code(now.Add(25 * time.Second))
	login(201, `,"code":"`+good+`"`)
	login(401, `,"code":"`+good+`"`) // a code is good once
	n.expect(401, "DELETE", "/api/account/second-factor", me, sendJSON(`{"password":"salah-sekali"}`))
	n.expect(204, "DELETE", "/api/account/second-factor", me, sendJSON(`{"password":%q}`, password))
	login(201, "")
	n.tellsNothing(secret, password, good)
}

func TestTokens(t *testing.T) {
	n := newNode(t)
	me := n.person("admin")
	tomorrow := time.Now().Add(24 * time.Hour).UTC().Format(time.RFC3339)
	made := n.expect(201, "POST", "/api/tokens", me, sendJSON(`{"name":"QGIS <b>","area_code":"3571011001","types":["posyandu"],"read_only":false,"expires_at":%q}`, tomorrow))
	token, _ := made.at("token").(string)
	if len(token) != 43 || made.at("area_code") != lor || made.at("name") != "QGIS <b>" || made.at("last_used_at") != nil {
		t.Fatalf("token %s", made.body)
	}
	bearer := header("Authorization", "Bearer "+token)
	basic := func(name, secret string) option { return func(r *http.Request) { r.SetBasicAuth(name, secret) } }
	n.expect(200, "GET", "/api/doubts", bearer)
	n.expect(200, "GET", "/api/doubts", basic("admin", token))
	n.expect(401, "GET", "/api/doubts", basic("pic-lor", token))
	n.expect(401, "GET", "/api/doubts", basic("admin", password)) // passwords are never taken so
	n.expect(401, "GET", "/api/doubts", header("Authorization", "Basic !"))
	in := func(status int, area, collection string, lon float64) {
		t.Helper()
		n.expect(status, "POST", "/api/collections/"+collection+"/items", bearer, body(typeGeoJSON, feature(lon, -7.805, `"name":"A `+area+`","area_code":"`+area+`"`)))
	}
	in(201, lor, "posyandu", 112.005)
	in(403, kidul, "posyandu", 112.015) // the scope narrows the administrator's rights
	in(403, lor, "rt", 112.005)
	for method, path := range map[string]string{"GET": "/api/tokens", "POST": "/api/tokens", "PUT": "/api/account/password", "DELETE": "/api/account/sessions", "PATCH": "/api/accounts/1"} {
		n.expect(403, method, path, bearer, sendJSON(`{}`))
	}
	n.expect(403, "GET", "/api/accounts", bearer)
	n.expect(403, "PUT", "/api/settings", bearer, sendJSON(`{"basemap":null}`)) // an administrator of one kelurahan's posyandu only

	typed := n.expect(201, "POST", "/api/tokens", me, sendJSON(`{"name":"posyandu","types":["posyandu"],"read_only":false,"expires_at":%q}`, tomorrow))
	n.expect(403, "PUT", "/api/settings", header("Authorization", "Bearer "+fmt.Sprint(typed.at("token"))), sendJSON(`{"basemap":null}`)) // settings are of every type
	n.expect(403, "GET", "/api/audit", header("Authorization", "Bearer "+fmt.Sprint(typed.at("token"))))

	read := n.expect(201, "POST", "/api/tokens", me, sendJSON(`{"name":"baca","read_only":true,"expires_at":%q}`, tomorrow))
	reader := header("Authorization", "Bearer "+fmt.Sprint(read.at("token")))
	n.expect(200, "GET", "/api/doubts", reader)
	a := n.expect(403, "POST", "/api/collections/posyandu/items", reader, body(typeGeoJSON, feature(112.005, -7.805, `"name":"B","area_code":"`+lor+`"`)))
	if a.json["type"] != "/problems/forbidden" {
		t.Errorf("type %v", a.json["type"])
	}
	for text, codes := range map[string]string{
		`{"name":"","read_only":true,"expires_at":"` + tomorrow + `"}`:                                       "/name length",
		`{"name":"x","read_only":true}`:                                                                      "/expires_at required",
		`{"name":"x","expires_at":"` + tomorrow + `"}`:                                                       "/read_only required",
		`{"name":"x","read_only":true,"expires_at":"2020-01-01T00:00:00Z"}`:                                  "/expires_at range",
		`{"name":"x","read_only":true,"expires_at":"2199-01-01T00:00:00Z"}`:                                  "/expires_at range",
		`{"name":"x","read_only":true,"expires_at":"besok"}`:                                                 "/expires_at type",
		`{"name":"x","read_only":true,"types":["masjid"],"expires_at":"` + tomorrow + `"}`:                   "/types unknown",
		`{"name":"x","read_only":true,"types":[],"expires_at":"` + tomorrow + `"}`:                           "/types empty",
		`{"name":"x","read_only":true,"area_code":"35.71.09","expires_at":"` + tomorrow + `"}`:               "/area_code unknown",
		`{"name":"x","read_only":true,"expires_at":"` + tomorrow + `","account":1,"token":"dari-penyerang"}`: "/account unknown; /token unknown",
	} {
		if a := n.expect(422, "POST", "/api/tokens", me, body(typeJSON, text)); a.codes() != codes {
			t.Errorf("%s: %s, want %s", text, a.codes(), codes)
		}
	}
	n.expect(404, "DELETE", fmt.Sprint("/api/tokens/", made.whole("id")), n.person("pic-lor"))
	n.expect(204, "DELETE", fmt.Sprint("/api/tokens/", made.whole("id")), me)
	n.expect(401, "GET", "/api/doubts", bearer)
	list := n.expect(200, "GET", "/api/tokens", me)
	if strings.Contains(list.body, token) || !strings.Contains(list.body, "revoked_at") {
		t.Errorf("tokens %s", list.body)
	}
	n.tellsNothing(token)
}

func TestViewAs(t *testing.T) {
	n := newNode(t)
	n.create("pic-lor", "rt", feature(112.005, -7.805, `"name":"RT 005","area_code":"35.71.01.1001","ketua_nama":"RAHASIA-KETUA"`))
	id := func(name string) string { return n.text(`select id from accounts where name = $1`, name) }
	c := n.logInAs("admin")
	admin := func(r *http.Request) { r.AddCookie(c); r.Header.Set("Patok-Request", "1") }
	for who, status := range map[string]int{"pic-lor": 403, "lurah": 403, "bappeda": 403} {
		n.expect(status, "PUT", "/api/session/view-as", n.person(who), sendJSON(`{"account":%s}`, id("admin")))
	}
	n.expect(404, "PUT", "/api/session/view-as", n.person("admin-mojoroto"), sendJSON(`{"account":%s}`, id("admin")))
	n.expect(403, "PUT", "/api/session/view-as", as(n, "admin"), sendJSON(`{"account":%s}`, id("pic-lor")))
	n.expect(404, "PUT", "/api/session/view-as", admin, sendJSON(`{"account":987654321}`))
	seen := n.expect(200, "PUT", "/api/session/view-as", admin, sendJSON(`{"account":%s}`, id("pic-lor")))
	if seen.at("account", "name") != "pic-lor" || seen.at("viewing", "by", "name") != "admin" || seen.at("account", "may", "administer") != false || seen.at("account", "may", "edit") != true {
		t.Fatalf("viewing %s", seen.body)
	}
	n.expect(200, "GET", "/api/doubts", admin)
	n.expect(403, "GET", "/api/audit", admin)
	n.expect(403, "GET", "/api/accounts", admin)
	refused := n.expect(403, "POST", "/api/collections/posyandu/items", admin, body(typeGeoJSON, feature(112.005, -7.805, `"name":"Posyandu","area_code":"35.71.01.1001"`)))
	if refused.json["type"] != "/problems/viewing" {
		t.Errorf("type %v", refused.json["type"])
	}
	for method, path := range map[string]string{"PUT": "/api/account/password", "DELETE": "/api/account/sessions", "POST": "/api/tokens", "PATCH": "/api/accounts/1"} {
		if a := n.expect(403, method, path, admin, sendJSON(`{}`)); a.json["type"] != "/problems/viewing" && a.json["type"] != "/problems/forbidden" {
			t.Errorf("%s %s: %v", method, path, a.json["type"])
		}
	}
	n.expect(403, "PUT", "/api/session/view-as", admin, sendJSON(`{"account":%s}`, id("pic-kidul")))
	mine := n.expect(200, "DELETE", "/api/session/view-as", admin)
	if mine.at("account", "name") != "admin" || mine.at("viewing") != nil {
		t.Errorf("oneself again %s", mine.body)
	}
	n.expect(200, "GET", "/api/audit", admin)
	if lines := n.text(`select string_agg(action || ' ' || actor || ' ' || target, '; ' order by id) from audit where action like 'view%'`); lines != "view_as admin pic-lor; view_ended admin pic-lor" {
		t.Errorf("audit %q", lines)
	}
	n.expect(200, "PUT", "/api/session/view-as", admin, sendJSON(`{"account":%s}`, id("pic-lor")))
	n.expect(204, "DELETE", "/api/session", admin)
	n.expect(401, "GET", "/api/account", admin)
}
