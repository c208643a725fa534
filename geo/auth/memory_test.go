package auth

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/patok-id/patok/geo"
)

func TestMemoryAgesAndForgets(t *testing.T) {
	lag := time.Duration(0)
	m := newMemory(3, func() time.Duration { return lag })
	now := time.Now()
	put := func(key string, p geo.Principal, until time.Time) {
		_, generation, _ := m.get(key, now)
		m.put(key, remembered{principal: p, looked: now, until: until}, generation)
	}
	known := func(key string, age time.Duration) bool {
		_, _, ok := m.get(key, now.Add(age))
		return ok
	}
	put("a", geo.Principal{AccountID: 1}, time.Time{})
	put("short", geo.Principal{AccountID: 2}, now.Add(10*time.Second))
	put("viewed", geo.Principal{AccountID: 3, ViewedBy: &geo.Who{ID: 4}}, time.Time{})
	if !known("a", 59*time.Second) || known("a", time.Minute) || known("a", -time.Second) {
		t.Error("not kept for a minute")
	}
	if !known("short", 9*time.Second) || known("short", 10*time.Second) {
		t.Error("not kept to the end of the session")
	}
	if !known("viewed", 900*time.Millisecond) || known("viewed", time.Second) {
		t.Error("who looks as another is kept longer than a second")
	}
	lag = 1100 * time.Millisecond
	if !known("a", 900*time.Millisecond) || known("a", time.Second) {
		t.Error("a node that lags keeps what it cannot know")
	}
	lag = 0
	m.forget([]int64{4})
	if known("viewed", 0) || !known("a", 0) {
		t.Error("who looks as another is not forgotten, or another is")
	}
	m.forget([]int64{1})
	if known("a", 0) || !known("short", 0) {
		t.Error("an account is not forgotten, or another is")
	}
	m.forgetAll()
	if known("short", 0) {
		t.Error("not everything is forgotten")
	}
	for i := range 10 {
		put(fmt.Sprint(i), geo.Principal{}, time.Time{})
	}
	if len(m.entries) > 3 {
		t.Errorf("%d entries, want at most 3", len(m.entries))
	}
}

// slowStore answers a look-up when the test lets it, with what was true at its
// beginning. No other method is asked.
type slowStore struct {
	Store
	looks atomic.Int32
	begun chan chan geo.Session // each look-up sends where it waits for its answer
}

func (s *slowStore) SessionByToken(context.Context, []byte) (geo.Session, error) {
	s.looks.Add(1)
	answer := make(chan geo.Session)
	s.begun <- answer
	return <-answer, nil
}

// TestALookUpUnderWayPutsNothingOldBack withdraws a right while the database is
// being asked: what it answers is not kept, and who asks afterwards does not get
// it either.
func TestALookUpUnderWayPutsNothingOldBack(t *testing.T) {
	store := &slowStore{begun: make(chan chan geo.Session)}
	service := NewService(store, Options{})
	token, _ := NewToken()
	old := geo.Session{Principal: geo.Principal{AccountID: 7, Title: "old"}, ExpiresAt: time.Now().Add(time.Hour)}
	current := old
	current.Principal.Title = "current"
	ask := func(got *string, group *sync.WaitGroup) {
		group.Go(func() {
			p, err := service.FromSession(t.Context(), token)
			if err != nil {
				t.Error(err)
			}
			*got = p.Title
		})
	}
	var before, after string
	var first, second sync.WaitGroup
	ask(&before, &first)
	began := <-store.begun
	service.Withdraw([]int64{7})
	ask(&after, &second)
	anew := <-store.begun // it does not wait for the first's answer
	anew <- current
	second.Wait()
	began <- old
	first.Wait()
	if p, err := service.FromSession(t.Context(), token); err != nil || p.Title != "current" || after != "current" || before != "old" {
		t.Errorf("before %q, after %q, then %q, %v", before, after, p.Title, err)
	}
	if n := store.looks.Load(); n != 2 {
		t.Errorf("%d look-ups", n)
	}
}

// TestManyAskTheDatabaseOnce sends many requests with one token at the moment
// when it has to be looked up.
func TestManyAskTheDatabaseOnce(t *testing.T) {
	store := &slowStore{begun: make(chan chan geo.Session, 50)}
	service := NewService(store, Options{})
	token, _ := NewToken()
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			if p, err := service.FromSession(t.Context(), token); err != nil || p.AccountID != 7 {
				t.Errorf("%+v %v", p, err)
			}
		})
	}
	answer := <-store.begun
	time.Sleep(50 * time.Millisecond) // for the others to come in
	answer <- geo.Session{Principal: geo.Principal{AccountID: 7}, ExpiresAt: time.Now().Add(time.Hour)}
	group.Wait()
	if n := store.looks.Load(); n != 1 {
		t.Errorf("%d look-ups", n)
	}
}
