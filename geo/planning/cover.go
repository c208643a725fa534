package planning

import (
	"math"
	"slices"
)

// cover is the part of a siting problem that the exact searches need: rows are
// the demand that no facility covers and some candidate does, columns the
// candidates, by the rows that they cover.
type cover struct {
	weight  []float64 // by row
	columns [][]int32 // by column: its rows, ascending
	rows    [][]int32 // by row: its columns, ascending
	ids     []int     // by column: the candidate
	left    float64   // weight that neither a facility nor a candidate covers
	leftN   int       // how many demands that is
}

// newCover makes the cover of a problem, without the columns whose rows
// another one covers too: of a choice with such a column, the same with the
// other is as good.
func newCover(s *sitingProblem) *cover {
	c := &cover{}
	row := make([]int32, len(s.weight))
	reached := make([]bool, len(s.weight))
	for _, legs := range s.reach {
		for _, l := range legs {
			reached[l.to] = true
		}
	}
	for i, w := range s.weight {
		row[i] = -1
		switch {
		case s.open[i] <= s.radiusM:
		case reached[i]:
			row[i] = int32(len(c.weight))
			c.weight = append(c.weight, w)
		default:
			c.left += w
			c.leftN++
		}
	}
	for j, legs := range s.reach {
		var rows []int32
		for _, l := range legs {
			if row[l.to] >= 0 {
				rows = append(rows, row[l.to])
			}
		}
		if len(rows) > 0 {
			c.columns, c.ids = append(c.columns, rows), append(c.ids, j)
		}
	}
	c.link()
	c.dropDominated()
	c.link()
	return c
}

// link fills rows from columns.
func (c *cover) link() {
	c.rows = make([][]int32, len(c.weight))
	for j, rows := range c.columns {
		for _, i := range rows {
			c.rows[i] = append(c.rows[i], int32(j))
		}
	}
}

func (c *cover) dropDominated() {
	dropped := make([]bool, len(c.columns))
	for j, rows := range c.columns {
		rarest := slices.MinFunc(rows, func(a, b int32) int { return len(c.rows[a]) - len(c.rows[b]) })
		for _, k := range c.rows[rarest] {
			other := c.columns[k]
			if int(k) == j || dropped[k] || len(other) < len(rows) || len(other) == len(rows) && int(k) > j {
				continue
			}
			if within(rows, other) {
				dropped[j] = true
				break
			}
		}
	}
	kept := 0
	for j := range c.columns {
		if !dropped[j] {
			c.columns[kept], c.ids[kept] = c.columns[j], c.ids[j]
			kept++
		}
	}
	c.columns, c.ids = c.columns[:kept], c.ids[:kept]
}

// within reports whether every number of a is in b; both ascend.
func within(a, b []int32) bool {
	k := 0
	for _, v := range a {
		for k < len(b) && b[k] < v {
			k++
		}
		if k == len(b) || b[k] != v {
			return false
		}
	}
	return true
}

// unit is what all weights are whole multiples of; 0 when nothing such is
// seen. A bound between two multiples may be lowered to the one below.
func (c *cover) unit() float64 {
	for _, unit := range [...]float64{1, grain} {
		if !slices.ContainsFunc(c.weight, func(w float64) bool { return math.Mod(w, unit) != 0 }) {
			return unit
		}
	}
	return 0
}
