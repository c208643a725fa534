package indicator

import "time"

// Audience is for whom figures are published.
type Audience string

// The audiences. What is hidden from the administration is hidden from the
// public too.
const (
	Public   Audience = "public"
	Internal Audience = "internal" // who may analyse
)

// Publication is a table as an audience sees it: whatever is hidden is not in
// it. Its content is frozen.
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
	SHA256      []byte

	Places  []Place
	Columns []PublishedColumn
}

// PublishedColumn is one indicator of a publication.
type PublishedColumn struct {
	Indicator         string
	Cells             []Cell    // by place
	Denominators      []float64 // by place, of a rate as its source gives it; nil without
	DenominatorSource string
}
