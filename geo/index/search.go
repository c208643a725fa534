package index

import (
	"context"

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
	if len(hits) < limit {
		assets := ranking{limit: limit - len(hits), ctx: ctx}
		s.assets.Scan(func(_ int64, a *geo.Asset) bool {
			return assets.add(Hit{Asset: a}, part.index(a.Name), -1)
		})
		hits = append(hits, assets.hits()...)
	}
	return hits, ctx.Err()
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
