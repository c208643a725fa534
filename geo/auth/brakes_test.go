package auth

import (
	"testing"
	"time"
)

// TestHammeringLeavesTheAccountToItsOwner tries a thousand times a second from
// one address: the owner, at another, waits no longer than the account's own
// delay, and where they logged in before not at all.
func TestHammeringLeavesTheAccountToItsOwner(t *testing.T) {
	b := newBrakes()
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	admitted, lines, told := 0, 0, 0
	hammer := func() {
		done, _, refused := b.begin("pic-lor", "203.0.113.9", now)
		if done != nil {
			admitted++
		}
		if refused.count > 0 {
			lines++
			told += refused.count
		}
	}
	for range 10_000 { // ten seconds
		hammer()
		now = now.Add(time.Millisecond)
	}
	if admitted > 8 || lines > 4 || told < 3_000 {
		t.Errorf("%d of 10000 admitted, %d lines tell of %d", admitted, lines, told)
	}
	done, wait, _ := b.begin("pic-lor", "198.51.100.2", now)
	for waited := time.Duration(0); done == nil; waited += time.Millisecond {
		if waited > wait+time.Millisecond {
			t.Fatalf("not in after %s, %s were announced", waited, wait)
		}
		hammer()
		now = now.Add(time.Millisecond)
		if waited+time.Millisecond >= wait {
			done, _, _ = b.begin("pic-lor", "198.51.100.2", now)
		}
	}
	done(succeeded)
	for range 20_000 {
		hammer()
		now = now.Add(time.Millisecond)
	}
	if done, wait, _ := b.begin("pic-lor", "198.51.100.2", now); done == nil {
		t.Errorf("where the owner has logged in before they wait %s", wait)
	}
	if done, _, _ := b.begin("pic-kidul", "198.51.100.2", now); done == nil {
		t.Error("another account at the owner's address waits too")
	}
}

func TestAddressesAreSlowedWhateverTheName(t *testing.T) {
	b := newBrakes()
	now := time.Now()
	refused := 0
	for i := range 100 {
		if done, _, _ := b.begin("name"+string(rune('a'+i%26))+string(rune('a'+i/26)), "203.0.113.9", now); done == nil {
			refused++
		}
	}
	if refused != 50 {
		t.Errorf("%d of 100 names were refused", refused)
	}
	if done, _, _ := b.begin("", "203.0.113.9", now); done != nil {
		t.Error("an invitation from the address is not slowed")
	}
	if done, _, _ := b.begin("", "203.0.113.10", now); done == nil {
		t.Error("another address is slowed")
	}
}

func TestTriesThatWereNoneAreGivenBack(t *testing.T) {
	b := newBrakes()
	now := time.Now()
	for range 30 {
		done, wait, _ := b.begin("pic-lor", "203.0.113.9", now)
		if done == nil {
			t.Fatalf("waits %s", wait)
		}
		done(unmade)
	}
}

func TestTallyTellsOncePerWindow(t *testing.T) {
	y := newTally(time.Minute, 10)
	now := time.Now()
	first := y.add("a", now)
	var later int
	for range 500 {
		later += y.add("a", now.Add(time.Second)).count
	}
	next := y.add("a", now.Add(time.Minute))
	if first.count != 1 || later != 0 || next.count != 501 || !next.since.Equal(now.Add(time.Second)) {
		t.Errorf("first %+v, within the window %d, then %+v", first, later, next)
	}
	y.add("a", now.Add(61*time.Second))
	if rest := y.rest("a"); rest.count != 1 || y.rest("a").count != 0 || y.rest("b").count != 0 {
		t.Errorf("rest %+v", rest)
	}
	for i := range 100 {
		y.add(string(rune('b'+i)), now)
	}
	if len(y.keys) > 10 {
		t.Errorf("%d keys", len(y.keys))
	}
}
