package feed

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/patok-id/patok/geo"
)

// Options are a follower's intervals; zero members take the defaults.
type Options struct {
	Poll       time.Duration // between looks at the log; 100 ms
	BatchLimit int           // revisions per look; 500
	BackoffMin time.Duration // first wait after an error; 100 ms
	BackoffMax time.Duration // longest wait after an error; 5 s
	Compare    time.Duration // between comparisons of digests; 5 min
	Rights     Rights        // who forgets what revisions withdraw; nobody
	Figures    Figures       // who reads published figures anew; nobody
	Loaded     func()        // is called after each full load; nothing
}

// Rights is what a node remembers of who may do what. The follower tells it
// before anybody hears of the revision.
type Rights interface {
	// Withdraw forgets accounts that may have lost a right.
	Withdraw(accounts []int64)
	// WithdrawAll forgets every account.
	WithdrawAll()
}

// Figures is what a node holds of published figures. The follower has it renewed
// before anybody hears of the revision, and tries again when that fails.
type Figures interface {
	// Renew reads them as they are now.
	Renew(ctx context.Context) error
}

// Counters count what happened since the start, for /metrics.
type Counters struct {
	Revisions atomic.Int64 // applied
	Changes   atomic.Int64 // applied
	Reloads   atomic.Int64 // full loads, the first one included
	Broken    atomic.Int64 // batches that broke the log's promise
	Errors    atomic.Int64 // failed reads of the log
	Compared  atomic.Int64 // comparisons of digests
	Different atomic.Int64 // comparisons that found a difference: alarms
	Listening atomic.Int64 // 1 while wake-ups can arrive
}

// Follower keeps a Target at the log's newest revision.
type Follower struct {
	Counters Counters

	log    Log
	target Target
	hub    *Hub
	logger *slog.Logger
	opts   Options

	wake   chan struct{} // one pending wake-up
	reload chan struct{} // one pending reload, asked for by a comparison

	ready    atomic.Bool
	syncedAt atomic.Pointer[time.Time] // when the target was last seen at the log's end

	mu       sync.Mutex
	advanced chan struct{}         // closed and renewed whenever the target moves
	frozen   map[int64]frozenState // while a comparison reads the database; nil otherwise
}

// errBroken says that the log broke its promise: only a full load helps.
var errBroken = errors.New("feed: the log of changes is broken")

// maxEmptyLooks is how often in a row the log may say that something is new
// and have nothing.
const maxEmptyLooks = 3

// NewFollower returns a follower of log into target that publishes to hub.
func NewFollower(log Log, target Target, hub *Hub, logger *slog.Logger, opts Options) *Follower {
	opts.Poll = cmp.Or(opts.Poll, 100*time.Millisecond)
	opts.BatchLimit = cmp.Or(opts.BatchLimit, 500)
	opts.BackoffMin = cmp.Or(opts.BackoffMin, 100*time.Millisecond)
	opts.BackoffMax = cmp.Or(opts.BackoffMax, 5*time.Second)
	opts.Compare = cmp.Or(opts.Compare, 5*time.Minute)
	f := &Follower{
		log: log, target: target, hub: hub, logger: logger, opts: opts,
		wake: make(chan struct{}, 1), reload: make(chan struct{}, 1), advanced: make(chan struct{}),
	}
	now := time.Now()
	f.syncedAt.Store(&now)
	return f
}

// Run follows until ctx ends, and leaves nothing running. It returns ctx's
// error and nothing else: whatever goes wrong with the database is tried again.
func (f *Follower) Run(ctx context.Context) error {
	var helpers sync.WaitGroup
	defer helpers.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	helpers.Go(func() { f.listen(ctx) })
	helpers.Go(func() { f.compareNowAndThen(ctx) })

	loaded, wait := false, f.backoff()
	for ctx.Err() == nil {
		var err error
		if loaded {
			err = f.catchUp(ctx)
		} else {
			err = f.load(ctx)
		}
		switch {
		case ctx.Err() != nil:
		case errors.Is(err, errBroken):
			loaded = false
			f.ready.Store(false)
			f.Counters.Broken.Add(1)
			f.logger.Error("the log of changes is broken, loading everything anew", "error", err)
			wait.sleep(ctx)
		case err != nil:
			f.Counters.Errors.Add(1)
			f.logger.Warn("the log of changes cannot be read, trying again", "error", err, "lag", f.Lag())
			wait.sleep(ctx)
		case !loaded:
			loaded = true
		default:
			wait.reset()
			loaded = f.idle(ctx)
		}
	}
	f.ready.Store(false)
	return ctx.Err()
}

// idle waits for the next look. It returns false when a comparison asked for
// everything to be loaded anew.
func (f *Follower) idle(ctx context.Context) (loaded bool) {
	poll := time.NewTimer(f.opts.Poll)
	defer poll.Stop()
	select {
	case <-ctx.Done():
	case <-poll.C:
	case <-f.wake:
	case <-f.reload:
		return false
	}
	return true
}

// load reads everything and swaps it in. Readers keep the old content until
// then.
func (f *Follower) load(ctx context.Context) error {
	refill, assets := f.target.Refill(), 0
	content, err := f.log.Load(ctx, func(a *geo.Asset) {
		assets++
		refill.Add(a)
	})
	if err != nil {
		return err
	}
	if f.opts.Figures != nil {
		if err := f.opts.Figures.Renew(ctx); err != nil {
			return err
		}
	}
	refill.Done(content)
	if f.opts.Rights != nil {
		f.opts.Rights.WithdrawAll()
	}
	f.hub.reset(content.Epoch, content.Revision)
	f.Counters.Reloads.Add(1)
	f.synced()
	f.ready.Store(true)
	f.advance()
	f.logger.Info("loaded what is published", "revision", content.Revision, "assets", assets, "areas", len(content.Areas))
	if f.opts.Loaded != nil {
		f.opts.Loaded()
	}
	return nil
}

// catchUp applies what the log has above the target's position.
func (f *Follower) catchUp(ctx context.Context) error {
	for empty := 0; ; {
		epoch, last := f.target.Position()
		batch, err := f.log.Changes(ctx, last, f.opts.BatchLimit)
		if err != nil {
			return err
		}
		if err := checkBatch(batch, epoch, last); err != nil {
			return err
		}
		if batch.Large {
			return f.load(ctx)
		}
		if n := len(batch.Revisions); n > 0 {
			if err := f.renew(ctx, batch.Revisions); err != nil {
				return err
			}
			f.apply(batch.Revisions)
			last, empty = batch.Revisions[n-1].Number, 0
		} else if empty++; empty > maxEmptyLooks {
			return fmt.Errorf("%w: it is at %d and has nothing above %d", errBroken, batch.Clock, last)
		}
		if last >= batch.Clock {
			f.synced()
			return nil
		}
	}
}

// checkBatch holds the log to its promise: the same epoch, a clock that never
// goes back, and revisions that follow each other without a hole.
func checkBatch(batch geo.Segment, epoch string, last int64) error {
	if batch.Epoch != epoch {
		return fmt.Errorf("%w: epoch %q became %q", errBroken, epoch, batch.Epoch)
	}
	if batch.Clock < last {
		return fmt.Errorf("%w: the clock went back from %d to %d", errBroken, last, batch.Clock)
	}
	for i, r := range batch.Revisions {
		if want := last + int64(i) + 1; r.Number != want {
			return fmt.Errorf("%w: revision %d came where %d was due", errBroken, r.Number, want)
		}
	}
	return nil
}

func (f *Follower) apply(revisions []geo.Revision) {
	f.withdraw(revisions)
	events := f.target.Apply(revisions)
	f.Counters.Revisions.Add(int64(len(revisions)))
	for _, r := range revisions {
		f.Counters.Changes.Add(int64(len(r.Changes)))
	}
	f.keepFrozen()
	f.hub.publish(events)
	f.advance()
}

// renew has figures read anew when revisions changed them. What is read may be
// of a later revision already, never of an earlier one.
func (f *Follower) renew(ctx context.Context, revisions []geo.Revision) error {
	changed := slices.ContainsFunc(revisions, func(r geo.Revision) bool { return r.Figures })
	if !changed || f.opts.Figures == nil {
		return nil
	}
	return f.opts.Figures.Renew(ctx)
}

// withdraw tells whose rights revisions may have taken away.
func (f *Follower) withdraw(revisions []geo.Revision) {
	if f.opts.Rights == nil {
		return
	}
	var accounts []int64
	for _, r := range revisions {
		accounts = append(accounts, r.Withdrawn...)
	}
	if len(accounts) > 0 {
		f.opts.Rights.Withdraw(accounts)
	}
}

// listen keeps wake-ups coming. Each connection listens first and then wakes
// the follower, so that nothing committed in between waits for the poll.
func (f *Follower) listen(ctx context.Context) {
	wait := f.backoff()
	for ctx.Err() == nil {
		err := f.log.Listen(ctx, func() {
			f.Counters.Listening.Store(1)
			wait.reset()
			f.Wake()
		})
		f.Counters.Listening.Store(0)
		if ctx.Err() == nil {
			f.logger.Warn("wake-ups are lost for now, polling goes on", "error", err)
			wait.sleep(ctx)
		}
	}
}

// Wake makes the follower look at the log now. It never blocks.
func (f *Follower) Wake() { signal(f.wake) }

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // one is pending already
	}
}

// Ready reports whether the target was loaded and follows without a break. It
// stays true while the database is away; Lag tells for how long.
func (f *Follower) Ready() bool { return f.ready.Load() }

// Lag is how long ago the target was last seen at the log's end; before the
// first load, how long ago the follower was made.
func (f *Follower) Lag() time.Duration { return time.Since(*f.syncedAt.Load()) }

func (f *Follower) synced() {
	now := time.Now()
	f.syncedAt.Store(&now)
}

// WaitFor returns once the target has revision. When ctx ends before, and that
// is the caller's bound, it returns an error of kind Unavailable.
func (f *Follower) WaitFor(ctx context.Context, revision int64) error {
	for woken := false; ; woken = true {
		f.mu.Lock()
		advanced := f.advanced
		f.mu.Unlock()
		if _, at := f.target.Position(); at >= revision && f.Ready() {
			return nil
		}
		if !woken {
			f.Wake()
		}
		select {
		case <-advanced:
		case <-ctx.Done():
			return &geo.Error{Kind: geo.Unavailable, Op: "feed.WaitFor", Err: ctx.Err(), Message: geo.Text{
				ID: "Perubahan terbaru belum sampai di server ini. Coba lagi sebentar.",
				EN: "The newest change has not reached this server yet. Try again in a moment.",
			}}
		}
	}
}

// advance wakes everybody in WaitFor.
func (f *Follower) advance() {
	f.mu.Lock()
	defer f.mu.Unlock()
	close(f.advanced)
	f.advanced = make(chan struct{})
}

// backoff is a wait that doubles from try to try, with jitter so that nodes do
// not come back all at once.
type backoff struct {
	least, most time.Duration
	next        atomic.Int64
}

func (f *Follower) backoff() *backoff {
	b := &backoff{least: f.opts.BackoffMin, most: f.opts.BackoffMax}
	b.reset()
	return b
}

func (b *backoff) reset() { b.next.Store(int64(b.least)) }

// sleep waits between half of the time and all of it, or until ctx ends.
func (b *backoff) sleep(ctx context.Context) {
	d := b.next.Load()
	b.next.Store(min(2*d, int64(b.most)))
	timer := time.NewTimer(time.Duration(d/2 + rand.Int64N(d/2+1)))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
