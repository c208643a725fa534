package handlers

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/indicator"
)

// The limits of ?datetime=. Features are counted by their Weight.
const (
	maxPast       = 200_000 // of one collection at one time; more is refused
	maxPasts      = 300_000 // of all the pasts that are kept
	minPast       = 1_000   // what a past counts at least, since none is free
	maxPastBuilds = 2       // at once; whoever comes then is asked to come again
)

// pastStore is what ?datetime= needs of the database.
type pastStore interface {
	// RevisionAt returns the newest revision at a time, 0 before the first.
	RevisionAt(ctx context.Context, t time.Time) (int64, error)
	// ContentBetween reads the past of a collection as everybody could see it;
	// TooLarge when it weighs more than most.
	ContentBetween(ctx context.Context, past geo.Past, most int) (geo.Content, error)
}

// asOf returns the snapshot that ?datetime= asks for: of one collection, with
// what was public then and still is by today's registry.
func (s *Server) asOf(r *http.Request, at *index.Snapshot, collection string, when *period) (*index.Snapshot, error) {
	past, err := s.pastOf(r.Context(), at, collection, when)
	if err != nil {
		return nil, err
	}
	if past.From == past.Until && past.Until == at.Revision() {
		return at, nil
	}
	return s.pasts.snapshot(r.Context(), pastKey{at.Epoch(), past}, at.Types(), func(ctx context.Context) (*index.Snapshot, int, error) {
		content, err := s.Store.ContentBetween(ctx, past, maxPast)
		if err == nil && content.Epoch != at.Epoch() {
			err = tryAgain(geo.Text{ID: "Server sedang memuat ulang data.", EN: "The server is loading its data anew."})
		}
		if err != nil {
			return nil, 0, err
		}
		content.Types = at.Types()
		return index.New(content), max(minPast, content.Weight()), nil
	})
}

// pastOf turns times, or a release's name, into revisions. An open end is what at shows.
func (s *Server) pastOf(ctx context.Context, at *index.Snapshot, collection string, when *period) (geo.Past, error) {
	past := geo.Past{Collection: collection, Until: at.Revision()}
	var err error
	if when.release != "" {
		past.Until, err = s.Store.ReleaseRevision(ctx, when.release)
		past.From = past.Until
		return past, err
	}
	if !when.until.IsZero() {
		if past.Until, err = s.Store.RevisionAt(ctx, when.until); err != nil {
			return past, err
		}
	}
	switch {
	case when.from.IsZero():
	case when.from.Equal(when.until):
		past.From = past.Until
	default:
		if past.From, err = s.Store.RevisionAt(ctx, when.from); err != nil {
			return past, err
		}
		past.Until = max(past.Until, past.From) // this node may be behind
	}
	return past, nil
}

// featureKey names a feature.
type featureKey struct {
	collection string
	id         int64
}

// itemAsOf answers one feature as everybody could see it at a time, an area with
// the figures that are asked for; nil is none.
func (s *Server) itemAsOf(w http.ResponseWriter, r *http.Request, at *index.Snapshot, of featureKey, when *period, join *figuresQuery) error {
	collection, id := of.collection, of.id
	if !isCollection(at, collection) {
		return geo.NotFoundError("handlers.itemAsOf")
	}
	past, err := s.pastOf(r.Context(), at, collection, when)
	if err != nil {
		return err
	}
	past.ID = id
	content, err := s.Store.ContentBetween(r.Context(), past, maxPast)
	if err != nil {
		return err
	}
	level := geo.LevelOf(collection)
	switch {
	case len(content.Areas) == 1 && content.Areas[0].Level == level:
		a := content.Areas[0]
		var figures *indicator.Figures
		if join != nil {
			if figures, err = s.joinedFor(w, r, join, level); err != nil {
				return err
			}
		}
		body := s.withLinks(r, appendJoined(nil, a, figures), collection, id)
		writeFeature(w, r, http.StatusOK, etagOf(a.Version, body), body)
		return nil
	case len(content.Assets) == 1 && (collection == geo.AllAssets || collection == content.Assets[0].Type):
		s.writeAsset(w, r, http.StatusOK, at, content.Assets[0], public)
		return nil
	}
	return geo.NotFoundError("handlers.itemAsOf")
}

// pasts keeps the snapshots of the past that were used last. Its zero value is
// ready.
type pasts struct {
	mu       sync.Mutex
	held     map[pastKey]*pastSnapshot
	weight   int // of those that are built
	building int
	uses     int64
}

type pastKey struct {
	epoch string
	geo.Past
}

// pastSnapshot is one past, built or being built. Registry and use are guarded
// by the mutex of pasts; the rest is read once ready is closed.
type pastSnapshot struct {
	registry []*geo.AssetType // by which it was built
	used     int64
	ready    chan struct{}
	snapshot *index.Snapshot
	weight   int
	err      error
}

// errAbandoned is what a build leaves that did not come to its end.
var errAbandoned = errors.New("handlers: building a past was abandoned")

// snapshot returns the past called key, built by build if it is not there. One
// caller builds, the others wait for it. It is Unavailable while too many are
// being built.
func (p *pasts) snapshot(ctx context.Context, key pastKey, registry []*geo.AssetType, build func(context.Context) (*index.Snapshot, int, error)) (*index.Snapshot, error) {
	for {
		past, mine, err := p.claim(key, registry)
		if err != nil {
			return nil, err
		}
		if mine {
			p.build(ctx, key, past, build)
			return past.snapshot, past.err
		}
		select {
		case <-past.ready:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		switch {
		case past.err == nil:
			return past.snapshot, nil
		case errors.Is(past.err, context.Canceled), errors.Is(past.err, context.DeadlineExceeded), errors.Is(past.err, errAbandoned):
			// Who built it went away: somebody else's turn.
		default:
			return nil, past.err
		}
	}
}

// claim returns the past called key, and whether it is the caller's to build.
// One that another registry was read into may show what is hidden now, and
// counts as none.
func (p *pasts) claim(key pastKey, registry []*geo.AssetType) (past *pastSnapshot, mine bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.uses++
	if past := p.held[key]; past != nil {
		if slices.Equal(past.registry, registry) {
			past.used = p.uses
			return past, false, nil
		}
		p.drop(key)
	}
	if p.building >= maxPastBuilds {
		return nil, false, tryAgain(geo.Text{ID: "Terlalu banyak yang membuka data lampau sekaligus.", EN: "Too many are opening past data at once."})
	}
	p.building++
	past = &pastSnapshot{registry: registry, used: p.uses, ready: make(chan struct{}), err: errAbandoned}
	if p.held == nil {
		p.held = map[pastKey]*pastSnapshot{}
	}
	p.held[key] = past
	return past, true, nil
}

func (p *pasts) build(ctx context.Context, key pastKey, past *pastSnapshot, build func(context.Context) (*index.Snapshot, int, error)) {
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.building--
		close(past.ready)
		switch {
		case p.held[key] != past: // another registry's took its place
		case past.err != nil:
			delete(p.held, key)
		default:
			p.weight += past.weight
			p.evict(past)
		}
	}()
	past.snapshot, past.weight, past.err = build(ctx)
}

// evict drops what was used longest ago until the rest is light enough.
func (p *pasts) evict(newest *pastSnapshot) {
	for p.weight > maxPasts {
		var oldest pastKey
		var found *pastSnapshot
		for key, past := range p.held {
			if past != newest && past.built() && (found == nil || past.used < found.used) {
				oldest, found = key, past
			}
		}
		if found == nil {
			return
		}
		p.drop(oldest)
	}
}

// drop forgets a past. One that is still being built has no weight yet.
func (p *pasts) drop(key pastKey) {
	if past := p.held[key]; past.built() {
		p.weight -= past.weight
	}
	delete(p.held, key)
}

func (p *pastSnapshot) built() bool {
	select {
	case <-p.ready:
		return true
	default:
		return false
	}
}

func tryAgain(why geo.Text) error {
	return &geo.Error{Kind: geo.Unavailable, Op: "handlers.asOf", RetryAfter: time.Second, Message: geo.Text{
		ID: why.ID + " Coba lagi sebentar lagi.", EN: why.EN + " Try again in a moment."}}
}
