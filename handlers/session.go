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

const maxAgentBytes = 200

// sessionInfo is what the page needs first: who asks, whose data it is, and as
// of when.
type sessionInfo struct {
	Account  *sessionAccount `json:"account"`
	Viewing  *viewingInfo    `json:"viewing"`
	Example  bool            `json:"example"`
	City     *cityInfo       `json:"city"`
	Revision int64           `json:"revision"`
	AsOf     string          `json:"as_of"`
	Settings settingsInfo    `json:"settings"`
}

// sessionAccount is who is logged in, or whom an administrator looks as.
type sessionAccount struct {
	ID           int64       `json:"id"`
	Name         string      `json:"name"`
	Title        string      `json:"title"`
	SecondFactor bool        `json:"second_factor"`
	May          mayInfo     `json:"may"`
	Grants       []grantInfo `json:"grants"`
}

// mayInfo is what an account's grants allow somewhere, so that the page shows
// only what is of use.
type mayInfo struct {
	Administer bool `json:"administer"`
	Review     bool `json:"review"`
	Edit       bool `json:"edit"`
	Watch      bool `json:"watch"`
	Analyse    bool `json:"analyse"`
	Figures    bool `json:"figures"`
	Enter      bool `json:"enter"`
	Check      bool `json:"check"`
	Publish    bool `json:"publish"`
}

// viewingInfo says that somebody else looks through the account's eyes.
type viewingInfo struct {
	By geo.Who `json:"by"`
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
		Settings: s.settingsFor(r.Context(), p),
	}
	var err error
	if info.City, info.Example, err = s.city(r, at); err != nil {
		return err
	}
	if !p.Anonymous() {
		info.Account = &sessionAccount{ID: p.AccountID, Name: p.Name, Title: p.Title, SecondFactor: p.SecondFactor,
			May: s.mayOf(p), Grants: grantsOf(at, p.Grants, s.Clock())}
	}
	if p.ViewedBy != nil {
		info.Viewing = &viewingInfo{By: *p.ViewedBy}
	}
	return writePrivate(w, r, status, info)
}

// mayOf tells what p's grants allow somewhere. Who only looks through p's eyes
// sees it as p does.
func (s *Server) mayOf(p geo.Principal) mayInfo {
	if p.ViewedBy != nil {
		p.ReadOnly = false
	}
	return mayInfo{Administer: s.mayAnywhere(p, geo.ActionAdminister, ""), Review: s.mayAnywhere(p, geo.ActionReview, ""),
		Edit: s.mayAnywhere(p, geo.ActionEdit, ""), Watch: s.mayAnywhere(p, geo.ActionWatch, ""),
		Analyse: s.mayAnywhere(p, geo.ActionAnalyse, ""), Figures: s.mayAnywhere(p, geo.ActionFigures, ""), Enter: s.mayAnywhere(p, geo.ActionEnter, ""),
		Check: s.mayAnywhere(p, geo.ActionCheck, ""), Publish: s.mayAnywhere(p, geo.ActionPublish, "")}
}

// city names whose data is loaded: the one kabupaten or kota, or else the
// provinsi, and of many the country. It is nil while there are no areas. example says that the data was
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
		return "Indonesia"
	}
	return strings.Join(names, ", ")
}

// logIn opens a session and sets its cookie.
func (s *Server) logIn(w http.ResponseWriter, r *http.Request, _ geo.Principal, at *index.Snapshot) error {
	if err := noParams(r); err != nil {
		return err
	}
	if err := s.secretsAreSafe(r); err != nil {
		return err
	}
	f, err := readFields(w, r, maxLoginBytes)
	if err != nil {
		return err
	}
	who := geo.LogIn{Name: need[string](f, "name"), Password: need[string](f, "password"), Address: clientAddress(r), Agent: agent(r)}
	if code := maybe[string](f, "code"); code != nil {
		who.Code = *code
	}
	if err := f.done("handlers.logIn"); err != nil {
		return err
	}
	token, p, err := s.Auth.LogIn(r.Context(), who)
	if err != nil {
		return refusedLogIn(err)
	}
	s.openSession(w, r, token)
	return s.writeSession(w, r, http.StatusCreated, p, at)
}

// secretsAreSafe refuses passwords that cross a network readable.
func (s *Server) secretsAreSafe(r *http.Request) error {
	if s.secure(r) || s.PlainLogin || fromHere(r) {
		return nil
	}
	return &refusal{status: http.StatusForbidden, slug: "forbidden", detail: geo.Text{
		ID: "Masuk hanya dapat dilakukan lewat HTTPS. Hubungi administrator server ini.",
		EN: "Logging in needs HTTPS. Ask the administrator of this server."}}
}

// refusedLogIn is the problem of a wrong password, or of a second factor's
// code that is missing.
func refusedLogIn(err error) error {
	e, ok := errors.AsType[*geo.Error](err)
	if !ok || e.Kind != geo.Unauthorized {
		return err
	}
	if len(e.Fields) > 0 && e.Fields[0].Code == "second_factor" {
		return &refusal{status: http.StatusUnauthorized, slug: "second-factor", detail: e.Message}
	}
	return &refusal{status: http.StatusUnauthorized, slug: "login", detail: e.Message}
}

// openSession sets the cookie of a new session, and ends the one that the
// browser had before.
func (s *Server) openSession(w http.ResponseWriter, r *http.Request, token string) {
	if old, err := r.Cookie(s.cookieName(r)); err == nil {
		if err := s.Auth.LogOut(r.Context(), old.Value); err != nil {
			s.Logger.Warn("old session not ended", "request", requestID(r), "error", err)
		}
	}
	s.setCookie(w, r, token, int(auth.MaxTime.Seconds()))
}

// agent is what the browser calls itself, so that people know their sessions.
func agent(r *http.Request) string {
	text := r.UserAgent()
	return strings.ToValidUTF8(text[:min(len(text), maxAgentBytes)], "")
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
