package index

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
	"github.com/tidwall/btree"

	"github.com/patok-id/patok/geo"
)

// Check reports where trees, maps and counters disagree, nil when they agree.
func (s *Snapshot) Check() error {
	seen, fresh := map[int64]bool{}, 0
	for name, l := range s.layers {
		fresh += l.dead.n + l.fresh.Len()
		if err := s.checkLayer(name, l, seen); err != nil {
			return err
		}
	}
	if fresh != s.fresh {
		return fmt.Errorf("index: %d rows are dead or fresh, %d are counted", fresh, s.fresh)
	}
	for _, t := range s.types {
		if s.layers[t.Name] == nil {
			return fmt.Errorf("index: type %s has no layer", t.Name)
		}
	}
	for level, l := range s.areas {
		if err := l.check(); err != nil {
			return fmt.Errorf("index: level %d: %w", level, err)
		}
	}
	return nil
}

func (s *Snapshot) checkLayer(name string, l *assetLayer, seen map[int64]bool) (err error) {
	fail := func(format string, args ...any) bool {
		err = fmt.Errorf("index: layer "+name+": "+format, args...)
		return false
	}
	recounted, scanned, last := newAssetLayer(0, new(section), nil), 0, int64(math.MinInt64)
	s.ascend([]*assetLayer{l}, math.MinInt64, func(c candidate) bool {
		a := s.read(c, new(held))
		recounted.count(a.AreaCode, 1, located(a))
		scanned++
		switch found := s.Asset(c.id); {
		case c.id != a.ID || a.Type != name:
			return fail("asset %d of type %s under id %d", a.ID, a.Type, c.id)
		case found == nil || found.Version != a.Version || seen[a.ID]:
			return fail("asset %d is another one by id, or twice there", a.ID)
		case a.ID <= last:
			return fail("asset %d comes after %d", a.ID, last)
		}
		last, seen[a.ID] = a.ID, true
		return true
	})
	inTree, unplaced := map[int64]bool{}, 0
	world := orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}
	l.eachIn(world, func(c candidate, p orb.Point) bool {
		a := s.read(c, new(held))
		switch {
		case !seen[a.ID] || inTree[a.ID]:
			return fail("the tree holds asset %d twice, or one that is no more", a.ID)
		case p != *a.Point:
			return fail("the tree holds asset %d elsewhere", a.ID)
		}
		inTree[a.ID] = true
		return true
	})
	l.eachUnplaced(func(c candidate) bool {
		unplaced++
		return !located(s.read(c, new(held))) || fail("asset %d has a point", c.id)
	})
	switch {
	case err != nil:
		return err
	case !s.pack.inAreaOrder(l.section):
		fail("the rows by area are not all rows in the order of their areas")
	case scanned != l.len() || len(inTree)+unplaced != scanned || len(inTree) != l.placed():
		fail("%d in the tree, %d without a point, %d by id", len(inTree), unplaced, scanned)
	case !sameCounts(l.counts, recounted.counts):
		fail("the counters are wrong")
	}
	return err
}

// inAreaOrder reports whether byArea holds every row once, by area.
func (p *pack) inAreaOrder(s *section) bool {
	seen, last := make([]bool, len(s.rows)), ""
	for _, i := range s.byArea {
		area := p.texts.of(s.rows[i].area)
		if seen[i] || area < last {
			return false
		}
		seen[i], last = true, area
	}
	return len(s.byArea) == len(s.rows)
}

func (l *areaLayer) check() (err error) {
	fail := func(format string, args ...any) bool {
		err = fmt.Errorf(format, args...)
		return false
	}
	recounted, drawn := newAreaLayer(0), 0
	l.byID.Scan(func(id int64, s *Shape) bool {
		recounted.count(s.Area.Code, 1)
		if s.drawn {
			drawn++
		}
		return id == s.Area.ID || fail("area %d under id %d", s.Area.ID, id)
	})
	inTree := map[int64]bool{}
	l.tree.Scan(func(min, max [2]float64, s *Shape) bool {
		held, _ := l.byID.Get(s.Area.ID)
		if b := s.extent(); held != s || inTree[s.Area.ID] || b == nil || min != b.Min || max != b.Max {
			return fail("the tree holds area %d wrongly", s.Area.ID)
		}
		inTree[s.Area.ID] = true
		return true
	})
	switch {
	case err != nil:
		return err
	case len(inTree) != drawn || l.tree.Len() != drawn:
		fail("%d areas in the tree, %d with a boundary", l.tree.Len(), drawn)
	case !sameCounts(l.counts, recounted.counts):
		fail("the counters are wrong")
	}
	return err
}

func sameCounts[V comparable](a, b *btree.Map[geo.Code, V]) bool {
	same := a.Len() == b.Len()
	a.Scan(func(code geo.Code, n V) bool {
		m, _ := b.Get(code)
		same = same && n == m
		return same
	})
	return same
}
