package geo

import (
	"iter"

	"github.com/paulmach/orb"
)

// AreaRow is one area as a file gives it. Refused is not empty when the file's
// row cannot be read as one; the other members then hold what was understood.
type AreaRow struct {
	Row      int // number of the feature, from 1
	Code     Code
	Name     string
	District string // names of what lies above it, where the file tells them
	Regency  string
	Province string
	BPSCode  string
	Year     int // of the boundary; 0 when unknown
	Source   string
	Boundary orb.MultiPolygon
	Refused  []Text
	Skipped  *Text // why it is no area: a total, for example
}

// AssetRow is one asset as a file gives it, unchecked but for its point.
// Input.Properties has Patok's names; a value that a spreadsheet holds as text
// is still text (see Cell).
type AssetRow struct {
	Row      int    // line of a CSV file, number of a feature from 1
	Type     string // the registry's name, or what the file says
	SourceID string // what the file's owner calls it, "" when it has no such name
	Input    Input
	Refused  []Text
	Skipped  *Text // why it is no asset: a total, for example
}

// LineRow is one feature of a network as a file gives it.
type LineRow struct {
	Row     int
	Name    string
	Lines   []orb.LineString
	Refused []Text
}

// AccountRow is one account as a file gives it, with one grant, unchecked.
type AccountRow struct {
	Row     int // line of the file
	Account Account
	Refused []Text
}

// AreaRows, AssetRows, AccountRows and LineRows read a file row by row, from its start whenever they
// are ranged over. An error ends the reading: the file as a whole is unusable.
type (
	AreaRows    = iter.Seq2[AreaRow, error]
	AssetRows   = iter.Seq2[AssetRow, error]
	AccountRows = iter.Seq2[AccountRow, error]
	LineRows    = iter.Seq2[LineRow, error]
)
