package handlers

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5/middleware"

	"github.com/patok-id/patok/geo"
)

// unknownClient marks the context of a request that a trusted proxy forwards for
// whom it does not say.
type unknownClient struct{}

// clientAddresses is the middleware that finds out where a request came from.
// Forwarding headers count only when they come from a trusted proxy; where they
// cannot be read nobody is who asks, not the proxy.
func (s *Server) clientAddresses() func(http.Handler) http.Handler {
	if len(s.TrustedProxies) == 0 {
		return func(next http.Handler) http.Handler { return next }
	}
	trusted := make([]string, len(s.TrustedProxies))
	for i, p := range s.TrustedProxies {
		trusted[i] = p.String()
	}
	forwarded := middleware.ClientIPFromXFF(trusted...)
	return func(next http.Handler) http.Handler {
		return forwarded(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !middleware.GetClientIPAddr(r.Context()).IsValid() {
				r = r.WithContext(context.WithValue(r.Context(), unknownClient{}, true))
			}
			next.ServeHTTP(w, r)
		}))
	}
}

// clientAddress is the address of the client, empty when it is not known.
func clientAddress(r *http.Request) string {
	address := clientIP(r)
	if !address.IsValid() {
		return ""
	}
	return address.String()
}

// clientIP is the address of the client, not valid when it is not known.
func clientIP(r *http.Request) netip.Addr {
	if forwarded := middleware.GetClientIPAddr(r.Context()); forwarded.IsValid() {
		return forwarded
	}
	if r.Context().Value(unknownClient{}) != nil {
		return netip.Addr{}
	}
	return peer(r)
}

// peer is the address of who connected, not valid when it cannot be read.
func peer(r *http.Request) netip.Addr {
	address, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return address.Addr().Unmap().WithZone("")
}

// client is who asks: an account, or without one an address.
type client struct {
	account int64
	address netip.Prefix // not valid with an account
}

// clientOf is who asks. The addresses of one network of IPv6 are one client's.
func clientOf(p geo.Principal, r *http.Request) client {
	if !p.Anonymous() {
		return client{account: p.AccountID}
	}
	address := clientIP(r)
	bits := address.BitLen()
	if address.Is6() {
		bits = 64
	}
	network, _ := address.Prefix(bits) // of no address there is no network
	return client{address: network}
}

// fromTrustedProxy reports whether the peer that connected is a trusted proxy.
func (s *Server) fromTrustedProxy(r *http.Request) bool {
	if len(s.TrustedProxies) == 0 {
		return false
	}
	from := peer(r)
	return slices.ContainsFunc(s.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(from) })
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
	for i := range len(host) {
		switch c := host[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte(".-_:[]", c) >= 0:
		default:
			return false
		}
	}
	return host != "" && len(host) <= 260
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
