package store

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

// walkwaysMarkSQL changes whenever the network does: an import replaces every row, and
// ids are never given twice.
const walkwaysMarkSQL = `select coalesce(max(id), 0) from walkways`

// WalkwaysMark stands for the walking network that is loaded; 0 when there is
// none.
func (s *Store) WalkwaysMark(ctx context.Context) (mark int64, err error) {
	err = s.read(ctx, "store.WalkwaysMark", itself, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, walkwaysMarkSQL).Scan(&mark)
	})
	return mark, err
}

// Walkways reads the walking network and its mark.
func (s *Store) Walkways(ctx context.Context) (lines []orb.LineString, mark int64, err error) {
	err = s.read(ctx, "store.Walkways", itself, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, walkwaysMarkSQL).Scan(&mark); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `select st_asewkb(line) from walkways order by id`)
		if err != nil {
			return err
		}
		lines, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (orb.LineString, error) {
			var b []byte
			if err := row.Scan(&b); err != nil {
				return nil, err
			}
			return geo.DecodeLine(b)
		})
		return err
	})
	return lines, mark, err
}

const addWalkwaySQL = `insert into walkways (line, source) values (st_geomfromewkb($1), $2)`

// ImportWalkways replaces the walking network by a file's lines, all or
// nothing. It needs an administrator of everything.
func (s *Store) ImportWalkways(ctx context.Context, p geo.Principal, rows geo.LineRows, o geo.ImportOptions) (geo.Report, error) {
	return s.runImport(ctx, "store.ImportWalkways", "import-network:", p, o, func(ctx context.Context, r *importRun) error {
		return r.walkways(ctx, rows)
	})
}

func (r *importRun) walkways(ctx context.Context, rows geo.LineRows) error {
	// The network has no versions of its own; that it was replaced is a revision.
	if err := r.exec(ctx, `delete from walkways`, `select open_transaction()`); err != nil {
		return err
	}
	batch := &pgx.Batch{}
	for row, err := range rows {
		if err != nil {
			return err
		}
		r.report.Read++
		if len(row.Refused) > 0 {
			r.refuse(row.Row, row.Name, row.Refused...)
			continue
		}
		for _, line := range row.Lines {
			batch.Queue(addWalkwaySQL, geo.EncodeLine(line), r.o.Source)
		}
		r.add(geo.RowVerdict{Row: row.Row, Name: row.Name, Outcome: geo.OutcomeNew})
		if batch.Len() >= linesAtOnce {
			r.progress(geo.StepWrite)
			if err := r.tx.SendBatch(ctx, batch).Close(); err != nil {
				return err
			}
			batch = &pgx.Batch{}
		}
	}
	if err := r.refusal(); err != nil {
		return err
	}
	return r.tx.SendBatch(ctx, batch).Close()
}

// linesAtOnce is how many lines travel to the database together.
const linesAtOnce = 2000
