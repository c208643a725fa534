package indicator

import (
	"slices"
	"time"

	"github.com/patok-id/patok/geo"
)

// Audience is for whom figures are published.
type Audience string

// The audiences. What is hidden from the administration is hidden from the
// public too.
const (
	Public   Audience = "public"
	Internal Audience = "internal" // who may analyse
)

// Publication is a table as an audience sees it: whatever is hidden is not in
// it. It is never changed.
type Publication struct {
	ID          int64
	Source      string
	Period      Period
	Area        Place // that it covers, with all below it
	Edition     int
	Audience    Audience
	Threshold   int // numbers above zero and below it are hidden
	PublishedAt time.Time
	Revision    int64
	SHA256      []byte // of the content as it is stored

	*Content // nil where it was not read
}

// Content is what a publication says. Places come in the order of their text,
// so that parents stand before their children.
type Content struct {
	Places  []Place
	Names   []string // by place, as the areas were called; "" for RW and RT
	Columns []PublishedColumn
}

// PublishedColumn is one indicator of a publication.
type PublishedColumn struct {
	Indicator         string
	Levels            []Level   // that it is published at; cells of others are Missing
	Cells             []Cell    // by place
	Denominators      []float64 // by place, of a rate as its source gives it; 0 where there is none; nil without
	DenominatorSource string
}

// Column is the position of an indicator's column, -1 where there is none.
func (c *Content) Column(code string) int {
	return slices.IndexFunc(c.Columns, func(p PublishedColumn) bool { return p.Indicator == code })
}

// Place is the position of a place, -1 where it is not in the table.
func (c *Content) Place(p Place) int {
	if i, found := slices.BinarySearch(c.Places, p); found {
		return i
	}
	return -1
}

// Covered counts the places of a level, and those of them of which anything was
// told, be it hidden.
func (c *Content) Covered(level Level) (covered, places int) {
	for i, p := range c.Places {
		if p.Level() != level {
			continue
		}
		places++
		if slices.ContainsFunc(c.Columns, func(col PublishedColumn) bool { return col.Cells[i].State != Missing }) {
			covered++
		}
	}
	return covered, places
}

// Tells reports whether anything was told of a column at a level.
func (c *Content) Tells(column int, level Level) bool {
	col := c.Columns[column]
	if !slices.Contains(col.Levels, level) {
		return false
	}
	for i, cell := range col.Cells {
		if cell.State != Missing && c.Places[i].Level() == level {
			return true
		}
	}
	return false
}

// Tally counts cells by what they say.
type Tally struct{ Shown, Small, Hidden, Missing int }

// Tally counts the cells at the levels that each column is published at.
func (c *Content) Tally() Tally {
	var t Tally
	for _, col := range c.Columns {
		for i, cell := range col.Cells {
			if !slices.Contains(col.Levels, c.Places[i].Level()) {
				continue
			}
			switch cell.State {
			case Shown:
				t.Shown++
			case Small:
				t.Small++
			case Hidden:
				t.Hidden++
			default:
				t.Missing++
			}
		}
	}
	return t
}

// CellChange is a figure that one edition says otherwise than another.
type CellChange struct {
	Place         Place
	Indicator     string
	Before, After Cell
}

// Published is one edition of a table, for both audiences.
type Published struct {
	Public, Internal *Publication
}

// Edition is its number, from 1.
func (p Published) Edition() int { return p.Public.Edition }

// Covers reports whether the table is about a place.
func (p Published) Covers(place Place) bool { return place.Within(p.Public.Area) }

// PublicationRequest asks for the closed batches of an area to be published.
type PublicationRequest struct {
	Source string
	Period Period
	Area   geo.Code
	DryRun bool
	Today  geo.Date // there
}

// PublicationReport is what publishing did, or would do.
type PublicationReport struct {
	Published  bool // false for a dry run, and when the edition before says the same
	Edition    int
	Revision   int64 // 0 unless something was published
	Covered    int   // areas of the source's level with a closed batch
	Expected   int
	Incomplete []IncompleteArea
	Audiences  []AudienceReport
	Changed    int // figures that the edition before says otherwise, as the administration sees them
}

// IncompleteArea is an area whose figures are not agreed yet.
type IncompleteArea struct {
	AreaCode geo.Code
	AreaName string
	State    State // of its newest batch; "" without one
	Late     bool
}

// AudienceReport counts what an audience would see.
type AudienceReport struct {
	Audience  Audience
	Threshold int
	Withheld  []string // indicators that nothing of could be published safely
	Tally
}
