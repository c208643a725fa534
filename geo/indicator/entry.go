package indicator

import (
	"cmp"
	"slices"
)

// Entry is what somebody has before them who enters or checks a batch.
type Entry struct {
	Batch       *Batch // its state alone
	Values      []Value
	Previous    *Edition // that it is compared with; nil without
	Asked       []string // indicators that its source is asked for
	Differences []Difference
}

// Edition is the figures of a batch that was closed.
type Edition struct {
	Batch   int64
	Period  Period
	Edition int
	Values  []Value
}

// Changed is a figure that differs between two editions. Nil is not known, or not
// told.
type Changed struct {
	ValueKey
	Before, After *float64
}

// Compare lists the numbers that differ, by place and indicator.
func Compare(before, after []Value) []Changed {
	rows := map[ValueKey]Changed{}
	for _, v := range before {
		rows[v.ValueKey] = Changed{ValueKey: v.ValueKey, Before: v.Number}
	}
	for _, v := range after {
		row := rows[v.ValueKey]
		row.ValueKey, row.After = v.ValueKey, v.Number
		rows[v.ValueKey] = row
	}
	list := []Changed{}
	for _, row := range rows {
		if (row.Before == nil) != (row.After == nil) || row.Before != nil && *row.Before != *row.After {
			list = append(list, row)
		}
	}
	slices.SortFunc(list, func(a, b Changed) int { return compareKeys(a.ValueKey, b.ValueKey) })
	return list
}

func compareKeys(a, b ValueKey) int {
	return cmp.Or(cmp.Compare(a.Place, b.Place), cmp.Compare(a.Indicator, b.Indicator))
}
