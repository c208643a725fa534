package indicator

import (
	"context"
	"math"

	"github.com/patok-id/patok/geo"
)

// Rules say for whom a table is protected.
type Rules struct {
	K      int     // numbers below K are hidden: 3 to 11, 10 for the public and 5 for officials
	Levels []Level // the levels that are published, nil for all. Others are left out
	// Wider is the threshold of a wider audience's table of the same numbers, which
	// these readers see too; 0 for none.
	Wider int
	// Also is what finer audiences are shown of the same numbers: what they may not
	// see is hidden here too.
	Also []*Protected
	// Kept is what the same readers have already: earlier editions, and the period
	// before.
	Kept []*Protected
	// Apart says that the readers are not taken to know which numbers have stayed
	// the same since Kept. What was hidden there stays hidden all the same.
	Apart bool
}

// Protected is a table as it is published.
type Protected struct {
	Table *Table
	K     int
	Cells [][]Cell // by column, then by place; Missing at places that are not published
	// Stated is by hidden cell an interval, and no reader of everything published
	// can tell a tighter one; the zero value for other cells.
	Stated [][]Interval
	// Withheld are the columns of which nothing is published, since what the readers
	// have already leaves no other safe way. Their cells are Missing.
	Withheld []int
	Tally    Tally
}

// Interval is from Low to High, both within.
type Interval struct{ Low, High float64 }

// Protect hides what would tell about people: numbers below the threshold,
// those that count nearly everybody, and as many more as it takes that none of
// these can be computed from what is shown, here and in what the readers have
// already. The same input gives the same result. An error of kind Invalid is
// about the table or the rules.
func Protect(ctx context.Context, t *Table, rules Rules) (*Protected, error) {
	if rules.K < 3 || rules.K > 11 || rules.Wider != 0 && (rules.Wider < rules.K || rules.Wider > 11) {
		return nil, &geo.Error{Kind: geo.Invalid, Op: "indicator.Protect", Message: geo.Text{
			ID: "Ambang kerahasiaan harus 3 sampai 11.", EN: "The threshold must be from 3 to 11."}}
	}
	g, err := newGrid(t, rules.Levels)
	if err != nil {
		return nil, err
	}
	v := newView(g)
	v.load()
	v.own, v.wider = v.newScale(float64(rules.K)), v.newScale(float64(rules.Wider))
	v.mark()
	s := newSearch(v)
	for _, e := range rules.Kept {
		s.keep(e, rules.Wider, rules.Apart)
	}
	for _, finer := range rules.Also {
		s.also(finer)
	}
	v.bound()
	for _, i := range s.blanks {
		s.withhold([]int{i / s.places}, i%s.places, false)
	}
	if err := s.run(ctx); err != nil {
		return nil, geo.Wrap("indicator.Protect", err)
	}
	return s.result(rules.K), nil
}

// keep takes what the readers have already. What was hidden there stays hidden
// where its number has hardly changed.
func (s *search) keep(e *Protected, wider int, apart bool) {
	v := newView(s.grid)
	v.recall(e)
	v.own, v.wider = v.newScale(float64(e.K)), v.newScale(float64(wider))
	for i := range v.state {
		v.below[i] = v.beneath(i/s.places, i%s.places)
	}
	v.bound()
	now := s.readers[0]
	for i, state := range v.state {
		if state != Small && state != Hidden || !v.known[i] || !now.known[i] || now.state[i] != Shown {
			continue
		}
		if change := math.Abs(now.value[i] - v.value[i]); change == 0 || change < now.own.k && now.value[i] > 0 {
			now.state[i] = Hidden
		}
	}
	if !apart {
		s.readers = append(s.readers, newReader(v))
	}
}

// also hides what the finer audience's table hides.
func (s *search) also(finer *Protected) {
	v := newView(s.grid)
	v.recall(finer)
	now := s.readers[0]
	for i, state := range v.state {
		if (state == Small || state == Hidden) && now.known[i] && now.state[i] == Shown {
			now.state[i] = Hidden
		}
	}
	for c, family := range s.family {
		for p := range s.places {
			if c == family && v.blank(family, p) {
				s.blanks = append(s.blanks, s.cell(c, p))
			}
		}
	}
}

// blank reports whether all that there is of a family at a place is Hidden.
func (v *view) blank(family, place int) bool {
	there := false
	for c, f := range v.family {
		if i := v.cell(c, place); f == family && v.known[i] && !v.unseen[i] {
			if there = true; v.state[i] != Hidden {
				return false
			}
		}
	}
	return there
}

// result is the table as it stands, with shares and rates hidden where the
// numbers are that they are computed from.
func (s *search) result(k int) *Protected {
	var withheld []int
	now := s.readers[0]
	for c := range s.table.Columns {
		if s.withheld[s.family[c]] {
			withheld = append(withheld, c)
		}
	}
	out := &Protected{Withheld: withheld, Table: s.table, K: k, Cells: make([][]Cell, len(s.table.Columns)), Stated: make([][]Interval, len(s.table.Columns))}
	for c, column := range s.table.Columns {
		out.Cells[c], out.Stated[c] = make([]Cell, s.places), make([]Interval, s.places)
		for p := range s.places {
			cell := &out.Cells[c][p]
			switch i := now.cell(c, p); {
			case s.withheld[s.family[c]]:
			case column.derived():
				cell.State = now.ratio(c, p)
			case now.known[i] && !now.unseen[i]:
				cell.State = now.state[i]
			}
			switch cell.State {
			case Missing:
				out.Tally.Missing++
			case Shown:
				cell.Value = s.table.Numbers[c][p].Value
				out.Tally.Shown++
			case Small:
				out.Stated[c][p] = s.stated(c, p)
				out.Tally.Small++
			case Hidden:
				out.Stated[c][p] = s.stated(c, p)
				out.Tally.Hidden++
			}
		}
	}
	return out
}

// ratio is the state of a share or rate.
func (v *view) ratio(column, place int) CellState {
	if !v.published(column, place) || !v.table.Numbers[column][place].Known {
		return Missing
	}
	for _, of := range [...]int{v.table.Columns[column].Count, v.table.Columns[column].Base} {
		if of >= 0 && v.known[v.cell(of, place)] && (v.state[v.cell(of, place)] != Shown) {
			return Hidden
		}
	}
	return Shown
}

// stated is the interval that readers are promised of a hidden cell. Of a number
// that they have from an earlier table they are promised nothing more.
func (s *search) stated(column, place int) Interval {
	now := s.readers[0]
	if i := now.cell(column, place); now.shut(i) {
		return Interval{now.value[i], now.value[i]}
	}
	return now.stated(column, place)
}
