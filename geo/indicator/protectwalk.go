package indicator

import "slices"

// wish is what a move is looked for.
type wish struct {
	sign, need float64
	free       bool // it may hide nothing more
}

// suits reports whether a part of a move with this room is worth following.
func (w *wish) suits(r room) bool {
	return r.atBest(w.sign) > 0 && (r.cost == 0 || !w.free && r.cost < nowhere().cost)
}

// better reports whether room a serves the wish better than b.
func (w *wish) better(a, b room) bool {
	fullA, fullB := a.step(w.sign) >= w.need, b.step(w.sign) >= w.need
	if fullA != fullB {
		return fullA
	}
	if a.cost != b.cost {
		return a.cost < b.cost
	}
	return a.step(w.sign) > b.step(w.sign)
}

// walk offers in s.move the moves that change the cell, those first that reach
// up the least, until visit says no.
func (s *search) walk(which, i int, w *wish, visit func(tier int) bool) {
	column, place := i/s.places, i%s.places
	paths := s.paths[column]
	steps := s.steps
	if !s.table.Columns[column].Additive {
		steps = 0
	}
	for tier := range paths[len(paths)-1].tier + steps + 1 {
		for k := range paths {
			up := tier - paths[k].tier
			if up < 0 {
				break
			}
			if up <= steps && !s.climb(which, &paths[k], place, up, w, func() bool { return visit(tier) }) {
				return
			}
		}
	}
}

// climb offers the moves along a path that go down from the place to the
// bottom, and up by so many steps. It gives false when visit does.
func (s *search) climb(which int, p *path, place, up int, w *wish, visit func() bool) bool {
	m, r := &s.move, s.readers[which]
	m.reset(p)
	if !w.suits(r.at(place, 1, p)) {
		return true
	}
	m.add(place, 1)
	return s.descend(which, place, 1, w, new(bool), func() bool {
		length, top := len(m.places), place
		defer func() { m.cut(length) }()
		for range up {
			if top = s.parent[top]; top < 0 || !w.suits(r.at(top, 1, p)) {
				return true
			}
			m.add(top, 1)
		}
		return s.cross(which, top, w, visit)
	})
}

// cross offers the move as it ends at its top, and with each way down from the
// place above. It gives false when visit does.
func (s *search) cross(which, top int, w *wish, visit func() bool) bool {
	m, r := &s.move, s.readers[which]
	m.top = top
	if r.whole(m) && !visit() {
		return false
	}
	above := s.parent[top]
	if above < 0 || !s.table.Columns[m.columns[0]].Additive {
		return true
	}
	m.top = -1
	length := len(m.places)
	for _, sibling := range s.children[above] {
		if sibling == top || !w.suits(r.at(sibling, -1, m.path)) {
			continue
		}
		m.add(sibling, -1)
		more := s.descend(which, sibling, -1, w, new(bool), visit)
		m.cut(length)
		if !more {
			return false
		}
	}
	return true
}

// descend takes the move from a place down to the bottom, by the places that
// serve best, and offers it there: once, and each way where other tables may
// stand against the best one. It gives false when visit does.
func (s *search) descend(which, place int, turn float64, w *wish, once *bool, visit func() bool) bool {
	m, r := &s.move, s.readers[which]
	if !s.below(r, place) {
		m.ends = append(m.ends, place)
		more := visit()
		m.ends = m.ends[:len(m.ends)-1]
		*once = len(s.readers) == 1
		return more
	}
	type way struct {
		place int
		room
	}
	var ways []way
	for _, child := range s.children[place] {
		if room := r.at(child, turn, m.path); w.suits(room) {
			ways = append(ways, way{child, room})
		}
	}
	slices.SortStableFunc(ways, func(a, b way) int {
		switch {
		case w.better(a.room, b.room):
			return -1
		case w.better(b.room, a.room):
			return 1
		}
		return 0
	})
	for _, way := range ways {
		length := len(m.places)
		m.add(way.place, turn)
		more := s.descend(which, way.place, turn, w, once, visit)
		m.cut(length)
		if !more || *once {
			return more
		}
	}
	return true
}

// below reports whether the move's numbers at the place are sums.
func (s *search) below(r *reader, place int) bool {
	for _, c := range s.move.columns {
		if r.kids[r.cell(c, place)] > 0 {
			return true
		}
	}
	return false
}

func (m *move) clone() move {
	c := *m
	c.places, c.turns, c.ends = slices.Clone(m.places), slices.Clone(m.turns), slices.Clone(m.ends)
	return c
}
