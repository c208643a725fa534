package feed

import (
	"testing"

	"github.com/patok-id/patok/geo"
)

func events(from, to int64) []geo.Event {
	var all []geo.Event
	for r := from; r <= to; r++ {
		all = append(all, geo.Event{Revision: r})
	}
	return all
}

// drain reads what waits, and reports whether the stream has ended.
func drain(s *Subscription) (revisions []int64, ended bool) {
	for {
		select {
		case e, open := <-s.Events:
			if !open {
				return revisions, true
			}
			revisions = append(revisions, e.Revision)
		default:
			return revisions, false
		}
	}
}

func TestHubReplays(t *testing.T) {
	h := NewHub(5, 10)
	h.reset("e", 100)
	h.publish(events(101, 103))
	h.publish(events(104, 108))
	tests := []struct {
		name   string
		after  int64
		want   int
		reload bool
	}{
		{"up to date", 108, 0, false},
		{"the last two", 106, 2, false},
		{"the oldest that is kept", 103, 5, false},
		{"too old", 102, 0, true},
		{"from before the start", 7, 0, true},
		{"from the future", 109, 0, true},
	}
	for _, test := range tests {
		s, err := h.Subscribe(&test.after)
		if err != nil {
			t.Fatal(err)
		}
		got, ended := drain(s)
		if len(got) != test.want || ended != test.reload || s.Reload() != test.reload || s.Revision != 108 || s.Epoch != "e" {
			t.Errorf("%s: replayed %v, ended %v, reload %v", test.name, got, ended, s.Reload())
		}
		s.Close()
		s.Close()
	}
	if h.Subscribers() != 0 {
		t.Errorf("%d subscribers are left", h.Subscribers())
	}
}

func TestHubLetsTheSlowGo(t *testing.T) {
	h := NewHub(10, 10)
	slow, _ := h.Subscribe(nil)
	quick, _ := h.Subscribe(nil)
	for r := int64(1); r <= behindLimit+1; r++ {
		h.publish(events(r, r))
		if got, _ := drain(quick); len(got) != 1 || got[0] != r {
			t.Fatalf("the quick one got %v at %d", got, r)
		}
	}
	got, ended := drain(slow)
	if len(got) != behindLimit || !ended || !slow.Reload() || h.Subscribers() != 1 {
		t.Errorf("the slow one got %d events, ended %v, reload %v", len(got), ended, slow.Reload())
	}
	quick.Close()
	if _, ended := drain(quick); !ended || quick.Reload() {
		t.Error("a closed stream goes on, or asks for a reload")
	}
}

func TestHubIsBounded(t *testing.T) {
	h := NewHub(10, 2)
	first, _ := h.Subscribe(nil)
	_, _ = h.Subscribe(nil)
	if _, err := h.Subscribe(nil); geo.KindOf(err) != geo.Unavailable {
		t.Errorf("a third of two: %v", err)
	}
	first.Close()
	if _, err := h.Subscribe(nil); err != nil {
		t.Errorf("after one has left: %v", err)
	}
	h.publish(events(1, 100_000))
	if len(h.recent) != 10 {
		t.Errorf("%d events are kept", len(h.recent))
	}
}
