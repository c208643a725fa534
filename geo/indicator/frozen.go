package indicator

import (
	"iter"
	"strings"

	"github.com/patok-id/patok/geo"
)

// Frozen is all that is published, as of one revision: what a release is made
// of. It is good only for as long as who gave it says.
type Frozen struct {
	Revision int64
	Types    []*geo.AssetType
	Areas    []*geo.Area
	Counts   map[string]int // assets by type
	Assets   func(typ string) iter.Seq2[*geo.Asset, error]
	*Catalog // with the content of the newest publications
}

// Whole is all that an audience sees of an edition whose content was read, at
// every level; its own Level is "". A cell of a level at which its indicator is
// not published is Hidden.
func (c *Catalog) Whole(t Published, to Audience) *Figures {
	p := t.Public
	if to == Internal {
		p = t.Internal
	}
	shown := map[Level]bool{}
	f := &Figures{Published: t, Audience: to, Threshold: p.Threshold}
	var columns []int
	for _, ind := range c.Indicators {
		at := p.Column(ind.Code)
		if at < 0 {
			continue
		}
		seen := false
		for _, level := range Levels() {
			if c.Shows(p, at, level) {
				shown[level], seen = true, true
			}
		}
		if seen {
			columns = append(columns, at)
			f.Columns = append(f.Columns, ShownColumn{Indicator: ind, DenominatorSource: p.Columns[at].DenominatorSource})
		}
	}
	for i, place := range p.Places {
		level := place.Level()
		if !shown[level] {
			continue
		}
		f.Places, f.Names = append(f.Places, place), append(f.Names, place.called(p.Names[i]))
		f.Official = append(f.Official, to == Internal)
		for k, at := range columns {
			col, out := &p.Columns[at], &f.Columns[k]
			cell := Cell{State: Hidden}
			if c.Shows(p, at, level) {
				cell = col.Cells[i]
			}
			out.Cells = append(out.Cells, cell)
			if col.Denominators != nil {
				out.Denominators = append(out.Denominators, col.Denominators[i])
			}
		}
	}
	return f
}

// called is what a place is called: RW and RT have numbers for names.
func (p Place) called(name string) string {
	_, within, deep := strings.Cut(string(p), "-")
	if name != "" || !deep {
		return name
	}
	if rw, rt, isRT := strings.Cut(within, "-"); isRT {
		return "RT " + rt + " RW " + rw
	}
	return "RW " + within
}
