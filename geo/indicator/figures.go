package indicator

import (
	"cmp"
	"slices"
	"strings"

	"github.com/patok-id/patok/geo"
)

// The limits of one answer.
const (
	MaxIndicators = 30
	MaxRows       = 60_000 // the RT of a city
)

// Figures is a table as somebody sees it: at one level, with some indicators.
// Rows where they may analyse are the administration's, the others the public's.
type Figures struct {
	Published
	Level     Level
	Audience  Audience // Mixed where rows differ
	Threshold int      // the largest that applies
	Places    []Place  // in the order of their text
	Names     []string // by place
	Official  []bool   // by place: its figures are the administration's
	Columns   []ShownColumn
}

// Below is the threshold that holds in a row.
func (f *Figures) Below(row int) int {
	if f.Official[row] {
		return f.Internal.Threshold
	}
	return f.Public.Threshold
}

// Row is where a place's figures are, -1 where there are none.
func (f *Figures) Row(p Place) int {
	if i, found := slices.BinarySearch(f.Places, p); found {
		return i
	}
	return -1
}

// Mixed is the audience of figures that are the administration's in some rows
// and the public's in others.
const Mixed Audience = "mixed"

// ShownColumn is one indicator of Figures.
type ShownColumn struct {
	*Indicator
	Cells             []Cell    // by place
	Denominators      []float64 // by place, 0 where there is none; nil without
	DenominatorSource string
}

// Selection is what is asked of a table.
type Selection struct {
	Level      Level
	Within     Place    // "" is everywhere
	Indicators []string // nil is what the table publishes at that level, at most MaxIndicators
}

// Figures answers a selection from an edition of a table, whose content was
// read. What is not published for the view is NotFound, so are figures of which
// there would be no row. RW and RT are for who may analyse the whole table, or
// ask for a kecamatan or less.
//
// It is the one place that decides what somebody sees of figures; every format
// is written from what it returns.
func (v *View) Figures(t Published, s Selection) (*Figures, error) {
	const op = "indicator.Figures"
	if deep := s.Level == RW || s.Level == RT; deep && (s.Within == "" || geo.Code(s.Within).Level() < geo.LevelKecamatan) && !v.sees(geo.Code(t.Public.Area)) {
		return nil, &geo.Error{Kind: geo.BadRequest, Op: op, Message: geo.Text{
			ID: "Untuk RW dan RT, sebutkan area sebuah kecamatan atau lebih kecil.", EN: "For RW and RT, name the area of a kecamatan or a smaller one."}}
	}
	rows, err := v.rows(t, s)
	if err != nil {
		return nil, err
	}
	indicators, err := v.chosen(t, s, rows.internal > 0)
	if err != nil {
		return nil, err
	}
	f := &Figures{Published: t, Level: s.Level, Places: rows.places, Names: rows.names, Official: rows.official, Audience: Mixed}
	if rows.internal < len(rows.list) {
		f.Threshold = t.Public.Threshold
	}
	if rows.internal > 0 {
		f.Threshold = max(f.Threshold, t.Internal.Threshold)
	}
	switch rows.internal {
	case 0:
		f.Audience = Public
	case len(rows.list):
		f.Audience = Internal
	}
	for _, ind := range indicators {
		f.Columns = append(f.Columns, v.fill(t, ind, s.Level, rows.list))
	}
	return f, nil
}

// row is where a row's figures come from.
type row struct {
	of    *Publication
	place int
}

type rowList struct {
	list     []row
	places   []Place
	names    []string
	official []bool // the administration's
	internal int    // how many are
}

// rows lists the places of a selection with the publication that counts in each.
func (v *View) rows(t Published, s Selection) (rowList, error) {
	var rows rowList
	var area geo.Code
	sees := false
	for i, p := range t.Internal.Places {
		if p.Level() != s.Level || !p.Within(s.Within) {
			continue
		}
		if a := p.Area(); a != area && !v.Public() {
			area, sees = a, v.sees(a)
		}
		from := row{t.Internal, i}
		if !sees {
			if from = (row{t.Public, t.Public.Place(p)}); from.place < 0 {
				continue
			}
		} else {
			rows.internal++
		}
		rows.official = append(rows.official, sees)
		rows.list, rows.places, rows.names = append(rows.list, from), append(rows.places, p), append(rows.names, cmp.Or(t.Internal.Names[i], p.localName()))
	}
	switch {
	case len(rows.list) == 0:
		return rows, geo.NotFoundError("indicator.Figures")
	case len(rows.list) > MaxRows:
		return rows, &geo.Error{Kind: geo.TooLarge, Op: "indicator.Figures", Message: geo.Text{
			ID: "Terlalu banyak baris sekaligus. Pilih wilayah yang lebih kecil.", EN: "Too many rows at once. Choose a smaller area."}}
	}
	return rows, nil
}

// localName is what an RW or RT is called within its kelurahan.
func (p Place) localName() string {
	parts := strings.Split(string(p), "-")
	switch len(parts) {
	case 2:
		return "RW " + parts[1]
	case 3:
		return "RT " + parts[2] + " RW " + parts[1]
	}
	return ""
}

// chosen are the indicators that are asked for, or all that there are.
func (v *View) chosen(t Published, s Selection, internal bool) ([]*Indicator, error) {
	if s.Indicators == nil {
		list := v.published(t.Public, s.Level)
		if len(list) == 0 && internal {
			list = v.published(t.Internal, s.Level)
		}
		if len(list) == 0 {
			return nil, geo.NotFoundError("indicator.Figures")
		}
		return list[:min(len(list), MaxIndicators)], nil
	}
	list := make([]*Indicator, len(s.Indicators))
	for i, code := range s.Indicators {
		ind := v.catalog.Indicator(code)
		if ind == nil || !v.shows(t.Public, code, s.Level) && !(internal && v.shows(t.Internal, code, s.Level)) {
			return nil, geo.NotFoundError("indicator.Figures")
		}
		list[i] = ind
	}
	return list, nil
}

// published lists the indicators that a publication has at a level.
func (v *View) published(p *Publication, level Level) []*Indicator {
	var list []*Indicator
	for _, ind := range v.catalog.Indicators {
		if v.shows(p, ind.Code, level) {
			list = append(list, ind)
		}
	}
	return list
}

func (v *View) shows(p *Publication, code string, level Level) bool {
	column := p.Column(code)
	return column >= 0 && v.catalog.Shows(p, column, level)
}

// fill copies one indicator's cells. What a row's publication does not have is
// hidden there, whether it was told or not.
func (v *View) fill(t Published, ind *Indicator, level Level, rows []row) ShownColumn {
	out := ShownColumn{Indicator: ind, Cells: make([]Cell, len(rows))}
	columns := map[*Publication]*PublishedColumn{}
	for _, p := range []*Publication{t.Public, t.Internal} {
		if at := p.Column(ind.Code); at >= 0 && v.catalog.Shows(p, at, level) {
			columns[p] = &p.Columns[at]
		}
	}
	var of *Publication
	var column *PublishedColumn
	for i, r := range rows {
		if r.of != of {
			of, column = r.of, columns[r.of]
		}
		if column == nil {
			out.Cells[i] = Cell{State: Hidden}
			continue
		}
		out.Cells[i] = column.Cells[r.place]
		if column.Denominators != nil {
			if out.Denominators == nil {
				out.Denominators, out.DenominatorSource = make([]float64, len(rows)), column.DenominatorSource
			}
			out.Denominators[i] = column.Denominators[r.place]
		}
	}
	return out
}

// Changes lists the figures that two readings of the same selection say
// otherwise, in the order of indicators, then of places.
func Changes(before, after *Figures) []CellChange {
	var list []CellChange
	for _, column := range after.Columns {
		k := slices.IndexFunc(before.Columns, func(c ShownColumn) bool { return c.Code == column.Code })
		for i, place := range after.Places {
			change := CellChange{Place: place, Indicator: column.Code, After: column.Cells[i]}
			if j, found := slices.BinarySearch(before.Places, place); found && k >= 0 {
				change.Before = before.Columns[k].Cells[j]
			}
			if change.Before != change.After {
				list = append(list, change)
			}
		}
	}
	return list
}
