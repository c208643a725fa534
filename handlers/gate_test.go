package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func clientAt(n byte) client {
	return client{address: netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, 2, n}), 32)}
}

// busyGate is a gate whose places are all taken, by admissions that are returned.
func busyGate(t *testing.T) (*gate, []*admission) {
	g := newGate()
	g.places = 2
	taken := make([]*admission, g.places)
	for i := range taken {
		var err error
		if taken[i], err = g.enter(t.Context(), interactive, clientAt(0)); err != nil {
			t.Fatal(err)
		}
	}
	return g, taken
}

// queue has somebody wait in a line, and waits until they do. Their name is sent
// to served once they have a place, which they leave.
func queue(t *testing.T, g *gate, u urgency, from client, name string, served chan<- string) {
	go func() {
		at, err := g.enter(t.Context(), u, from)
		if err != nil {
			t.Error(err)
			return
		}
		served <- name
		at.leave()
	}()
	synctest.Wait()
}

// TestGateTakesTurns: clients of the same urgency take turns, however many places
// one of them waits for, and the more urgent come first.
func TestGateTakesTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, taken := busyGate(t)
		g.places = 1
		served := make(chan string, 300)
		for range 200 {
			queue(t, g, interactive, clientAt(1), "greedy", served)
		}
		queue(t, g, bulk, clientAt(2), "bulk", served)
		queue(t, g, lengthy, clientAt(2), "lengthy", served)
		queue(t, g, interactive, clientAt(3), "polite", served)
		queue(t, g, interactive, clientAt(3), "polite", served)
		if g.waiting(interactive) != 202 || g.waiting(bulk) != 1 || g.waiting(lengthy) != 1 {
			t.Fatalf("%d, %d and %d wait", g.waiting(interactive), g.waiting(bulk), g.waiting(lengthy))
		}
		for _, a := range taken {
			a.leave()
			a.leave() // counts once
		}
		synctest.Wait()
		var order []string
		for range 204 {
			order = append(order, <-served)
		}
		if got := strings.Join(order[:4], " "); got != "greedy polite greedy polite" {
			t.Errorf("served in the order %s", got)
		}
		if got := strings.Join(order[202:], " "); got != "bulk lengthy" {
			t.Errorf("served last: %s", got)
		}
		if g.busy != [urgencies]int{} {
			t.Errorf("places that nobody has are taken: %v", g.busy)
		}
	})
}

// TestGateKeepsPlacesForTheUrgent: lengthy work takes half of the places at most.
func TestGateKeepsPlacesForTheUrgent(t *testing.T) {
	g := newGate()
	g.places = 4
	for range 2 {
		if _, err := g.enter(t.Context(), lengthy, clientAt(1)); err != nil {
			t.Fatal(err)
		}
	}
	gone, leave := context.WithTimeout(t.Context(), time.Millisecond)
	defer leave()
	if _, err := g.enter(gone, lengthy, clientAt(2)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a third one: %v", err)
	}
	for range 2 {
		if _, err := g.enter(t.Context(), interactive, clientAt(1)); err != nil {
			t.Error(err)
		}
	}
}

// TestGateForgetsWhoLeaves: who goes away while waiting leaves no trace, also when
// the place is given at the same moment.
func TestGateForgetsWhoLeaves(t *testing.T) {
	g, taken := busyGate(t)
	var group sync.WaitGroup
	for i := range 100 {
		ctx, cancel := context.WithCancel(t.Context())
		group.Go(func() {
			if a, err := g.enter(ctx, urgency(i%int(urgencies)), clientAt(byte(i%5))); err == nil {
				a.leave()
			}
		})
		group.Go(cancel)
		if i == 50 {
			group.Go(func() { taken[0].leave() })
		}
	}
	group.Wait()
	taken[1].leave()
	if g.busy != [urgencies]int{} {
		t.Errorf("places that nobody has are taken: %v", g.busy)
	}
	for u := range urgencies {
		if g.waiting(u) != 0 || len(g.lines[u].turns) != 0 {
			t.Errorf("%d wait for %s", g.waiting(u), u)
		}
	}
}

// TestGateRefusesAtOnce: beyond the limits nobody waits.
func TestGateRefusesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, taken := busyGate(t)
		served := make(chan string, 2*waitingOfAll)
		for c := range waitingOfAll / waitingOfOne {
			for range waitingOfOne {
				queue(t, g, bulk, clientAt(byte(c)), "", served)
			}
			if c > 0 {
				continue
			}
			_, err := g.enter(t.Context(), bulk, clientAt(0))
			if no, ok := errors.AsType[*refusal](err); !ok || no.status != http.StatusServiceUnavailable || no.header.Get("Retry-After") != "2" {
				t.Fatalf("one more of a client that has many waiting: %v", err)
			}
		}
		if _, err := g.enter(t.Context(), bulk, clientAt(200)); err == nil {
			t.Error("another client, where the line is full, is not refused")
		}
		for _, a := range taken {
			a.leave()
		}
		synctest.Wait()
		if len(served) != waitingOfAll {
			t.Errorf("%d were served", len(served))
		}
	})
}

// TestBusy: a full server refuses fast and properly, and still answers what it has
// in memory.
func TestBusy(t *testing.T) {
	n := newNode(t)
	n.makePosyandu(own)
	n.expect(200, "GET", costTile)
	for range n.gate.places {
		a, err := n.gate.enter(t.Context(), interactive, clientAt(1))
		n.must(err)
		defer a.leave()
	}
	n.gate.mu.Lock()
	for u := range urgencies {
		n.gate.lines[u].length += waitingOfAll
	}
	n.gate.mu.Unlock()
	for _, path := range []string{"/tiles/posyandu/15/26578/17096.mvt", "/api/collections/posyandu/items", "/api/collections/posyandu/items?limit=5000", "/api/search?q=pos", "/api/collections/posyandu/items.csv"} {
		began := time.Now()
		a := n.expect(503, "GET", path)
		if a.json["type"] != "/problems/busy" || a.header.Get("Retry-After") != "2" || time.Since(began) > 5*time.Second {
			t.Errorf("%s: %v %s after %v", path, a.header, a.body, time.Since(began))
		}
	}
	for _, path := range []string{costTile, "/api/nearest?lon=112&lat=-7.8", "/healthz"} {
		n.expect(200, "GET", path)
	}
	if strings.Contains(n.log.String(), "request failed") {
		t.Error("refusals fill the log")
	}
	n.gate.mu.Lock()
	for u := range urgencies {
		n.gate.lines[u].length -= waitingOfAll
	}
	n.gate.mu.Unlock()
}

// TestGreedyClient: while one client keeps 200 requests under way, the longest that
// another waits is what is being worked on and one turn of the greedy one.
func TestGreedyClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const work = 5 * time.Millisecond
		g := newGate()
		g.places = 2
		ctx, stop := context.WithCancel(t.Context())
		ask := func(from client) (took time.Duration, err error) {
			began := time.Now()
			a, err := g.enter(ctx, interactive, from)
			if err != nil {
				return 0, err
			}
			defer a.leave()
			time.Sleep(work)
			return time.Since(began), nil
		}
		var greedy atomic.Int64
		var group sync.WaitGroup
		for range 200 {
			group.Go(func() {
				for ctx.Err() == nil {
					if _, err := ask(clientAt(1)); err == nil {
						greedy.Add(1)
					}
				}
			})
		}
		var took []time.Duration
		for range 500 {
			time.Sleep(time.Millisecond) // it looks at what it got
			d, err := ask(clientAt(2))
			if err != nil {
				t.Fatal(err)
			}
			took = append(took, d)
		}
		stop()
		group.Wait()
		slices.Sort(took)
		if p99 := took[len(took)*99/100]; p99 > 3*work {
			t.Errorf("of 500 requests the slowest took %v and p99 is %v", took[len(took)-1], p99)
		}
		if greedy.Load() < 500 {
			t.Errorf("the greedy client got %d answers: places stood empty", greedy.Load())
		}
	})
}
