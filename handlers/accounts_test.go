package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// newAccount creates an account as somebody, and returns the answer with the
// token of its invitation.
func (n *node) newAccount(by option, name, grants string) (made answered, token string) {
	n.t.Helper()
	made = n.expect(201, "POST", "/api/accounts", by, sendJSON(`{"name":%q,"title":"Judul %s","grants":[%s]}`, name, name, grants))
	link, _ := made.at("invitation", "link").(string)
	token, ok := strings.CutPrefix(link, n.http.URL+"/#undangan=")
	if !ok || len(token) != 43 {
		n.t.Fatalf("link %q", link)
	}
	return made, token
}

func TestInvitation(t *testing.T) {
	n := newNode(t)
	admin := n.person("admin")
	made, token := n.newAccount(admin, "pic-baru", `{"role":"pic","area_code":"35.71.01.1001","reason":"SK 12/2026"}`)
	path := fmt.Sprint("/api/accounts/", made.whole("account", "id"))
	if made.at("invitation", "purpose") != "invitation" || made.at("account", "has_password") != false || made.at("account", "invited_until") == nil ||
		made.at("account", "grants", 0, "reason") != "SK 12/2026" || made.header.Get("Location") != n.http.URL+path {
		t.Errorf("made %s", made.body)
	}
	n.expect(401, "POST", "/api/session", sendJSON(`{"name":"pic-baru","password":""}`))
	open := func(status int, token string) answered {
		return n.expect(status, "POST", "/api/invitations/open", sendJSON(`{"token":%q}`, token))
	}
	for range 3 { // previews open links
		if a := open(200, token); a.at("name") != "pic-baru" || a.at("title") != "Judul pic-baru" || a.at("purpose") != "invitation" {
			t.Errorf("opened %s", a.body)
		}
	}
	const better = "sawah-hijau-subuh-72"
	accept := func(status int, token, password string) answered {
		return n.expect(status, "POST", "/api/invitations/accept", sendJSON(`{"token":%q,"password":%q}`, token, password))
	}
	if a := accept(422, token, "pendek"); a.codes() != "/password too_short" {
		t.Errorf("weak: %s", a.codes())
	}
	accepted := accept(201, token, better)
	cookies := (&http.Response{Header: accepted.header}).Cookies()
	if len(cookies) != 1 || accepted.at("account", "name") != "pic-baru" {
		t.Fatalf("accepted %s %v", accepted.body, cookies)
	}
	me := func(r *http.Request) { r.AddCookie(cookies[0]); r.Header.Set("Patok-Request", "1") }
	n.expect(200, "GET", "/api/account", me)
	used, unknown := open(404, token), open(404, strings.Repeat("x", 43))
	if used.at("detail") != unknown.at("detail") {
		t.Errorf("a used link is told from one that never was: %s and %s", used.body, unknown.body)
	}
	accept(404, token, better)
	accept(404, "x", better)

	reset := n.expect(201, "POST", path+"/invitation", admin)
	later := n.expect(201, "POST", path+"/invitation", admin)
	tokenOf := func(a answered) string {
		_, token, _ := strings.Cut(fmt.Sprint(a.at("link")), "#undangan=")
		return token
	}
	if reset.at("purpose") != "reset" {
		t.Errorf("reset %s", reset.body)
	}
	open(404, tokenOf(reset)) // the later one ended it
	n.expect(201, "POST", "/api/session", sendJSON(`{"name":"pic-baru","password":%q}`, better))
	accept(201, tokenOf(later), better+"-lagi")
	n.expect(401, "GET", "/api/account", me)
	n.expect(401, "POST", "/api/session", sendJSON(`{"name":"pic-baru","password":%q}`, better))

	n.sql(`update credentials set totp_secret = 'JBSWY3DPEHPK3PXP', totp_confirmed = true where account_id = $1`, made.whole("account", "id"))
	guarded := n.expect(201, "POST", path+"/invitation", admin)
	a := accept(201, tokenOf(guarded), better+"-tiga")
	if a.at("account") != nil || a.header.Get("Set-Cookie") != "" {
		t.Errorf("a link goes past the second factor: %s", a.body)
	}
	n.expect(204, "DELETE", path+"/second-factor", admin)
	n.expect(201, "POST", "/api/session", sendJSON(`{"name":"pic-baru","password":%q}`, better+"-tiga"))

	expired := n.expect(201, "POST", path+"/invitation", admin)
	n.sql(`update invitations set expires_at = now() - interval '1 second' where used_at is null`)
	open(404, tokenOf(expired))
	disabled := n.expect(201, "POST", path+"/invitation", admin)
	n.sql(`update accounts set disabled_at = now() where name = 'pic-baru'`)
	open(404, tokenOf(disabled))
	n.tellsNothing(token, tokenOf(reset), tokenOf(later), tokenOf(guarded), better, password)
}

func TestInvitationLinksAreNotGuessed(t *testing.T) {
	n := newNode(t)
	throttled := false
	for i := range 80 {
		a := n.do("POST", "/api/invitations/open", sendJSON(`{"token":"%043d"}`, i))
		throttled = throttled || a.status == 429
	}
	if !throttled {
		t.Error("80 guesses were all tried")
	}
}

func TestAccounts(t *testing.T) {
	n := newNode(t)
	admin := n.person("admin")
	made, _ := n.newAccount(admin, "pic-baru", `{"role":"pic","area_code":"3571011001","types":["posyandu"],"from":"2026-01-01T00:00:00Z","until":"2199-01-01T00:00:00Z"}`)
	id := made.whole("account", "id")
	path := fmt.Sprint("/api/accounts/", id)
	for text, codes := range map[string]string{
		`{"name":"Pic Baru","title":"","grants":[]}`: "/name pattern; /title length",
		`{"title":"x"}`: "/name required; /grants required",
		`{"name":"xx","title":"x","grants":[{}]}`:                                              "/grants/0/role required; /grants/0/area_code required",
		`{"name":"xx","title":"x","grants":[{"role":"pic","area_code":""}]}`:                   "/grants/0/area_code required",
		`{"name":"xx","title":"x","grants":[{"role":"raja","area_code":"35.71.01.1009"}]}`:     "/grants/0/role enum; /grants/0/area_code unknown",
		`{"name":"xx","title":"x","grants":[{"role":"pic","area_code":"3571010001"}]}`:         "/grants/0/area_code code",
		`{"name":"xx","title":"x","grants":[{"role":"pic","area_code":"35.71","aktif":true}]}`: "/grants/0/aktif unknown",
		`{"name":"xx","title":"x","grants":[],"id":7,"password":"dari-luar"}`:                  "/id unknown; /password unknown",
	} {
		a := n.expect(422, "POST", "/api/accounts", admin, body(typeJSON, text))
		for _, code := range strings.Split(codes, "; ") {
			if !strings.Contains(a.codes(), code) {
				t.Errorf("%s: %s, want %s", text, a.codes(), codes)
			}
		}
	}
	taken := n.expect(409, "POST", "/api/accounts", admin, sendJSON(`{"name":"pic-baru","title":"x","grants":[]}`))
	if taken.json["type"] != "/problems/conflict" || taken.codes() != "/name taken" {
		t.Errorf("taken %s", taken.body)
	}

	first := n.expect(200, "GET", "/api/accounts?limit=3", admin)
	if first.whole("matched") != 12 || len(first.json["accounts"].([]any)) != 3 || first.at("accounts", 0, "name") != "admin" {
		t.Errorf("first page %s", first.body)
	}
	seen := 3
	for next := first.at("next"); next != nil; {
		page := n.expect(200, "GET", strings.TrimPrefix(fmt.Sprint(next), n.http.URL), admin)
		seen += len(page.json["accounts"].([]any))
		next = page.at("next")
	}
	if seen != first.whole("matched") {
		t.Errorf("%d accounts on all pages, %d matched", seen, first.whole("matched"))
	}
	for query, want := range map[string]int{"q=baru": 1, "role=pic": 3, "area=" + lor: 3, "area=35.71.01.1002": 1, "state=invited": 1, "state=disabled": 0, "role=planner&q=bapp": 1} {
		if a := n.expect(200, "GET", "/api/accounts?"+query, admin); a.whole("matched") != want {
			t.Errorf("%s: %d accounts, want %d: %.900s", query, a.whole("matched"), want, a.body)
		}
	}
	for _, query := range []string{"role=raja", "state=hidup", "cursor=x", "cursor=bmFtZTo%3D%3D%3D", "limit=0", "x=1"} {
		n.expect(400, "GET", "/api/accounts?"+query, admin)
	}

	n.expect(412, "PATCH", path, admin, sendJSON(`{"version":99,"title":"Baru"}`))
	why := header("Patok-Reason", url.PathEscape("ganti nama, “SK 7”"))
	changed := n.expect(200, "PATCH", path, admin, why, sendJSON(`{"version":1,"title":"PIC Bandar Lor","sso":"Pic@Kota.go.id"}`))
	if changed.at("title") != "PIC Bandar Lor" || changed.at("sso") != "pic@kota.go.id" || changed.whole("version") != 2 {
		t.Errorf("changed %s", changed.body)
	}
	n.expect(400, "PATCH", path, admin, header("Patok-Reason", "%ff"), sendJSON(`{"version":2}`))
	n.expect(422, "PATCH", path, admin, sendJSON(`{"version":2,"name":"lain"}`))
	n.expect(409, "PATCH", n.accountPath("pic-lor"), admin, sendJSON(`{"version":1,"sso":"PIC@kota.go.id"}`)) // somebody's already
	n.expect(409, "PATCH", n.accountPath("admin"), admin, sendJSON(`{"version":1,"disabled":true}`))
	history := n.expect(200, "GET", path+"/history", admin)
	if !strings.Contains(history.body, "ganti nama, “SK 7”") || !strings.Contains(history.body, `"field":"title"`) || history.at("entries", 0, "actor") != "admin" {
		t.Errorf("history %s", history.body)
	}

	pic := n.person("pic-lor")
	n.expect(200, "PATCH", n.accountPath("pic-lor"), admin, sendJSON(`{"version":1,"disabled":true}`))
	n.expect(401, "GET", "/api/account", pic)
	n.expect(401, "GET", "/api/account", as(n, "pic-lor"))
	back := n.expect(200, "PATCH", n.accountPath("pic-lor"), admin, sendJSON(`{"version":2,"disabled":false}`))
	if back.at("disabled_at") != nil {
		t.Errorf("enabled %s", back.body)
	}
	details := n.expect(200, "GET", n.accountPath("pic-lor"), admin)
	if details.at("tokens", 0, "name") != "test" || strings.Contains(details.body, "$argon2id") {
		t.Errorf("details %s", details.body)
	}
	again := n.person("pic-lor")
	n.expect(204, "DELETE", n.accountPath("pic-lor")+"/sessions", admin)
	n.expect(401, "GET", "/api/account", again)
	n.expect(204, "DELETE", fmt.Sprint(n.accountPath("pic-lor"), "/tokens/", details.whole("tokens", 0, "id")), admin)
	n.expect(401, "GET", "/api/account", as(n, "pic-lor"))
}

func (n *node) accountPath(name string) string {
	n.t.Helper()
	return "/api/accounts/" + n.text(`select id from accounts where name = $1`, name)
}

func TestGrants(t *testing.T) {
	n := newNode(t)
	admin, pic := n.person("admin"), n.person("pic-lor")
	make := func(status int, who option, area string) {
		t.Helper()
		lon := map[string]float64{lor: 112.005, kidul: 112.015}[area]
		n.expect(status, "POST", "/api/collections/posyandu/items?allow_duplicate=true", who, body(typeGeoJSON, feature(lon, -7.805, `"name":"Posyandu","area_code":"`+area+`"`)))
	}
	make(403, pic, kidul)
	given := n.expect(201, "POST", n.accountPath("pic-lor")+"/grants", admin, sendJSON(`{"role":"pic","area_code":"35.71.01.1002","reason":"merangkap"}`))
	if given.at("area_name") != "Bandar Kidul" || given.at("active") != true || given.at("reason") != "merangkap" {
		t.Errorf("given %s", given.body)
	}
	make(201, pic, kidul)
	grant := fmt.Sprint("/api/grants/", given.whole("id"))
	n.expect(422, "PATCH", grant, admin, sendJSON(`{}`))
	ended := n.expect(200, "PATCH", grant, admin, sendJSON(`{"until":null,"reason":"selesai merangkap"}`))
	if ended.at("active") != false || ended.at("until") == nil {
		t.Errorf("ended %s", ended.body)
	}
	n.eventually(func() bool {
		return n.do("POST", "/api/collections/posyandu/items?allow_duplicate=true", pic, body(typeGeoJSON, feature(112.015, -7.805, `"name":"P","area_code":"`+kidul+`"`))).status == 403
	})

	_, token := n.newAccount(admin, "penerus", "")
	n.expect(201, "POST", "/api/invitations/accept", sendJSON(`{"token":%q,"password":%q}`, token, password))
	heir := n.person("penerus")
	make(403, heir, lor)
	old := n.text(`select g.id from grants g join accounts a on a.id = g.account_id where a.name = 'pic-lor' and g.area_code = $1`, lor)
	id := n.text(`select id from accounts where name = 'penerus'`)
	handed := n.expect(201, "POST", "/api/grants/"+old+"/hand-over", admin, sendJSON(`{"account":%s,"reason":"mutasi"}`, id))
	if handed.at("ended", "active") != false || handed.at("given", "active") != true || handed.at("given", "area_code") != lor || handed.at("given", "role") != "pic" {
		t.Errorf("handed over %s", handed.body)
	}
	make(201, heir, lor)
	n.eventually(func() bool {
		return n.do("POST", "/api/collections/posyandu/items?allow_duplicate=true", pic, body(typeGeoJSON, feature(112.005, -7.805, `"name":"P","area_code":"`+lor+`"`))).status == 403
	})
	n.expect(404, "POST", "/api/grants/987654321/hand-over", admin, sendJSON(`{"account":%s}`, id))
	history := n.expect(200, "GET", n.accountPath("pic-lor")+"/history", admin)
	if !strings.Contains(history.body, "mutasi") || !strings.Contains(history.body, "selesai merangkap") {
		t.Errorf("history %s", history.body)
	}
	if later := n.expect(201, "POST", n.accountPath("penerus")+"/grants", admin, sendJSON(`{"role":"planner","area_code":"","from":"2190-01-01T00:00:00Z"}`)); later.at("active") != false {
		t.Errorf("a grant of later %s", later.body)
	}
}

// eventually waits until what another node's log would bring is here.
func (n *node) eventually(holds func() bool) {
	n.t.Helper()
	for end := time.Now().Add(time.Second); !holds(); {
		if time.Now().After(end) {
			n.t.Fatal("not within a second")
		}
	}
}

func TestAccountsImport(t *testing.T) {
	n := newNode(t)
	admin := n.person("admin")
	send := func(status int, by option, query, text string) answered {
		t.Helper()
		return n.expect(status, "POST", "/api/accounts/import"+query, by, body(typeCSV, text))
	}
	file := "Nama Akun;Nama;Peran;Wilayah;Jenis;Mulai;Sampai\r\n" +
		"pic-1;=HYPERLINK(\"http://jahat\");Operator Kelurahan;35.71.01.1001;posyandu;1/1/2026;31/12/2190\r\n" +
		"pic-lor;PIC Bandar Lor;pic;3571011001;;;\r\n" +
		"lurah-2;Lurah Bandar Kidul;lurah;35.71.01.1002;;;\r\n"
	count := func() int { return n.count(`select count(*) from accounts`) }
	before := count()
	dry := send(200, admin, "?dry_run=true", file)
	if dry.at("dry_run") != true || dry.whole("created") != 2 || dry.whole("refused") != 0 || dry.at("rows", 1, "outcome") != "exists" || dry.at("rows", 0, "link") != nil || count() != before {
		t.Errorf("dry run %s", dry.body)
	}
	bad := send(422, admin, "", file+"pic-1;Lagi;pic;35.71.01.1001;;;\r\nx y;;pic;;masjid;kapan;\r\n")
	if bad.whole("refused") != 2 || bad.at("rows", 3, "outcome") != "refused" || bad.at("rows", 4, "row") != 6.0 || len(bad.json["rows"].([]any)) != 5 || count() != before {
		t.Errorf("refused %s", bad.body)
	}
	done := send(200, admin, "", file)
	link, _ := done.at("rows", 0, "link").(string)
	if done.whole("created") != 2 || done.at("rows", 0, "title") != `=HYPERLINK("http://jahat")` || done.at("rows", 1, "link") != nil || count() != before+2 {
		t.Fatalf("done %s", done.body)
	}
	_, token, _ := strings.Cut(link, "#undangan=")
	n.expect(201, "POST", "/api/invitations/accept", sendJSON(`{"token":%q,"password":%q}`, token, password))
	made := n.expect(200, "GET", "/api/accounts?q=pic-1", admin)
	if made.at("accounts", 0, "grants", 0, "from") != "2025-12-31T17:00:00Z" || made.at("accounts", 0, "grants", 0, "until") != "2190-12-31T17:00:00Z" {
		t.Errorf("days are those of the city: %s", made.body)
	}
	if again := send(200, admin, "", file); again.whole("created") != 0 || count() != before+2 {
		t.Errorf("again %s", again.body)
	}
	send(403, as(n, "admin"), "", file)
	send(403, n.person("pic-lor"), "", file)
	n.expect(415, "POST", "/api/accounts/import", admin, sendJSON(`{}`))
	n.expect(400, "POST", "/api/accounts/import?dry_run=ya", admin, body(typeCSV, file))
	send(422, admin, "", "")
	send(422, admin, "", "nama_akun,nama,peran,wilayah,wilayah\nx,x,pic,35,35\n")
	var many strings.Builder
	many.WriteString("nama_akun,nama,peran,wilayah\n")
	for i := range maxAccounts + 1 {
		fmt.Fprintf(&many, "akun-%d,Akun,pic,%s\n", i, lor)
	}
	send(413, admin, "", many.String())
	n.tellsNothing(token)
}

// TestAccountsOfOneKecamatan: an administrator of a kecamatan sees and manages
// only accounts all of whose grants lie there, and gives nothing beyond.
func TestAccountsOfOneKecamatan(t *testing.T) {
	n := newNode(t)
	n.sql(`insert into areas (code, name, kind, derived) values ('35.71.02', 'Kota', 'kecamatan', true)`)
	city, mine := n.person("admin"), n.person("admin-mojoroto")
	n.newAccount(city, "pic-lain", `{"role":"pic","area_code":"35.71.02"}`)
	n.newAccount(city, "pic-dua", `{"role":"pic","area_code":"35.71.01.1001"},{"role":"pic","area_code":"35.71.02"}`)
	n.newAccount(city, "kosong", "")
	list := n.expect(200, "GET", "/api/accounts?limit=1000", mine)
	for _, hidden := range []string{`"admin"`, "pic-lain", "pic-dua", "kosong", "bappeda", "program", "dinkes"} {
		if strings.Contains(list.body, hidden) {
			t.Errorf("the list shows %s: %s", hidden, list.body)
		}
	}
	for _, shown := range []string{"pic-lor", "pic-kidul", "lurah", "admin-mojoroto", "camat"} {
		if !strings.Contains(list.body, shown) {
			t.Errorf("the list lacks %s: %s", shown, list.body)
		}
	}
	if got := len(list.json["accounts"].([]any)); list.whole("matched") != got {
		t.Errorf("%d matched, %d shown", list.whole("matched"), got)
	}
	absent := n.expect(404, "GET", "/api/accounts/987654321", mine)
	for _, name := range []string{"admin", "pic-lain", "pic-dua", "kosong", "bappeda"} {
		path := n.accountPath(name)
		if a := n.expect(404, "GET", path, mine); !alike(a, absent) && a.at("detail") != absent.at("detail") {
			t.Errorf("%s is told from what is not there: %s", name, a.body)
		}
		n.expect(404, "GET", path+"/history", mine)
		n.expect(404, "PATCH", path, mine, sendJSON(`{"version":1,"disabled":true}`))
		n.expect(404, "POST", path+"/invitation", mine)
		n.expect(404, "DELETE", path+"/sessions", mine)
		n.expect(404, "DELETE", path+"/second-factor", mine)
		n.expect(404, "POST", path+"/grants", mine, sendJSON(`{"role":"pic","area_code":"35.71.01.1001"}`))
		n.expect(404, "PUT", "/api/session/view-as", mine, sendJSON(`{"account":%s}`, strings.TrimPrefix(path, "/api/accounts/")))
	}
	for _, grant := range []string{`{"role":"administrator","area_code":""}`, `{"role":"administrator","area_code":"35.71"}`, `{"role":"pic","area_code":"35.71.02"}`, `{"role":"planner","area_code":""}`} {
		for _, a := range []answered{n.do("POST", n.accountPath("pic-lor")+"/grants", mine, body(typeJSON, grant)),
			n.do("POST", n.accountPath("admin-mojoroto")+"/grants", mine, body(typeJSON, grant)),
			n.do("POST", "/api/accounts", mine, sendJSON(`{"name":"%s","title":"x","grants":[%s]}`, newName(), grant))} {
			if a.status != 403 && a.status != 422 {
				t.Errorf("%s is given: %d %s", grant, a.status, a.body)
			}
		}
	}
	if a := n.do("POST", "/api/accounts", mine, sendJSON(`{"name":"tanpa","title":"x","grants":[]}`)); a.status != 403 && a.status != 422 {
		t.Errorf("an account without an area: %d %s", a.status, a.body)
	}
	theirs := n.text(`select g.id from grants g join accounts a on a.id = g.account_id where a.name = 'bappeda'`)
	own := n.text(`select g.id from grants g join accounts a on a.id = g.account_id where a.name = 'pic-lor'`)
	n.expect(404, "PATCH", "/api/grants/"+theirs, mine, sendJSON(`{"until":null}`))
	n.expect(404, "POST", "/api/grants/"+theirs+"/hand-over", mine, sendJSON(`{"account":%s}`, n.text(`select id from accounts where name = 'pic-lor'`)))
	n.expect(404, "POST", "/api/grants/"+own+"/hand-over", mine, sendJSON(`{"account":%s}`, n.text(`select id from accounts where name = 'pic-lain'`)))
	rows := n.expect(200, "POST", "/api/accounts/import?dry_run=true", mine, body(typeCSV, "nama_akun,nama,peran,wilayah\na-1,A,pic,35.71.02\na-2,A,administrator,\na-3,A,pic,35.71.01.1002\n"))
	if rows.at("rows", 0, "outcome") != "refused" || rows.at("rows", 1, "outcome") != "refused" || rows.at("rows", 2, "outcome") != "new" {
		t.Errorf("import %s", rows.body)
	}
	n.expect(403, "GET", "/api/audit", mine)
	n.newAccount(mine, "pic-sendiri", `{"role":"pic","area_code":"35.71.01.1002"}`)
	if k := n.count(`select count(*) from grants where role = 'administrator'`); k != 3 { // admin, admin-mojoroto, disabled
		t.Errorf("%d administrators", k)
	}
}

// TestAccountsTellNothing asks every route about people as those who manage
// nobody.
func TestAccountsTellNothing(t *testing.T) {
	n := newNode(t)
	admin := n.person("admin")
	made, token := n.newAccount(admin, "rahasia-akun", `{"role":"pic","area_code":"35.71.01.1001","reason":"RAHASIA-ALASAN"}`)
	n.expect(201, "POST", "/api/invitations/accept", sendJSON(`{"token":%q,"password":%q}`, token, password), header("User-Agent", "RAHASIA-PERAMBAN"))
	n.sql(`insert into tokens (account_id, name, token_hash) select id, 'RAHASIA-TOKEN', '\x01' from accounts where name = 'rahasia-akun'`)
	account := n.accountPath("rahasia-akun")
	last := func(kind string) string {
		return n.text(`select max(x.id) from ` + kind + ` x join accounts a on a.id = x.account_id where a.name = 'rahasia-akun'`)
	}
	asked := map[string][]string{
		"GET": {"/api/accounts", "/api/accounts?q=rahasia", account, account + "/history", "/api/audit", "/api/audit?actor=rahasia-akun", "/api/account", "/api/tokens", "/api/session"},
		"DELETE": {account + "/sessions", account + "/sessions/" + last("sessions"), account + "/tokens/" + last("tokens"), account + "/second-factor",
			"/api/account/sessions/" + last("sessions"), "/api/tokens/" + last("tokens")},
		"POST":  {"/api/accounts", "/api/accounts/import", account + "/invitation", account + "/grants", "/api/grants/" + last("grants") + "/hand-over"},
		"PATCH": {account, "/api/grants/" + last("grants")},
		"PUT":   {"/api/session/view-as"},
	}
	who := map[string]option{"the public": func(*http.Request) {}, "pic-kidul": n.person("pic-kidul"), "pic-kidul's token": as(n, "pic-kidul"), "lurah": n.person("lurah"),
		"the program": as(n, "program"), "bappeda": n.person("bappeda"), "the administrator's token": as(n, "admin")}
	for name, by := range who {
		for method, paths := range asked {
			for _, path := range paths {
				options := []option{by}
				if method != "GET" && method != "DELETE" {
					options = append(options, sendJSON(`{"account":%d,"version":1,"disabled":true,"until":null,"role":"administrator","area_code":"","name":"rahasia-baru","title":"x","grants":[]}`, made.whole("account", "id")))
				}
				a := n.do(method, path, options...)
				own := method == "GET" && (path == "/api/account" || path == "/api/session" || path == "/api/tokens" || strings.HasPrefix(path, "/api/audit") && strings.HasPrefix(name, "the administrator"))
				if !own && a.status != 401 && a.status != 403 && a.status != 404 {
					t.Errorf("%s %s as %s: %d %.300s", method, path, name, a.status, a.body)
				}
				if method == "GET" && a.header.Get("Access-Control-Allow-Origin") != "" {
					t.Errorf("%s may be read by pages of other sites", path)
				}
				if strings.HasPrefix(path, "/api/audit") && own {
					continue
				}
				for _, secret := range []string{"rahasia-akun", "RAHASIA-ALASAN", "RAHASIA-PERAMBAN", "RAHASIA-TOKEN"} {
					if strings.Contains(a.body, secret) {
						t.Errorf("%s %s as %s tells %s", method, path, name, secret)
					}
				}
			}
		}
	}
	n.expect(200, "GET", "/api/account", as(n, "admin"))
	if k := n.count(`select count(*) from accounts where name = 'rahasia-baru' or name = 'rahasia-akun' and disabled_at is not null`); k != 0 {
		t.Error("something was changed")
	}
}
