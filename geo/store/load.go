package store

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/patok-id/patok/geo"
)

// readOnly is how the log is read: one moment of the database, whatever commits
// meanwhile.
var readOnly = pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}

const (
	// patientSQL is for what reads everything: it may take its time.
	patientSQL = `select set_config('patok.account', 'system', true), set_config('statement_timeout', '0', true),
set_config('idle_in_transaction_session_timeout', '0', true)`

	momentSQL = `select pg_export_snapshot(), pg_relation_size('assets') / current_setting('block_size')::bigint`

	clockSQL     = `select epoch::text, revision, committed_at, (select committed_at from revisions where revision = 1) from revision_clock`
	loadTypesSQL = `select ` + typeColumns + ` from asset_types a order by position, name`
	loadAreasSQL = `select ` + areaColumns + ` from areas a left join revisions r on r.id = a.from_tx order by a.id`
)

// itself is the store in its own cause: following, comparing, checking.
var itself = geo.System("patok")

// Load reads everything that is published, as of one revision. Assets go to add
// one by one, never two at once; what add is given holds during the call only.
func (s *Store) Load(ctx context.Context, add func(*geo.Asset)) (geo.Content, error) {
	var c geo.Content
	err := s.read(ctx, "store.Load", itself, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, patientSQL); err != nil {
			return err
		}
		var began *time.Time
		err := tx.QueryRow(ctx, clockSQL).Scan(&c.Epoch, &c.Revision, &c.CommittedAt, &began)
		if err != nil {
			return err
		}
		c.CommittedAt, c.Began = c.CommittedAt.UTC(), valueOf(began).UTC()
		if c.Types, err = collect(ctx, tx, scanType, loadTypesSQL); err != nil {
			return err
		}
		return s.loadFeatures(ctx, tx, &c, add)
	})
	return c, err
}

// loadFeatures reads areas on tx and meanwhile assets, in parts, on connections
// of their own that see the same moment.
func (s *Store) loadFeatures(ctx context.Context, tx pgx.Tx, c *geo.Content, add func(*geo.Asset)) error {
	var moment string
	var pages int64
	if err := tx.QueryRow(ctx, momentSQL).Scan(&moment, &pages); err != nil {
		return err
	}
	var adding sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	for _, part := range partsOf(pages, min(runtime.GOMAXPROCS(0), int(s.pool.Config().MaxConns)-1, maxParts)) {
		group.Go(func() error {
			return s.readAt(ctx, moment, func(tx pgx.Tx) error {
				return loadAssets(ctx, tx, part, func(a *geo.Asset) {
					adding.Lock()
					defer adding.Unlock()
					add(a)
				})
			})
		})
	}
	group.Go(func() (err error) {
		c.Areas, err = collect(ctx, tx, scanArea, loadAreasSQL)
		return err
	})
	return group.Wait()
}

// readAt runs fn as read does, at the moment that another transaction exported
// and still holds.
func (s *Store) readAt(ctx context.Context, moment string, fn func(pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, s.pool, readOnly, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "set transaction snapshot '"+moment+"'"); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, patientSQL); err != nil {
			return err
		}
		return fn(tx)
	})
}

// collect runs a query and scans every row.
func collect[T any](ctx context.Context, tx pgx.Tx, scan pgx.RowToFunc[T], sql string, args ...any) ([]T, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}
