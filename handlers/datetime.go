package handlers

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/patok-id/patok/geo"
)

// period is what ?datetime= asks for: the times from and until, both included;
// the same for an instant. A zero time is open. With ?release= it is the
// revision that has that name.
type period struct {
	from, until time.Time
	release     string
}

// when reads which state is asked for; nil is now.
func (p params) when() (*period, error) {
	release, given := p["release"]
	_, timed := p["datetime"]
	switch {
	case given && timed:
		return nil, invalidParameter("release", "tidak dapat dipakai bersama datetime.", "cannot be used with datetime.")
	case given:
		return &period{release: release}, nil
	}
	return p.datetime()
}

// datetime reads the parameter of that name (OGC API Features part 1, section
// 7.15.4): an instant A, or an interval A/B, ../B, /B, A/.. or A/ whose end may
// be a duration, as ISO 8601 has it and OGC's tests send it. A date is its whole
// day by UTC. nil when it is not given.
func (p params) datetime() (*period, error) {
	text, given := p["datetime"]
	if !given {
		return nil, nil
	}
	first, second, interval := strings.Cut(text, "/")
	begin, okBegin := readMoment(first, interval)
	end, okEnd := readMoment(second, true)
	switch days, isDuration := readDuration(second); {
	case !okBegin:
		return nil, invalidDatetime()
	case !interval:
		return &begin, nil
	case isDuration && !begin.from.IsZero():
		end = period{until: days(begin.from)}
	case !okEnd:
		return nil, invalidDatetime()
	}
	whole := &period{from: begin.from, until: end.until}
	if !whole.until.IsZero() && whole.until.Before(whole.from) {
		return nil, invalidParameter("datetime", "berakhir sebelum mulai.", "ends before it begins.")
	}
	return whole, nil
}

func invalidDatetime() error {
	return invalidParameter("datetime", "harus waktu RFC 3339 atau selang waktu, misalnya 2026-01-01T00:00:00Z, 2026-01-01 atau 2026-01-01/...",
		"must be an RFC 3339 time or an interval, such as 2026-01-01T00:00:00Z, 2026-01-01 or 2026-01-01/...")
}

// moment is a date or a time of RFC 3339, section 5.6. The plus sign of an
// offset that was not escaped arrives as a space; GDAL writes a date with a T
// behind it.
var moment = regexp.MustCompile(`^(\d{4}-\d\d-\d\d)[Tt]?$|^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+\- ]([01]\d|2[0-3]):[0-5]\d)$`)

// readMoment reads a date, which is a whole day, or a time; where open is
// allowed also nothing and "..".
func readMoment(text string, open bool) (period, bool) {
	if open && (text == "" || text == "..") {
		return period{}, true
	}
	parts := moment.FindStringSubmatch(text)
	if parts == nil {
		return period{}, false
	}
	if parts[1] != "" {
		_, err := time.Parse(time.DateOnly, parts[1])
		day := geo.Date(parts[1])
		return period{from: day.Midnight(), until: day.LastMoment()}, err == nil
	}
	t, err := time.Parse(time.RFC3339, strings.ReplaceAll(strings.ToUpper(text), " ", "+"))
	return period{from: t, until: t}, err == nil
}

// duration is one of ISO 8601 of whole numbers.
var duration = regexp.MustCompile(`^P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?$`)

// readDuration reads a duration as what it makes of its begin.
func readDuration(text string) (func(time.Time) time.Time, bool) {
	parts := duration.FindStringSubmatch(text)
	if parts == nil || strings.HasSuffix(text, "P") || strings.HasSuffix(text, "T") {
		return nil, false
	}
	n := make([]int, len(parts))
	for i, part := range parts[1:] {
		n[i], _ = strconv.Atoi(part) // nothing is zero, and the pattern lets through digits only
	}
	return func(begin time.Time) time.Time {
		clock := time.Duration(n[4])*time.Hour + time.Duration(n[5])*time.Minute + time.Duration(n[6])*time.Second
		return begin.AddDate(n[0], n[1], 7*n[2]+n[3]).Add(clock)
	}, true
}
