package handlers

import (
	"net/http"
	"net/netip"
	"strings"

	"github.com/go-chi/chi/v5/middleware"
)

// clientAddresses is the middleware that finds out where a request came from.
// Forwarding headers count only when they come from a trusted proxy.
func (s *Server) clientAddresses() func(http.Handler) http.Handler {
	if len(s.TrustedProxies) == 0 {
		return middleware.ClientIPFromRemoteAddr
	}
	trusted := make([]string, len(s.TrustedProxies))
	for i, p := range s.TrustedProxies {
		trusted[i] = p.String()
	}
	return middleware.ClientIPFromXFF(trusted...)
}

// clientAddress is the address of the client, empty when it is not known.
func clientAddress(r *http.Request) string { return middleware.GetClientIP(r.Context()) }

// fromTrustedProxy reports whether the peer that connected is a trusted proxy.
func (s *Server) fromTrustedProxy(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	for _, p := range s.TrustedProxies {
		if p.Contains(peer.Addr().Unmap().WithZone("")) {
			return true
		}
	}
	return false
}

// secure reports whether the client reached us by HTTPS.
func (s *Server) secure(r *http.Request) bool {
	return s.TLS || r.TLS != nil || strings.HasPrefix(s.BaseURL, "https://") ||
		s.fromTrustedProxy(r) && strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

// origin is the server's origin as the client sees it, without a slash at the
// end, for absolute links.
func (s *Server) origin(r *http.Request) string {
	if s.BaseURL != "" {
		return s.BaseURL
	}
	if s.secure(r) {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// validHost reports whether a Host header can stand in a link. It refuses what
// is no host and port.
func validHost(host string) bool {
	return host != "" && len(host) <= 260 && strings.Trim(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]") == ""
}

// checkHost refuses requests whose Host is no host.
func (s *Server) checkHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !validHost(r.Host) {
			s.fail(w, r, badRequest("handlers.checkHost", "Kepala Host tidak sah.", "The Host header is not valid."))
			return
		}
		next.ServeHTTP(w, r)
	})
}
