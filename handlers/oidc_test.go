package handlers

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"net/netip"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/patok-id/patok/geo"
)

// buildProvider builds the OpenID Connect provider of testdata/provider.
func buildProvider(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "provider")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".")
	build.Dir = filepath.Join("testdata", "provider")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("the provider cannot be built: %v\n%s", err, out)
	}
	return program
}

const (
	clientID, clientSecret = "patok", "rahasia-klien-0123456789"
	ssoPassword            = "sandi-di-sso"
)

// startProvider runs the provider for a node whose origin is known, until the
// test ends, and returns its issuer.
func startProvider(t *testing.T, program, listen, redirect string) string {
	t.Helper()
	people := map[string]any{}
	for login, of := range map[string][3]any{"lor": {"1001", "PIC.Lor@kota.go.id", true}, "palsu": {"1002", "pic.lor@kota.go.id", false},
		"asing": {"1003", "orang@lain.example", true}, "tanpa": {"1004", "", false}, "keluar": {"1005", "keluar@kota.go.id", true}} {
		people[login] = map[string]any{"Subject": of[0], "Password": ssoPassword, "Email": of[1], "Verified": of[2]}
	}
	raw, err := json.Marshal(people)
	if err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), program, "-listen", listen, "-client", clientID, "-secret", clientSecret, "-redirect", redirect, "-people", string(raw))
	in, err := run.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := run.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = run.Wait() })
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatal("the provider says nothing")
	}
	return lines.Text()
}

// signInNode is a node with a provider, of which two accounts are known there.
func signInNode(t *testing.T, program string) *node {
	t.Helper()
	sso := &SignIn{ClientID: clientID, ClientSecret: clientSecret, Issuer: "http://127.0.0.1:1", Label: geo.Text{ID: "Masuk dengan akun Pemkot", EN: "City account"}}
	n := newNode(t, func(c *Config) { c.SignIn = sso })
	n.SignIn.Issuer = startProvider(t, program, "127.0.0.1:0", n.http.URL+"/api/session/oidc/callback")
	n.sql(`update accounts set sso = 'pic.lor@kota.go.id' where name = 'pic-lor'`)
	n.sql(`update accounts set sso = 'keluar@kota.go.id', disabled_at = now() where name = 'pic-kidul'`)
	return n
}

// browser keeps cookies and follows nothing by itself.
type browser struct {
	*node
	http.Client
}

func (n *node) browser() *browser {
	jar, err := cookiejar.New(nil)
	n.must(err)
	return &browser{n, http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// visit gets an address, or posts a form, and returns the status and where it leads.
func (b *browser) visit(address string, form url.Values) (status int, to string) {
	b.t.Helper()
	var response *http.Response
	var err error
	if form == nil {
		response, err = b.Get(address)
	} else {
		response, err = b.PostForm(address, form)
	}
	b.must(err)
	b.must(response.Body.Close())
	return response.StatusCode, response.Header.Get("Location")
}

// depart begins a sign-in and gives the provider's address.
func (b *browser) depart(back string) string {
	b.t.Helper()
	status, to := b.visit(b.http.URL+"/api/session/oidc?back="+url.QueryEscape(back), nil)
	if status != http.StatusFound || !strings.HasPrefix(to, b.SignIn.Issuer+"/authorize?") {
		b.t.Fatalf("begin: %d %s", status, to)
	}
	return to
}

// prove logs in at the provider and gives the address to come back to.
func (b *browser) prove(at, login string) string {
	b.t.Helper()
	if status, _ := b.visit(at, nil); status != http.StatusOK {
		b.t.Fatalf("the provider's form: %d", status)
	}
	status, to := b.visit(at, url.Values{"login": {login}, "password": {ssoPassword}})
	if status != http.StatusSeeOther && status != http.StatusFound || !strings.HasPrefix(to, b.http.URL+"/api/session/oidc/callback?") {
		b.t.Fatalf("back from the provider: %d %s", status, to)
	}
	return to
}

// arriveAt comes back, and gives where on the page that ends.
func (b *browser) arriveAt(callback string) string {
	b.t.Helper()
	status, to := b.visit(callback, nil)
	if status != http.StatusFound {
		b.t.Fatalf("callback: %d", status)
	}
	return to
}

// who asks the session.
func (b *browser) who() any {
	b.t.Helper()
	response, err := b.Get(b.http.URL + "/api/session")
	b.must(err)
	defer response.Body.Close()
	var session struct{ Account *struct{ Name string } }
	b.must(json.NewDecoder(response.Body).Decode(&session))
	if session.Account == nil {
		return nil
	}
	return session.Account.Name
}

// changeTrip lets fn change what the browser carries.
func (b *browser) changeTrip(fn func(*trip)) {
	b.t.Helper()
	here, err := url.Parse(b.http.URL)
	b.must(err)
	for _, c := range b.Jar.Cookies(here) {
		if c.Name != "patok-oidc" {
			continue
		}
		raw, err := base64.RawURLEncoding.DecodeString(c.Value)
		b.must(err)
		var t trip
		b.must(json.Unmarshal(raw, &t))
		fn(&t)
		raw, err = json.Marshal(t)
		b.must(err)
		b.Jar.SetCookies(here, []*http.Cookie{{Name: c.Name, Value: base64.RawURLEncoding.EncodeToString(raw), Path: "/"}})
		return
	}
	b.t.Fatal("the browser carries nothing")
}

func TestSignIn(t *testing.T) {
	program := buildProvider(t)
	t.Run("there and back", func(t *testing.T) { testSignIn(t, program) })
	t.Run("refusals", func(t *testing.T) { testSignInRefusals(t, program) })
	t.Run("while the provider is away", func(t *testing.T) { testSignInWhileAway(t, program) })
}

func testSignIn(t *testing.T, program string) {
	n := signInNode(t, program)
	if label := n.expect(200, "GET", "/api/session").at("settings", "sign_in", "id"); label != "Masuk dengan akun Pemkot" {
		t.Errorf("label %v", label)
	}
	b := n.browser()
	callback := b.prove(b.depart("/#akun"), "lor")
	if to := b.arriveAt(callback); to != "/#akun" || b.who() != "pic-lor" {
		t.Fatalf("arrived at %s as %v\n%s", to, b.who(), n.log)
	}
	if k := n.count(`select count(*) from audit where action = 'login_sso' and actor = 'pic-lor'`); k != 1 {
		t.Errorf("%d lines of the log-in in the audit", k)
	}
	if to := b.arriveAt(callback); to != "/#masuk=gagal" || b.who() != "pic-lor" {
		t.Errorf("the callback again leads to %s as %v", to, b.who())
	}
	again := n.browser() // with a state of its own, but the first one's code
	again.depart("/")
	first := mustURL(url.Parse(callback))
	var state string
	again.changeTrip(func(tr *trip) { state = tr.State })
	if to := again.arriveAt(n.http.URL + "/api/session/oidc/callback?code=" + url.QueryEscape(first.Query().Get("code")) + "&state=" + state); to != "/#masuk=gagal" || again.who() != nil {
		t.Errorf("a code that was used leads to %s as %v", to, again.who())
	}
	for _, secret := range []string{clientSecret, first.Query().Get("code"), first.Query().Get("state"), state} {
		if secret == "" || strings.Contains(n.log.String(), secret) {
			t.Errorf("the log tells %q", secret)
		}
	}
}

func mustURL(u *url.URL, err error) *url.URL {
	if err != nil {
		panic(err)
	}
	return u
}

func testSignInRefusals(t *testing.T, program string) {
	n := signInNode(t, program)
	for name, c := range map[string]struct {
		login  string
		change func(*trip)
	}{
		"the state of another":        {"lor", func(tr *trip) { tr.State = "x" + tr.State[1:] }},
		"the nonce of another":        {"lor", func(tr *trip) { tr.Nonce = "x" + tr.Nonce[1:] }},
		"the verifier of another":     {"lor", func(tr *trip) { tr.Verifier = "x" + tr.Verifier[1:] }},
		"no nonce":                    {"lor", func(tr *trip) { tr.Nonce = "" }},
		"a way back to another site":  {"lor", func(tr *trip) { tr.Back = "https://jahat.example/" }},
		"an e-mail nobody verified":   {"palsu", nil},
		"no e-mail":                   {"tanpa", nil},
		"nobody that has an account":  {"asing", nil},
		"somebody whose account ends": {"keluar", nil},
	} {
		b := n.browser()
		callback := b.prove(b.depart("/"), c.login)
		if c.change != nil {
			b.changeTrip(c.change)
		}
		if to := b.arriveAt(callback); to != "/#masuk=gagal" || b.who() != nil {
			t.Errorf("%s: arrived at %s as %v", name, to, b.who())
		}
	}
	b := n.browser()
	callback := b.prove(b.depart("/"), "lor")
	if to := n.browser().arriveAt(callback); to != "/#masuk=gagal" {
		t.Errorf("another browser arrives at %s", to)
	}
	refused := n.browser()
	_, to := refused.visit(refused.depart("/"), url.Values{"login": {"lor"}, "password": {"salah"}})
	if to := refused.arriveAt(to); to != "/#masuk=gagal" || refused.who() != nil {
		t.Errorf("who the provider refuses arrives at %s", to)
	}
	for _, back := range []string{"https://jahat.example/", "//jahat.example/", "/\\jahat.example", "/api/session", "/?x=1#akun", "javascript:alert(1)", "/..//x", "#akun", "/#" + strings.Repeat("x", 600)} {
		n.expect(400, "GET", "/api/session/oidc?back="+url.QueryEscape(back))
	}
	if strings.Contains(n.log.String(), ssoPassword) || strings.Contains(n.log.String(), clientSecret) {
		t.Error("the log tells a secret")
	}
}

func TestSignInWithoutProvider(t *testing.T) {
	n := newNode(t)
	n.expect(404, "GET", "/api/session/oidc")
	n.expect(404, "GET", "/api/session/oidc/callback?code=x&state=y")
	if in := n.expect(200, "GET", "/api/session").at("settings", "sign_in"); in != nil {
		t.Errorf("sign_in %v", in)
	}
}

// testSignInWhileAway: everything else works, and the sign-in does as soon as
// the provider is there.
func testSignInWhileAway(t *testing.T, program string) {
	n := newNode(t, func(c *Config) {
		c.SignIn = &SignIn{ClientID: clientID, Issuer: "http://127.0.0.1:1", Claim: "sub"}
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	})
	https := header("X-Forwarded-Proto", "https")
	away := n.expect(503, "GET", "/api/session/oidc?back=/", https)
	if !strings.Contains(away.body, "Pemkot") {
		t.Errorf("said %s", away.body)
	}
	n.expect(200, "GET", "/api/session")
	n.logInAs("pic-lor", https)
	n.SignIn.Issuer = startProvider(t, program, "127.0.0.1:0", n.http.URL+"/api/session/oidc/callback")
	deadline := time.Now().Add(10 * time.Second)
	for n.do("GET", "/api/session/oidc?back=/", https).status != 302 {
		if time.Now().After(deadline) {
			t.Fatal("the provider is there, and the sign-in does not begin")
		}
		time.Sleep(100 * time.Millisecond)
	}
	there := n.expect(302, "GET", "/api/session/oidc?back=/", https)
	c := (&http.Response{Header: there.header}).Cookies()[0]
	if c.Name != "__Host-patok-oidc" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 600 {
		t.Errorf("cookie %+v", c)
	}
	query := mustURL(url.Parse(there.header.Get("Location"))).Query()
	if query.Get("code_challenge_method") != "S256" || query.Get("nonce") == "" || query.Get("state") == "" || query.Get("response_type") != "code" ||
		!strings.HasPrefix(query.Get("redirect_uri"), "https://") {
		t.Errorf("asked %v", query)
	}
	n.expect(403, "GET", "/api/session/oidc?back=/", header("X-Forwarded-For", "203.0.113.9"))
}
