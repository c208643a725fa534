package geo

import (
	"testing"
	"time"
)

func TestProgressDoneAndLate(t *testing.T) {
	at := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	due := Date("2026-12-31")
	for name, c := range map[string]struct {
		p          Progress
		today      Date
		done, late bool
	}{
		"nothing said":               {Progress{}, "2027-01-01", false, false},
		"declared only":              {Progress{Declared: Complete}, "2026-12-01", false, false},
		"declared and confirmed":     {Progress{Declared: Complete, ConfirmedAt: &at}, "2026-12-01", true, false},
		"none, and confirmed":        {Progress{Declared: NoneHere, ConfirmedAt: &at}, "2026-12-01", true, false},
		"confirmed, then taken back": {Progress{ConfirmedAt: &at}, "2026-12-01", false, false},
		"on the due day":             {Progress{Goal: Goal{Due: &due}}, "2026-12-31", false, false},
		"the day after":              {Progress{Goal: Goal{Due: &due}}, "2027-01-01", false, true},
		"declared only, the day after": {Progress{Goal: Goal{Due: &due}, Declared: Complete}, "2027-01-01",
			false, true},
		"done, the day after": {Progress{Goal: Goal{Due: &due}, Declared: Complete, ConfirmedAt: &at}, "2027-01-01",
			true, false},
	} {
		if c.p.Done() != c.done || c.p.Late(c.today) != c.late {
			t.Errorf("%s: done %v, late %v", name, c.p.Done(), c.p.Late(c.today))
		}
	}
}

func TestDates(t *testing.T) {
	for text, want := range map[string]bool{"2026-12-31": true, "2024-02-29": true, "2026-02-29": false, "2026-2-1": false,
		"31/12/2026": false, "0001-01-01": false, "2026-12-31T00:00:00Z": false, "": false} {
		if d, ok := ParseDate(text); ok != want || ok && DateOf(d.Midnight()) != d {
			t.Errorf("%q: %v %v", text, d, ok)
		}
	}
	evening := time.Date(2026, 12, 31, 16, 30, 0, 0, time.UTC)
	for lon, want := range map[float64]Date{112: "2026-12-31", 115.2: "2027-01-01", 140.7: "2027-01-01"} {
		if got := DateOf(evening.In(ZoneAt(lon))); got != want {
			t.Errorf("%v°: %s, want %s", lon, got, want)
		}
	}
}
