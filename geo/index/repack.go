package index

import (
	"maps"
	"math"

	"github.com/patok-id/patok/geo"
)

// How much may lie beside the pack before a new one is made: a share of it, and
// some thousands, so that a small set is not packed for every edit.
const (
	looseShare = 100
	looseLeast = 5000
)

// loose reports whether so much lies beside the pack that a new one is due.
func (s *Snapshot) loose() bool { return s.fresh > looseLeast+len(s.pack.byID)/looseShare }

// packed makes a pack of everything in the snapshot. Most often it is the pack
// that there is with what is fresh between its rows; when too many texts of it
// are no more, it is made from the ground.
func (s *Snapshot) packed() *pack {
	if p := s.pack; p.textCount() < wornShare*p.textsAtFirst+looseLeast {
		return s.merged()
	}
	return s.packedAnew()
}

// wornShare is how many times as many texts a pack may come to hold as when it
// was made from the ground.
const wornShare = 1.5

func (s *Snapshot) packedAnew() *pack {
	b, scratch := newPacker(), new(held)
	for _, name := range s.layerNames() {
		b.section(name)
	}
	s.ascend(s.assetLayers(geo.AllAssets), math.MinInt64, func(c candidate) bool {
		b.Add(s.read(c, scratch))
		return true
	})
	return b.done(s.summed)
}

// over is the snapshot with another pack, which was made of an earlier state;
// the assets in touched may have changed since. Content, lineage and marks stay.
func (s *Snapshot) over(p *pack, touched []int64) *Snapshot {
	next := *s
	next.pack, next.fresh, next.layers = p, 0, maps.Clone(s.layers)
	for name, old := range s.layers {
		of := p.sections[name]
		if of == nil {
			of = new(section) // it came while the pack was made
		}
		l := newAssetLayer(0, of, s.summed(name))
		l.counts, l.marks = old.counts, old.marks
		l.sumAgain(p)
		next.layers[name] = l
	}
	for _, id := range touched {
		if at, ok := p.find(id); ok {
			l := next.layers[p.names[at.section()]]
			if !l.dead.has(at.at()) {
				l.dead = l.dead.with(at.at())
				next.fresh++
			}
		}
		a, _ := s.find(id)
		if a == nil {
			continue
		}
		l := next.layers[a.Type]
		if _, twice := l.fresh.Get(id); !twice {
			l.put(a)
			next.fresh++
		}
	}
	next.order()
	return &next
}
