package handlers

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// metrics are the server's numbers, in a registry of their own. Every label
// has few values: routes are patterns, never paths.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	panics   prometheus.Counter
	learning sync.Mutex
	counted  atomic.Pointer[map[asked]counted] // never written once it stands here
}

// asked is what requests are counted by. The route is a pattern, "" for none.
type asked struct {
	method, route string
	status        int
}

// counted is where the requests of a kind are counted.
type counted struct {
	requests prometheus.Counter
	duration prometheus.Observer // nil where streams are long by nature
}

func newMetrics(s *Server) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "patok_http_requests_total", Help: "Requests answered, by method, route and status."}, []string{"method", "route", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "patok_http_request_duration_seconds", Help: "Time to answer a request; event streams are left out.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}}, []string{"route"}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "patok_http_panics_total", Help: "Requests whose handler panicked."}),
	}
	m.registry.MustRegister(m.requests, m.duration, m.panics, s.gate.waited, s.gate.refused, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	gauge := func(name, help string, value func() float64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
	}
	counter := func(name, help string, value *atomic.Int64) {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help},
			func() float64 { return float64(value.Load()) }))
	}
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "patok_build_info", Help: "1, with the binary's version.",
		ConstLabels: prometheus.Labels{"version": s.Version}}, func() float64 { return 1 }))
	for u := range urgencies {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "patok_gate_waiting", Help: "Work that waits for its turn, by urgency.",
			ConstLabels: prometheus.Labels{"urgency": u.String()}}, func() float64 { return float64(s.gate.waiting(u)) }))
	}
	gauge("patok_tiles_held", "Tiles in the cache, in all their codings.", func() float64 { n, _ := s.Tiles.Held(); return float64(n) })
	gauge("patok_tiles_bytes", "Bytes of the tiles in the cache.", func() float64 { _, size := s.Tiles.Held(); return float64(size) })
	gauge("patok_snapshot_revision", "Revision of the snapshot that is answered from.", func() float64 { return float64(s.Live.Snapshot().Revision()) })
	gauge("patok_feed_lag_seconds", "Time since the snapshot was last known to be at the log's end.", func() float64 { return s.Follower.Lag().Seconds() })
	gauge("patok_ready", "1 when the node follows the log without a break.", func() float64 {
		if s.Follower.Ready() {
			return 1
		}
		return 0
	})
	gauge("patok_event_subscribers", "Open event streams.", func() float64 { return float64(s.Hub.Subscribers()) })
	gauge("patok_feed_listening", "1 while the database wakes the follower up.", func() float64 { return float64(s.Follower.Counters.Listening.Load()) })
	c := &s.Follower.Counters
	counter("patok_feed_revisions_total", "Revisions applied.", &c.Revisions)
	counter("patok_feed_changes_total", "Changes applied.", &c.Changes)
	counter("patok_feed_reloads_total", "Full loads, the first one included.", &c.Reloads)
	counter("patok_feed_broken_total", "Batches that broke the invariant of the log.", &c.Broken)
	counter("patok_feed_errors_total", "Failed reads of the log.", &c.Errors)
	counter("patok_feed_compared_total", "Comparisons of digests with the database.", &c.Compared)
	counter("patok_feed_different_total", "Comparisons that found a difference: alarms.", &c.Different)
	return m
}

// knownMethods keeps invented methods out of the labels.
var knownMethods = [...]string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions}

// observe counts a request and the time that it took.
func (m *metrics) observe(a asked, took time.Duration) {
	c, known := counted{}, false
	if all := m.counted.Load(); all != nil {
		c, known = (*all)[a]
	}
	if !known {
		c = m.learn(a)
	}
	c.requests.Inc()
	if c.duration != nil {
		c.duration.Observe(took.Seconds())
	}
}

// learn finds where requests like a are counted, and remembers it for those that
// come after. There are as many as routes times statuses: an invented method is
// looked up each time.
func (m *metrics) learn(a asked) counted {
	method, route := a.method, a.route
	invented := !slices.Contains(knownMethods[:], method)
	if invented {
		method = "other"
	}
	if route == "" {
		route = "none"
	}
	c := counted{requests: m.requests.WithLabelValues(method, route, strconv.Itoa(a.status))}
	if route != patternEvents {
		c.duration = m.duration.WithLabelValues(route)
	}
	if invented {
		return c
	}
	m.learning.Lock()
	defer m.learning.Unlock()
	next := map[asked]counted{a: c}
	if all := m.counted.Load(); all != nil {
		maps.Copy(next, *all)
	}
	m.counted.Store(&next)
	return c
}
