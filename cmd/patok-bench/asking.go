package main

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// sample is what one side did in one round.
type sample struct {
	PerSecond float64 // requests answered
	P50, P99  float64 // milliseconds
	Bytes     float64 // of an answer's body, on average
	Requests  int
	Failed    int // answers that were not 200
}

// asking is what several clients ask for, again and again. The clients are this
// program's own: an answer is read to its end and dropped, and costs next to
// nothing here, so that two cores do not measure their client.
type asking struct {
	base    string // http://host:port
	paths   []string
	clients int
	headers string // further ones, each with its line end
}

const gzipHeader = "Accept-Encoding: gzip\r\n"

// run asks for all paths in turn, and for all of them again until slice is over.
func (l asking) run(ctx context.Context, slice time.Duration) (sample, error) {
	t := &turn{asking: l, host: strings.TrimPrefix(l.base, "http://"), until: time.Now().Add(slice)}
	t.limit.Store(math.MaxInt64)
	for _, path := range l.paths {
		t.requests = append(t.requests, []byte("GET "+path+" HTTP/1.1\r\nHost: "+t.host+"\r\n"+l.headers+"\r\n"))
	}
	tallies := make([]tally, l.clients)
	var all sync.WaitGroup
	began := time.Now()
	for c := range tallies {
		all.Go(func() { tallies[c].err = t.client(ctx, &tallies[c]) })
	}
	all.Wait()
	took := time.Since(began)
	for _, s := range tallies {
		if s.err != nil {
			return sample{}, s.err
		}
	}
	return sum(tallies, took), ctx.Err()
}

// turn is some asking under way.
type turn struct {
	asking
	host     string
	requests [][]byte
	until    time.Time
	next     atomic.Int64 // request to be made
	limit    atomic.Int64 // request not to be made, once it is known
}

// tally is what one client did.
type tally struct {
	times  []time.Duration
	bytes  int
	failed int
	err    error
}

// client asks over one connection until the turn is over.
func (t *turn) client(ctx context.Context, s *tally) error {
	a, err := dial(ctx, t.host)
	if err != nil {
		return err
	}
	defer a.Close()
	paths := int64(len(t.requests))
	for ctx.Err() == nil {
		i := t.next.Add(1) - 1
		if i > 0 && i%paths == 0 && time.Now().After(t.until) {
			t.limit.CompareAndSwap(math.MaxInt64, i)
		}
		if i >= t.limit.Load() {
			return nil
		}
		asked := time.Now()
		status, size, err := a.ask(t.requests[i%paths], nil)
		if err != nil {
			t.limit.Store(0)
			return fmt.Errorf("%s%s: %w", t.base, t.paths[i%paths], err)
		}
		s.times = append(s.times, time.Since(asked))
		if s.bytes += size; status != http.StatusOK && status != http.StatusNoContent {
			s.failed++
		}
	}
	return nil
}

// sum adds up what all clients did.
func sum(tallies []tally, took time.Duration) sample {
	var result sample
	var times []time.Duration
	bytes := 0
	for _, s := range tallies {
		times, bytes = append(times, s.times...), bytes+s.bytes
		result.Failed += s.failed
	}
	if result.Requests = len(times); result.Requests > 0 {
		millis := sortedCopy(inMillis(times))
		result.P50, result.P99 = percentile(millis, 50), percentile(millis, 99)
		result.PerSecond = float64(len(times)) / took.Seconds()
		result.Bytes = float64(bytes) / float64(len(times))
	}
	return result
}
