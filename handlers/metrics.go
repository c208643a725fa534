package handlers

import (
	"net/http"
	"slices"
	"strconv"
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
	m.registry.MustRegister(m.requests, m.duration, m.panics, collectors.NewGoCollector(),
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

func (m *metrics) observe(method, route string, status int, took time.Duration) {
	if !slices.Contains(knownMethods[:], method) {
		method = "other"
	}
	if route == "" {
		route = "none"
	}
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
	if route != patternEvents {
		m.duration.WithLabelValues(route).Observe(took.Seconds())
	}
}
