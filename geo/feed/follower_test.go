package feed_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/feed"
	"github.com/patok-id/patok/geo/geotest"
)

// within runs a test in a bubble where time moves only when all wait.
func within(t *testing.T, opts feed.Options, test func(t *testing.T, f *following)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := follow(opts)
		synctest.Wait()
		if !f.Ready() {
			t.Fatal("not ready after the first load")
		}
		test(t, f)
		if err := f.stop(); !errors.Is(err, context.Canceled) {
			t.Errorf("Run ended with %v", err)
		}
		if f.Ready() {
			t.Error("ready after the end")
		}
	})
}

func TestWakeUpIsAtOnceAndPollIsTheGuarantee(t *testing.T) {
	within(t, feed.Options{}, func(t *testing.T, f *following) {
		f.commit(1, 112)
		f.notify()
		synctest.Wait()
		if f.live.Snapshot().Asset(1) == nil {
			t.Error("a wake-up did not bring the change")
		}
		f.commit(2, 113)
		synctest.Wait()
		if f.live.Snapshot().Asset(2) != nil {
			t.Error("the change came without wake-up and before the poll")
		}
		time.Sleep(200 * time.Millisecond)
		synctest.Wait()
		if f.live.Snapshot().Asset(2) == nil || !f.same() {
			t.Error("the poll did not bring the change")
		}
	})
}

// figures counts how often it is renewed, and what pages had heard by then.
type figures struct {
	sent  func() int
	fails int // so many times first
	heard []int
}

func (r *figures) Renew(context.Context) error {
	if r.fails--; r.fails >= 0 {
		return errors.New("the database is away")
	}
	r.heard = append(r.heard, r.sent())
	return nil
}

func TestFiguresAreRenewedBeforeAnybodyHearsOfIt(t *testing.T) {
	sent := func() int { return 0 }
	renewed := &figures{sent: func() int { return sent() }}
	within(t, feed.Options{Figures: renewed}, func(t *testing.T, f *following) {
		s, err := f.hub.Subscribe(nil)
		if err != nil {
			t.Fatal(err)
		}
		sent = func() int { return len(s.Events) }
		if len(renewed.heard) != 1 {
			t.Fatalf("renewed %d times by the load", len(renewed.heard))
		}
		f.commit(1, 112)
		time.Sleep(time.Second)
		synctest.Wait()
		renewed.fails = 2
		f.commit(2, 113)
		f.change(func() { f.revisions[1].Figures = true })
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if !slices.Equal(renewed.heard, []int{0, 1}) || len(s.Events) != 2 {
			t.Fatalf("renewed when %v events were out; %d are", renewed.heard, len(s.Events))
		}
		<-s.Events
		if e := <-s.Events; !slices.ContainsFunc(e.Changes, func(c geo.EventChange) bool { return c.Collection == geo.FiguresCollection }) {
			t.Errorf("the event tells nothing of figures: %+v", e)
		}
	})
}

// forgetful notes what it is told to forget, and what the hub had sent by then.
type forgetful struct {
	sent func() int
	told []string
}

func (r *forgetful) Withdraw(accounts []int64) {
	r.told = append(r.told, fmt.Sprint(accounts, " after ", r.sent()))
}
func (r *forgetful) WithdrawAll() { r.told = append(r.told, "all") }

func TestRightsGoBeforeAnybodyHearsOfIt(t *testing.T) {
	sent := func() int { return 0 }
	rights := &forgetful{sent: func() int { return sent() }}
	within(t, feed.Options{Rights: rights}, func(t *testing.T, f *following) {
		s, err := f.hub.Subscribe(nil)
		if err != nil {
			t.Fatal(err)
		}
		sent = func() int { return len(s.Events) }
		f.commit(1, 112)
		f.commit(2, 113)
		f.change(func() { f.revisions[0].Withdrawn, f.revisions[1].Withdrawn = []int64{7, 8}, []int64{9} })
		f.notify()
		synctest.Wait()
		f.commit(3, 114)
		f.notify()
		synctest.Wait()
		f.change(func() { f.epoch = "two" })
		f.notify()
		time.Sleep(time.Second)
		synctest.Wait()
		if got := strings.Join(rights.told, "; "); got != "all; [7 8 9] after 0; all" {
			t.Errorf("told %s", got)
		}
	})
}

func TestBrokenPromiseLoadsEverythingAnew(t *testing.T) {
	tests := []struct {
		name   string
		damage func(j *journal)
	}{
		{"hole", func(j *journal) { j.revisions = slices.Delete(j.revisions, 2, 3) }},
		{"epoch", func(j *journal) { j.epoch = "two" }},
		{"clock went back", func(j *journal) { j.clock, j.revisions = 1, j.revisions[:1] }},
		{"nothing where the clock says there is", func(j *journal) { j.revisions = j.revisions[:2] }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			within(t, feed.Options{}, func(t *testing.T, f *following) {
				f.commit(1, 112)
				f.commit(2, 113)
				f.notify()
				synctest.Wait()
				s, err := f.hub.Subscribe(nil)
				if err != nil {
					t.Fatal(err)
				}
				f.commit(3, 114)
				f.commit(4, 115)
				f.change(func() { test.damage(f.journal) })
				f.notify()
				synctest.Wait()
				if f.Ready() {
					t.Error("still ready")
				}
				time.Sleep(time.Second)
				synctest.Wait()
				if !f.Ready() || f.Counters.Broken.Load() != 1 || f.Counters.Reloads.Load() != 2 || !f.same() {
					t.Errorf("ready %v, broken %d, reloads %d, same %v", f.Ready(), f.Counters.Broken.Load(), f.Counters.Reloads.Load(), f.same())
				}
				if _, open := <-s.Events; open || !s.Reload() {
					t.Error("a subscriber was not told to reload")
				}
			})
		})
	}
}

func TestALargeRevisionLoadsEverythingAnew(t *testing.T) {
	within(t, feed.Options{}, func(t *testing.T, f *following) {
		s, err := f.hub.Subscribe(nil)
		if err != nil {
			t.Fatal(err)
		}
		f.commit(1, 112)
		f.change(func() { f.large = f.clock + 1 })
		f.commit(2, 113)
		f.commit(3, 114)
		f.notify()
		synctest.Wait()
		if !f.Ready() || f.Counters.Broken.Load() != 0 || f.Counters.Errors.Load() != 0 || f.Counters.Reloads.Load() != 2 || !f.same() {
			t.Errorf("broken %d, errors %d, reloads %d, same %v", f.Counters.Broken.Load(), f.Counters.Errors.Load(), f.Counters.Reloads.Load(), f.same())
		}
		if e := <-s.Events; e.Revision != 1 {
			t.Errorf("event %d where 1 was due", e.Revision)
		}
		if _, open := <-s.Events; open || !s.Reload() {
			t.Error("a subscriber was not told to reload")
		}
	})
}

func TestDatabaseAway(t *testing.T) {
	within(t, feed.Options{}, func(t *testing.T, f *following) {
		f.commit(1, 112)
		f.notify()
		synctest.Wait()
		f.change(func() { f.away, f.looks = errors.New("connection refused"), 0 })
		time.Sleep(10 * time.Minute)
		if !f.Ready() || f.live.Snapshot().Asset(1) == nil {
			t.Error("memory is not served while the database is away")
		}
		if lag := f.Lag(); lag < 9*time.Minute {
			t.Errorf("lag %v after ten minutes", lag)
		}
		var looks int
		f.change(func() { looks = f.looks })
		if looks < 100 || looks > 300 {
			t.Errorf("%d tries in ten minutes", looks)
		}
		f.commit(2, 113)
		f.change(func() { f.away = nil })
		time.Sleep(6 * time.Second)
		synctest.Wait()
		if !f.same() || f.Lag() > time.Second || f.Counters.Reloads.Load() != 1 {
			t.Errorf("after its return: same %v, lag %v, reloads %d", f.same(), f.Lag(), f.Counters.Reloads.Load())
		}
	})
}

func TestDatabaseAwayAtTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJournal()
		j.commit(1, 112)
		j.away = errors.New("starting up")
		f := followJournal(j, feed.Options{})
		time.Sleep(time.Minute)
		if f.Ready() {
			t.Error("ready without content")
		}
		f.change(func() { f.away = nil })
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if !f.Ready() || !f.same() {
			t.Error("not loaded after the database came")
		}
		_ = f.stop()
	})
}

func TestWaitFor(t *testing.T) {
	within(t, feed.Options{Poll: time.Hour}, func(t *testing.T, f *following) {
		n := f.commit(1, 112) // without a wake-up: WaitFor wakes
		if err := f.WaitFor(context.Background(), n); err != nil || f.live.Snapshot().Revision() != n {
			t.Errorf("wait for %d: %v, at %d", n, err, f.live.Snapshot().Revision())
		}
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		began := time.Now()
		if err := f.WaitFor(ctx, n+1); geo.KindOf(err) != geo.Unavailable || time.Since(began) != 2*time.Second {
			t.Errorf("wait for what never comes: %v after %v", err, time.Since(began))
		}
	})
}

// TestNothingMissed has writers with and without wake-ups, a listener that is
// cut and a database that goes away, all at random.
func TestNothingMissed(t *testing.T) {
	rnd := geotest.Random(t)
	within(t, feed.Options{BatchLimit: 7}, func(t *testing.T, f *following) {
		s, err := f.hub.Subscribe(nil)
		if err != nil {
			t.Fatal(err)
		}
		next := s.Revision + 1
		for range 2000 {
			switch rnd.IntN(12) {
			case 0:
				f.cut()
			case 1:
				f.change(func() { f.away = errors.New("away") })
			case 2, 3:
				f.change(func() { f.away = nil })
			case 4, 5:
				time.Sleep(time.Duration(rnd.IntN(400)) * time.Millisecond)
			case 6:
				f.notify()
			default:
				f.commit(int64(rnd.IntN(50)), 112+rnd.Float64())
			}
			for len(s.Events) > 0 {
				if e := <-s.Events; e.Revision != next || len(e.Changes) != 1 {
					t.Fatalf("event %d with %d changes, want %d", e.Revision, len(e.Changes), next)
				}
				next++
			}
		}
		f.change(func() { f.away = nil })
		time.Sleep(10 * time.Second)
		synctest.Wait()
		for len(s.Events) > 0 {
			if e := <-s.Events; e.Revision != next {
				t.Fatalf("event %d, want %d", e.Revision, next)
			}
			next++
		}
		if !f.same() || int(next) != len(f.revisions)+1 || f.Counters.Reloads.Load() != 1 {
			t.Errorf("same %v, events to %d of %d, reloads %d", f.same(), next-1, len(f.revisions), f.Counters.Reloads.Load())
		}
	})
}

func TestComparisonFindsDrift(t *testing.T) {
	within(t, feed.Options{Compare: time.Minute}, func(t *testing.T, f *following) {
		f.commit(1, 112)
		f.commit(2, 113)
		time.Sleep(150 * time.Second)
		if f.Counters.Compared.Load() != 2 || f.Counters.Different.Load() != 0 {
			t.Errorf("compared %d, different %d", f.Counters.Compared.Load(), f.Counters.Different.Load())
		}
		f.change(func() { // a write past the triggers: no revision tells of it
			moved := *f.assets[1]
			moved.Name = "changed in silence"
			f.assets[1] = &moved
		})
		time.Sleep(time.Minute)
		synctest.Wait()
		if f.Counters.Different.Load() != 1 || f.Counters.Reloads.Load() != 2 || !f.same() || !f.Ready() {
			t.Errorf("different %d, reloads %d, same %v", f.Counters.Different.Load(), f.Counters.Reloads.Load(), f.same())
		}
		time.Sleep(time.Minute)
		if f.Counters.Different.Load() != 1 {
			t.Error("an alarm after the reload")
		}
	})
}

func TestComparisonWhileWritersWrite(t *testing.T) {
	within(t, feed.Options{Compare: time.Second}, func(t *testing.T, f *following) {
		for i := range 600 {
			f.commit(int64(i%20), 112)
			if i%2 == 0 {
				f.notify()
			}
			time.Sleep(100 * time.Millisecond)
		}
		if n := f.Counters.Compared.Load(); n < 30 || f.Counters.Different.Load() != 0 {
			t.Errorf("compared %d times in a minute, different %d", n, f.Counters.Different.Load())
		}
	})
}
