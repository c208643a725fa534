package handlers

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// SignIn is the city's own sign-in, an OpenID Connect provider. Who comes from
// there is the account whose sso is the claim.
type SignIn struct {
	Issuer       string // such as https://sso.kedirikota.go.id
	ClientID     string
	ClientSecret string
	Claim        string   // email by default, which must be verified
	Label        geo.Text // of the button
}

// check says what is wrong with the sign-in, and fills in what may be left out.
func (c *SignIn) check() error {
	u, err := url.Parse(c.Issuer)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !strings.HasPrefix(u.Host, "127.0.0.1:")) {
		return errors.New("handlers: the OIDC issuer must be an https address")
	}
	if c.ClientID == "" {
		return errors.New("handlers: OIDC needs a client id")
	}
	if c.Claim == "" {
		c.Claim = "email"
	}
	if c.Label == (geo.Text{}) {
		c.Label = geo.Text{ID: "Masuk dengan akun Pemkot", EN: "Log in with the city's account"}
	}
	return nil
}

// The times of the way to the provider and back.
const (
	tripTime      = 10 * time.Minute
	providerTime  = 10 * time.Second
	providerPause = 2 * time.Second // after it was away
	maxBackBytes  = 500
)

// signInClient knows the provider, once it was there.
type signInClient struct {
	http     http.Client
	mu       sync.Mutex
	provider *oidc.Provider
	failed   time.Time
}

// discovered gives the provider. It is asked what it is when somebody first
// needs it, and again later when it was away: then it is Unavailable.
func (c *signInClient) discovered(ctx context.Context, issuer string, now time.Time) (*oidc.Provider, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.provider != nil {
		return c.provider, nil
	}
	var err error
	if now.Sub(c.failed) >= providerPause || now.Before(c.failed) {
		c.provider, err = oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), &c.http), issuer) // who goes away must not make it seem away
		if err == nil {
			return c.provider, nil
		}
		c.failed = now
	}
	return nil, &geo.Error{Kind: geo.Unavailable, Op: "handlers.discovered", RetryAfter: providerPause, Err: err, Message: geo.Text{
		ID: "Layanan masuk Pemkot sedang tidak dapat dihubungi. Coba lagi, atau masuk dengan kata sandi Patok.",
		EN: "The city's sign-in cannot be reached now. Try again, or log in with a Patok password."}}
}

// trip is what the browser carries to the provider and back.
type trip struct {
	State, Nonce, Verifier string
	Back                   string // where on the page it began
}

func (s *Server) tripCookie(r *http.Request) string { return s.cookieName(r) + "-oidc" }

// beginSignIn sends the browser to the city's own sign-in (OpenID Connect
// Core 1.0, section 3.1, with PKCE, RFC 7636).
func (s *Server) beginSignIn(w http.ResponseWriter, r *http.Request, _ geo.Principal, _ *index.Snapshot) error {
	q, err := readParams(r, "back")
	if err != nil {
		return err
	}
	if s.SignIn == nil {
		return geo.NotFoundError("handlers.beginSignIn")
	}
	if err := s.secretsAreSafe(r); err != nil {
		return err
	}
	back, ok := ownPage(q["back"])
	if !ok {
		return invalidParameter("back", "harus halaman ini, seperti /#akun.", "must be this page, such as /#akun.")
	}
	provider, err := s.signIn.discovered(r.Context(), s.SignIn.Issuer, s.Clock())
	if err != nil {
		return err
	}
	t := trip{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Back: back}
	raw, err := json.Marshal(t)
	if err != nil {
		return geo.Wrap("handlers.beginSignIn", err)
	}
	s.setTrip(w, r, base64.RawURLEncoding.EncodeToString(raw), int(tripTime.Seconds()))
	redirect(w, s.oauth(r, provider).AuthCodeURL(t.State, oidc.Nonce(t.Nonce), oauth2.S256ChallengeOption(t.Verifier)))
	return nil
}

// ownPage gives a path of the page with its fragment as it stands in a
// Location; ok is false for what leads elsewhere.
func ownPage(back string) (path string, ok bool) {
	if back == "" {
		return "/", true
	}
	u, err := url.Parse(back)
	if err != nil || len(back) > maxBackBytes || back[0] != '/' || u.Scheme != "" || u.Host != "" || u.User != nil || u.Path != "/" || u.RawQuery != "" || u.ForceQuery {
		return "", false
	}
	return (&url.URL{Path: "/", Fragment: u.Fragment}).String(), true
}

func (s *Server) oauth(r *http.Request, provider *oidc.Provider) *oauth2.Config {
	return &oauth2.Config{ClientID: s.SignIn.ClientID, ClientSecret: s.SignIn.ClientSecret, Endpoint: provider.Endpoint(),
		RedirectURL: s.origin(r) + "/api/session/oidc/callback", Scopes: []string{oidc.ScopeOpenID, "email", "profile"}}
}

func (s *Server) setTrip(w http.ResponseWriter, r *http.Request, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{Name: s.tripCookie(r), Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: s.secure(r), SameSite: http.SameSiteLaxMode})
}

// redirect sends the browser on. The address stands in no Referer.
func redirect(w http.ResponseWriter, to string) {
	h := w.Header()
	h.Set("Location", to)
	h.Set("Cache-Control", "private, no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Length", "0")
	w.WriteHeader(http.StatusFound)
}

// endSignIn takes the browser back from the provider and opens a session.
// Whatever goes wrong leads to the page, which says so; why stands in the log.
func (s *Server) endSignIn(w http.ResponseWriter, r *http.Request, _ geo.Principal, _ *index.Snapshot) error {
	if s.SignIn == nil {
		return geo.NotFoundError("handlers.endSignIn")
	}
	q, err := readParams(r)
	if err != nil {
		return err
	}
	if err := s.secretsAreSafe(r); err != nil {
		return err
	}
	t, err := s.readTrip(r, q["state"])
	s.setTrip(w, r, "", -1)
	if err == nil {
		err = s.arrive(w, r, q["code"], t)
	}
	if err != nil {
		s.Logger.Warn("sign-in refused", "request", requestID(r), "client", clientAddress(r), "error", err)
		redirect(w, "/#masuk=gagal")
		return nil
	}
	redirect(w, t.Back)
	return nil
}

// readTrip reads what the browser carried, which must be of the same trip.
func (s *Server) readTrip(r *http.Request, state string) (trip, error) {
	var t trip
	c, err := r.Cookie(s.tripCookie(r))
	if err != nil {
		return t, errors.New("the browser began no sign-in, or long ago")
	}
	raw, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || json.Unmarshal(raw, &t) != nil || t.State == "" || subtle.ConstantTimeCompare([]byte(t.State), []byte(state)) != 1 {
		return t, errors.New("the state is of another sign-in")
	}
	var ok bool
	if t.Back, ok = ownPage(t.Back); !ok {
		return t, errors.New("the way back leads elsewhere")
	}
	return t, nil
}

// arrive changes the code for who came, and opens their session.
func (s *Server) arrive(w http.ResponseWriter, r *http.Request, code string, t trip) error {
	if code == "" {
		return errors.New("the provider gave no code")
	}
	ctx, cancel := context.WithTimeout(oidc.ClientContext(r.Context(), &s.signIn.http), providerTime)
	defer cancel()
	provider, err := s.signIn.discovered(ctx, s.SignIn.Issuer, s.Clock())
	if err != nil {
		return err
	}
	tokens, err := s.oauth(r, provider).Exchange(ctx, code, oauth2.VerifierOption(t.Verifier))
	if err != nil {
		return plainly("the code is not taken", err)
	}
	raw, _ := tokens.Extra("id_token").(string)
	id, err := provider.Verifier(&oidc.Config{ClientID: s.SignIn.ClientID, Now: s.Clock}).Verify(ctx, raw)
	if err != nil {
		return plainly("the identity is not signed as it must be", err)
	}
	if t.Nonce == "" || subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(t.Nonce)) != 1 {
		return errors.New("the identity is of another sign-in")
	}
	subject, err := subjectOf(id, s.SignIn.Claim)
	if err != nil {
		return err
	}
	session, _, err := s.Auth.LogInSSO(ctx, subject, clientAddress(r), agent(r))
	if err != nil {
		return err
	}
	s.openSession(w, r, session)
	return nil
}

// plainly says what failed without what the provider answered, which may hold
// a code or a token. An OAuth error code is a plain word.
func plainly(what string, err error) error {
	if e, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		return errors.New(what + ": " + show(e.ErrorCode))
	}
	if e, ok := errors.AsType[*oidc.TokenExpiredError](err); ok {
		return errors.New(what + ": expired at " + e.Expiry.UTC().Format(time.RFC3339))
	}
	return errors.New(what)
}

// subjectOf reads the claim that names the account. An e-mail address counts
// only when the provider verified it.
func subjectOf(id *oidc.IDToken, claim string) (string, error) {
	claims := map[string]any{}
	if err := id.Claims(&claims); err != nil {
		return "", errors.New("the identity has no claims")
	}
	subject, _ := claims[claim].(string)
	if subject == "" {
		return "", errors.New("the identity lacks the claim " + claim)
	}
	if claim == "email" && claims["email_verified"] != true {
		return "", errors.New("the e-mail address is not verified")
	}
	return plainSubject(subject), nil
}
