package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/indicator"
)

const (
	glanceAreasSQL = `select a.code, a.name, coalesce(d.name, '') from areas a left join areas d on d.code = a.parent_code
where a.level = @level and (@area = '' or a.code = @area or starts_with(a.code, @area || '.')) order by a.code`

	newestBatchesSQL = `select distinct on (b.area_code) ` + batchColumns + fromBatches + `
where b.source = @source and b.period = @period and b.state <> 'withdrawn'
  and (@area = '' or b.area_code = @area or starts_with(b.area_code, @area || '.'))
order by b.area_code, b.edition desc`

	// batchesBeforeSQL finds for each area the newest edition of the newest period
	// of the same kind before.
	batchesBeforeSQL = `select distinct on (b.area_code) b.area_code, b.id from batches b
where b.source = @source and b.period < @period and length(b.period) = length(@period) and b.state = 'closed'
  and (@area = '' or b.area_code = @area or starts_with(b.area_code, @area || '.'))
order by b.area_code, b.period desc, b.edition desc`

	depthsSQL = `select batch_id, indicator, length(place), coalesce(sum(number), 0), count(number), count(*), bool_or(note <> '')
from batch_values where batch_id = any($1) group by batch_id, indicator, length(place) order by batch_id, indicator, length(place)`
)

// Overview tells, by area, how far those of area (and below it; "" is
// everywhere) are with a source's figures of a period that p may watch, and where
// p may read figures what they say. NotFound when there is no such source.
func (s *Store) Overview(ctx context.Context, p geo.Principal, source string, period indicator.Period, area geo.Code) (rows []*indicator.Glance, err error) {
	err = s.read(ctx, "store.Overview", p, func(tx pgx.Tx) error {
		reg, err := registry(ctx, tx)
		if err != nil {
			return err
		}
		of := reg.Source(source)
		if of == nil {
			return geo.NotFoundError("store.Overview")
		}
		o := overview{registry: reg, source: of, args: pgx.NamedArgs{"source": source, "period": string(period), "area": string(area), "level": areaLevel(of.Level)}}
		rows, err = o.run(ctx, tx, s, p)
		return err
	})
	return rows, err
}

// areaLevel is the level of areas that a source's batches are about.
func areaLevel(level indicator.Level) geo.Level { return geo.LevelOf(string(level)) }

// overview is one reading of it.
type overview struct {
	registry *indicator.Registry
	source   *indicator.Source
	args     pgx.NamedArgs
	before   map[geo.Code]int64 // the batch of the period before
}

func (o *overview) run(ctx context.Context, tx pgx.Tx, s *Store, p geo.Principal) ([]*indicator.Glance, error) {
	all, err := collect(ctx, tx, func(row pgx.CollectableRow) (*indicator.Glance, error) {
		var g indicator.Glance
		return &g, row.Scan(&g.AreaCode, &g.AreaName, &g.District)
	}, glanceAreasSQL, o.args)
	if err != nil {
		return nil, err
	}
	now := s.now()
	rows := []*indicator.Glance{}
	byArea := map[geo.Code]*indicator.Glance{}
	for _, g := range all {
		if geo.Can(p, geo.ActionWatch, geo.Target{Area: g.AreaCode}, now) {
			rows = append(rows, g)
			byArea[g.AreaCode] = g
		}
	}
	if len(rows) > maxProgress {
		return nil, &geo.Error{Kind: geo.TooLarge, Op: "store.Overview", Message: geo.Text{
			ID: "Terlalu banyak wilayah sekaligus. Pilih wilayah yang lebih kecil.", EN: "Too many areas at once. Choose a smaller area."}}
	}
	batches, err := collect(ctx, tx, scanBatch, newestBatchesSQL, o.args)
	if err != nil {
		return nil, err
	}
	for _, b := range batches {
		if g := byArea[b.AreaCode]; g != nil {
			g.Batch = b
		}
	}
	if err := o.findBefore(ctx, tx); err != nil {
		return nil, err
	}
	var readable []*indicator.Glance
	for _, g := range rows {
		if geo.Can(p, geo.ActionFigures, geo.Target{Area: g.AreaCode}, now) {
			readable = append(readable, g)
		}
	}
	return rows, o.summarise(ctx, tx, readable)
}

func (o *overview) findBefore(ctx context.Context, tx pgx.Tx) error {
	o.before = map[geo.Code]int64{}
	rows, err := tx.Query(ctx, batchesBeforeSQL, o.args)
	if err != nil {
		return err
	}
	var area geo.Code
	var id int64
	_, err = pgx.ForEachRow(rows, []any{&area, &id}, func() error {
		o.before[area] = id
		return nil
	})
	return err
}

// summarise adds what the batches of rows say, and those of the period before.
func (o *overview) summarise(ctx context.Context, tx pgx.Tx, rows []*indicator.Glance) error {
	var ids []int64
	for _, g := range rows {
		if g.Batch != nil {
			ids = append(ids, g.Batch.ID)
		}
		if id := o.before[g.AreaCode]; id != 0 {
			ids = append(ids, id)
		}
	}
	depths, err := readDepths(ctx, tx, ids)
	if err != nil {
		return err
	}
	asked := len(o.registry.Asked(o.source))
	for _, g := range rows {
		g.Figures = &indicator.Summary{Expected: asked}
		if g.Batch != nil {
			g.Figures = indicator.Summarise(o.registry, g.AreaCode, depths[g.Batch.ID])
			g.Figures.Expected = asked
		}
		if id := o.before[g.AreaCode]; id != 0 {
			before := indicator.Summarise(o.registry, g.AreaCode, depths[id])
			g.Figures.Expected, g.Figures.Before = before.Told, before.Totals
		}
	}
	return nil
}

func readDepths(ctx context.Context, tx pgx.Tx, ids []int64) (map[int64][]indicator.Depth, error) {
	rows, err := tx.Query(ctx, depthsSQL, ids)
	if err != nil {
		return nil, err
	}
	depths := map[int64][]indicator.Depth{}
	var id int64
	var d indicator.Depth
	_, err = pgx.ForEachRow(rows, []any{&id, &d.Indicator, &d.Depth, &d.Sum, &d.Known, &d.Said, &d.Noted}, func() error {
		depths[id] = append(depths[id], d)
		return nil
	})
	return depths, err
}
