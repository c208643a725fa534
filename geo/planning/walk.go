package planning

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// walker goes out from sources over a network (Dijkstra 1959). It is used
// again and again; only what it reached last is cleared.
type walker struct {
	network *Network
	metres  []float64 // by corner; infinity where it has not come
	origin  []int32   // by corner: which source is nearest
	queue   queue
	reached []int32 // corners, to clear
}

func newWalker(n *Network) *walker {
	w := &walker{network: n, metres: make([]float64, len(n.corners)), origin: make([]int32, len(n.corners))}
	for i := range w.metres {
		w.metres[i] = math.Inf(1)
	}
	return w
}

// start adds a source before a walk.
func (w *walker) start(source int32, s spot) {
	e := w.network.edges[s.edge]
	w.offer(e.a, source, s.aside+s.along)
	w.offer(e.b, source, s.aside+e.metres-s.along)
}

func (w *walker) offer(corner, source int32, metres float64) {
	if metres > w.metres[corner] || metres == w.metres[corner] && source >= w.origin[corner] {
		return
	}
	if math.IsInf(w.metres[corner], 1) {
		w.reached = append(w.reached, corner)
	}
	w.metres[corner], w.origin[corner] = metres, source
	w.queue.push(step{metres, corner, source})
}

// walk goes on from all sources until nothing is left within limitM.
func (w *walker) walk(ctx context.Context, limitM float64) error {
	for n := 0; len(w.queue) > 0; n++ {
		if n%(16*checkEvery) == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		at := w.queue.pop()
		if at.metres > w.metres[at.corner] || at.source != w.origin[at.corner] {
			continue
		}
		for _, l := range w.network.links[w.network.first[at.corner]:w.network.first[at.corner+1]] {
			if metres := at.metres + w.network.edges[l.edge].metres; metres <= limitM {
				w.offer(l.to, at.source, metres)
			}
		}
	}
	return nil
}

func (w *walker) clear() {
	for _, c := range w.reached {
		w.metres[c] = math.Inf(1)
	}
	w.reached, w.queue = w.reached[:0], w.queue[:0]
}

// to is how far a spot is from the sources by way of its edge's ends.
func (w *walker) to(s spot) (metres float64, source int32) {
	e := w.network.edges[s.edge]
	viaA, viaB := w.metres[e.a]+s.along+s.aside, w.metres[e.b]+e.metres-s.along+s.aside
	if viaB < viaA || viaB == viaA && !math.IsInf(viaB, 1) && w.origin[e.b] < w.origin[e.a] {
		return viaB, w.origin[e.b]
	}
	return viaA, w.origin[e.a]
}

// sameEdge is the way between two spots of one edge that does not leave it.
func sameEdge(a, b spot) float64 { return a.aside + math.Abs(a.along-b.along) + b.aside }

// onEdges gathers spots by their edges, and those off the network.
func onEdges(spots []spot) (by map[int32][]int32, off []int32) {
	by = map[int32][]int32{}
	for i, s := range spots {
		if s.edge < 0 {
			off = append(off, int32(i))
		} else {
			by[s.edge] = append(by[s.edge], int32(i))
		}
	}
	return by, off
}

// walkNearest fills legs for the points of from that lie on the network, and
// gives the others. Facilities off the network are reached straight.
func (w Ways) walkNearest(ctx context.Context, from, to []orb.Point, legs []leg) (off []int32, err error) {
	starts, targets := w.Network.locateAll(from), w.Network.locateAll(to)
	walk := newWalker(w.Network)
	byEdge, straight := onEdges(targets)
	for i, s := range targets {
		if s.edge >= 0 {
			walk.start(int32(i), s)
		}
	}
	if err := walk.walk(ctx, math.Inf(1)); err != nil {
		return nil, err
	}
	aside := newCloud(pick(to, straight))
	for i, s := range starts {
		if s.edge < 0 {
			off = append(off, int32(i))
			continue
		}
		best := leg{-1, math.Inf(1)}
		if metres, source := walk.to(s); !math.IsInf(metres, 1) {
			best = leg{source, metres}
		}
		for _, j := range byEdge[s.edge] {
			best = nearer(best, leg{j, sameEdge(s, targets[j])})
		}
		if j, metres := aside.nearest(from[i]); j >= 0 {
			best = nearer(best, leg{straight[j], metres * w.Detour})
		}
		legs[i] = best
	}
	return off, nil
}

func nearer(a, b leg) leg {
	if b.metres < a.metres || b.metres == a.metres && b.to < a.to {
		return b
	}
	return a
}

// walkWithin is eachWithin over the network.
func (w Ways) walkWithin(ctx context.Context, from, to []orb.Point, radiusM float64, told Progress, take func(int, []leg) error) error {
	starts, targets := w.Network.locateAll(from), w.Network.locateAll(to)
	byEdge, _ := onEdges(targets)
	near := newCloud(to)
	offNetwork := func(j int32) bool { return targets[j].edge < 0 }
	walk := newWalker(w.Network)
	var legs []leg
	for i, s := range starts {
		if i%64 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			told.tell(i, len(from))
		}
		if s.edge < 0 {
			legs = w.straightWithin(legs[:0], near, from[i], radiusM, nil)
		} else {
			walk.clear()
			walk.start(0, s)
			if err := walk.walk(ctx, radiusM); err != nil {
				return err
			}
			legs = walk.collect(legs[:0], s, byEdge, targets, radiusM)
			legs = w.straightWithin(legs, near, from[i], radiusM, offNetwork)
		}
		if err := take(i, legs); err != nil {
			return err
		}
	}
	return nil
}

// collect adds to legs the targets that a walk from one spot reached within
// radiusM.
func (w *walker) collect(legs []leg, s spot, byEdge map[int32][]int32, targets []spot, radiusM float64) []leg {
	seen := map[int32]bool{s.edge: true}
	take := func(edge int32) {
		for _, j := range byEdge[edge] {
			metres, _ := w.to(targets[j])
			if edge == s.edge {
				metres = min(metres, sameEdge(s, targets[j]))
			}
			if metres <= radiusM {
				legs = append(legs, leg{j, metres})
			}
		}
	}
	take(s.edge)
	for _, corner := range w.reached {
		for _, l := range w.network.links[w.network.first[corner]:w.network.first[corner+1]] {
			if !seen[l.edge] {
				seen[l.edge] = true
				take(l.edge)
			}
		}
	}
	return legs
}

func sortLegs(legs []leg) {
	slices.SortFunc(legs, func(a, b leg) int { return cmp.Compare(a.to, b.to) })
}

// step is a corner that waits for its turn.
type step struct {
	metres         float64
	corner, source int32
}

func (s step) before(t step) bool {
	return s.metres < t.metres || s.metres == t.metres && s.source < t.source
}

// queue is a binary heap with the nearest first.
type queue []step

func (q *queue) push(s step) {
	*q = append(*q, s)
	h := *q
	i := len(h) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if !s.before(h[parent]) {
			break
		}
		h[i] = h[parent]
		i = parent
	}
	h[i] = s
}

func (q *queue) pop() step {
	h := *q
	top, last := h[0], h[len(h)-1]
	h = h[:len(h)-1]
	*q = h
	if len(h) == 0 {
		return top
	}
	i := 0
	for {
		child := 2*i + 1
		if child >= len(h) {
			break
		}
		if child+1 < len(h) && h[child+1].before(h[child]) {
			child++
		}
		if !h[child].before(last) {
			break
		}
		h[i] = h[child]
		i = child
	}
	h[i] = last
	return top
}
