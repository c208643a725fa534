package feed

import (
	"context"
	"slices"
	"time"

	"github.com/patok-id/patok/geo"
)

// maxFrozen bounds the states kept while the database reckons its digests.
const maxFrozen = 1024

// maxTries is how often one comparison is tried before the next one is due.
const maxTries = 5

// frozenState is what readers saw at one revision.
type frozenState struct {
	epoch   string
	digests func() map[string]geo.Digest
}

// compareShare bounds what comparing takes: a twentieth of the time.
const compareShare = 20

// compareNowAndThen holds memory against the database. What it finds is a bug,
// or a trigger that somebody switched off: an alarm, and a full load. The more
// there is to read, the seldomer it reads.
func (f *Follower) compareNowAndThen(ctx context.Context) {
	due := time.NewTimer(f.opts.Compare)
	defer due.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-due.C:
		}
		wait, took := f.backoff(), time.Duration(0)
		for try := 0; try < maxTries && ctx.Err() == nil; try++ {
			began := time.Now()
			if f.compare(ctx) {
				took = time.Since(began)
				break
			}
			wait.sleep(ctx)
		}
		due.Reset(max(f.opts.Compare, compareShare*took))
	}
}

// compare compares once. It returns false when there was no state of memory at
// the database's revision, or no answer.
func (f *Follower) compare(ctx context.Context) (done bool) {
	if !f.Ready() {
		return false
	}
	f.startFreezing()
	defer f.stopFreezing()
	epoch, revision, stored, err := f.log.Digests(ctx)
	if err != nil {
		f.Counters.Errors.Add(1)
		f.logger.Warn("the digests cannot be read", "error", err)
		return false
	}
	waiting, cancel := context.WithTimeout(ctx, 20*f.opts.Poll)
	defer cancel()
	if f.WaitFor(waiting, revision) != nil {
		return false
	}
	state, ok := f.frozenAt(revision)
	if !ok || state.epoch != epoch {
		return false
	}
	f.Counters.Compared.Add(1)
	if different := differing(stored, state.digests()); len(different) > 0 {
		f.Counters.Different.Add(1)
		f.logger.Error("memory and database differ, loading everything anew", "revision", revision, "collections", different)
		signal(f.reload)
	}
	return true
}

// differing names the collections whose digests are not the same. One that is
// missing on a side is an empty one.
func differing(a, b map[string]geo.Digest) []string {
	var names []string
	for name, digest := range a {
		if b[name] != digest {
			names = append(names, name)
		}
	}
	for name, digest := range b {
		if _, ok := a[name]; !ok && digest != (geo.Digest{}) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (f *Follower) startFreezing() {
	f.mu.Lock()
	f.frozen = map[int64]frozenState{}
	f.mu.Unlock()
	f.keepFrozen()
}

func (f *Follower) stopFreezing() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.frozen = nil
}

// keepFrozen keeps the present state while a comparison runs. States cost
// little: they share nearly everything.
func (f *Follower) keepFrozen() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.frozen == nil || len(f.frozen) >= maxFrozen {
		return
	}
	epoch, revision, digests := f.target.Freeze()
	f.frozen[revision] = frozenState{epoch, digests}
}

func (f *Follower) frozenAt(revision int64) (frozenState, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s, ok := f.frozen[revision]
	return s, ok
}
