package index

import (
	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

// candidate is an asset before anybody knows whether it is wanted: a row that is
// not read yet, or a fresh asset.
type candidate struct {
	id    int64
	row   ref
	asset *geo.Asset // nil for a row
}

// read is the asset of a candidate; a row's is written into h.
func (s *Snapshot) read(c candidate, h *held) *geo.Asset {
	if c.asset != nil {
		return c.asset
	}
	return s.pack.unpack(c.row, h)
}

// assets reads candidates, with one piece of memory for all.
func (s *Snapshot) assets(candidates []candidate) []*geo.Asset {
	if len(candidates) == 0 {
		return nil
	}
	assets, memory := make([]*geo.Asset, len(candidates)), make([]held, len(candidates))
	for i, c := range candidates {
		assets[i] = s.read(c, &memory[i])
	}
	return assets
}

// row is the candidate of a row of the layer.
func (l *assetLayer) row(at int) candidate {
	return candidate{id: l.section.rows[at].id, row: refTo(l.section.number, at)}
}

// eachIn calls each for the assets with a point in b, in no order, until it
// returns false.
func (l *assetLayer) eachIn(b orb.Bound, each func(candidate, orb.Point) bool) {
	more := l.section.tree.search(b, func(from, to int) bool {
		for i := from; i < to; i++ {
			if p := l.section.points[i]; b.Contains(p) && !l.dead.has(i) && !each(l.row(i), p) {
				return false
			}
		}
		return true
	})
	if more {
		l.tree.Search(b.Min, b.Max, func(p, _ [2]float64, f *fresh) bool {
			return each(candidate{id: f.asset.ID, asset: f.asset}, p)
		})
	}
}

// eachUnplaced calls each for the assets without a point until it returns false.
func (l *assetLayer) eachUnplaced(each func(candidate) bool) {
	for i := l.section.placed(); i < len(l.section.rows); i++ {
		if !l.dead.has(i) && !each(l.row(i)) {
			return
		}
	}
	l.fresh.Scan(func(id int64, f *fresh) bool {
		return located(f.asset) || each(candidate{id: id, asset: f.asset})
	})
}

// inArea calls each for the assets that are claimed for area or what lies in it,
// in no order, until it returns false. What is fresh comes from everywhere.
func (l *assetLayer) inArea(p *pack, area geo.Code, each func(candidate) bool) {
	from, to := p.inArea(l.section, area)
	for _, i := range l.section.byArea[from:to] {
		if !l.dead.has(int(i)) && !each(l.row(int(i))) {
			return
		}
	}
	l.fresh.Scan(func(id int64, f *fresh) bool { return each(candidate{id: id, asset: f.asset}) })
}

// ascend calls each for the assets of layers from an id on, by id, until it
// returns false.
func (s *Snapshot) ascend(layers []*assetLayer, from int64, each func(candidate) bool) {
	wanted := make([]*assetLayer, len(s.pack.names))
	var waiting []freshRun
	for _, l := range layers {
		if len(l.section.rows) > 0 {
			wanted[l.section.number] = l
		}
		if run := newFreshRun(l, from); run.more {
			waiting = append(waiting, run)
		}
	}
	for at := s.pack.firstFrom(from); ; at++ {
		for at < len(s.pack.byID) {
			if l := wanted[s.pack.byID[at].section()]; l != nil && !l.dead.has(s.pack.byID[at].at()) {
				break
			}
			at++
		}
		var next candidate
		if at < len(s.pack.byID) {
			next = candidate{id: s.pack.at(s.pack.byID[at]).id, row: s.pack.byID[at]}
		}
		for {
			first := firstOf(waiting)
			if first < 0 || at < len(s.pack.byID) && next.id < waiting[first].next.asset.ID {
				break
			}
			if !each(candidate{id: waiting[first].next.asset.ID, asset: waiting[first].next.asset}) {
				return
			}
			waiting[first].advance()
		}
		if at >= len(s.pack.byID) || !each(next) {
			return
		}
	}
}
