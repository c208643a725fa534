package main

import (
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/acme/autocert"
)

// check refuses settings that cannot work together, and says what a public
// address lacks: without TLS a phone gives no position and nobody can log in.
func (c *serveCmd) check(log *slog.Logger) error {
	switch {
	case (c.TLSCert == "") != (c.TLSKey == ""):
		return errors.New("--tls-cert and --tls-key go together")
	case c.TLSCert != "" && len(c.ACMEDomains) > 0:
		return errors.New("give --tls-cert or --acme-domains, not both")
	}
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return errors.New("--listen must be host:port, such as 0.0.0.0:443")
	}
	if !loopback(host) && !c.secure() {
		log.Warn("this address is public and has no TLS: phones give no GPS position and log-in is refused; " +
			"give --tls-cert and --tls-key, or --acme-domains, or serve behind a proxy with TLS named by --trusted-proxies and --base-url https://…")
	}
	return nil
}

// ownTLS reports whether this process itself speaks TLS.
func (c *serveCmd) ownTLS() bool { return c.TLSCert != "" || len(c.ACMEDomains) > 0 }

// secure reports whether clients reach the server by HTTPS.
func (c *serveCmd) secure() bool {
	return c.ownTLS() || len(c.TrustedProxies) > 0 && strings.HasPrefix(c.BaseURL, "https://")
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// serve answers on listener, by TLS when that is set up.
func (c *serveCmd) serve(server *http.Server, listener net.Listener) error {
	var err error
	switch {
	case len(c.ACMEDomains) > 0:
		server.TLSConfig, err = c.acme()
		if err == nil {
			err = server.ServeTLS(listener, "", "")
		}
	case c.TLSCert != "":
		server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		err = server.ServeTLS(listener, c.TLSCert, c.TLSKey)
	default:
		err = server.Serve(listener)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// acme gets and renews certificates by the tls-alpn-01 challenge on this very
// listener, and keeps them in the data folder.
func (c *serveCmd) acme() (*tls.Config, error) {
	folder, err := c.folder()
	if err != nil {
		return nil, err
	}
	manager := &autocert.Manager{
		Prompt:     autocert.AcceptTOS,
		HostPolicy: autocert.HostWhitelist(c.ACMEDomains...),
		Email:      c.ACMEEmail,
		Cache:      autocert.DirCache(filepath.Join(folder, "acme")),
	}
	config := manager.TLSConfig()
	config.MinVersion = tls.VersionTLS12
	return config, nil
}
