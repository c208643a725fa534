package indicator

import "math"

// move is a change of hidden numbers that no reader can tell from the truth: the
// product of a path over the columns and one over the places. Along each path
// every sum stays whole, so all sums stay whole in the product.
type move struct {
	*path
	places []int
	turns  []float64 // by place: +1 or -1
	ends   []int     // the places at the bottom
	top    int       // the topmost place, when the path ends there; -1 when it comes down again
}

func (m *move) reset(p *path) {
	m.path, m.places, m.turns, m.ends, m.top = p, m.places[:0], m.turns[:0], m.ends[:0], -1
}

// change is by how much the move changes a cell in one step.
func (m *move) change(column, place int) float64 {
	for k, p := range m.places {
		if p == place {
			return m.turns[k] * m.sign(column)
		}
	}
	return 0
}

func (m *move) add(place int, turn float64) {
	m.places, m.turns = append(m.places, place), append(m.turns, turn)
}

func (m *move) cut(length int) { m.places, m.turns = m.places[:length], m.turns[:length] }

// room is how far a move can go, and what must be hidden for it.
type room struct {
	cost     float64 // 0: all its cells are hidden already; +Inf: it cannot be
	up, down float64 // the largest steps in its direction and against it
	// The same, if hidden numbers of other families made way.
	upAtBest, downAtBest float64
}

func anywhere() room {
	inf := math.Inf(1)
	return room{up: inf, down: inf, upAtBest: inf, downAtBest: inf}
}

func (r room) step(sign float64) float64 {
	if sign > 0 {
		return r.up
	}
	return r.down
}

func (r room) atBest(sign float64) float64 {
	if sign > 0 {
		return r.upAtBest
	}
	return r.downAtBest
}

// limit takes the limits of a number that moves by sign.
func (r *room) limit(sign, up, down float64) {
	r.narrow(sign, up, down)
	if sign < 0 {
		up, down = down, up
	}
	r.upAtBest, r.downAtBest = min(r.upAtBest, up), min(r.downAtBest, down)
}

func (r *room) narrow(sign, up, down float64) {
	if sign < 0 {
		up, down = down, up
	}
	r.up, r.down = min(r.up, up), min(r.down, down)
}

// and joins the room of two parts of a move.
func (r *room) and(o room) {
	r.cost += o.cost
	r.up, r.down = min(r.up, o.up), min(r.down, o.down)
	r.upAtBest, r.downAtBest = min(r.upAtBest, o.upAtBest), min(r.downAtBest, o.downAtBest)
}

func nowhere() room { return room{cost: math.Inf(1)} }

// reader is one table's view with the change that a certificate makes to it so
// far, and how far each number is known to be free.
type reader struct {
	*view
	delta      []float64
	touched    []int
	rise, fall []float64 // by cell: how far certificates move it up and down
	now        bool      // the table to be published: more of it can be hidden
	shut       func(cell int) bool
}

func newReader(v *view) *reader {
	n := len(v.value)
	return &reader{view: v, delta: make([]float64, n), rise: make([]float64, n), fall: make([]float64, n),
		shut: func(int) bool { return false }}
}

// reset keeps what the certificate has shown and begins the next one.
func (r *reader) reset(keep bool) {
	for _, i := range r.touched {
		if d := r.delta[i]; keep && d > 0 {
			r.rise[i] = max(r.rise[i], d)
		} else if keep {
			r.fall[i] = max(r.fall[i], -d)
		}
		r.delta[i] = 0
	}
	r.touched = r.touched[:0]
}

func (r *reader) secret(i int) bool {
	return r.unseen[i] || r.state[i] == Small || r.state[i] == Hidden
}

// at is the room of a move's part at one place.
func (r *reader) at(place int, turn float64, p *path) room {
	free := anywhere()
	for k, c := range p.columns {
		i, sign := r.cell(c, place), turn*p.signs[k]
		if !r.known[i] {
			return nowhere()
		}
		if !r.secret(i) {
			if !r.now || !r.hideable(c, place) {
				return nowhere()
			}
			free.cost += r.weight[c] * r.height[place] * (1 + math.Log2(1+r.value[i])/20)
		}
		x := r.value[i] + r.delta[i]
		free.limit(sign, r.high[i]-x, x-r.low[i])
		r.caution(place, turn, k, p, &free)
	}
	return free
}

// caution limits the room so that no number comes closer to its cap than
// readers know it to be.
func (r *reader) caution(place int, turn float64, k int, p *path, free *room) {
	c := p.columns[k]
	for _, by := range r.caps[c] {
		r.apart(place, c, by, turn*(p.sign(by)-p.signs[k]), free)
	}
	for _, of := range r.capped[c] {
		if p.sign(of) == 0 {
			r.apart(place, of, c, turn*p.signs[k], free)
		}
	}
}

// apart limits the room by a number and its cap, whose distance changes by rate.
func (r *reader) apart(place, column, by int, rate float64, free *room) {
	i, j := r.cell(column, place), r.cell(by, place)
	if rate == 0 || !r.known[i] || !r.known[j] || r.value[i] > r.value[j] {
		return
	}
	left := (r.value[j] + r.delta[j] - r.value[i] - r.delta[i] - r.margin(column, by, place)) / math.Abs(rate)
	if r.family[column] != r.family[by] && r.secret(i) && r.secret(j) {
		free.narrow(rate, math.Inf(1), max(left, 0))
		return
	}
	free.limit(rate, math.Inf(1), max(left, 0))
}

func (p *path) sign(column int) float64 {
	for k, c := range p.columns {
		if c == column {
			return p.signs[k]
		}
	}
	return 0
}

// hideable reports whether hiding a shown number would help: not when readers
// have it from an earlier table, and not a zero where "*" would mean more.
func (r *reader) hideable(column, place int) bool {
	i := r.cell(column, place)
	if r.shut(i) {
		return false
	}
	if r.value[i] > 0 || !r.table.Columns[column].Protected {
		return true
	}
	total := r.total[column]
	if total < 0 {
		return false
	}
	for _, part := range r.table.Columns[total].Parts {
		if j := r.cell(part, place); r.known[j] && (r.state[j] == Small && !r.below[j] || r.state[j] == Shown && r.value[j] > 0) {
			return false
		}
	}
	return true
}

// whole reports whether the move ends only where sums end in this table.
func (r *reader) whole(m *move) bool {
	for _, c := range m.columns {
		for _, p := range m.ends {
			if r.kids[r.cell(c, p)] > 0 {
				return false
			}
		}
		if m.top >= 0 && r.parent[m.top] >= 0 && r.table.Columns[c].Additive && r.known[r.cell(c, r.parent[m.top])] {
			return false
		}
	}
	for _, p := range m.places {
		for _, c := range m.path.ends {
			if r.parts[r.cell(c, p)] > 0 {
				return false
			}
		}
		for _, t := range m.tops {
			if r.total[t] >= 0 && r.known[r.cell(r.total[t], p)] {
				return false
			}
		}
	}
	return true
}

// blocked finds a hidden number of another family that the move would run into
// before it has gone as far as it must: the base of one that rises, or what is
// counted within one that falls. It gives its column and the sign to move it by.
func (r *reader) blocked(m *move, sign, need float64) (column int, by float64, ok bool) {
	for k, p := range m.places {
		for j, c := range m.columns {
			rising := sign*m.turns[k]*m.signs[j] > 0
			others := r.capped[c]
			if rising {
				others = r.caps[c]
			}
			for _, o := range others {
				i := r.cell(o, p)
				if r.family[o] == r.family[c] || m.sign(o) != 0 || !r.known[i] || !r.secret(i) {
					continue
				}
				apart := math.Abs(r.value[i] + r.delta[i] - r.value[r.cell(c, p)] - r.delta[r.cell(c, p)])
				if apart < need {
					return o, m.signs[j], true
				}
			}
		}
	}
	return 0, 0, false
}

// room is the room of a whole move in this table.
func (r *reader) room(m *move) room {
	all := anywhere()
	for k, p := range m.places {
		all.and(r.at(p, m.turns[k], m.path))
		if math.IsInf(all.cost, 1) {
			return nowhere()
		}
	}
	if !r.whole(m) {
		return nowhere()
	}
	return all
}

func (r *reader) apply(m *move, step float64) {
	for k, p := range m.places {
		for j, c := range m.columns {
			i := r.cell(c, p)
			r.delta[i] += step * m.turns[k] * m.signs[j]
			r.touched = append(r.touched, i)
		}
	}
}
