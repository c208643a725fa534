package index

// countLayer counts what a layer has in the cells.
func (d *Drawing) countLayer(n int) {
	l := &d.layers[n]
	if d.filter.Area == "" {
		d.countRun(n, d.square, l.from, l.to)
		d.square.eachNeighbor(func(q square) {
			from, to := l.section.run(q)
			d.countRun(n, q, from, to)
		})
	}
	for _, row := range l.rows {
		d.countRow(n, int(row))
	}
	for _, f := range l.fresh {
		p := positionAt(f.key)
		c := d.cellOf(p)
		if c == nil {
			continue
		}
		c.add(n, 1, f.key, f.key, uint64(p.X), uint64(p.Y), member{n, 0, f})
		for i, field := range l.fields {
			c.Sums[field] += uint64(f.sums[i])
		}
	}
}

// cellOf is the cell that a position lies in, nil when it is none of the grid.
func (d *Drawing) cellOf(p Position) *Cell {
	if x, y := d.square.cellOf(p); inGrid(x) && inGrid(y) {
		return d.grid.at(x, y)
	}
	return nil
}

func inGrid(v int) bool { return v >= -1 && v <= cellsAcross }

// fewRows are looked at one after the other sooner than searched: what a search
// waits for is memory, and that of neighbours comes together.
const fewRows = 64

// countRun counts the rows from from to to, which are those in square q. Where a
// cell ends among few rows is found by looking at each, among more by the quarters
// of q.
func (d *Drawing) countRun(n int, q square, from, to int) {
	switch {
	case from == to || !d.square.meets(q):
	case q.z == d.square.z+cellLevels:
		d.countCell(n, from, to)
	case to-from <= fewRows:
		keys, shift := d.layers[n].section.keys[:to], 64-2*(d.square.z+cellLevels)
		for from < to {
			cell, end := keys[from]>>shift, from+1
			for end < len(keys) && keys[end]>>shift == cell {
				end++
			}
			d.countCell(n, from, end)
			from = end
		}
	default:
		for i := range 4 {
			quarter := q.quarter(i)
			end := to
			if i < 3 {
				end = d.layers[n].section.endOf(quarter, from, to)
			}
			d.countRun(n, quarter, from, end)
			from = end
		}
	}
}

// countRow counts a row.
func (d *Drawing) countRow(n, row int) {
	l := &d.layers[n]
	key := l.section.keys[row]
	p := positionAt(key)
	c := d.cellOf(p)
	if c == nil {
		return
	}
	c.add(n, 1, key, key, uint64(p.X), uint64(p.Y), member{n, row, nil})
	for i, field := range l.fields {
		c.Sums[field] += uint64(l.section.sums[i].values[row])
	}
}

// countCell counts the rows from from to to, which are those of a cell, without
// looking at each. A cell that is none of the grid is left out.
func (d *Drawing) countCell(n, from, to int) {
	l := &d.layers[n]
	s := l.section
	for from < to && l.dead.has(from) {
		from++
	}
	for from < to && l.dead.has(to-1) {
		to--
	}
	if from == to {
		return
	}
	count, c := to-from, d.cellOf(positionAt(s.keys[from]))
	if c == nil {
		return
	}
	east, south := s.centers.between(s.keys, from, to)
	l.dead.each(from, to, func(row int) {
		p := positionAt(s.keys[row])
		count, east, south = count-1, east-uint64(p.X), south-uint64(p.Y)
	})
	c.add(n, count, s.keys[from], s.keys[to-1], east, south, member{n, from, nil})
	for i, field := range l.fields {
		c.Sums[field] += s.sums[i].between(from, to)
		l.dead.each(from, to, func(row int) { c.Sums[field] -= uint64(s.sums[i].values[row]) })
	}
}
