package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
)

// report is the outcome of a run.
type report struct {
	Machine machine      `json:"machine"`
	Dataset datasetFlags `json:"dataset"`
	Rounds  int          `json:"rounds"`
	Rows    []row        `json:"rows"`
	Date    string       `json:"date,omitempty"`
}

// row is one line of the table. Times are per piece of work.
type row struct {
	Name      string  `json:"name"`
	Patok     *spread `json:"patok,omitempty"`
	Unit      string  `json:"unit"`
	Reference string  `json:"reference,omitempty"`
	Beside    *spread `json:"beside,omitempty"`
	Ratio     *spread `json:"times_faster,omitempty"`
	PostGIS   bool    `json:"postgis"` // the reference is PostGIS doing the same
	Slower    bool    `json:"slower"`  // than PostGIS, by the median of the rounds' ratios
	P99       float64 `json:"p99,omitempty"`
	Note      string  `json:"note,omitempty"`
	Memory    *spread `json:"from_memory,omitempty"` // Ratio, had Patok's answers lain in memory

	Reach reach  `json:"-"`               // the figure to reach, the zero one where there is none
	Goal  string `json:"reach,omitempty"` // the same for people
	Met   bool   `json:"met,omitempty"`   // it was reached
}

const (
	unitMillis   = "ms"
	unitBytes    = "bytes"
	unitRows     = "rows/s"
	unitRequests = "requests/s"
	unitSeconds  = "s"
	unitMB       = "MB"
	unitKB       = "kB"
	unitLookups  = "look-ups/s"
	unitZooms    = "zooms"
	unitAnswers  = "answers"
	unitPercent  = "%"
)

// contestRow is a line about a contest: times, or requests in a second where
// several clients ask.
func contestRow(r result) row {
	unit, values := unitMillis, inMillis
	if r.Parallel > 1 {
		unit, values = unitRequests, perSecond
	}
	ours, theirs, ratio := spreadOf(values(r.ours)), spreadOf(values(r.theirs)), spreadOf(speedups(r.ours, r.theirs))
	return row{Name: r.Name, Unit: unit, Patok: &ours, Reference: r.Reference, Beside: &theirs, Ratio: &ratio,
		PostGIS: r.PostGIS, Slower: r.PostGIS && ratio.Median < 1, Note: r.Note}
}

// besideRow is a line about rounds in which Patok and a reference worked in turn.
// more tells whether more is better, which the ratio is made by.
func besideRow(name, unit, reference string, ours, theirs []float64, more bool, goal reach, note string) row {
	patok, beside, ratio := spreadOf(ours), spreadOf(theirs), spreadOf(ratios(ours, theirs))
	if !more {
		ratio = spreadOf(ratios(theirs, ours))
	}
	return row{Name: name, Unit: unit, Patok: &patok, Reference: reference, Beside: &beside, Ratio: &ratio, Note: note}.toReach(goal)
}

// toReach sets the figure that the row has to reach.
func (r row) toReach(goal reach) row {
	if goal != (reach{}) {
		r.Reach, r.Goal, r.Met = goal, goal.text(r.Unit), goal.met(r)
	}
	return r
}

// figureRow is a line without a reference.
func figureRow(name, unit string, values []float64, note string) row {
	s := spreadOf(values)
	return row{Name: name, Unit: unit, Patok: &s, Note: note}
}

// latencyRow is a line about single edits, with their 99th percentile.
func latencyRow(name string, times []time.Duration, note string) row {
	r := figureRow(name, unitMillis, inMillis(times), note)
	r.P99 = percentile(sortedCopy(inMillis(times)), 99)
	return r
}

// slower names the rows in which Patok is slower than PostGIS.
func (r *report) slower() []string {
	var names []string
	for _, line := range r.Rows {
		if line.Slower {
			names = append(names, line.Name)
		}
	}
	return names
}

func (r *report) writeJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// writeMarkdown prints the machine and one table.
func (r *report) writeMarkdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s.\n", r.Machine)
	fmt.Fprintf(&b, "%d assets, %d kelurahan, seed %d; %d rounds in turn; median [min..max]; times per piece of work, ratios round by round.\n\n",
		r.Dataset.Points, r.Dataset.Areas, r.Dataset.Seed, r.Rounds)
	b.WriteString("| what | Patok | beside it | how much faster | not slower than PostGIS | |\n|---|---|---|---|---|---|\n")
	for _, line := range r.Rows {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", line.Name, line.ours(), line.beside(), line.ratio(), line.verdict(), line.Note)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (r row) ours() string {
	if r.Patok == nil {
		return "–"
	}
	if r.P99 == 0 {
		return r.format(*r.Patok)
	}
	return fmt.Sprintf("p50 %s, p99 %s [%s..%s]", amount(r.Patok.Median, r.Unit), amount(r.P99, r.Unit), digits(r.Patok.Min), digits(r.Patok.Max))
}

func (r row) beside() string {
	if r.Beside == nil {
		return "–"
	}
	return r.Reference + " " + r.format(*r.Beside)
}

func (r row) ratio() string { return times(r.Ratio) }

func times(s *spread) string {
	if s == nil {
		return "–"
	}
	return fmt.Sprintf("%s× [%s..%s]", digits(s.Median), digits(s.Min), digits(s.Max))
}

func (r row) verdict() string {
	switch {
	case !r.PostGIS:
		return "–"
	case r.Slower:
		return "**NO**"
	}
	return "yes"
}

// format writes a spread in the unit that fits its median.
func (r row) format(s spread) string {
	if r.Unit == unitMillis && s.Median < 1 {
		s.Median, s.Min, s.Max = 1000*s.Median, 1000*s.Min, 1000*s.Max
		return fmt.Sprintf("%s µs [%s..%s]", digits(s.Median), digits(s.Min), digits(s.Max))
	}
	return fmt.Sprintf("%s [%s..%s]", amount(s.Median, r.Unit), digits(s.Min), digits(s.Max))
}

func amount(v float64, unit string) string { return digits(v) + " " + unit }

// digits writes a number with about three figures that mean something.
func digits(v float64) string {
	switch {
	case v >= 100 || v == 0:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}
