package handlers

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// What the audit log gets from reading and from being refused: how long one
// reader's line about an asset, or one account's line about a route, is good
// for those that follow, and how many are remembered. Beyond that lines are
// written too often, and refusals are counted together.
const (
	readsAgain    = 10 * time.Minute
	refusalsAgain = time.Minute
	readsKept     = 50_000
	refusalsKept  = 5_000
	auditTime     = 5 * time.Second // for one line
)

// auditor writes what people read and what they were refused.
type auditor struct {
	write func(ctx context.Context, e geo.AuditEntry) error
	clock func() time.Time

	mu       sync.Mutex
	reads    map[readKey]time.Time
	refusals map[refusalKey]*refused
	writing  chan struct{} // held by the one who writes about reads
	news     chan struct{} // holds one signal at most
}

type readKey struct{ reader, asset int64 }

type refusalKey struct {
	account int64
	route   string
}

// refused counts what happened since the last line about it.
type refused struct {
	entry   geo.AuditEntry // the latest
	count   int
	written time.Time
}

func newAuditor(write func(ctx context.Context, e geo.AuditEntry) error, clock func() time.Time) *auditor {
	return &auditor{write: write, clock: clock, reads: map[readKey]time.Time{}, refusals: map[refusalKey]*refused{},
		writing: make(chan struct{}, 1), news: make(chan struct{}, 1)}
}

// reading writes down that p is shown what is restricted in assets, before it
// is shown: one line about all of them that p was not shown a short while ago.
// Unavailable when that fails; then nothing may be shown.
func (a *auditor) reading(ctx context.Context, p geo.Principal, address string, assets []int64) error {
	if len(a.unnoted(p, assets)) == 0 {
		return nil
	}
	select {
	case a.writing <- struct{}{}:
		defer func() { <-a.writing }()
	case <-ctx.Done():
		return ctx.Err()
	}
	assets = a.unnoted(p, assets) // somebody may have written meanwhile
	if len(assets) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, auditTime)
	defer cancel()
	if err := a.write(ctx, entryOf(p, "read_restricted", "", address, map[string]any{"assets": assets})); err != nil {
		return &geo.Error{Kind: geo.Unavailable, Op: "handlers.reading", RetryAfter: time.Second, Err: err, Message: geo.Text{
			ID: "Data ini hanya ditampilkan bila pembacaannya dapat dicatat, dan itu belum dapat dilakukan. Coba lagi sebentar lagi.",
			EN: "This is shown only where it can be written down who read it, and that cannot be done right now. Try again in a moment."}}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.clock()
	if len(a.reads)+len(assets) > readsKept {
		clear(a.reads)
	}
	for _, id := range assets {
		a.reads[readKey{reader(p), id}] = now
	}
	return nil
}

// reader is whose eyes see it.
func reader(p geo.Principal) int64 {
	if p.ViewedBy != nil {
		return p.ViewedBy.ID
	}
	return p.AccountID
}

// unnoted returns those of assets that the log does not know p to read now.
func (a *auditor) unnoted(p geo.Principal, assets []int64) []int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	var list []int64
	for _, id := range assets {
		if at, known := a.reads[readKey{reader(p), id}]; !known || a.clock().Sub(at) >= readsAgain {
			list = append(list, id)
		}
	}
	return list
}

// entryOf is a line about p. Who looks as somebody else did it themself.
func entryOf(p geo.Principal, action, target, address string, detail map[string]any) geo.AuditEntry {
	e := geo.AuditEntry{Actor: p.Actor(), Action: action, Target: target, Address: address, Detail: detail}
	if p.ViewedBy != nil {
		e.Actor, detail["as"] = p.ViewedBy.Name, p.Name
	}
	return e
}

// refuse counts that p was refused, and never waits. run writes it down.
func (a *auditor) refuse(p geo.Principal, r *http.Request, status int) {
	route := r.Method + " " + chi.RouteContext(r.Context()).RoutePattern()
	target := r.URL.Path
	if len(target) > 200 {
		target = strings.ToValidUTF8(target[:200], "")
	}
	e := entryOf(p, "refused", target, clientAddress(r), map[string]any{"route": route, "status": status})
	key := refusalKey{reader(p), route}
	a.mu.Lock()
	defer a.mu.Unlock()
	known := a.refusals[key]
	if known == nil {
		if len(a.refusals) >= refusalsKept {
			key = refusalKey{} // no account's: counted together
		}
		if known = a.refusals[key]; known == nil {
			known = &refused{}
			a.refusals[key] = known
		}
	}
	known.entry = e
	known.count++
	select {
	case a.news <- struct{}{}:
	default:
	}
}

// run writes down refusals until ctx ends, and then those that are left.
func (a *auditor) run(ctx context.Context, failed func(e geo.AuditEntry, err error)) {
	ticker := time.NewTicker(refusalsAgain / 4)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			a.flush(context.WithoutCancel(ctx), true, failed)
			return
		case <-ticker.C:
		case <-a.news:
		}
		a.flush(ctx, false, failed)
	}
}

// flush writes the lines that are due: at once about what is new, then again
// after a while.
func (a *auditor) flush(ctx context.Context, all bool, failed func(e geo.AuditEntry, err error)) {
	for _, e := range a.due(all) {
		within, cancel := context.WithTimeout(ctx, auditTime)
		if err := a.write(within, e); err != nil {
			failed(e, err)
		}
		cancel()
	}
}

func (a *auditor) due(all bool) []geo.AuditEntry {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.clock()
	var list []geo.AuditEntry
	for key, r := range a.refusals {
		switch again := now.Sub(r.written) >= refusalsAgain; {
		case r.count > 0 && (again || all):
			r.entry.Detail["count"] = r.count
			list = append(list, r.entry)
			r.count, r.written, r.entry = 0, now, geo.AuditEntry{}
		case again:
			delete(a.refusals, key)
		}
	}
	return list
}

// Run writes down, until ctx ends, who was refused what, makes tiles beforehand,
// and ends computations then. Its caller waits for its return before the store
// closes.
func (s *Server) Run(ctx context.Context) {
	defer s.runs.close()
	var warming sync.WaitGroup
	warming.Go(func() { s.keepWarm(ctx) })
	defer warming.Wait()
	s.audit.run(ctx, func(e geo.AuditEntry, err error) {
		s.Logger.Error("a line of the audit log was lost", "actor", e.Actor, "action", e.Action, "target", e.Target, "detail", e.Detail, "error", err)
	})
}

// noteReading writes down that p is shown assets in more than the public view,
// those that have something restricted or about a person. An error means that
// they may not be shown.
func (s *Server) noteReading(r *http.Request, p geo.Principal, at *index.Snapshot, assets ...*geo.Asset) error {
	var guarded []int64
	for _, a := range assets {
		if a != nil && s.viewFor(p, a) != public && hasRestricted(at.Type(a.Type), a) {
			guarded = append(guarded, a.ID)
		}
	}
	return s.audit.reading(r.Context(), p, clientAddress(r), guarded)
}

// noteHistory writes down that p is shown how something restricted was.
func (s *Server) noteHistory(r *http.Request, p geo.Principal, at *index.Snapshot, h geo.History) error {
	t := at.Type(h.Collection)
	for _, v := range h.Versions {
		for _, c := range v.Changes {
			if guardedValue(t, c.Field, c.Before) || guardedValue(t, c.Field, c.After) {
				return s.audit.reading(r.Context(), p, clientAddress(r), []int64{h.ID})
			}
		}
	}
	return nil
}

// noteFailure counts a refusal of somebody who is logged in, and returns the
// error to answer with. One that shows an asset's current state is a reading of
// it. What one may not see is a 404 like what is not there, and counts alike.
func (s *Server) noteFailure(r *http.Request, p geo.Principal, at *index.Snapshot, err error) error {
	if p.Anonymous() {
		return err
	}
	status := 0
	if no, ok := errors.AsType[*refusal](err); ok {
		status = no.status
	} else {
		e := asError(err)
		status = outcomeOf(e.Kind).status
		if unwritten := s.noteReading(r, p, at, e.Current); unwritten != nil {
			return unwritten
		}
	}
	if status == http.StatusForbidden || status == http.StatusNotFound {
		s.audit.refuse(p, r, status)
	}
	return err
}

// hasRestricted reports whether a holds a value that is restricted or about a
// person.
func hasRestricted(t *geo.AssetType, a *geo.Asset) bool {
	if a.Private == nil {
		return false
	}
	found := false
	look := func(quoted, value []byte) { found = found || guardedValue(t, nameOf(quoted), value) }
	eachMember(a.Private.Internal, look)
	eachMember(a.Private.Personal, look)
	eachMember(a.Attributes, look)
	return found
}

// guardedValue reports whether a field of type t has a value that is restricted or
// about a person.
func guardedValue(t *geo.AssetType, name string, value []byte) bool {
	if t == nil || len(value) == 0 || string(value) == "null" || string(value) == `""` {
		return false
	}
	f := t.Field(name)
	return f != nil && (f.Personal || f.Sensitivity == geo.SensitivityRestricted)
}
