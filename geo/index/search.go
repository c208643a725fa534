package index

import (
	"cmp"
	"context"
	"slices"

	"github.com/patok-id/patok/geo"
)

// Hit is one result of Search: an area or an asset.
type Hit struct {
	Area  *geo.Area
	Asset *geo.Asset
}

// Search returns at most limit areas and assets for a search box: areas whose
// name or code holds q in any case, then assets whose name does. Within each,
// those that begin with q come first, then by level and id. A code may be
// written with or without dots. An empty q finds nothing.
func (s *Snapshot) Search(ctx context.Context, q string, limit int) ([]Hit, error) {
	part := newNeedle(q)
	if part.text == "" || limit <= 0 {
		return nil, nil
	}
	areas := ranking{limit: limit, ctx: ctx}
	for level := geo.LevelProvinsi; level <= geo.LevelKelurahan; level++ {
		s.areas[level].byID.Scan(func(_ int64, shape *Shape) bool {
			return areas.add(Hit{Area: shape.Area}, part.index(shape.Area.Name), part.indexCode(shape.Area.Code))
		})
	}
	hits := areas.hits()
	if len(hits) < limit && ctx.Err() == nil {
		for _, c := range s.searchNames(ctx, part, limit-len(hits)) {
			hits = append(hits, Hit{Asset: s.read(c, new(held))})
		}
	}
	return hits, ctx.Err()
}

// searchNames are the first assets whose names begin with part or hold it. Every
// text is looked at once, however many assets are called so.
func (s *Snapshot) searchNames(ctx context.Context, part needle, limit int) []candidate {
	p := s.pack
	holds := make([]uint64, p.texts.len()/64+1) // a bit per text
	p.texts.each(func(n Text, text string) bool {
		if part.in(text) {
			holds[n/64] |= 1 << (n % 64)
		}
		return ctx.Err() == nil
	})
	begins, within := firstByID{limit: limit}, firstByID{limit: limit}
	take := func(c candidate, name string) {
		switch part.index(name) {
		case -1:
		case 0:
			begins.add(c)
		default:
			within.add(c)
		}
	}
	for _, l := range s.layers {
		rows := l.section.rows
		for i := range rows {
			if name := rows[i].name; holds[name/64]&(1<<(name%64)) != 0 && !l.dead.has(i) {
				take(l.row(i), p.texts.of(name))
			}
		}
		l.fresh.Scan(func(id int64, f *fresh) bool {
			take(candidate{id: id, asset: f.asset}, f.asset.Name)
			return true
		})
	}
	found := append(begins.found, within.found...)
	return found[:min(len(found), limit)]
}

// firstByID keeps the candidates with the least ids.
type firstByID struct {
	limit int
	found []candidate // by id
}

func (f *firstByID) add(c candidate) {
	n := len(f.found)
	if n == f.limit && f.found[n-1].id < c.id {
		return
	}
	at, _ := slices.BinarySearchFunc(f.found, c.id, func(c candidate, id int64) int { return cmp.Compare(c.id, id) })
	f.found = slices.Insert(f.found, at, c)
	f.found = f.found[:min(len(f.found), f.limit)]
}

// ranking keeps the hits that begin with the needle apart from the others.
type ranking struct {
	ctx            context.Context // of one search
	limit, seen    int
	begins, within []Hit
}

// add takes a hit by where the needle is in its name and in its code. It
// returns false when no better hit can come.
func (r *ranking) add(h Hit, inName, inCode int) bool {
	r.seen++
	if r.seen%4096 == 0 && r.ctx.Err() != nil {
		return false
	}
	switch {
	case inName == 0 || inCode == 0:
		r.begins = append(r.begins, h)
	case (inName > 0 || inCode > 0) && len(r.within) < r.limit:
		r.within = append(r.within, h)
	}
	return len(r.begins) < r.limit
}

func (r *ranking) hits() []Hit {
	hits := append(r.begins, r.within...)
	return hits[:min(len(hits), r.limit)]
}
