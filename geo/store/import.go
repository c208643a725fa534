package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// Imports write many rows in one transaction under the rules that Apply holds
// for one: rows are streamed into a staging table, compared, placed and marked
// set by set, and then written by one INSERT and one UPDATE. Either all of a
// file is taken or nothing.

// importRun is one try of an import.
type importRun struct {
	tx     pgx.Tx
	who    geo.Principal
	store  *Store
	o      geo.ImportOptions
	report geo.Report
	full   func(geo.Report) any // what the receipt keeps; nil is the report itself
}

// errDryRun ends the transaction of an import that shall leave nothing behind.
var errDryRun = errors.New("store: dry run")

// Actors of imports begin so in revisions: a later import of the same file
// tells by them what the file said before.
const (
	areaImporter   = "import-areas:"
	assetImporter  = "import-assets:"
	figureImporter = "import-figures:"
)

// importLock lets one import work at a time, so that two of one file do not
// both find its rows new.
const importLock = `select pg_advisory_xact_lock(7101, 1)`

// runImport runs work on areas or assets in one transaction and settles the
// report. It needs an administrator, and refuses to mix real and example data. A
// dry run has done everything and is rolled back.
func (s *Store) runImport(ctx context.Context, op, actor string, p geo.Principal, o geo.ImportOptions, work func(context.Context, *importRun) error) (geo.Report, error) {
	if !geo.Can(p, geo.ActionAdminister, geo.Target{}, s.now()) {
		return geo.Report{File: o.File}, &geo.Error{Kind: geo.Forbidden, Op: op, Message: geo.Text{
			ID: "Hanya administrator yang boleh mengimpor.", EN: "Only an administrator may import."}}
	}
	return s.takeIn(ctx, op, actor, p, o, func(ctx context.Context, r *importRun) error {
		if err := r.unmixed(ctx); err != nil {
			return err
		}
		return work(ctx, r)
	})
}

// takeIn is runImport for whoever may do what work does.
func (s *Store) takeIn(ctx context.Context, op, actor string, p geo.Principal, o geo.ImportOptions, work func(context.Context, *importRun) error) (geo.Report, error) {
	var run *importRun
	var opened *int64
	err := s.begin(ctx, op, act{principal: p, kind: "import", actor: actor + p.Actor(), reason: o.File}, func(tx pgx.Tx) error {
		run = &importRun{tx: tx, who: p, store: s, o: o, report: geo.Report{File: o.File, DryRun: o.DryRun, Verdicts: []geo.RowVerdict{}}}
		if err := run.prepare(ctx); err != nil {
			return err
		}
		if err := work(ctx, run); err != nil {
			return err
		}
		if o.DryRun {
			return errDryRun
		}
		if err := tx.QueryRow(ctx, openedSQL).Scan(&opened); err != nil || opened == nil {
			return err
		}
		return run.leaveReceipt(ctx, actor, *opened)
	})
	if run == nil {
		return geo.Report{File: o.File}, err
	}
	if errors.Is(err, errDryRun) {
		return run.report, nil
	}
	if err != nil {
		return run.report, err
	}
	if opened != nil {
		err = s.pool.QueryRow(ctx, committedSQL, *opened).Scan(&run.report.Revision)
	}
	return run.report, mapError(op, err)
}

// prepare makes the transaction fit for long work with many rows.
func (r *importRun) prepare(ctx context.Context) error {
	return r.exec(ctx, `set local statement_timeout = 0`, `set local lock_timeout = 0`, `set local idle_in_transaction_session_timeout = 0`,
		`set local work_mem = '64MB'`, importLock)
}

// unmixed refuses to mix real and example data.
func (r *importRun) unmixed(ctx context.Context) error {
	var example, loaded bool
	if err := r.tx.QueryRow(ctx, holdsSQL).Scan(&example, &loaded); err != nil {
		return err
	}
	switch {
	case r.o.Example && loaded:
		return conflict("Basis data ini berisi data nyata; data contoh tidak dimasukkan.", "This database holds real data; example data is not mixed in.")
	case example && !r.o.Example && !r.o.ReplaceDemo:
		return conflict("Basis data ini berisi data contoh. Impor wilayah nyata dengan --replace-demo untuk menggantinya.",
			"This database holds example data. Import the real areas with --replace-demo to replace it.")
	}
	return nil
}

const holdsSQL = `select exists (select from areas where example) or exists (select from assets where example),
exists (select from areas where not example)`

// Holds tells whether the database holds example data, and whether it holds
// real areas.
func (s *Store) Holds(ctx context.Context) (example, loaded bool, err error) {
	err = s.read(ctx, "store.Holds", itself, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, holdsSQL).Scan(&example, &loaded)
	})
	return example, loaded, err
}

// progress tells how far the work is.
func (r *importRun) progress(step geo.ImportStep) { r.progressTo(step, 0, 0) }

// progressTo tells how much of a step is done.
func (r *importRun) progressTo(step geo.ImportStep, done, total int) {
	if r.o.Progress != nil {
		r.o.Progress(geo.ImportProgress{Step: step, Rows: r.report.Read, Done: done, Total: total})
	}
}

// statement is one statement of a step.
type statement struct {
	sql  string
	args []any
}

// steps runs the statements of a step one after another.
func (r *importRun) steps(ctx context.Context, step geo.ImportStep, statements ...statement) error {
	for i, s := range statements {
		r.progressTo(step, i, len(statements))
		if _, err := r.tx.Exec(ctx, s.sql, s.args...); err != nil {
			return err
		}
	}
	return nil
}

// add counts and lists a verdict.
func (r *importRun) add(v geo.RowVerdict) { r.report.Add(v, r.o.EveryRow) }

// refuse refuses one row.
func (r *importRun) refuse(row int, name string, reasons ...geo.Text) {
	r.add(geo.RowVerdict{Row: row, Name: name, Outcome: geo.OutcomeRefused, Reasons: reasons})
}

// skip leaves out a row that is none of data.
func (r *importRun) skip(row int, name string, why geo.Text) {
	r.add(geo.RowVerdict{Row: row, Name: name, Outcome: geo.OutcomeSkipped, Reasons: []geo.Text{why}})
}

// refusal is the error for a file with refused rows, nil when it has none or
// they may be left out.
func (r *importRun) refusal() error {
	if r.report.Refused == 0 || r.o.SkipRefused {
		return nil
	}
	return &geo.Error{Kind: geo.Invalid, Op: "store.import", Message: geo.Text{
		ID: fmt.Sprintf("%d dari %d baris ditolak, jadi tidak ada yang diimpor. Perbaiki berkasnya, atau pakai --skip-refused untuk mengimpor baris lainnya.", r.report.Refused, r.report.Read),
		EN: fmt.Sprintf("%d of %d rows were refused, so nothing was imported. Mend the file, or use --skip-refused to import the other rows.", r.report.Refused, r.report.Read),
	}}
}

// exec runs statements one after another.
func (r *importRun) exec(ctx context.Context, statements ...string) error {
	return execAll(ctx, r.tx, statements...)
}

// execAll runs statements one after another.
func execAll(ctx context.Context, tx pgx.Tx, statements ...string) error {
	for _, sql := range statements {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// copySource hands pulled rows to COPY. next gives false at the end; the error
// that ended it is in err.
type copySource struct {
	next   func() ([]any, bool)
	values []any
	err    *error
}

func (c *copySource) Next() (more bool) { c.values, more = c.next(); return more && *c.err == nil }

// Values gives the row that Next found.
func (c *copySource) Values() ([]any, error) { return c.values, nil }

// Err gives what ended the rows early.
func (c *copySource) Err() error { return *c.err }
