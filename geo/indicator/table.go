package indicator

// Table holds the exact figures of one source and period: what disclosure
// control works on. It never leaves the server.
type Table struct {
	Places  []Place    // parents before their children
	Columns []Column   // totals before their parts
	Numbers [][]Number // by column, then by place
}

// Column is an indicator within a table.
type Column struct {
	Indicator string
	// Parts are the columns whose sum this one is (families of desil 1 to 4: its
	// four desil), as positions in Table.Columns; nil for none. A column is a part
	// of one total at most.
	Parts []int
	// Base is the column of the population that is counted here (all families):
	// its complement must not be small either. -1 for none.
	Base int
	// Count is the column of the numerator of a share or rate, which is hidden
	// wherever its Count or its Base is. -1 for none, as for every count.
	Count int
	// Additive: a place's number is the sum of its children's where all are
	// there. Counts are; shares, rates and indexes are not.
	Additive bool
	// Protected: small numbers are about people and are hidden. The number of
	// RT in a kelurahan is not. A protected count is whole and not negative.
	Protected bool
	// Levels are those that this column is published at; nil is all.
	Levels []Level
}

// derived reports whether the column is computed from others (a share or rate).
func (c *Column) derived() bool { return !c.Additive && (c.Count >= 0 || c.Base >= 0) }

// Number is an exact figure. The zero value is missing: nobody has told it. A
// zero that was told is Number{Known: true}.
type Number struct {
	Value float64
	Known bool
}

// CellState is what a published cell says.
type CellState uint8

// The states. Missing, zero and hidden are three different things.
const (
	Missing CellState = iota // nobody has told it: null
	Shown                    // the number itself, zero included
	Small                    // below the threshold: "<10". Zero is shown as zero, except below a total that is Small itself
	Hidden                   // hidden so that no other cell can be computed, or since nearly everybody is counted: "*"
)

// Cell is one published figure. Value is 0 unless it is Shown.
type Cell struct {
	State CellState
	Value float64
}
