package index

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// merged is the snapshot's pack with its fresh assets between the rows, and
// without the dead ones. Both are in order, so nothing is sorted and the texts
// stay where they are: a tenth of the time of a pack from the ground.
func (s *Snapshot) merged() *pack {
	m := &merging{packer: s.pack.packer(), from: s.pack, moved: make([][]uint32, len(s.pack.names))}
	m.into = &pack{sections: map[string]*section{}, textsAtFirst: s.pack.textsAtFirst}
	for _, name := range s.layerNames() {
		m.section(name) // numbers new ones
	}
	for _, name := range s.layerNames() {
		m.merge(name, s.layers[name])
	}
	return m.done()
}

// packer is one that goes on where the pack ends.
func (p *pack) packer() *packer {
	b := &packer{
		texts: p.texts.extended(), others: p.others.extended(), shared: internedAfter(p.shared),
		stamps: internedAfter(p.stamps), numbers: internedAfter(p.numbers),
		building: map[string]*building{}, names: slices.Clip(p.names),
	}
	for i, name := range p.names {
		b.building[name] = &building{number: i}
	}
	for i, common := range p.shared {
		b.shared.number[common] = uint32(i)
	}
	b.numbers.number[p.numbers[0]] = 0
	return b
}

// merging makes a pack out of another one and what came since.
type merging struct {
	*packer
	from, into *pack
	moved      [][]uint32 // by section: where each row went, gone for dead ones
	added      []numbered // the fresh ones
}

const gone = math.MaxUint32

// numbered is a row and its id.
type numbered struct {
	id int64
	at ref
}

// merge makes a section of the rows of a layer.
func (m *merging) merge(name string, l *assetLayer) {
	old, to := l.section, &section{number: m.section(name).number}
	m.into.sections[name] = to
	to.rows, to.points = make([]row, 0, l.len()), make([]orb.Point, 0, l.len())
	to.keys = make([]uint64, 0, l.placed())
	for _, field := range l.summed {
		to.sums = append(to.sums, sums{field: field, values: make([]uint32, 0, l.placed())})
	}
	moved := make([]uint32, len(old.rows))
	placed, unplaced := l.freshInOrder()
	for i := range old.rows {
		if i == old.placed() {
			m.add(to, placed)
			placed = nil
		}
		for len(placed) > 0 && (placed[0].key < old.keys[i] || placed[0].key == old.keys[i] && placed[0].asset.ID < old.rows[i].id) {
			m.add(to, placed[:1])
			placed = placed[1:]
		}
		for i >= old.placed() && len(unplaced) > 0 && unplaced[0].asset.ID < old.rows[i].id {
			m.add(to, unplaced[:1])
			unplaced = unplaced[1:]
		}
		if l.dead.has(i) {
			moved[i] = gone
			continue
		}
		moved[i] = uint32(len(to.rows))
		to.rows, to.points = append(to.rows, old.rows[i]), append(to.points, old.points[i])
		if i < old.placed() {
			to.keys = append(to.keys, old.keys[i])
			for j := range to.sums {
				to.sums[j].values = append(to.sums[j].values, old.sums[j].values[i])
			}
		}
	}
	m.add(to, placed)
	m.add(to, unplaced)
	if len(old.rows) > 0 {
		m.moved[old.number] = moved
	}
	to.tree, to.centers = newPackedTree(to.keys, to.points), newCenters(to.keys)
	for j := range to.sums {
		to.sums[j].before = running(to.sums[j].values)
	}
}

// freshInOrder are the fresh assets of a layer in the order of rows.
func (l *assetLayer) freshInOrder() (placed, unplaced []*fresh) {
	l.fresh.Scan(func(_ int64, f *fresh) bool {
		if located(f.asset) {
			placed = append(placed, f)
		} else {
			unplaced = append(unplaced, f)
		}
		return true
	})
	slices.SortStableFunc(placed, func(a, b *fresh) int { return cmp.Compare(a.key, b.key) })
	return placed, unplaced
}

// add appends fresh assets to a section.
func (m *merging) add(to *section, assets []*fresh) {
	for _, f := range assets {
		m.added = append(m.added, numbered{f.asset.ID, refTo(to.number, len(to.rows))})
		to.rows = append(to.rows, m.packRow(m.section(f.asset.Type), f.asset))
		point := noPoint()
		if f.asset.Point != nil {
			point = *f.asset.Point
		}
		to.points = append(to.points, point)
		if located(f.asset) {
			to.keys = append(to.keys, f.key)
			for j := range to.sums {
				to.sums[j].values = append(to.sums[j].values, f.sums[j])
			}
		}
	}
}

// done puts the pack together.
func (m *merging) done() *pack {
	p := m.into
	p.texts, p.others, p.names = m.texts, m.others, m.names
	p.shared, p.stamps, p.numbers = m.shared.values, m.stamps.values, m.numbers.values
	p.others.table = nil
	p.marks = slices.Clip(m.from.marks)
	for i := len(p.marks); i < len(p.shared); i++ {
		p.marks = append(p.marks, splitMarks(p.shared[i].Marks))
	}
	var rows [][]row
	for _, s := range p.sections {
		rows = append(rows, s.rows)
	}
	ranks := areaRanks(rows, p.texts)
	for _, s := range p.sections {
		s.byArea = s.rowsByArea(ranks)
	}
	slices.SortFunc(m.added, func(a, b numbered) int { return cmp.Compare(a.id, b.id) })
	p.byID = make([]ref, 0, len(m.from.byID)+len(m.added))
	for _, at := range m.from.byID {
		to := uint32(gone)
		if moved := m.moved[at.section()]; moved != nil {
			to = moved[at.at()]
		}
		if to == gone {
			continue
		}
		for id := m.from.at(at).id; len(m.added) > 0 && m.added[0].id < id; m.added = m.added[1:] {
			p.byID = append(p.byID, m.added[0].at)
		}
		p.byID = append(p.byID, refTo(at.section(), int(to)))
	}
	for _, a := range m.added {
		p.byID = append(p.byID, a.at)
	}
	return p
}
