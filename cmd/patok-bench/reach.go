package main

import (
	"fmt"
	"strconv"
)

// reach is a figure that is to be reached; the zero reach is none.
type reach struct {
	of    figure
	least float64
	most  float64 // 0: no limit, unless zero is wanted
	zero  bool
}

// figure is what of a row counts.
type figure int

const (
	ofRatio figure = iota // the median of the rounds' ratios
	ofValue               // the median
	ofP99
)

func ratioOf(least float64) reach { return reach{of: ofRatio, least: least} }
func valueOf(least float64) reach { return reach{of: ofValue, least: least} }
func atMost(most float64) reach   { return reach{of: ofValue, most: most} }
func p99Below(most float64) reach { return reach{of: ofP99, most: most} }

func none() reach { return reach{of: ofValue, zero: true} }

// met tells whether the row reaches it.
func (r reach) met(of row) bool {
	v := of.figure(r.of)
	if r.zero {
		return v == 0
	}
	return v >= r.least && (r.most == 0 || v <= r.most)
}

func (r row) figure(of figure) float64 {
	switch {
	case of == ofP99:
		return r.P99
	case of == ofRatio && r.Ratio != nil:
		return r.Ratio.Median
	case of == ofValue && r.Patok != nil:
		return r.Patok.Median
	}
	return 0
}

// text is what a person reads: "≥ 50×", "≤ 12 s".
func (r reach) text(unit string) string {
	if r.zero {
		return "none"
	}
	sign, v := "≥", r.least
	if r.most > 0 {
		sign, v = "≤", r.most
	}
	switch r.of {
	case ofRatio:
		return fmt.Sprintf("%s %s×", sign, plain(v))
	case ofP99:
		return fmt.Sprintf("p99 %s %s %s", sign, plain(v), unit)
	}
	return fmt.Sprintf("%s %s %s", sign, plain(v), unit)
}

// plain writes a number without digits that say nothing.
func plain(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
