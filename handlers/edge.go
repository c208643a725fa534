package handlers

import (
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/patok-id/patok/geo"
)

// requestHeader carries the id under which the log knows a request: in every
// answer, and in the request itself in place of whatever a stranger wrote there.
const requestHeader = "Patok-Request-Id"

// requestID is the id under which the log knows r, empty outside a server.
func requestID(r *http.Request) string { return r.Header.Get(requestHeader) }

// newRequestID is unlike any other by chance; nothing is guarded by it.
func newRequestID() string {
	var raw [8]byte
	for i, n := 0, rand.Uint64(); i < len(raw); i, n = i+1, n>>8 {
		raw[i] = byte(n)
	}
	var id [2 * len(raw)]byte
	hex.Encode(id[:], raw[:])
	return string(id[:])
}

// edge is the outermost layer: it names the request, counts and logs it, and
// turns a panic into a problem.
func (s *Server) edge(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin, rec, id := time.Now(), &recorder{ResponseWriter: w}, []string{newRequestID()}
		r.Header[requestHeader], w.Header()[requestHeader] = id, id
		defer func() {
			if v := recover(); v != nil {
				s.panicked(rec, r, v)
			}
			route, took := chi.RouteContext(r.Context()).RoutePattern(), time.Since(begin)
			s.metrics.observe(asked{r.Method, route, rec.code()}, took)
			s.logRequest(r, rec, route, took)
		}()
		next.ServeHTTP(rec, r)
	})
}

// panicked answers a panic, unless an answer has begun: then only the
// connection can tell the client.
func (s *Server) panicked(w *recorder, r *http.Request, v any) {
	if v == http.ErrAbortHandler {
		panic(v)
	}
	s.Logger.Error("handler panicked", "request", requestID(r), "method", r.Method, "path", r.URL.Path,
		"panic", fmt.Sprint(v), "stack", string(debug.Stack()))
	s.metrics.panics.Inc()
	if w.status != 0 {
		panic(http.ErrAbortHandler)
	}
	writeProblem(w, r, s.describe(w.Header(), r, &geo.Error{Kind: geo.Internal, Op: "handlers.edge"}))
}

// logRequest writes one line per request: changes always, reads for those who
// look for them. The query is left out, since people search for names.
func (s *Server) logRequest(r *http.Request, w *recorder, route string, took time.Duration) {
	level := slog.LevelDebug
	if !safe(r.Method) {
		level = slog.LevelInfo
	}
	if !s.Logger.Enabled(r.Context(), level) {
		return
	}
	s.Logger.LogAttrs(r.Context(), level, "request", slog.String("request", requestID(r)), slog.String("method", r.Method),
		slog.String("path", r.URL.Path), slog.String("route", route), slog.Int("status", w.code()),
		slog.Int64("bytes", w.bytes), slog.Duration("took", took), slog.String("client", clientAddress(r)))
}

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader notes the status, and protects what is a document.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
		protectDocument(w.Header())
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write notes the length.
func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *recorder) code() int {
	if w.status == 0 {
		return 499 // nothing was answered: the client had gone
	}
	return w.status
}

// limitTime ends a request's work after the server's Timeout.
func (s *Server) limitTime(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), s.Timeout)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}
