package main

import (
	"cmp"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/handlers"
)

// signInFlags name the city's own sign-in.
type signInFlags struct {
	Issuer       string `help:"The city's own sign-in: an OpenID Connect issuer, such as https://sso.kota.go.id." placeholder:"URL"`
	ClientID     string `help:"What --oidc-issuer calls this server." placeholder:"ID"`
	ClientSecret string `help:"The secret of --oidc-client-id; better given as PATOK_OIDC_CLIENT_SECRET_FILE." placeholder:"SECRET"`
	Claim        string `default:"email" help:"Which claim names the account: it is compared with the account's sso. An email must be verified."`
	LabelID      string `help:"The button's words in Indonesian." placeholder:"TEXT"`
	LabelEN      string `help:"The button's words in English; left out: the Indonesian ones." placeholder:"TEXT"`
}

// signIn is what the flags name; nil without an issuer.
func (f signInFlags) signIn() *handlers.SignIn {
	if f.Issuer == "" {
		return nil
	}
	return &handlers.SignIn{Issuer: f.Issuer, ClientID: f.ClientID, ClientSecret: f.ClientSecret, Claim: f.Claim,
		Label: geo.Text{ID: f.LabelID, EN: cmp.Or(f.LabelEN, f.LabelID)}}
}
