package store

import (
	"cmp"
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/indicator"
)

const (
	// reconciledSQL chooses the newest edition of each area and source: of one
	// period, or of the newest one where @period is empty.
	reconciledSQL = `select distinct on (b.source, b.area_code) ` + batchColumns + fromBatches + `
where b.state <> 'withdrawn' and (@period = '' or b.period = @period) and (@area = '' or b.area_code = @area or starts_with(b.area_code, @area || '.'))
order by b.source, b.area_code, b.period desc, b.edition desc`

	reconciledValuesSQL = `select v.batch_id, ` + valueColumns + ` from batch_values v
where v.batch_id = any($1) and ($2 = '' or v.indicator = any($3)) order by v.batch_id, v.place, v.indicator`
)

// reconciledAtOnce is how many batches are looked at together: an RT's sheet has
// some thousand figures.
const reconciledAtOnce = 50

// Reconciliation lists the differences that people should look at, of the newest
// figures of area (and below it; "" is everywhere) that p may read: what is told
// against what stands on the map, against the places below, and against its
// parts. of is one of these, or "" for all; a period of "" is the newest of each.
func (s *Store) Reconciliation(ctx context.Context, p geo.Principal, area geo.Code, period indicator.Period, of indicator.Sum) (rows []indicator.Task, err error) {
	err = s.read(ctx, "store.Reconciliation", p, func(tx pgx.Tx) error {
		rows = []indicator.Task{}
		reg, err := registry(ctx, tx)
		if err != nil {
			return err
		}
		list, err := collect(ctx, tx, scanBatch, reconciledSQL, pgx.NamedArgs{"period": string(period), "area": string(area)})
		if err != nil {
			return err
		}
		now := s.now()
		list = slices.DeleteFunc(list, func(b *indicator.Batch) bool { return !b.ReadBy(p, now) })
		for some := range slices.Chunk(list, reconciledAtOnce) {
			tasks, err := reconcile(ctx, tx, reg, some, of)
			if err != nil {
				return err
			}
			rows = append(rows, tasks...)
		}
		slices.SortStableFunc(rows, func(a, b indicator.Task) int { return cmp.Compare(a.Place, b.Place) })
		return nil
	})
	return rows, err
}

// reconcile lists the differences of some batches.
func reconcile(ctx context.Context, tx pgx.Tx, reg *indicator.Registry, list []*indicator.Batch, of indicator.Sum) ([]indicator.Task, error) {
	values, err := valuesOf(ctx, tx, reg, list, of)
	if err != nil {
		return nil, err
	}
	points, err := pointsIn(ctx, tx, reg, list)
	if err != nil {
		return nil, err
	}
	var tasks []indicator.Task
	for _, b := range list {
		for _, d := range indicator.BatchDifferences(reg, b.AreaCode, values[b.ID], points[b.AreaCode]) {
			if of == "" || d.Of == of {
				tasks = append(tasks, indicator.Task{Difference: d, Batch: b})
			}
		}
	}
	return tasks, nil
}

// valuesOf reads the values of batches; of points only those that can be counted.
func valuesOf(ctx context.Context, tx pgx.Tx, reg *indicator.Registry, list []*indicator.Batch, of indicator.Sum) (map[int64][]indicator.Value, error) {
	ids := make([]int64, len(list))
	for n, b := range list {
		ids[n] = b.ID
	}
	only := ""
	if of == indicator.OfPoints {
		only = string(of)
	}
	rows, err := tx.Query(ctx, reconciledValuesSQL, ids, only, countable(reg, func(i *indicator.Indicator) string { return i.Code }))
	if err != nil {
		return nil, err
	}
	values := map[int64][]indicator.Value{}
	var id int64
	var v indicator.Value
	_, err = pgx.ForEachRow(rows, []any{&id, &v.Place, &v.Indicator, &v.Number, &v.Denominator, &v.DenominatorSource, &v.Note}, func() error {
		values[id] = append(values[id], v)
		v.Number, v.Denominator = nil, nil
		return nil
	})
	return values, err
}

// countable gives something of each indicator whose number can be counted on the
// map.
func countable(reg *indicator.Registry, of func(*indicator.Indicator) string) []string {
	var list []string
	for _, i := range reg.Indicators {
		if i.Counted != "" {
			list = append(list, of(i))
		}
	}
	return list
}

// countPointsSQL counts the active assets of each area, and below it, by type. An
// asset is claimed for a kelurahan.
const countPointsSQL = `with spread as (
    select area, area as kelurahan from unnest($1::text[]) t (area) where length(area) = 13
    union all
    select t.area, x.code from unnest($1::text[]) t (area) join areas x on x.level = 4 and starts_with(x.code, t.area || '.') where length(t.area) < 13)
select s.area, a.type, count(*) from spread s join assets a on a.area_code = s.kelurahan
where a.type = any($2) and a.operation = 'aktif' and a.placement <> 'held'
group by s.area, a.type`

// pointsIn counts, in the area of each batch, the assets of the types that an
// indicator counts.
func pointsIn(ctx context.Context, tx pgx.Tx, reg *indicator.Registry, list []*indicator.Batch) (map[geo.Code]map[string]int, error) {
	areas := map[geo.Code]map[string]int{}
	codes := make([]string, 0, len(list))
	for _, b := range list {
		if areas[b.AreaCode] == nil {
			areas[b.AreaCode], codes = map[string]int{}, append(codes, string(b.AreaCode))
		}
	}
	rows, err := tx.Query(ctx, countPointsSQL, codes, countable(reg, func(i *indicator.Indicator) string { return i.Counted }))
	if err != nil {
		return nil, err
	}
	var area geo.Code
	var name string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&area, &name, &n}, func() error {
		areas[area][name] = n
		return nil
	})
	return areas, err
}
