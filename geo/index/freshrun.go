package index

import "github.com/tidwall/btree"

// freshRun walks over the fresh assets of a layer by id.
type freshRun struct {
	iter btree.MapIter[int64, *fresh]
	next *fresh
	more bool
}

func newFreshRun(l *assetLayer, from int64) freshRun {
	r := freshRun{iter: l.fresh.Iter()}
	if r.more = r.iter.Seek(from); r.more {
		r.next = r.iter.Value()
	}
	return r
}

func (r *freshRun) advance() {
	if r.more = r.iter.Next(); r.more {
		r.next = r.iter.Value()
	}
}

// firstOf is the run with the least id, -1 when all are at their ends.
func firstOf(runs []freshRun) int {
	first := -1
	for i := range runs {
		if runs[i].more && (first < 0 || runs[i].next.asset.ID < runs[first].next.asset.ID) {
			first = i
		}
	}
	return first
}
