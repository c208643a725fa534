package geo

import "github.com/paulmach/orb"

// The limits of one page of features.
const (
	DefaultLimit = 100
	MaxLimit     = 10_000
)

// AllAssets is the collection of assets of every type.
const AllAssets = "assets"

// Query selects features of one collection, in the order of their ids. The
// zero value of a member selects everything. Items, tiles, counts and exports
// read the same Query, so a filter means the same on each.
type Query struct {
	Collection  string            // an asset type, AllAssets, or a level's collection
	Bounds      []orb.Bound       // the feature touches one of them; two when the box crosses 180°
	Area        Code              // in this area or below it (an asset by its claimed code)
	Equal       map[string]string // property = value, as the value reads in JSON without quotes
	Search      string            // part of the name or of the code, in any case
	LocatedOnly bool              // leave out assets without a point, which otherwise match every box
	After       int64             // the last id of the page before
	Limit       int               // 0 is DefaultLimit
}

// Page is one answer to a Query. Either Assets or Areas is filled.
type Page struct {
	Assets  []*Asset
	Areas   []*Area
	Matched int   // features of the whole selection, exact
	Next    int64 // After of the next page; 0 when this is the last
}

// Len is how many features the page holds.
func (p *Page) Len() int { return len(p.Assets) + len(p.Areas) }
