package handlers

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/patok-id/patok/geo"
)

type requestKey struct{}

// requestID is the id under which the log knows r, empty outside a server.
func requestID(r *http.Request) string {
	id, _ := r.Context().Value(requestKey{}).(string)
	return id
}

// edge is the outermost layer: it names the request, counts and logs it, and
// turns a panic into a problem.
func (s *Server) edge(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var id [8]byte
		_, _ = rand.Read(id[:]) // never fails
		ctx := context.WithValue(r.Context(), requestKey{}, hex.EncodeToString(id[:]))
		routing := chi.NewRouteContext()
		r = r.WithContext(context.WithValue(ctx, chi.RouteCtxKey, routing))
		begin := time.Now()
		rec := &recorder{ResponseWriter: w}
		rec.Header().Set("Patok-Request-Id", requestID(r))
		defer func() {
			if v := recover(); v != nil {
				s.panicked(rec, r, v)
			}
			s.metrics.observe(r.Method, routing.RoutePattern(), rec.code(), time.Since(begin))
			s.logRequest(r, rec, routing.RoutePattern(), time.Since(begin))
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
	if r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodOptions {
		level = slog.LevelInfo
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

// WriteHeader notes the status.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write notes the length.
func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
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
