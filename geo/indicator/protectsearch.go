package indicator

import (
	"context"
	"math"
	"slices"
)

// search finds for every hidden cell a certificate: moves that together take
// its number as far up and down as is stated, through numbers that are all
// hidden, while every number stays where readers can know it to be. Where there
// is none, it hides what is missed least. As more is hidden, readers know less,
// so that a certificate once found holds to the end.
type search struct {
	*grid
	readers []*reader // the table to be published, then what its readers have already
	blanks  []int     // cells of whose family finer audiences are told nothing there
	queue   []int     // cells hidden on the way, which need certificates too

	withheld []bool // by family: nothing of it is published
	move     move
	in       []bool // by reader: its numbers change with the move
	moves    []move // by reader: how they do
}

func newSearch(v *view) *search {
	s := &search{grid: v.grid, readers: []*reader{newReader(v)}, withheld: make([]bool, len(v.family))}
	now := s.readers[0]
	now.now = true
	now.shut = func(i int) bool {
		for _, e := range s.readers[1:] {
			if s.tied(now, e, i) && !e.secret(i) {
				return true
			}
		}
		return false
	}
	return s
}

// tied reports whether a number is the same in both tables, which readers are
// taken to know.
func (s *search) tied(a, b *reader, i int) bool {
	return a.known[i] && b.known[i] && a.value[i] == b.value[i]
}

func (s *search) run(ctx context.Context) error {
	s.in, s.moves = make([]bool, len(s.readers)), make([]move, len(s.readers))
	for which, r := range s.readers {
		for i := range r.value {
			if i&0xfff == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			if r.known[i] && !r.unseen[i] && r.secret(i) {
				s.protect(which, i)
			}
		}
	}
	for n := 0; n < len(s.queue); n++ {
		if n&0xff == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		s.protect(0, s.queue[n])
	}
	return nil
}

// protect certifies a cell. Where nothing else helps, nothing of its column's
// family is told of its place and those above; then nothing of what it is
// counted within and what is counted within it either; then nothing of its family
// of all places below these. Where not even that helps, nothing at all is told of
// those columns, which adds nothing to what readers have. A number that they have
// already needs no certificate.
func (s *search) protect(which, i int) {
	column, place := i/s.places, i%s.places
	if s.withheld[s.family[column]] || s.readers[which].shut(i) || s.certify(which, i) {
		return
	}
	undo := s.keepState()
	own, kin := []int{s.family[column]}, s.kin(column)
	for _, last := range [...]struct {
		families []int
		whole    bool
	}{{own, false}, {kin, false}, {own, true}} {
		for q := place; q >= 0; q = s.parent[q] {
			s.withhold(last.families, q, last.whole)
			if s.certify(which, i) {
				return
			}
		}
	}
	undo()
	s.withholdAll(s.family[column])
}

// withholdAll leaves a family out, and every family whose numbers are counted
// within its own or the other way round.
func (s *search) withholdAll(family int) {
	if s.withheld[family] {
		return
	}
	s.withheld[family] = true
	for c, f := range s.family {
		for _, o := range s.caps[c] {
			if f == family {
				s.withholdAll(s.family[o])
			} else if s.family[o] == family {
				s.withholdAll(f)
			}
		}
	}
}

// keepState returns what takes back everything that was hidden since, and every
// certificate that relies on it.
func (s *search) keepState() (undo func()) {
	now, queued := s.readers[0], len(s.queue)
	state, low, high := slices.Clone(now.state), slices.Clone(now.low), slices.Clone(now.high)
	rise, fall := make([][]float64, len(s.readers)), make([][]float64, len(s.readers))
	for n, r := range s.readers {
		rise[n], fall[n] = slices.Clone(r.rise), slices.Clone(r.fall)
	}
	return func() {
		copy(now.state, state)
		copy(now.low, low)
		copy(now.high, high)
		s.queue = s.queue[:queued]
		for n, r := range s.readers {
			copy(r.rise, rise[n])
			copy(r.fall, fall[n])
		}
	}
}

// kin are the families of a column, of those that it is counted within, and of
// those that are counted within it.
func (s *search) kin(column int) []int {
	return s.relatives(column, s.caps, s.relatives(column, s.capped, nil))
}

// relatives adds to families those that relations lead to from a column on.
func (s *search) relatives(column int, along [][]int, families []int) []int {
	if !slices.Contains(families, s.family[column]) {
		families = append(families, s.family[column])
	}
	for _, o := range along[column] {
		families = s.relatives(o, along, families)
	}
	return families
}

// withhold hides all that families of columns tell of a place, and with whole
// of all places below, so that "*" means nothing there.
func (s *search) withhold(families []int, place int, whole bool) {
	now := s.readers[0]
	var cells []int
	for c, family := range s.family {
		if i := now.cell(c, place); slices.Contains(families, family) && now.known[i] && !now.unseen[i] {
			cells = append(cells, i)
			if now.state[i] == Shown {
				s.queue = append(s.queue, i)
			}
			now.state[i] = Hidden
		}
	}
	for _, i := range cells {
		now.low[i], now.high[i] = min(now.value[i], now.witness(i/s.places, place)), math.Inf(1)
	}
	if whole {
		for _, child := range s.children[place] {
			s.withhold(families, child, whole)
		}
	}
}

// want is how far the number must be free to go up and down, or how wide in all.
func (r *reader) want(i int) (up, down, width float64) {
	c, p, x, k := i/r.places, i%r.places, r.value[i], r.own.k
	low, high := x, x
	switch {
	case r.state[i] == Small && r.below[i]:
		low, high = 0, k-1
	case x < k && x > 0 && r.table.Columns[c].Protected:
		low, high = 1, k-1
	}
	for _, by := range r.caps[c] {
		if j := r.cell(by, p); r.state[i] == Hidden && x > 0 && r.known[j] && r.value[j] >= x && r.value[j]-x < k {
			low = min(low, max(1, r.value[j]-k))
		}
	}
	if low == high {
		width = k - 2
	}
	return high - x, x - low, width
}

// certify reports whether the cell's number is as free as it must be, hiding
// more where it is not.
func (s *search) certify(which, i int) bool {
	r := s.readers[which]
	up, down, width := r.want(i)
	if width > 0 {
		for _, pay := range [...]bool{false, true} {
			s.reach(which, i, 1, width-r.fall[i], 0, pay)
			s.reach(which, i, -1, width-r.rise[i], 0, pay)
		}
		return r.rise[i]+r.fall[i] >= width
	}
	s.reach(which, i, 1, up, down-r.fall[i], true)
	s.reach(which, i, -1, down, up-r.rise[i], true)
	return r.rise[i] >= up && r.fall[i] >= down
}

// reach looks for a certificate that takes the number up (sign 1) or down (-1)
// as far as it must, and keeps how far it came. other is how far it must go the
// other way: what is hidden for the one had better serve both.
func (s *search) reach(which, i int, sign, need, other float64, pay bool) {
	r := s.readers[which]
	if done := r.rise[i]; sign > 0 && done >= need || need <= 0 {
		return
	}
	if done := r.fall[i]; sign < 0 && done >= need {
		return
	}
	s.makeWay(which, i, sign, need, pay)
	s.push(which, i, sign, need, other, pay)
	for _, r := range s.readers {
		r.reset(true)
	}
}

// makeWay moves the base of a number, or what is counted within it, out of the
// way first, where those are hidden too.
func (s *search) makeWay(which, i int, sign, need float64, pay bool) {
	r := s.readers[which]
	c, p := i/s.places, i%s.places
	related := r.capped[c]
	if sign > 0 {
		related = r.caps[c]
	}
	for _, other := range related {
		j := r.cell(other, p)
		if !r.known[j] || !r.secret(j) || s.family[other] == s.family[c] {
			continue
		}
		if over := need - sign*(r.value[j]+r.delta[j]-r.value[i]-r.delta[i]); over > 0 {
			s.makeWay(which, j, sign, over, pay)
			s.push(which, j, sign, over, 0, pay)
		}
	}
}

// push adds moves to the certificate until the number has gone as far as it
// must, or there are no more.
func (s *search) push(which, i int, sign, need, other float64, pay bool) {
	for need > 0 {
		for before := math.Inf(1); need > 0 && need < before; {
			before = need
			need = s.spend(which, i, sign, need)
		}
		if need <= 0 || !pay {
			return
		}
		best, ok := s.cheapest(which, i, sign, need, other)
		if !ok {
			return
		}
		s.hide(best)
	}
}

// spend adds the moves that hide nothing more, and gives what is left.
func (s *search) spend(which, i int, sign, need float64) float64 {
	w := wish{sign: sign, need: need, free: true}
	s.walk(which, i, &w, func(int) bool {
		own := s.move.path
		if room := s.together(which, &w); room.cost == 0 {
			if step := min(room.step(sign), w.need); step > 0 {
				s.apply(sign * step)
				w.need -= step
			}
		}
		s.move.path = own
		return w.need > 0
	})
	return w.need
}

// cheapest finds the move that costs least among the nearest that do all.
func (s *search) cheapest(which, i int, sign, need, other float64) (best move, ok bool) {
	w := wish{sign: sign, need: need}
	rank, cost, found := 3, math.Inf(1), -1
	s.walk(which, i, &w, func(tier int) bool {
		if rank == 0 && tier > found {
			return false
		}
		own := s.move.path
		defer func() { s.move.path = own }()
		room := s.together(which, &w)
		step := room.step(sign)
		if math.IsInf(room.cost, 1) || room.cost == 0 || step <= 0 {
			return true
		}
		mine := 0
		switch {
		case step < need:
			mine = 2
		case room.step(-sign) < other:
			mine = 1
		}
		if mine < rank || mine == rank && room.cost < cost {
			rank, cost, found = mine, room.cost, tier
			best, ok = move{path: &path{}}, true
			if s.in[0] {
				best = s.moves[0].clone()
			}
		}
		return true
	})
	return best, ok
}

func (s *search) hide(m move) {
	now := s.readers[0]
	for _, p := range m.places {
		for _, c := range m.columns {
			if i := now.cell(c, p); now.known[i] && !now.secret(i) {
				now.state[i] = Hidden
				s.queue = append(s.queue, i)
			}
		}
	}
}

// room is the room of the move in all the tables that it changes: a number
// that is the same in two tables changes in both or in none.
func (s *search) room(which int, w *wish) room {
	clear(s.in)
	s.in[which], s.moves[which] = true, s.move
	all := s.readers[which].room(&s.move)
	for again := len(s.readers) > 1; again && !math.IsInf(all.cost, 1); {
		again = false
		for f := range s.readers {
			if s.in[f] {
				continue
			}
			if g, i, ok := s.dragged(f); ok {
				all.and(s.follow(f, g, i, w))
				s.in[f], again = true, true
			}
		}
	}
	return all
}

// dragged finds a number of table f that is the same in a table that changes it.
func (s *search) dragged(f int) (by, cell int, ok bool) {
	for g, in := range s.in {
		if !in {
			continue
		}
		for _, p := range s.moves[g].places {
			for _, c := range s.moves[g].columns {
				if i := s.readers[g].cell(c, p); s.tied(s.readers[g], s.readers[f], i) {
					return g, i, true
				}
			}
		}
	}
	return 0, 0, false
}

// follow finds a move for table f that changes what is the same in the tables
// before as these do: the same move, or another one through cell i.
func (s *search) follow(f, g, i int, w *wish) room {
	best, m := nowhere(), s.moves[g]
	if s.agrees(f, &m) {
		best = s.readers[f].room(&m)
	}
	s.moves[f] = m
	if best.step(w.sign) >= w.need && best.cost == 0 {
		return best
	}
	if best.step(w.sign) <= 0 {
		best = nowhere()
	}
	sign := m.change(i/s.places, i%s.places)
	inner, aside := *s, *w
	inner.move = move{}
	aside.sign *= sign
	inner.walk(f, i, &aside, func(int) bool {
		m := inner.move.clone()
		for k := range m.turns {
			m.turns[k] *= sign
		}
		if !s.agrees(f, &m) {
			return true
		}
		if room := s.readers[f].room(&m); room.step(w.sign) > 0 && (room.cost == 0 || !w.free) && w.better(room, best) {
			best, s.moves[f] = room, m
		}
		return best.cost > 0 || best.step(w.sign) < w.need
	})
	return best
}

// agrees reports whether the move in table f changes what is the same in the
// tables that change already as these do.
func (s *search) agrees(f int, m *move) bool {
	for g, in := range s.in {
		if !in {
			continue
		}
		for _, one := range [...]*move{m, &s.moves[g]} {
			for _, p := range one.places {
				for _, c := range one.columns {
					if s.tied(s.readers[g], s.readers[f], s.cell(c, p)) && m.change(c, p) != s.moves[g].change(c, p) {
						return false
					}
				}
			}
		}
	}
	return true
}

func (s *search) apply(step float64) {
	for f, r := range s.readers {
		if s.in[f] {
			r.apply(&s.moves[f], step)
		}
	}
}

// together is the room of the move, which takes the numbers of other families
// along that it would run into where it comes farther with them.
func (s *search) together(which int, w *wish) room {
	best, path := s.room(which, w), s.move.path
	now := best
	for range s.table.Columns {
		if math.IsInf(now.cost, 1) || best.step(w.sign) >= w.need {
			break
		}
		column, by, ok := s.readers[which].blocked(&s.move, w.sign, w.need)
		if !ok {
			break
		}
		if now = s.join(which, w, column, by); now.step(w.sign) > best.step(w.sign) {
			best, path = now, s.move.path
		}
	}
	if s.move.path != path {
		s.move.path = path
		s.room(which, w)
	}
	return best
}

// join adds the first way of the column up to its family's top that can be gone.
func (s *search) join(which int, w *wish, column int, by float64) room {
	own := s.move.path
	for k := range s.paths[column] {
		other := &s.paths[column][k]
		if len(other.tops) == 0 {
			continue
		}
		s.move.path = own.with(other, by)
		if joint := s.room(which, w); joint.cost == 0 || !w.free && joint.cost < nowhere().cost {
			return joint
		}
	}
	return nowhere()
}

// stated is the interval that certificates show.
func (r *reader) stated(column, place int) Interval {
	if r.table.Columns[column].derived() {
		return Interval{Low: math.Inf(-1), High: math.Inf(1)}
	}
	i := r.cell(column, place)
	return Interval{Low: r.value[i] - r.fall[i], High: r.value[i] + r.rise[i]}
}
