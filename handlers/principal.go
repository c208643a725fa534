package handlers

import (
	"net/http"
	"strings"

	"github.com/patok-id/patok/geo"
)

// cookieName is the session cookie's name. The prefix __Host- makes browsers
// hold it to this host and to HTTPS; over plain HTTP it cannot be set.
func (s *Server) cookieName(r *http.Request) string {
	if s.secure(r) {
		return "__Host-patok"
	}
	return "patok"
}

// principal finds out who asks, by token or else by cookie. A token comes as a
// bearer token, or with its account's name as HTTP's basic password, which is
// what QGIS sends; a password never does. A wrong token is Unauthorized; a
// cookie that is no longer good is the public.
func (s *Server) principal(r *http.Request) (geo.Principal, error) {
	if h := r.Header.Get("Authorization"); h != "" {
		if name, token, basic := r.BasicAuth(); basic {
			return s.Auth.FromBasic(r.Context(), name, token)
		}
		scheme, token, _ := strings.Cut(h, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			token = ""
		}
		return s.Auth.FromBearer(r.Context(), strings.TrimSpace(token))
	}
	c, err := r.Cookie(s.cookieName(r))
	if err != nil {
		return geo.Public, nil
	}
	p, err := s.Auth.FromSession(r.Context(), c.Value)
	if err != nil && geo.KindOf(err) == geo.Unauthorized {
		return geo.Public, nil
	}
	return p, err
}

// mayAnywhere reports whether p may do action to assets of type t in some area.
func (s *Server) mayAnywhere(p geo.Principal, action geo.Action, t string) bool {
	for _, g := range p.Grants {
		if geo.Can(p, action, geo.Target{Area: g.AreaCode, Type: t}, s.Clock()) {
			return true
		}
	}
	return false
}

// may reports whether p may do action to asset a.
func (s *Server) may(p geo.Principal, action geo.Action, a *geo.Asset) bool {
	return geo.Can(p, action, geo.Target{Area: a.AreaCode, Type: a.Type, Held: !a.Published()}, s.Clock())
}
