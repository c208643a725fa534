package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"

	"github.com/patok-id/patok/geo"
)

// refusal is a problem that only HTTP has: a method, a media type, a missing
// header. Everything else is a *geo.Error.
type refusal struct {
	status int
	slug   string
	detail geo.Text
	header http.Header    // added to the answer
	extra  map[string]any // further members of the document
}

func (e *refusal) Error() string { return e.slug + ": " + e.detail.EN }

// outcome is what a kind of error becomes.
type outcome struct {
	status int
	slug   string
}

// outcomeOf is the one table from kinds of errors to HTTP.
func outcomeOf(k geo.Kind) outcome {
	switch k {
	case geo.Invalid:
		return outcome{http.StatusUnprocessableEntity, "invalid"}
	case geo.BadRequest:
		return outcome{http.StatusBadRequest, "invalid"}
	case geo.NotFound:
		return outcome{http.StatusNotFound, "not-found"}
	case geo.Unauthorized:
		return outcome{http.StatusUnauthorized, "unauthorized"}
	case geo.Forbidden:
		return outcome{http.StatusForbidden, "forbidden"}
	case geo.Duplicate:
		return outcome{http.StatusConflict, "duplicate"}
	case geo.Conflict:
		return outcome{http.StatusConflict, "conflict"}
	case geo.Waiting:
		return outcome{http.StatusConflict, "waiting"}
	case geo.Conflicting:
		return outcome{http.StatusConflict, "conflicting"}
	case geo.Stale:
		return outcome{http.StatusPreconditionFailed, "stale"}
	case geo.NoVersion:
		return outcome{http.StatusPreconditionRequired, "if-match-required"}
	case geo.TooLarge:
		return outcome{http.StatusRequestEntityTooLarge, "too-large"}
	case geo.RateLimited:
		return outcome{http.StatusTooManyRequests, "rate-limited"}
	case geo.Unavailable:
		return outcome{http.StatusServiceUnavailable, "unavailable"}
	}
	return outcome{http.StatusInternalServerError, "internal"}
}

// titleOf names a problem in both languages. The slug is its stable type.
func titleOf(slug string) geo.Text {
	switch slug {
	case "invalid":
		return geo.Text{ID: "Isian tidak sah", EN: "Invalid input"}
	case "identifiers":
		return geo.Text{ID: "Berkas memuat data per orang", EN: "The file holds data about persons"}
	case "not-found":
		return geo.Text{ID: "Tidak ditemukan", EN: "Not found"}
	case "method-not-allowed":
		return geo.Text{ID: "Cara tidak diizinkan", EN: "Method not allowed"}
	case "not-acceptable":
		return geo.Text{ID: "Bentuk tidak tersedia", EN: "Not acceptable"}
	case "unsupported-media-type":
		return geo.Text{ID: "Jenis isi tidak didukung", EN: "Unsupported media type"}
	case "too-large":
		return geo.Text{ID: "Terlalu besar", EN: "Too large"}
	case "login":
		return geo.Text{ID: "Gagal masuk", EN: "Log-in failed"}
	case "second-factor":
		return geo.Text{ID: "Kode diperlukan", EN: "Code needed"}
	case "viewing":
		return geo.Text{ID: "Sedang melihat sebagai orang lain", EN: "Looking as somebody else"}
	case "unauthorized":
		return geo.Text{ID: "Belum masuk", EN: "Not logged in"}
	case "forbidden":
		return geo.Text{ID: "Tidak berwenang", EN: "Not allowed"}
	case "csrf":
		return geo.Text{ID: "Permintaan dari luar ditolak", EN: "Request from elsewhere refused"}
	case "duplicate":
		return geo.Text{ID: "Mungkin sudah ada", EN: "Possibly there already"}
	case "stale":
		return geo.Text{ID: "Sudah diubah orang lain", EN: "Changed by somebody else"}
	case "if-match-required":
		return geo.Text{ID: "If-Match diperlukan", EN: "If-Match required"}
	case "conflict":
		return geo.Text{ID: "Keadaan tidak mengizinkan", EN: "Conflict"}
	case "waiting":
		return geo.Text{ID: "Masih menunggu pemeriksaan", EN: "Still waiting for review"}
	case "conflicting":
		return geo.Text{ID: "Isian yang sama sudah diubah", EN: "The same field was changed"}
	case slugBusy:
		return geo.Text{ID: "Server sedang sibuk", EN: "The server is busy"}
	case "rate-limited":
		return geo.Text{ID: "Terlalu sering", EN: "Too many requests"}
	case "unavailable":
		return geo.Text{ID: "Belum dapat dilayani", EN: "Unavailable for now"}
	}
	return geo.Text{ID: "Kesalahan pada server", EN: "Server error"}
}

// slugBusy is the problem of a server that has more to do than it can.
const slugBusy = "busy"

// problemType is the stable type of a problem.
func problemType(slug string) string { return "/problems/" + slug }

// problem is an RFC 9457 document; extra holds its extension members.
type problem struct {
	Type      string           `json:"type"`
	Title     string           `json:"title"`
	Status    int              `json:"status"`
	Detail    string           `json:"detail"`
	Instance  string           `json:"instance"`
	RequestID string           `json:"requestId"`
	Errors    []map[string]any `json:"errors,omitempty"`
	extra     map[string]any
}

// MarshalJSON writes the members of RFC 9457 first, then the extensions.
func (p problem) MarshalJSON() ([]byte, error) {
	type plain problem
	body, err := json.Marshal(plain(p))
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(p.extra)) {
		value, err := json.Marshal(p.extra[name])
		if err != nil {
			return nil, err
		}
		body = append(body[:len(body)-1], ',')
		body = appendString(body, name)
		body = append(append(append(body, ':'), value...), '}')
	}
	return body, nil
}

// fail answers err as application/problem+json and logs it when it is ours.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		s.Logger.Debug("client went away", "request", requestID(r), "path", r.URL.Path)
		return
	}
	p := s.describe(w.Header(), r, err)
	if p.Status >= 500 && p.Type != problemType(slugBusy) { // that one is counted, and comes in thousands
		s.Logger.LogAttrs(r.Context(), slog.LevelError, "request failed", slog.String("request", requestID(r)),
			slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.Int("status", p.Status), slog.String("error", err.Error()))
	}
	writeProblem(w, r, p)
}

// describe makes the document for err, and sets the headers that go with it.
func (s *Server) describe(h http.Header, r *http.Request, err error) problem {
	lang := language(r)
	p := problem{Instance: r.URL.Path, RequestID: requestID(r), extra: map[string]any{}}
	if no, ok := errors.AsType[*refusal](err); ok {
		maps.Copy(h, no.header)
		maps.Copy(p.extra, no.extra)
		maps.Copy(p.extra, no.extra)
		p.Status, p.Type, p.Detail = no.status, no.slug, no.detail.In(lang)
	} else {
		s.describeError(h, &p, asError(err), lang)
	}
	p.Title = titleOf(p.Type).In(lang)
	if p.Detail == "" {
		p.Detail = p.Title + "."
	}
	p.Type = problemType(p.Type)
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="patok"`)
	}
	return p
}

// asError gives err as a *geo.Error: a deadline is Unavailable, a body beyond
// its limit is TooLarge, everything else that is none is Internal.
func asError(err error) *geo.Error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return &geo.Error{Kind: geo.TooLarge, Op: "handlers", Err: err, Message: geo.Text{
			ID: "Isi permintaan terlalu besar.", EN: "The request's body is too large."}}
	}
	if e, ok := errors.AsType[*geo.Error](err); ok && e.Kind != geo.Internal {
		return e
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &geo.Error{Kind: geo.Unavailable, Op: "handlers", Err: err, Message: geo.Text{
			ID: "Server terlalu lama menjawab. Coba lagi.", EN: "The server took too long. Try again."}}
	}
	return &geo.Error{Kind: geo.Internal, Op: "handlers", Err: err, Message: geo.Text{
		ID: "Terjadi kesalahan pada server. Data Anda tidak berubah oleh permintaan yang gagal.",
		EN: "Something went wrong on the server. A failed request changes nothing."}}
}

func (s *Server) describeError(h http.Header, p *problem, e *geo.Error, lang string) {
	o := outcomeOf(e.Kind)
	p.Status, p.Type, p.Detail = o.status, o.slug, e.Message.In(lang)
	for _, f := range e.Fields {
		item := map[string]any{}
		maps.Copy(item, f.Detail)
		if e.Kind != geo.Conflicting { // where each field has values of its own
			maps.Copy(p.extra, f.Detail)
		}
		item["pointer"], item["code"], item["message"] = f.Pointer, f.Code, f.Message.In(lang)
		p.Errors = append(p.Errors, item)
	}
	switch e.Kind {
	case geo.RateLimited, geo.Unavailable:
		h.Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(e.RetryAfter.Seconds())))))
	case geo.Stale:
		p.extra["current"] = nil
		if e.Current != nil {
			body := s.feature(e.Current, private)
			h.Set("ETag", etagOf(e.Current.Version, body))
			p.extra["current"] = json.RawMessage(body)
		}
	case geo.Waiting:
		if e.Batch != 0 {
			p.extra["batch"] = e.Batch
		} else {
			p.extra["proposal"] = e.Proposal
		}
	case geo.Duplicate:
		candidates := make([]json.RawMessage, len(e.Candidates))
		for i, a := range e.Candidates {
			candidates[i] = s.feature(a, public)
		}
		p.extra["candidates"] = candidates
	}
}

// writeProblem answers with p. A problem is never cached.
func writeProblem(w http.ResponseWriter, r *http.Request, p problem) {
	body, err := json.Marshal(p)
	if err != nil {
		body = []byte(`{"type":"/problems/internal","status":500}`) // cannot happen: all values are plain
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Language", language(r))
	h.Del("Content-Encoding")
	if p.Status != http.StatusPreconditionFailed {
		h.Del("ETag")
	}
	writeBody(w, r, p.Status, "application/problem+json"+utf8Suffix, body)
}

func badRequest(op, id, en string) error {
	return &geo.Error{Kind: geo.BadRequest, Op: op, Message: geo.Text{ID: id, EN: en}}
}
