package index

import (
	"fmt"

	"github.com/tidwall/btree"

	"github.com/patok-id/patok/geo"
)

// Check reports where trees, maps and counters disagree, nil when they agree.
func (s *Snapshot) Check() error {
	total := 0
	for name, l := range s.layers {
		total += l.byID.Len()
		if err := s.checkLayer(name, l); err != nil {
			return err
		}
	}
	if total != s.assets.Len() {
		return fmt.Errorf("index: %d assets by id, %d in the layers", s.assets.Len(), total)
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

func (s *Snapshot) checkLayer(name string, l *assetLayer) (err error) {
	fail := func(format string, args ...any) bool {
		err = fmt.Errorf("index: layer "+name+": "+format, args...)
		return false
	}
	recounted := newAssetLayer(0)
	l.byID.Scan(func(id int64, a *geo.Asset) bool {
		recounted.count(a, 1)
		unplaced, _ := l.unplaced.Get(id)
		switch held, _ := s.assets.Get(id); {
		case id != a.ID || a.Type != name:
			return fail("asset %d of type %s under id %d", a.ID, a.Type, id)
		case held != a:
			return fail("asset %d is another one by id", id)
		case (unplaced == a) == located(a):
			return fail("asset %d is wrongly among those without a point, or not", id)
		}
		return true
	})
	inTree := map[int64]bool{}
	l.tree.Scan(func(min, max [2]float64, a *geo.Asset) bool {
		switch held, _ := l.byID.Get(a.ID); {
		case held != a:
			return fail("the tree holds another asset %d", a.ID)
		case inTree[a.ID]:
			return fail("the tree holds asset %d twice", a.ID)
		case min != *a.Point || max != *a.Point:
			return fail("the tree holds asset %d elsewhere", a.ID)
		}
		inTree[a.ID] = true
		return true
	})
	switch {
	case err != nil:
		return err
	case len(inTree) != l.tree.Len() || l.tree.Len()+l.unplaced.Len() != l.byID.Len():
		fail("%d in the tree, %d without a point, %d by id", l.tree.Len(), l.unplaced.Len(), l.byID.Len())
	case !sameCounts(l.counts, recounted.counts):
		fail("the counters are wrong")
	}
	return err
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
