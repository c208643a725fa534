// Provider is an OpenID Connect provider for the tests of the city's own
// sign-in: Ory Fosite, which Ory Hydra is made of, with its memory storage. It
// is a module of its own, so that Patok's has none of what it needs.
//
// It prints its issuer on a line, and ends with its standard input.
package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/go-jose/go-jose/v3"
	"github.com/ory/fosite"
	"github.com/ory/fosite/compose"
	"github.com/ory/fosite/handler/openid"
	"github.com/ory/fosite/storage"
	"github.com/ory/fosite/token/jwt"
	"golang.org/x/crypto/bcrypt"
)

// person can log in at the provider.
type person struct {
	Subject, Password, Email string
	Verified                 bool
}

type provider struct {
	fosite.OAuth2Provider
	issuer string
	key    *rsa.PrivateKey
	people map[string]person // by what they type
}

const keyID = "1"

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "where to listen")
	client := flag.String("client", "", "the client's id")
	secret := flag.String("secret", "", "the client's secret")
	redirect := flag.String("redirect", "", "where the client wants people back")
	people := flag.String("people", "{}", "who can log in, as JSON")
	flag.Parse()
	if err := run(*listen, *client, *secret, *redirect, *people); err != nil {
		log.Fatal(err)
	}
}

func run(listen, client, secret, redirect, people string) error {
	p := &provider{}
	if err := json.Unmarshal([]byte(people), &p.people); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	p.issuer = "http://" + listener.Addr().String()
	if p.key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		return err
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(secret), bcrypt.MinCost)
	if err != nil {
		return err
	}
	store := storage.NewMemoryStore()
	store.Clients[client] = &fosite.DefaultClient{ID: client, Secret: hash, RedirectURIs: []string{redirect},
		ResponseTypes: []string{"code"}, GrantTypes: []string{"authorization_code"}, Scopes: []string{"openid", "email", "profile"}}
	config := &fosite.Config{IDTokenIssuer: p.issuer, EnforcePKCE: true, GlobalSecret: make([]byte, 32), AuthorizeCodeLifespan: time.Minute}
	if _, err := rand.Read(config.GlobalSecret); err != nil {
		return err
	}
	p.OAuth2Provider = compose.ComposeAllEnabled(config, store, p.key)
	routes := http.NewServeMux()
	routes.HandleFunc("GET /.well-known/openid-configuration", p.discover)
	routes.HandleFunc("GET /keys", p.keys)
	routes.HandleFunc("GET /authorize", p.form)
	routes.HandleFunc("POST /authorize", p.authorize)
	routes.HandleFunc("POST /token", p.token)
	server := &http.Server{Handler: routes, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = server.Shutdown(context.Background())
	}()
	fmt.Println(p.issuer)
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return nil
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func (p *provider) discover(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]any{"issuer": p.issuer, "authorization_endpoint": p.issuer + "/authorize", "token_endpoint": p.issuer + "/token",
		"jwks_uri": p.issuer + "/keys", "response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"}, "code_challenge_methods_supported": []string{"S256"}})
}

func (p *provider) keys(w http.ResponseWriter, _ *http.Request) {
	answer(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.key.Public(), KeyID: keyID, Algorithm: "RS256", Use: "sig"}}})
}

// form asks who somebody is, once the request is one that can be answered.
func (p *provider) form(w http.ResponseWriter, r *http.Request) {
	asked, err := p.NewAuthorizeRequest(r.Context(), r)
	if err != nil {
		p.WriteAuthorizeError(r.Context(), w, asked, err)
		return
	}
	w.Header().Set("Content-Type", "text/html")
	_, _ = io.WriteString(w, `<!doctype html><form method="post"><input name="login"><input name="password" type="password"><button>Masuk</button></form>`)
}

func (p *provider) authorize(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	asked, err := p.NewAuthorizeRequest(ctx, r)
	if err != nil {
		p.WriteAuthorizeError(ctx, w, asked, err)
		return
	}
	who, known := p.people[r.PostFormValue("login")]
	if !known || who.Password != r.PostFormValue("password") {
		p.WriteAuthorizeError(ctx, w, asked, fosite.ErrAccessDenied)
		return
	}
	for _, scope := range asked.GetRequestedScopes() {
		asked.GrantScope(scope)
	}
	response, err := p.NewAuthorizeResponse(ctx, asked, p.session(who))
	if err != nil {
		p.WriteAuthorizeError(ctx, w, asked, err)
		return
	}
	p.WriteAuthorizeResponse(ctx, w, asked, response)
}

func (p *provider) session(who person) *openid.DefaultSession {
	now := time.Now()
	extra := map[string]any{}
	if who.Email != "" {
		extra["email"], extra["email_verified"] = who.Email, who.Verified
	}
	return &openid.DefaultSession{Subject: who.Subject, Headers: &jwt.Headers{Extra: map[string]any{"kid": keyID}},
		Claims: &jwt.IDTokenClaims{Subject: who.Subject, RequestedAt: now, AuthTime: now, Extra: extra}}
}

func (p *provider) token(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	asked, err := p.NewAccessRequest(ctx, r, p.session(person{}))
	if err != nil {
		p.WriteAccessError(ctx, w, asked, err)
		return
	}
	response, err := p.NewAccessResponse(ctx, asked)
	if err != nil {
		p.WriteAccessError(ctx, w, asked, err)
		return
	}
	p.WriteAccessResponse(ctx, w, asked, response)
}
