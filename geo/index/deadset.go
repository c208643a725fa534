package index

import "math/bits"

// deadSet says which rows of a section are no more: deleted, or newer elsewhere.
// A copy shares what is not written to.
type deadSet struct {
	chunks []*deadChunk // nil where none is dead
	n      int
}

const deadRows = 4096 // of a chunk

type deadChunk [deadRows / 64]uint64

func (d deadSet) has(row int) bool {
	if d.n == 0 || row/deadRows >= len(d.chunks) {
		return false
	}
	c := d.chunks[row/deadRows]
	return c != nil && c[row%deadRows/64]&(1<<(row%64)) != 0
}

// with is the set with one more row; d stays as it is.
func (d deadSet) with(row int) deadSet {
	if d.has(row) {
		return d
	}
	next := deadSet{n: d.n + 1, chunks: make([]*deadChunk, max(len(d.chunks), row/deadRows+1))}
	copy(next.chunks, d.chunks)
	c := new(deadChunk)
	if old := next.chunks[row/deadRows]; old != nil {
		*c = *old
	}
	c[row%deadRows/64] |= 1 << (row % 64)
	next.chunks[row/deadRows] = c
	return next
}

// each calls do for the dead rows from from to to, end excluded.
func (d deadSet) each(from, to int, do func(row int)) {
	if d.n == 0 {
		return
	}
	for from < to && from/deadRows < len(d.chunks) {
		c := d.chunks[from/deadRows]
		if c == nil {
			from = (from/deadRows + 1) * deadRows
			continue
		}
		word := c[from%deadRows/64] >> (from % 64) << (from % 64)
		base := from / 64 * 64
		for ; word != 0; word &= word - 1 {
			if row := base + bits.TrailingZeros64(word); row < to {
				do(row)
			}
		}
		from = base + 64
	}
}
