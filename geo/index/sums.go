package index

import (
	"encoding/json"
	"slices"

	"github.com/patok-id/patok/geo"
)

// Sums over runs of rows are differences of running sums, one for every
// sumEvery rows, and of the few rows at both ends.

const sumEvery = 16

// sums holds the values of one attribute along a section's rows.
type sums struct {
	field  string
	values []uint32
	before []uint64 // the sum of the values before every sumEvery-th row
}

// newSums reads the attribute called field out of a section's rows. What is no
// whole number counts as 0.
func newSums(p *pack, s *section, field string) sums {
	m := sums{field: field, values: make([]uint32, s.placed())}
	known := map[Text]uint32{}
	for i := range m.values {
		text := s.rows[i].attributes
		v, ok := known[text]
		if !ok {
			v = summedValue(bytesOf(p.others.of(text)), field)
			known[text] = v
		}
		m.values[i] = v
	}
	m.before = running(m.values)
	return m
}

// summedValue is what an asset adds to the sum of an attribute.
func summedValue(attributes json.RawMessage, field string) uint32 {
	var values map[string]json.RawMessage
	if len(attributes) == 0 || json.Unmarshal(attributes, &values) != nil {
		return 0
	}
	var v uint32
	if json.Unmarshal(values[field], &v) != nil {
		return 0
	}
	return v
}

// summedValues are summedValue of several attributes.
func summedValues(a *geo.Asset, fields []string) []uint32 {
	if len(fields) == 0 {
		return nil
	}
	values := make([]uint32, len(fields))
	for i, field := range fields {
		values[i] = summedValue(a.Attributes, field)
	}
	return values
}

// running gives the sum of the values before every sumEvery-th.
func running(values []uint32) []uint64 {
	before := make([]uint64, 0, len(values)/sumEvery+1)
	sum := uint64(0)
	for run := range slices.Chunk(values, sumEvery) {
		before = append(before, sum)
		sum += sumOf(run)
	}
	return before
}

func sumOf(values []uint32) uint64 {
	sum := uint64(0)
	for _, v := range values {
		sum += uint64(v)
	}
	return sum
}

// between is the sum of the values of rows from to to, end excluded.
func (m *sums) between(from, to int) uint64 {
	if to-from > sumEvery {
		return m.upTo(to) - m.upTo(from)
	}
	return sumOf(m.values[from:to])
}

// upTo is the sum of the values before a row, or before the end of some.
func (m *sums) upTo(row int) uint64 {
	run := min(row/sumEvery, len(m.before)-1)
	return m.before[run] + sumOf(m.values[run*sumEvery:row])
}

// centers holds the running sums of a section's positions.
type centers struct{ before [][2]uint64 } // of X and Y before every sumEvery-th row

func newCenters(keys []uint64) centers {
	c := centers{before: make([][2]uint64, 0, len(keys)/sumEvery+1)}
	var sum [2]uint64
	for run := range slices.Chunk(keys, sumEvery) {
		c.before = append(c.before, sum)
		east, south := sumOfPositions(run)
		sum[0], sum[1] = sum[0]+east, sum[1]+south
	}
	return c
}

func sumOfPositions(keys []uint64) (east, south uint64) {
	for _, key := range keys {
		p := positionAt(key)
		east, south = east+uint64(p.X), south+uint64(p.Y)
	}
	return east, south
}

// between are the sums of X and Y of the rows from from to to, end excluded.
func (c centers) between(keys []uint64, from, to int) (east, south uint64) {
	if to-from <= sumEvery {
		return sumOfPositions(keys[from:to])
	}
	west, north := c.upTo(keys, from)
	east, south = c.upTo(keys, to)
	return east - west, south - north
}

// upTo are the sums before a row, or before the end of some.
func (c centers) upTo(keys []uint64, row int) (east, south uint64) {
	run := min(row/sumEvery, len(c.before)-1)
	east, south = sumOfPositions(keys[run*sumEvery : row])
	return c.before[run][0] + east, c.before[run][1] + south
}
