package store

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/indicator"
)

const (
	// importedSQL lists what an import wrote: live is what still says so, existed
	// what was told before.
	importedSQL = `create temp table imported on commit drop as
select w.batch_id, w.place, w.indicator, v.batch_id is not null and (v.from_tx = $1
        or (v.number, v.denominator, v.denominator_source, v.note) is not distinct from (w.number, w.denominator, w.denominator_source, w.note)) as live,
    exists (select from batch_value_history h where h.batch_id = w.batch_id and h.place = w.place and h.indicator = w.indicator
        and h.to_tx = $1 and h.from_tx <> $1) as existed
from (select batch_id, place, indicator, number, denominator, denominator_source, note from batch_values where from_tx = $1
      union all
      select batch_id, place, indicator, number, denominator, denominator_source, note from batch_value_history where from_tx = $1 and to_tx <> $1) w
left join batch_values v on v.batch_id = w.batch_id and v.place = w.place and v.indicator = w.indicator`

	// madeSQL tells the batches that the import made, and that hold nothing else.
	madeSQL = `select b.id from batches b
where b.id in (select batch_id from imported)
  and (b.version = 1 and b.from_tx = $1 or exists (select from batch_history h where h.id = b.id and h.version = 1 and h.from_tx = $1))
  and not exists (select from batch_values v left join imported i on i.batch_id = v.batch_id and i.place = v.place and i.indicator = v.indicator and i.live
      where v.batch_id = b.id and i.batch_id is null)`

	revertValuesSQL = `update batch_values v set number = h.number, denominator = h.denominator, denominator_source = h.denominator_source, note = h.note
from imported i join batch_value_history h on h.batch_id = i.batch_id and h.place = i.place and h.indicator = i.indicator and h.to_tx = $1 and h.from_tx <> $1
where i.live and i.existed and i.batch_id = any($2) and v.batch_id = i.batch_id and v.place = i.place and v.indicator = i.indicator`

	dropValuesSQL = `delete from batch_values v using imported i
where i.live and not i.existed and i.batch_id = any($1) and v.batch_id = i.batch_id and v.place = i.place and v.indicator = i.indicator`

	importedCountsSQL = `select batch_id, count(*) filter (where live), count(*) filter (where not live) from imported group by batch_id`
)

// importedFigures are what an import of figures wrote, by batch.
type importedFigures struct {
	batches    []*indicator.Batch // held until the transaction ends
	live, kept map[int64]int      // figures that still say so, and that somebody changed since
}

// findImported finds what an import wrote, for p who may enter all of it.
func (s *Store) findImported(ctx context.Context, tx pgx.Tx, p geo.Principal, wrote int64) (w importedFigures, err error) {
	w.live, w.kept = map[int64]int{}, map[int64]int{}
	if _, err := tx.Exec(ctx, importedSQL, wrote); err != nil {
		return w, err
	}
	rows, err := tx.Query(ctx, importedCountsSQL)
	if err != nil {
		return w, err
	}
	var id int64
	var live, kept int
	var ids []int64
	if _, err := pgx.ForEachRow(rows, []any{&id, &live, &kept}, func() error {
		ids, w.live[id], w.kept[id] = append(ids, id), live, kept
		return nil
	}); err != nil {
		return w, err
	}
	if w.batches, err = collect(ctx, tx, scanBatch, lockBatchesSQL, ids); err != nil {
		return w, err
	}
	hidden := len(ids) == 0 || len(w.batches) < len(ids) // from who has no right there any more
	if hidden || slices.ContainsFunc(w.batches, func(b *indicator.Batch) bool { return !indicator.CanEnter(p, b.Origin, b.AreaCode, s.now()) }) {
		return w, notTheirs("store.findImported")
	}
	return w, nil
}

// takeBackFigures brings figures to what they were before an import. A batch that
// it made, and that holds nothing else, is withdrawn.
func (s *Store) takeBackFigures(ctx context.Context, tx pgx.Tx, p geo.Principal, c geo.Receipt, wrote int64, reason string) (done geo.Undone, err error) {
	w, err := s.findImported(ctx, tx, p, wrote)
	if err != nil {
		return done, err
	}
	if c, err = s.receipt(ctx, tx, p, c.ID); err != nil { // as it is behind the batches' locks
		return done, err
	}
	if !c.CanUndo {
		return done, conflict("Angka dari impor ini sudah dikirim untuk diperiksa; minta dikembalikan, lalu perbaiki.",
			"Figures of this import were sent to be checked since; have them returned, and correct them.")
	}
	made, err := collect(ctx, tx, pgx.RowTo[int64], madeSQL, wrote)
	if err != nil {
		return done, err
	}
	var changed []int64
	for _, b := range w.batches {
		switch {
		case !b.Enterable(): // withdrawn by somebody
			done.Kept += w.live[b.ID] + w.kept[b.ID]
			continue
		case slices.Contains(made, b.ID):
			if err := moveBatch(ctx, tx, p, b, indicator.BatchDecision{Act: indicator.ActWithdrawn, ID: b.ID, Note: reason}); err != nil {
				return done, err
			}
		case w.live[b.ID] > 0:
			changed = append(changed, b.ID)
		}
		done.Undone, done.Kept = done.Undone+w.live[b.ID], done.Kept+w.kept[b.ID]
	}
	return done, revertFigures(ctx, tx, p, wrote, changed)
}

// revertFigures gives the figures of batches that an import changed what they
// were, and takes away those that it added.
func revertFigures(ctx context.Context, tx pgx.Tx, p geo.Principal, wrote int64, batches []int64) error {
	if len(batches) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, revertValuesSQL, wrote, batches); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, dropValuesSQL, batches); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, writeBatchesSQL, batches, p.AccountID)
	return err
}
