package handlers

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// action answers one request for p from snapshot at. It either writes a whole
// answer or returns an error and writes nothing.
type action func(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error

// How old the last sight of the database may be before answers declare it,
// and how long a read waits for the revision that it asks for.
const (
	staleAfter  = 5 * time.Second
	waitAtMost  = 2 * time.Second
	minRevision = "Patok-Min-Revision"
)

// public answers everybody alike, without a look at who asks.
func (s *Server) public(h action) http.HandlerFunc {
	return s.answer(h, func(*http.Request) (geo.Principal, error) { return geo.Public, nil })
}

// anyone answers the public and those who are logged in.
func (s *Server) anyone(h action) http.HandlerFunc { return s.answer(h, s.principal) }

// reader is anyone, but when who asks cannot be found out since the database
// is away they are answered as the public.
func (s *Server) reader(h action) http.HandlerFunc { return s.answer(h, s.readingPrincipal) }

// readingPrincipal is who asks, for what everybody may read some of.
func (s *Server) readingPrincipal(r *http.Request) (geo.Principal, error) {
	p, err := s.principal(r)
	if k := geo.KindOf(err); err != nil && (k == geo.Unavailable || k == geo.Internal) {
		return geo.Public, nil
	}
	return p, err
}

// member answers only those who are logged in.
func (s *Server) member(h action) http.HandlerFunc {
	return s.answer(h, func(r *http.Request) (geo.Principal, error) {
		p, err := s.principal(r)
		if err == nil && p.Anonymous() {
			err = notLoggedIn("handlers.member")
		}
		return p, err
	})
}

func notLoggedIn(op string) error {
	return &geo.Error{Kind: geo.Unauthorized, Op: op, Message: geo.Text{ID: "Silakan masuk terlebih dahulu.", EN: "Please log in first."}}
}

// person answers only people who are logged in with a cookie: no program may
// change accounts, passwords, sessions or tokens.
func (s *Server) person(h action) http.HandlerFunc { return s.member(byPerson(h)) }

func byPerson(h action) action {
	return func(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
		if p.Token {
			return &geo.Error{Kind: geo.Forbidden, Op: "handlers.byPerson", Message: geo.Text{
				ID: "Token tidak dapat dipakai di sini. Masuk dengan kata sandi.", EN: "A token is not taken here. Log in with a password."}}
		}
		return h(w, r, p, at)
	}
}

// answer is the adapter around every action: it waits for the revision that
// the request wants, pins the snapshot, finds out who asks, and turns an error
// into a problem.
func (s *Server) answer(h action, who func(*http.Request) (geo.Principal, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		at, err := s.snapshot(r)
		s.declare(w, at)
		if err == nil {
			err = s.sameOrigin(r)
		}
		var p geo.Principal
		if err == nil {
			p, err = who(r)
		}
		if err == nil && p.ReadOnly && !safe(r.Method) {
			err = readOnly(p)
		}
		if err == nil {
			err = h(w, r, p, at)
		}
		if err != nil {
			s.fail(w, r, s.noteFailure(r, p, at, err))
		}
	}
}

// readOnly is the refusal of a change by p, who may only read.
func readOnly(p geo.Principal) error {
	if p.ViewedBy != nil {
		return &refusal{status: http.StatusForbidden, slug: "viewing", detail: geo.Text{
			ID: "Anda sedang melihat sebagai " + p.Title + ". Akhiri dahulu untuk mengubah sesuatu.",
			EN: "You are looking as " + p.Title + ". End that first to change anything."}}
	}
	return &geo.Error{Kind: geo.Forbidden, Op: "handlers.readOnly", Message: geo.Text{
		ID: "Token ini hanya untuk membaca.", EN: "This token may only read."}}
}

// snapshot returns the current snapshot, after a wait when the request names a
// revision that this node does not have yet.
func (s *Server) snapshot(r *http.Request) (*index.Snapshot, error) {
	at := s.Live.Snapshot()
	if named := r.Header.Get(minRevision); named != "" {
		n, err := strconv.ParseInt(named, 10, 64)
		if err != nil || n < 0 {
			return at, badRequest("handlers.snapshot", minRevision+" harus bilangan.", minRevision+" must be a number.")
		}
		if at.Revision() < n {
			ctx, cancel := context.WithTimeout(r.Context(), waitAtMost)
			defer cancel()
			err := s.Follower.WaitFor(ctx, n)
			if at = s.Live.Snapshot(); err != nil && at.Revision() < n {
				return at, &geo.Error{Kind: geo.Unavailable, Op: "handlers.snapshot", RetryAfter: time.Second, Err: err, Message: geo.Text{
					ID: "Perubahan itu belum sampai di server ini. Coba lagi sebentar lagi.",
					EN: "That change has not reached this server yet. Try again in a moment."}}
			}
		}
	}
	if at.Epoch() == "" {
		return at, &geo.Error{Kind: geo.Unavailable, Op: "handlers.snapshot", RetryAfter: time.Second, Message: geo.Text{
			ID: "Server sedang memuat data. Coba lagi sebentar lagi.",
			EN: "The server is loading its data. Try again in a moment."}}
	}
	return at, nil
}

// declare says which revision is shown, and how old it may be when the
// database is away.
func (s *Server) declare(w http.ResponseWriter, at *index.Snapshot) {
	h := w.Header()
	h.Set("Patok-Revision", strconv.FormatInt(at.Revision(), 10))
	if lag := s.Follower.Lag(); lag > staleAfter {
		h.Set("Patok-Stale", strconv.Itoa(int(lag.Seconds())))
		h.Set("Patok-As-Of", at.CommittedAt().UTC().Format(time.RFC3339Nano))
	}
}

// The media types of answers.
const (
	typeJSON    = "application/json"
	typeGeoJSON = "application/geo+json"
	typeOpenAPI = "application/vnd.oai.openapi+json;version=3.0"
	typeHTML    = "text/html"
	utf8Suffix  = "; charset=utf-8"
)

// writeJSON answers with v as JSON.
func writeJSON(w http.ResponseWriter, r *http.Request, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return geo.Wrap("handlers.writeJSON", err)
	}
	if err := accepts(r, typeJSON); err != nil {
		return err
	}
	writeBody(w, r, status, typeJSON+utf8Suffix, body)
	return nil
}

// writePrivate answers with v as JSON that nobody may keep.
func writePrivate(w http.ResponseWriter, r *http.Request, status int, v any) error {
	w.Header().Set("Cache-Control", "private, no-store")
	return writeJSON(w, r, status, v)
}

// writeNothing answers that it is done.
func writeNothing(w http.ResponseWriter) error {
	w.Header().Set("Cache-Control", "private, no-store")
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// writeBody answers with body, compressed where the client takes it and the
// answer allows it. What a client's connection does is not our error.
func writeBody(w http.ResponseWriter, r *http.Request, status int, contentType string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-cache")
	}
	h.Add("Vary", "Accept, Accept-Encoding, Accept-Language")
	if worthCompressing(h, r, body) {
		h.Set("Content-Encoding", "gzip")
		body = gzipOf(body)
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}
