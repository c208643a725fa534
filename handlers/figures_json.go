package handlers

import (
	"strconv"

	"github.com/patok-id/patok/geo/indicator"
)

// appendFigures writes published figures as one compact object: a list of areas,
// and a list of values per indicator in the same order.
func appendFigures(b []byte, f *indicator.Figures) []byte {
	b = stringMember(append(b, '{'), "source", f.Public.Source)
	b = stringMember(b, "period", string(f.Public.Period))
	b = stringMember(b, "level", string(f.Level))
	published := f.Public.PublishedAt
	b = timeMember(b, "published_at", &published)
	b = intMember(b, "edition", int64(f.Edition()))
	b = intMember(b, "revision", f.Public.Revision)
	b = stringMember(b, "audience", string(f.Audience))
	b = intMember(b, "threshold", int64(f.Threshold))
	b = append(member(b, "areas"), '[')
	for _, p := range f.Places {
		b = appendString(comma(b), string(p))
	}
	b = append(member(append(b, ']'), "names"), '[')
	for _, name := range f.Names {
		b = appendString(comma(b), name)
	}
	b = append(member(append(b, ']'), "columns"), '[')
	for _, c := range f.Columns {
		b = appendColumn(comma(b), f, c)
	}
	b = append(member(append(b, ']'), "missing"), '{')
	for _, c := range f.Columns {
		b = intMember(b, c.Code, int64(count(c.Cells, indicator.Missing)))
	}
	b = append(member(append(b, '}'), "hidden"), '{')
	for _, c := range f.Columns {
		b = intMember(b, c.Code, int64(count(c.Cells, indicator.Small, indicator.Hidden)))
	}
	return append(b, '}', '}')
}

// comma puts one between the members of a list.
func comma(b []byte) []byte {
	if b[len(b)-1] == '[' {
		return b
	}
	return append(b, ',')
}

func appendColumn(b []byte, f *indicator.Figures, c indicator.ShownColumn) []byte {
	b = stringMember(append(b, '{'), "indicator", c.Code)
	b = append(member(b, "values"), '[')
	for i, cell := range c.Cells {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendValue(b, cell, f.Below(i))
	}
	b = append(b, ']')
	if c.Denominators != nil {
		b = append(member(b, "denominators"), '[')
		for i, d := range c.Denominators {
			if i > 0 {
				b = append(b, ',')
			}
			if d == 0 {
				b = append(b, "null"...)
			} else {
				b = indicator.AppendNumber(b, d)
			}
		}
		b = stringMember(append(b, ']'), "denominator_source", c.DenominatorSource)
	}
	return append(b, '}')
}

// appendValue writes a figure: the number; null where nobody told it; "<10" for
// one below the threshold; "*" for one that is hidden.
func appendValue(b []byte, cell indicator.Cell, threshold int) []byte {
	switch cell.State {
	case indicator.Shown:
		return indicator.AppendNumber(b, cell.Value)
	case indicator.Small:
		b = strconv.AppendInt(append(b, '"', '<'), int64(threshold), 10)
		return append(b, '"')
	case indicator.Hidden:
		return append(b, `"*"`...)
	}
	return append(b, "null"...)
}

func count(cells []indicator.Cell, states ...indicator.CellState) int {
	n := 0
	for _, cell := range cells {
		for _, s := range states {
			if cell.State == s {
				n++
			}
		}
	}
	return n
}
