package index

import (
	"cmp"
	"context"
	"math"
	"math/bits"
	"slices"

	"github.com/tidwall/btree"

	"github.com/patok-id/patok/geo"
)

// selection gathers the page of a query while its candidates pass by.
type selection[T any] struct {
	ctx     context.Context // of this one query, which the selection does not outlive
	limit   int
	after   int64
	before  int64 // ids from here on are beyond the page
	id      func(T) int64
	match   func(T) bool
	matched int
	seen    int
	found   []T // the page and one more, and while candidates come in no order some others
}

func newSelection[T any](ctx context.Context, q geo.Query, id func(T) int64, match func(T) bool) *selection[T] {
	return &selection[T]{ctx: ctx, limit: q.Limit, after: q.After, before: math.MaxInt64, id: id, match: match}
}

// take adds a candidate that comes in no order. It returns false when the
// caller has gone.
func (s *selection[T]) take(feature T) bool {
	if s.match(feature) {
		s.matched++
		if id := s.id(feature); id > s.after && id < s.before {
			s.found = append(s.found, feature)
			if len(s.found) > 2*s.limit+1024 {
				s.trim()
			}
		}
	}
	return s.wanted()
}

// scan adds from all features, which come in the order of their ids.
func (s *selection[T]) scan(byID *btree.Map[int64, T]) {
	byID.Scan(func(_ int64, feature T) bool { return s.takeInOrder(feature) })
}

// scanCounted is scan where the size of the selection is known: it begins at
// the page and ends with it.
func (s *selection[T]) scanCounted(byID *btree.Map[int64, T], matched int) {
	s.matched = matched
	byID.Ascend(s.after+1, func(_ int64, feature T) bool { return s.takeUntilFull(feature) })
}

// takeInOrder adds a candidate that comes in the order of ids.
func (s *selection[T]) takeInOrder(feature T) bool {
	if s.match(feature) {
		s.matched++
		if s.id(feature) > s.after && len(s.found) <= s.limit {
			s.found = append(s.found, feature)
		}
	}
	return s.wanted()
}

// takeUntilFull is takeInOrder where the size of the selection is known, and
// the first candidate comes after those of earlier pages.
func (s *selection[T]) takeUntilFull(feature T) bool {
	if s.match(feature) {
		s.found = append(s.found, feature)
	}
	return len(s.found) <= s.limit && s.wanted()
}

// wanted asks now and then whether the caller still waits.
func (s *selection[T]) wanted() bool {
	s.seen++
	return s.seen%4096 != 0 || s.ctx.Err() == nil
}

// trim keeps the page and one more.
func (s *selection[T]) trim() {
	s.found = sortedByID(s.found, s.id)
	if len(s.found) > s.limit {
		s.found = s.found[:s.limit+1]
		s.before = s.id(s.found[s.limit])
	}
}

func (s *selection[T]) page() (features []T, matched int, next int64) {
	s.trim()
	if len(s.found) > s.limit {
		s.found = s.found[:s.limit]
		next = s.id(s.found[s.limit-1])
	}
	return s.found, s.matched, next
}

// sortedByID orders features by id. Many are sorted by the digits of their ids
// (base 2048, least first), a fraction of the time of comparing them.
func sortedByID[T any](features []T, id func(T) int64) []T {
	const few, digit = 64, 11
	if len(features) <= few {
		slices.SortFunc(features, func(a, b T) int { return cmp.Compare(id(a), id(b)) })
		return features
	}
	type place struct {
		id uint64 // behind the least
		at int
	}
	places, spare := make([]place, len(features)), make([]place, len(features))
	least, most := int64(math.MaxInt64), int64(math.MinInt64)
	for _, f := range features {
		least, most = min(least, id(f)), max(most, id(f))
	}
	for i, f := range features {
		places[i] = place{uint64(id(f) - least), i}
	}
	for shift := 0; shift < bits.Len64(uint64(most-least)); shift += digit {
		var starts [1 << digit]int
		for _, p := range places {
			starts[p.id>>shift&(1<<digit-1)]++
		}
		at := 0
		for d, n := range starts {
			starts[d], at = at, at+n
		}
		for _, p := range places {
			d := p.id >> shift & (1<<digit - 1)
			spare[starts[d]] = p
			starts[d]++
		}
		places, spare = spare, places
	}
	sorted := make([]T, len(features))
	for i, p := range places {
		sorted[i] = features[p.at]
	}
	return sorted
}
