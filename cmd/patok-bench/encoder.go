package main

import (
	"context"
	"fmt"
	"runtime"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/maptile"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/tiles"
)

// encodedPoints is how many points one tile holds when encoders are compared.
const encodedPoints = 10_000

// mostAllocations is none for a feature: a tile may take some.
const mostAllocations = 0.01

// encoding is one tile full of points, and the same as orb takes it.
type encoding struct {
	snapshot *index.Snapshot
	id       tiles.ID
	features *geojson.FeatureCollection
	encoder  *tiles.Encoder
}

// newEncoding makes a tile of the deepest zoom, where each point stands alone.
func newEncoding(seed uint64, points int) *encoding {
	e := &encoding{encoder: tiles.NewEncoder(), id: tileAt(orb.Point{112.01, -7.81}, tiles.MaxZoom), features: geojson.NewFeatureCollection()}
	bound := maptile.New(uint32(e.id.X), uint32(e.id.Y), maptile.Zoom(e.id.Z)).Bound()
	rnd := random(seed, forTiles)
	content := geo.Content{Types: []*geo.AssetType{{Name: "rt"}, {Name: "posyandu"}}}
	for i := range points {
		p := orb.Point{
			bound.Min[0] + (bound.Max[0]-bound.Min[0])*(0.01+0.98*rnd.Float64()),
			bound.Min[1] + (bound.Max[1]-bound.Min[1])*(0.01+0.98*rnd.Float64()),
		}
		a := &geo.Asset{ID: int64(i + 1), Type: pick(rnd, "rt", "posyandu"), Name: fmt.Sprintf("RT %03d RW %03d", 1+rnd.IntN(999), 1+rnd.IntN(125)),
			AreaCode: geo.Code(fmt.Sprintf("35.71.%02d.1%03d", 1+rnd.IntN(3), 1+rnd.IntN(16))), Condition: pick(rnd, "baik", "rusak_ringan"), Operation: pick(rnd, "aktif", "tidak_aktif"),
			Point: &p, Attributes: []byte("{}"), Version: 1}
		content.Assets = append(content.Assets, a)
		f := geojson.NewFeature(p)
		f.ID = float64(a.ID)
		f.Properties = geojson.Properties{"type": a.Type, "name": a.Name, "area_code": string(a.AreaCode), "condition": a.Condition, "operation": a.Operation}
		e.features.Append(f)
	}
	e.snapshot = index.New(content)
	return e
}

// ours encodes by Patok.
func (e *encoding) ours() ([]byte, error) {
	return e.encoder.Encode(e.snapshot, []string{geo.AllAssets}, index.Filter{}, e.id)
}

// orbs encodes by orb's whole path: layers of features whose geometry is copied,
// since orb projects in place.
func (e *encoding) orbs() ([]byte, error) {
	features := geojson.NewFeatureCollection()
	for _, f := range e.features.Features {
		g := *f
		g.Geometry = orb.Clone(f.Geometry)
		features.Append(&g)
	}
	layers := mvt.NewLayers(map[string]*geojson.FeatureCollection{geo.AllAssets: features})
	layers.ProjectToTile(maptile.New(uint32(e.id.X), uint32(e.id.Y), maptile.Zoom(e.id.Z)))
	return mvt.Marshal(layers)
}

// measureEncoder compares the encoders in this process, on one core each.
func measureEncoder(ctx context.Context, s *stage) ([]row, error) {
	e := newEncoding(s.Seed, encodedPoints)
	if _, err := sameCount(ctx, 1, counting(dropCtx(e.ours), countFeatures), counting(dropCtx(e.orbs), countFeatures)); err != nil {
		return nil, err
	}
	results, err := compare(ctx, []contest{{Name: "encode 10,000 points", Reference: "orb, its whole path", Items: 1,
		Ours: dropping(dropCtx(e.ours)), Theirs: dropping(dropCtx(e.orbs))}}, s.Rounds, s.Slice/2, s.progress)
	if err != nil {
		return nil, err
	}
	line := contestRow(results[0]).toReach(ratioOf(12))
	line.Note = fmt.Sprintf("five attributes; orb allocates %.0f times", allocations(func() { e.orbs() })) //nolint:errcheck // it was compared
	perFeature := allocations(func() { e.ours() }) / encodedPoints                                         //nolint:errcheck // the same
	return []row{line, figureRow("allocations per encoded feature", "", []float64{perFeature}, "").toReach(atMost(mostAllocations))}, nil
}

func dropCtx(do func() ([]byte, error)) func(context.Context, int) ([]byte, error) {
	return func(context.Context, int) ([]byte, error) { return do() }
}

// allocations is how often do allocates, on average of some calls.
func allocations(do func()) float64 {
	const calls = 5
	var before, after runtime.MemStats
	do()
	runtime.ReadMemStats(&before)
	for range calls {
		do()
	}
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / calls
}
