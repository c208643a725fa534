package indicator

import (
	"regexp"
	"strconv"
	"time"

	"github.com/patok-id/patok/geo"
)

// Period is a stretch of time that figures are about: a year (2026), a quarter
// (2026-Q1), a month (2026-03) or a day (2026-03-31). Periods of one kind sort
// as text.
type Period string

// PeriodKind is how long a period is.
type PeriodKind string

// The kinds of period.
const (
	Year    PeriodKind = "year"
	Quarter PeriodKind = "quarter"
	Month   PeriodKind = "month"
	Date    PeriodKind = "date"
)

var periodPattern = regexp.MustCompile(`^\d{4}(-Q[1-4]|-\d{2}(-\d{2})?)?$`)

// ParsePeriod reads a period between 1945 and 2200.
func ParsePeriod(s string) (Period, error) {
	p := Period(s)
	year, err := strconv.Atoi(s[:min(4, len(s))])
	if err != nil || !periodPattern.MatchString(s) || year < 1945 || year > 2200 || p.Start().IsZero() {
		return "", &geo.Error{Kind: geo.Invalid, Op: "indicator.ParsePeriod", Message: geo.Text{
			ID: "Periode ditulis 2026, 2026-Q1, 2026-03 atau 2026-03-31.",
			EN: "A period is written 2026, 2026-Q1, 2026-03 or 2026-03-31."}}
	}
	return p, nil
}

// Kind is how long the period is.
func (p Period) Kind() PeriodKind {
	switch {
	case len(p) == 4:
		return Year
	case len(p) == 10:
		return Date
	case p[5] == 'Q':
		return Quarter
	}
	return Month
}

// Start is the period's first day; zero for one that no calendar has.
func (p Period) Start() time.Time {
	text := string(p)
	switch p.Kind() {
	case Year:
		text += "-01-01"
	case Quarter:
		text = text[:5] + [...]string{"01", "04", "07", "10"}[p[6]-'1'] + "-01"
	case Month:
		text += "-01"
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return time.Time{}
	}
	return t
}

// End is the first day after the period.
func (p Period) End() time.Time { return p.add(1) }

// Before is the period of the same kind before it.
func (p Period) Before() Period {
	start := p.add(-1)
	switch p.Kind() {
	case Year:
		return Period(start.Format("2006"))
	case Quarter:
		return Period(start.Format("2006") + "-Q" + strconv.Itoa(int(start.Month()-1)/3+1))
	case Month:
		return Period(start.Format("2006-01"))
	}
	return Period(start.Format(time.DateOnly))
}

func (p Period) add(n int) time.Time {
	start := p.Start()
	switch p.Kind() {
	case Year:
		return start.AddDate(n, 0, 0)
	case Quarter:
		return start.AddDate(0, 3*n, 0)
	case Month:
		return start.AddDate(0, n, 0)
	}
	return start.AddDate(0, 0, n)
}
