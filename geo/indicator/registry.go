// Package indicator knows figures: what is counted (the registry of indicators
// and sources), for which places and periods, how an area's figures move through
// a batch until they are agreed, and what of them may be published without
// telling about people.
package indicator

import (
	"slices"

	"github.com/patok-id/patok/geo"
)

// Kind is what sort of number an indicator is.
type Kind string

// The kinds.
const (
	Count  Kind = "count"
	Share  Kind = "share"  // of a whole, in per cent
	Rate   Kind = "rate"   // as a survey estimates it, in per cent
	Index  Kind = "index"  // without a unit
	Amount Kind = "amount" // rupiah, hectares
)

// Direction is whether more of it is better or worse.
type Direction string

// The directions.
const (
	Neutral Direction = "neutral"
	Worse   Direction = "worse"
	Better  Direction = "better"
)

// Classes are how a map shows an indicator unless somebody chooses otherwise.
type Classes struct {
	Method string `json:"method"` // jenks, quantile, equal
	Count  int    `json:"count"`
}

// Indicator is an entry of the registry.
type Indicator struct {
	Code      string    `json:"code"`
	Label     geo.Text  `json:"label"`
	Help      geo.Text  `json:"help"`
	Unit      geo.Text  `json:"unit"`
	Kind      Kind      `json:"kind"`
	Dimension string    `json:"dimension"` // what belongs together: desil, bantuan, profil
	Direction Direction `json:"direction"`
	Additive  bool      `json:"additive"`        // an area's is the sum of its parts'
	Protected bool      `json:"protected"`       // small numbers are about people, and are hidden
	Base      string    `json:"base,omitempty"`  // the indicator of all that could be counted here; a share is of it
	Parts     []string  `json:"parts,omitempty"` // the indicators whose sum it is
	Levels    []Level   `json:"levels"`          // that it may be told at
	Public    []Level   `json:"public"`          // that everybody sees
	Internal  []Level   `json:"internal"`        // that the administration sees
	Classes   Classes   `json:"classes"`
	Counted   string    `json:"counted,omitempty"` // the asset type whose points are this number
}

// Shows reports whether the indicator is published at a level for an audience.
func (i *Indicator) Shows(level Level, to Audience) bool {
	if to == Public {
		return slices.Contains(i.Public, level)
	}
	return slices.Contains(i.Internal, level)
}

// Source is who tells figures.
type Source struct {
	Code       string       `json:"code"`
	Label      geo.Text     `json:"label"`
	Help       geo.Text     `json:"help"`
	Steps      []Step       `json:"steps"`   // that a batch goes through, unless the city sets others
	Periods    []PeriodKind `json:"periods"` // that it comes in
	Origin     Origin       `json:"origin"`
	Level      Level        `json:"level"`      // of the areas that a batch is about
	Minutes    bool         `json:"minutes"`    // sending needs the minutes of a meeting
	Legacy     bool         `json:"legacy"`     // replaced by another; still read
	Dimensions []string     `json:"dimensions"` // of the indicators that it is asked for; it may tell others too
}

// Origin is where a source's figures come from.
type Origin string

// The origins.
const (
	FromArea   Origin = "area"   // the kelurahan or desa enters them
	FromCentre Origin = "centre" // they come from above, and Dinsos enters them
)

// Registry is all indicators and all sources, in the order in which they are
// shown. It is not changed once it is made.
type Registry struct {
	Indicators []*Indicator
	Sources    []*Source
	byCode     map[string]*Indicator
}

// NewRegistry makes a registry of what it is given.
func NewRegistry(indicators []*Indicator, sources []*Source) *Registry {
	r := &Registry{Indicators: indicators, Sources: sources, byCode: make(map[string]*Indicator, len(indicators))}
	for _, i := range indicators {
		r.byCode[i.Code] = i
	}
	return r
}

// Indicator returns the indicator with a code; nil for none.
func (r *Registry) Indicator(code string) *Indicator { return r.byCode[code] }

// Source returns the source with a code; nil for none.
func (r *Registry) Source(code string) *Source {
	for _, s := range r.Sources {
		if s.Code == code {
			return s
		}
	}
	return nil
}

// Asked lists the indicators that a source's batches are asked for.
func (r *Registry) Asked(s *Source) []*Indicator {
	var list []*Indicator
	for _, i := range r.Indicators {
		if slices.Contains(s.Dimensions, i.Dimension) && slices.Contains(i.Levels, s.Level) {
			list = append(list, i)
		}
	}
	return list
}
