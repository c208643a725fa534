package handlers

import (
	"net/http"
	"sync"
	"sync/atomic"
)

// Server answers Patok's public HTTP. It is an http.Handler.
type Server struct {
	Config
	router      http.Handler
	routes      routes
	crossOrigin *http.CrossOriginProtection
	metrics     *metrics
	gate        *gate
	buffers     buffers
	settings    settingsCache
	signIn      signInClient
	audit       *auditor
	page        *page
	pasts       pasts
	figuresKept figuresKept
	runs        *runs
	network     walkways
	workbooks   atomic.Int32 // that are being made
	imports     atomic.Int32 // files that are being read
	closing     chan struct{}
	once        sync.Once
}

// New returns a server of config, or an error that says what config lacks.
func New(config Config) (*Server, error) {
	config, err := config.complete()
	if err != nil {
		return nil, err
	}
	s := &Server{Config: config, closing: make(chan struct{}), crossOrigin: http.NewCrossOriginProtection(),
		signIn: signInClient{http: http.Client{Timeout: providerTime}}}
	if s.BaseURL != "" {
		if err := s.crossOrigin.AddTrustedOrigin(s.BaseURL); err != nil {
			return nil, err
		}
	}
	if s.page, err = loadPage(config.Page, config.Built); err != nil {
		return nil, err
	}
	s.gate = newGate()
	s.metrics = newMetrics(s)
	s.runs = newRuns(s.Clock)
	s.audit = newAuditor(s.Store.Audit, s.Clock)
	s.router, s.routes = s.buildRouter()
	return s, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.router.ServeHTTP(w, r) }

// Close ends the open event streams, so that the HTTP server can shut down.
// Give it to http.Server.RegisterOnShutdown.
func (s *Server) Close() { s.once.Do(func() { close(s.closing) }) }
