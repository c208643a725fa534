package handlers

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/patok-id/patok/geo"
)

// The limits of computations that may take long.
const (
	maxRuns     = 2                // at once on this node, one of them the public's at most
	runSoon     = 2 * time.Second  // what is done by then is answered at once
	runTurn     = time.Second      // how long one waits for a run's end to begin the next
	runTime     = 10 * time.Minute // of one run
	runKept     = 15 * time.Minute // after its end
	maxKeptRuns = 128 << 20        // bytes of results
)

// runState is how far a run is.
type runState string

const (
	runRunning runState = "running"
	runDone    runState = "done"
	runFailed  runState = "failed"
	runStopped runState = "stopped"
)

// run is one computation for somebody.
type run struct {
	id       string
	owner    client        // whose it is
	progress atomic.Uint64 // the share done, as math.Float64bits
	stop     context.CancelFunc
	ended    chan struct{} // closed at its end; what follows is read after that

	state   runState
	result  json.RawMessage
	err     error
	endedAt time.Time
}

func (r *run) share() float64 { return math.Float64frombits(r.progress.Load()) }

// runs are the computations of this node. Each is a goroutine that close waits
// for.
type runs struct {
	clock  func() time.Time
	slots  chan struct{}
	public chan struct{}   // what of the slots everybody may take
	ctx    context.Context // of all runs; ends with close
	stop   context.CancelFunc
	wait   sync.WaitGroup

	mu     sync.Mutex
	byID   map[string]*run
	closed bool
}

func newRuns(clock func() time.Time) *runs {
	rs := &runs{clock: clock, slots: make(chan struct{}, maxRuns), public: make(chan struct{}, 1), byID: map[string]*run{}}
	rs.ctx, rs.stop = context.WithCancel(context.Background())
	return rs
}

// close stops every run and waits for their ends. None begins after it.
func (rs *runs) close() {
	rs.mu.Lock()
	rs.closed = true
	rs.mu.Unlock()
	rs.stop()
	rs.wait.Wait()
}

// compute is the work of a run: it tells progress, and ends soon after ctx does.
type compute func(ctx context.Context, told func(share float64)) (json.RawMessage, error)

// start begins a run for owner, who may have one at a time (RateLimited); a node
// has maxRuns (Unavailable). It waits a moment for one to end.
func (rs *runs) start(ctx context.Context, owner client, work compute) (*run, error) {
	ctx, cancel := context.WithTimeout(ctx, runTurn)
	defer cancel()
	for {
		if before := rs.running(owner); before != nil {
			select {
			case <-before.ended:
			case <-ctx.Done():
				return nil, &geo.Error{Kind: geo.RateLimited, Op: "handlers.start", RetryAfter: runSoon, Message: geo.Text{
					ID: "Perhitungan Anda sebelumnya masih berjalan. Tunggu, atau hentikan dahulu.",
					EN: "Your last computation is still running. Wait for it, or stop it first."}}
			}
		}
		taken, err := rs.take(ctx, owner)
		if err != nil {
			return nil, err
		}
		if r := rs.begin(owner, work, taken); r != nil {
			return r, nil
		}
		release(taken) // another of the same owner came first
	}
}

// take waits for the slots that a run of owner needs.
func (rs *runs) take(ctx context.Context, owner client) (taken []chan struct{}, err error) {
	for _, slots := range rs.needed(owner) {
		select {
		case slots <- struct{}{}:
			taken = append(taken, slots)
			continue
		case <-ctx.Done():
		case <-rs.ctx.Done():
		}
		release(taken)
		return nil, &geo.Error{Kind: geo.Unavailable, Op: "handlers.start", RetryAfter: runSoon, Message: geo.Text{
			ID: "Server sedang menghitung untuk orang lain. Coba lagi sebentar lagi.",
			EN: "The server is computing for others. Try again in a moment."}}
	}
	return taken, nil
}

// needed are the slots that a run of owner takes, one of each.
func (rs *runs) needed(owner client) []chan struct{} {
	if owner.account == 0 {
		return []chan struct{}{rs.public, rs.slots}
	}
	return []chan struct{}{rs.slots}
}

func release(taken []chan struct{}) {
	for _, slots := range taken {
		<-slots
	}
}

// begin runs work in the slots that are taken; nil when a run of owner is under
// way.
func (rs *runs) begin(owner client, work compute, taken []chan struct{}) *run {
	ctx, cancel := context.WithTimeout(rs.ctx, runTime)
	r := &run{id: rand.Text(), owner: owner, stop: cancel, ended: make(chan struct{}), state: runRunning}
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.tidy()
	if rs.closed || rs.ofOwner(owner) != nil {
		cancel()
		return nil
	}
	rs.byID[r.id] = r
	rs.wait.Go(func() {
		defer cancel()
		result, err := work(ctx, func(share float64) { r.progress.Store(math.Float64bits(share)) })
		rs.mu.Lock()
		defer rs.mu.Unlock()
		r.result, r.err, r.endedAt, r.state = result, err, rs.clock(), runDone
		if err != nil {
			r.state = runFailed
			if context.Cause(ctx) == context.Canceled {
				r.state = runStopped
			}
		}
		release(taken)
		close(r.ended)
	})
	return r
}

// running is a run of owner that has not ended; nil for none.
func (rs *runs) running(owner client) *run {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	return rs.ofOwner(owner)
}

// ofOwner is running for a caller that holds mu.
func (rs *runs) ofOwner(owner client) *run {
	for _, r := range rs.byID {
		if r.owner == owner && r.state == runRunning {
			return r
		}
	}
	return nil
}

// tidy forgets runs that ended long ago, and the oldest while there is too much
// of them. Its caller holds mu.
func (rs *runs) tidy() {
	for bytes := 0; ; bytes = 0 {
		var oldest *run
		for id, r := range rs.byID {
			switch {
			case r.state == runRunning:
			case rs.clock().Sub(r.endedAt) > runKept:
				delete(rs.byID, id)
			default:
				if bytes += len(r.result); oldest == nil || r.endedAt.Before(oldest.endedAt) {
					oldest = r
				}
			}
		}
		if bytes <= maxKeptRuns {
			return
		}
		delete(rs.byID, oldest.id)
	}
}

// find returns owner's run with an id, with its state as of now; NotFound for
// another's.
func (rs *runs) find(owner client, id string) (r *run, state runState, err error) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.tidy()
	if r = rs.byID[id]; r == nil || r.owner != owner {
		return nil, "", geo.NotFoundError("handlers.find")
	}
	return r, r.state, nil
}

// forget removes a run, whose result was handed over or that nobody waits for.
func (rs *runs) forget(r *run) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	delete(rs.byID, r.id)
}
