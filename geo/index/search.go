package index

import (
	"context"
	"math"

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
		s.searchNames(part, &assets)
		hits = append(hits, assets.hits()...)
	}
	return hits, ctx.Err()
}

// searchNames adds the assets whose names hold part, by id. A name that many
// have is looked at once.
func (s *Snapshot) searchNames(part needle, into *ranking) {
	where := make([]int16, s.pack.texts.len()) // in each name; 0 is unknown, 1 nowhere
	s.ascend(s.assetLayers(geo.AllAssets), math.MinInt64, func(c candidate) bool {
		if c.asset != nil {
			return into.add(Hit{Asset: c.asset}, part.index(c.asset.Name), -1)
		}
		name := s.pack.at(c.row).name
		if where[name] == 0 {
			where[name] = int16(min(part.index(s.pack.texts.of(name)), math.MaxInt16-2) + 2)
		}
		at := int(where[name]) - 2
		if at < 0 || at > 0 && len(into.within) >= into.limit {
			return into.wanted()
		}
		return into.add(Hit{Asset: s.read(c, new(held))}, at, -1)
	})
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
	if !r.wanted() {
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

// wanted asks now and then whether the caller still waits.
func (r *ranking) wanted() bool {
	r.seen++
	return r.seen%4096 != 0 || r.ctx.Err() == nil
}

func (r *ranking) hits() []Hit {
	hits := append(r.begins, r.within...)
	return hits[:min(len(hits), r.limit)]
}
