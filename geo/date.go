package geo

import "time"

// Date is a day of the calendar as RFC 3339 writes it, such as 2026-12-31.
// Dates compare as text.
type Date string

// ParseDate reads a Date; ok is false for what is none.
func ParseDate(text string) (d Date, ok bool) {
	at, err := time.Parse(time.DateOnly, text)
	return Date(text), err == nil && at.Year() >= 1900 && at.Year() < 2200
}

// DateOf is the day on which t falls on the clock of its own zone.
func DateOf(t time.Time) Date { return Date(t.Format(time.DateOnly)) }

// Midnight is when the day begins in UTC.
func (d Date) Midnight() time.Time {
	at, _ := time.Parse(time.DateOnly, string(d)) // a Date was parsed, or made of a time
	return at
}

// LastMoment is the last time of the day in UTC that the database's clock tells.
func (d Date) LastMoment() time.Time { return d.Midnight().AddDate(0, 0, 1).Add(-time.Microsecond) }

// ZoneAt is the zone of Indonesia at a longitude in degrees: WIB, WITA or WIT.
// The borders between them follow provinces; the meridians here part all but
// a few small islands rightly.
func ZoneAt(lon float64) *time.Location {
	switch {
	case lon > 128:
		return time.FixedZone("WIT", 9*60*60)
	case lon > 114.6:
		return time.FixedZone("WITA", 8*60*60)
	}
	return time.FixedZone("WIB", 7*60*60)
}
