package feed_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"sync"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/feed"
	"github.com/patok-id/patok/geo/index"
)

// journal is a log in memory with a promise that can be broken at will, which
// no database does on demand. The log of PostGIS is tried in geo/store.
type journal struct {
	mu        sync.Mutex
	epoch     string
	types     []*geo.AssetType
	assets    map[int64]*geo.Asset
	clock     int64
	revisions []geo.Revision
	away      error // every read fails with it
	large     int64 // the revision that is too large to be read
	looks     int
	loads     int
	listeners map[chan struct{}]func()
}

func newJournal() *journal {
	return &journal{
		epoch: "one", types: []*geo.AssetType{{Name: "rt", RowVersion: 1}},
		assets: map[int64]*geo.Asset{}, listeners: map[chan struct{}]func(){},
	}
}

// commit moves asset id to a longitude, as one revision.
func (j *journal) commit(id int64, lon float64) int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.clock++
	n := j.clock
	a := &geo.Asset{ID: id, Type: "rt", Version: n, Revision: n, Point: &orb.Point{lon, -7}}
	j.assets[id] = a
	j.revisions = append(j.revisions, geo.Revision{Number: n, Changes: []geo.Change{{Collection: "rt", ID: id, Asset: a}}})
	return n
}

// notify sends the wake-up of a commit.
func (j *journal) notify() {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, wake := range j.listeners {
		wake()
	}
}

// cut ends every listening connection.
func (j *journal) cut() {
	j.mu.Lock()
	defer j.mu.Unlock()
	for c := range j.listeners {
		close(c)
	}
	clear(j.listeners)
}

func (j *journal) change(do func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	do()
}

func (j *journal) Load(_ context.Context, add func(*geo.Asset)) (geo.Content, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.away != nil {
		return geo.Content{}, j.away
	}
	j.loads++
	for _, a := range j.assets {
		passing := *a
		add(&passing)
		passing = geo.Asset{Name: "whoever kept it copied nothing"}
	}
	return geo.Content{Epoch: j.epoch, Revision: j.clock, Types: j.types}, nil
}

func (j *journal) Changes(_ context.Context, after int64, limit int) (geo.Segment, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.looks++
	if j.away != nil {
		return geo.Segment{}, j.away
	}
	batch := geo.Segment{Epoch: j.epoch, Clock: j.clock}
	for _, r := range j.revisions {
		if r.Number == j.large {
			batch.Large = r.Number == after+1
			break
		}
		if r.Number > after && len(batch.Revisions) < limit {
			batch.Revisions = append(batch.Revisions, r)
		}
	}
	return batch, nil
}

func (j *journal) Listen(ctx context.Context, wake func()) error {
	gone := make(chan struct{})
	j.change(func() { j.listeners[gone] = wake })
	wake()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-gone:
		return errors.New("the connection was cut")
	}
}

func (j *journal) Digests(ctx context.Context) (string, int64, map[string]geo.Digest, error) {
	live := index.NewLive()
	refill := live.Refill()
	content, err := j.Load(ctx, refill.Add)
	j.change(func() { j.loads-- })
	refill.Done(content)
	_, _, digests := live.Digests()
	return content.Epoch, content.Revision, digests, err
}

// following is a running follower with all that belongs to it.
type following struct {
	*journal
	*feed.Follower
	live *index.Live
	hub  *feed.Hub
	stop func() error // ends Run and returns its error
}

func follow(opts feed.Options) *following {
	return followJournal(newJournal(), opts)
}

func followJournal(j *journal, opts feed.Options) *following {
	f := &following{journal: j, live: index.NewLive(), hub: feed.NewHub(100, 10)}
	f.Follower = feed.NewFollower(j, f.live, f.hub, slog.New(slog.DiscardHandler), opts)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- f.Run(ctx) }()
	f.stop = func() error {
		cancel()
		return <-ended
	}
	return f
}

// same reports whether memory holds what the journal holds.
func (f *following) same() bool {
	_, _, want, err := f.journal.Digests(context.Background())
	_, _, got := f.live.Digests()
	return err == nil && maps.Equal(got, want)
}
