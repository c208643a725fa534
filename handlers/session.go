package handlers

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/auth"
	"github.com/patok-id/patok/geo/index"
)

// maxLoginBytes bounds the body of a log-in.
const maxLoginBytes = 4 << 10

// sessionInfo is what the page needs first: who asks, whose data it is, and as
// of when.
type sessionInfo struct {
	Account  *accountInfo `json:"account"`
	Example  bool         `json:"example"`
	City     *cityInfo    `json:"city"`
	Revision int64        `json:"revision"`
	AsOf     string       `json:"as_of"`
	Settings settingsInfo `json:"settings"`
}

type accountInfo struct {
	ID     int64       `json:"id"`
	Name   string      `json:"name"`
	Title  string      `json:"title"`
	Grants []grantInfo `json:"grants"`
}

type grantInfo struct {
	Role     geo.Role   `json:"role"`
	AreaCode geo.Code   `json:"area_code"`
	AreaName string     `json:"area_name"`
	Types    []string   `json:"types"`
	From     *time.Time `json:"from"`
	Until    *time.Time `json:"until"`
}

type cityInfo struct {
	Name string          `json:"name"`
	BBox json.RawMessage `json:"bbox"`
}

// session tells the page who is logged in.
func (s *Server) session(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	if err := noParams(r); err != nil {
		return err
	}
	return s.writeSession(w, r, http.StatusOK, p, at)
}

func (s *Server) writeSession(w http.ResponseWriter, r *http.Request, status int, p geo.Principal, at *index.Snapshot) error {
	info := sessionInfo{
		Revision: at.Revision(),
		AsOf:     at.CommittedAt().UTC().Format(time.RFC3339Nano),
		Settings: settingsInfo{Basemap: s.basemap(r.Context())},
	}
	var err error
	if info.City, info.Example, err = s.city(r, at); err != nil {
		return err
	}
	if !p.Anonymous() {
		info.Account = &accountInfo{ID: p.AccountID, Name: p.Name, Title: p.Title, Grants: []grantInfo{}}
		for _, g := range p.Grants {
			info.Account.Grants = append(info.Account.Grants, grantOf(at, g))
		}
	}
	w.Header().Set("Cache-Control", "private, no-store")
	return writeJSON(w, r, status, info)
}

func grantOf(at *index.Snapshot, g geo.Grant) grantInfo {
	info := grantInfo{Role: g.Role, AreaCode: g.AreaCode, Types: g.Types, From: timeOrNil(g.From), Until: timeOrNil(g.Until)}
	if area := at.AreaByCode(g.AreaCode); area != nil {
		info.AreaName = area.Name
	}
	return info
}

func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// city names whose data is loaded: the one kabupaten or kota, or else the
// provinsi. It is nil while there are no areas. example says that the data was
// made up.
func (s *Server) city(r *http.Request, at *index.Snapshot) (city *cityInfo, example bool, err error) {
	for _, level := range []geo.Level{geo.LevelKabupaten, geo.LevelProvinsi, geo.LevelKelurahan} {
		page, err := at.Query(r.Context(), geo.Query{Collection: level.Collection(), Limit: 4})
		if err != nil {
			return nil, false, err
		}
		for _, a := range page.Areas {
			example = example || a.Example
		}
		if city != nil || len(page.Areas) == 0 || level == geo.LevelKabupaten && page.Matched > 1 || level == geo.LevelKelurahan {
			continue
		}
		city = &cityInfo{Name: joinNames(page.Areas, page.Matched)}
		bound, ok := at.Extent(level.Collection())
		if !ok {
			bound = orb.Bound{Min: geo.Indonesia.Min, Max: geo.Indonesia.Max}
		}
		city.BBox = appendBound(nil, bound)
	}
	return city, example, nil
}

func joinNames(areas []*geo.Area, matched int) string {
	names := make([]string, len(areas))
	for i, a := range areas {
		names[i] = a.Name
	}
	if matched > len(areas) {
		return strings.Join(names, ", ") + " …"
	}
	return strings.Join(names, ", ")
}

// logIn opens a session and sets its cookie.
func (s *Server) logIn(w http.ResponseWriter, r *http.Request, _ geo.Principal, at *index.Snapshot) error {
	if err := noParams(r); err != nil {
		return err
	}
	if err := contentType(r, typeJSON); err != nil {
		return err
	}
	if !s.secure(r) && !s.PlainLogin && !fromHere(r) {
		return &refusal{status: http.StatusForbidden, slug: "forbidden", detail: geo.Text{
			ID: "Masuk hanya dapat dilakukan lewat HTTPS. Hubungi administrator server ini.",
			EN: "Logging in needs HTTPS. Ask the administrator of this server."}}
	}
	name, password, err := readLogin(w, r)
	if err != nil {
		return err
	}
	token, p, err := s.Auth.LogIn(r.Context(), name, password, clientAddress(r))
	if err != nil {
		if e, ok := errors.AsType[*geo.Error](err); ok && e.Kind == geo.Unauthorized {
			return &refusal{status: http.StatusUnauthorized, slug: "login", detail: e.Message}
		}
		return err
	}
	if old, err := r.Cookie(s.cookieName(r)); err == nil {
		if err := s.Auth.LogOut(r.Context(), old.Value); err != nil {
			s.Logger.Warn("old session not ended", "request", requestID(r), "error", err)
		}
	}
	s.setCookie(w, r, token, int(auth.MaxTime.Seconds()))
	return s.writeSession(w, r, http.StatusCreated, p, at)
}

// readLogin reads {"name","password"}, nothing else.
func readLogin(w http.ResponseWriter, r *http.Request) (name, password string, err error) {
	members, err := readJSON(w, r, maxLoginBytes)
	if err != nil {
		return "", "", err
	}
	var problems []geo.FieldError
	read := func(member string, to *string) {
		var text *string
		if json.Unmarshal(members[member], &text) != nil || text == nil {
			problems = append(problems, fieldProblem("/"+member, "required", "Wajib diisi.", "Required."))
			return
		}
		*to = *text
	}
	read("name", &name)
	read("password", &password)
	for member := range members {
		if member != "name" && member != "password" {
			problems = append(problems, fieldProblem("/"+member, "unknown", "Isian ini tidak dikenal.", "This field is not known."))
		}
	}
	return name, password, geo.InvalidFields("handlers.readLogin", problems)
}

// logOut ends the session of the cookie.
func (s *Server) logOut(w http.ResponseWriter, r *http.Request, _ geo.Principal, _ *index.Snapshot) error {
	if c, err := r.Cookie(s.cookieName(r)); err == nil {
		if r.Header.Get("Patok-Request") != "1" {
			return csrf("Kepala Patok-Request: 1 diperlukan.", "The header Patok-Request: 1 is required.")
		}
		if err := s.Auth.LogOut(r.Context(), c.Value); err != nil {
			return err
		}
	}
	s.setCookie(w, r, "", -1)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) setCookie(w http.ResponseWriter, r *http.Request, token string, maxAge int) {
	http.SetCookie(w, &http.Cookie{
		Name: s.cookieName(r), Value: token, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: s.secure(r), SameSite: http.SameSiteLaxMode,
	})
}

// fromHere reports whether the client runs on this machine.
func fromHere(r *http.Request) bool {
	a, err := netip.ParseAddr(clientAddress(r))
	return err == nil && a.IsLoopback()
}
