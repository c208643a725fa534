package handlers

import (
	"net/http"
	"sync"
)

// Server answers Patok's public HTTP. It is an http.Handler.
type Server struct {
	Config
	router  http.Handler
	ops     http.Handler
	closing chan struct{}
	once    sync.Once
}

// New returns a server of config, or an error that says what config lacks.
func New(config Config) (*Server, error) {
	config, err := config.complete()
	if err != nil {
		return nil, err
	}
	return &Server{Config: config, closing: make(chan struct{})}, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.router.ServeHTTP(w, r) }

// Ops is the handler of the operators' listener: /metrics, /healthz, /readyz
// and /digests. It has no log-in: it must not be reachable by the public.
func (s *Server) Ops() http.Handler { return s.ops }

// Close ends the open event streams, so that the HTTP server can shut down.
// Give it to http.Server.RegisterOnShutdown.
func (s *Server) Close() { s.once.Do(func() { close(s.closing) }) }
