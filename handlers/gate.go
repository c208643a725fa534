package handlers

import (
	"context"
	"math"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/patok-id/patok/geo"
)

// urgency orders work that takes long enough to have to wait its turn.
type urgency int

// The urgencies, most urgent first.
const (
	interactive urgency = iota // somebody looks at a map: a tile that is not kept, a search, a short list
	bulk                       // a program reads much: a long list
	lengthy                    // seconds of work: a file, the past
	urgencies
)

// String is the urgency's name in metrics.
func (u urgency) String() string {
	return [urgencies]string{"interactive", "bulk", "lengthy"}[u]
}

// How many wait at most for each urgency, of one client and of all. What is
// beyond is refused at once, since by its turn nobody would wait for it any more.
const (
	waitingOfOne = 256
	waitingOfAll = 1024
	busyAgain    = 2 * time.Second // when those who are refused may come again
)

// gate lets as much work go on at once as there are processors. Whoever finds no
// place waits; the more urgent come first, and of the same urgency the clients
// take turns, so that one who asks for much waits for itself. At most half of the
// places are given to lengthy work. What comes from memory as it lies there
// passes no gate.
type gate struct {
	mu      sync.Mutex
	places  int
	busy    [urgencies]int
	lines   [urgencies]line
	waited  *prometheus.HistogramVec
	refused *prometheus.CounterVec
}

func newGate() *gate {
	return &gate{
		places: max(2, runtime.GOMAXPROCS(0)),
		waited: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "patok_gate_wait_seconds", Help: "Time that work waited for its turn, by urgency.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}}, []string{"urgency"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "patok_gate_refused_total", Help: "Requests refused since too many waited, by urgency."}, []string{"urgency"}),
	}
}

// admission is a place that was given, until leave.
type admission struct {
	gate    *gate
	urgency urgency
	left    bool
}

// waiter waits in a line for its place.
type waiter struct {
	from  client
	place *admission
	given chan struct{} // closed once the place may be used
}

// enter waits for a place, at most as long as ctx lasts. When too many wait it
// refuses at once.
func (g *gate) enter(ctx context.Context, u urgency, from client) (*admission, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p := &admission{gate: g, urgency: u}
	g.mu.Lock()
	if g.free(u) {
		g.busy[u]++
		g.mu.Unlock()
		return p, nil
	}
	w := &waiter{from: from, place: p, given: make(chan struct{})}
	ok := g.lines[u].add(w)
	g.mu.Unlock()
	if !ok {
		g.refused.WithLabelValues(u.String()).Inc()
		return nil, errBusy()
	}
	began := time.Now()
	select {
	case <-w.given:
		g.waited.WithLabelValues(u.String()).Observe(time.Since(began).Seconds())
		return p, nil
	case <-ctx.Done():
		g.mu.Lock()
		waiting := g.lines[u].remove(w)
		g.mu.Unlock()
		if !waiting { // the place was given meanwhile
			p.leave()
		}
		return nil, ctx.Err()
	}
}

// free reports whether work of an urgency may begin. A place is never free while
// somebody waits for it: leave has given it away.
func (g *gate) free(u urgency) bool {
	busy := 0
	for _, n := range g.busy {
		busy += n
	}
	return busy < g.places && (u != lengthy || g.busy[lengthy] < max(1, g.places/2))
}

// leave gives the place to who waits. Only the first call counts.
func (p *admission) leave() {
	g := p.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	if p.left {
		return
	}
	p.left = true
	g.busy[p.urgency]--
	for u := range urgencies {
		for g.lines[u].length > 0 && g.free(u) {
			next := g.lines[u].next()
			g.busy[u]++
			close(next.given)
		}
	}
}

// waiting is how many wait for an urgency.
func (g *gate) waiting(u urgency) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.lines[u].length
}

// line is those who wait for one urgency. Clients take turns.
type line struct {
	length int
	turns  [][]*waiter // of one client each; the first is whose turn it is
}

func (l *line) of(from client) int {
	return slices.IndexFunc(l.turns, func(queue []*waiter) bool { return queue[0].from == from })
}

// add is false when too many wait already.
func (l *line) add(w *waiter) bool {
	if l.length >= waitingOfAll {
		return false
	}
	i := l.of(w.from)
	switch {
	case i < 0:
		l.turns = append(l.turns, []*waiter{w})
	case len(l.turns[i]) >= waitingOfOne:
		return false
	default:
		l.turns[i] = append(l.turns[i], w)
	}
	l.length++
	return true
}

// next takes out whose turn it is; their client's next turn comes after everybody
// else's. The line must not be empty.
func (l *line) next() *waiter {
	queue := l.turns[0]
	l.turns = slices.Delete(l.turns, 0, 1)
	if len(queue) > 1 {
		l.turns = append(l.turns, queue[1:])
	}
	l.length--
	return queue[0]
}

// remove takes out a waiter who has gone; false when it is there no more.
func (l *line) remove(w *waiter) bool {
	i := l.of(w.from)
	if i < 0 {
		return false
	}
	at := slices.Index(l.turns[i], w)
	if at < 0 {
		return false
	}
	if l.turns[i] = slices.Delete(l.turns[i], at, at+1); len(l.turns[i]) == 0 {
		l.turns = slices.Delete(l.turns, i, i+1)
	}
	l.length--
	return true
}

func errBusy() error {
	return &refusal{status: http.StatusServiceUnavailable, slug: slugBusy,
		header: http.Header{"Retry-After": {strconv.Itoa(int(math.Ceil(busyAgain.Seconds())))}}, detail: geo.Text{
			ID: "Server sedang sangat sibuk. Coba lagi beberapa detik lagi.",
			EN: "The server is very busy. Try again in a few seconds."}}
}

// admitted is an answer whose work has a place. The place is left when the answer
// begins: a slow reader holds none.
type admitted struct {
	http.ResponseWriter
	place *admission
}

// WriteHeader leaves the place.
func (w *admitted) WriteHeader(status int) {
	w.place.leave()
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *admitted) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// admit waits for a place for the work of an answer that is then written to the
// writer returned. Whoever calls it defers leave, for answers that never begin.
func (s *Server) admit(w http.ResponseWriter, r *http.Request, p geo.Principal, u urgency) (_ http.ResponseWriter, leave func(), err error) {
	at, err := s.gate.enter(r.Context(), u, clientOf(p, r))
	if err != nil {
		return nil, nil, err
	}
	return &admitted{w, at}, at.leave, nil
}
