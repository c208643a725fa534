// Package store keeps Patok's truth in PostGIS: the versioned tables, the
// revision clock that orders every committed transaction, and the one path
// that every edit takes. It is the only package with SQL.
//
// The rules that no program may bypass (geometry, placement, version, history)
// are triggers of the schema; this package adds what needs Go: rights, the
// schemas of attributes, likely duplicates, idempotency, and the settling of
// commits whose answer was lost.
package store

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/patok-id/patok/geo"
)

// Options tune a Store. The zero value is good for a command.
type Options struct {
	MaxConns int32            // of the pool; 0 is 8
	Logger   *slog.Logger     // nil discards
	Now      func() time.Time // nil is time.Now
	Tracer   pgx.QueryTracer  // sees every statement; may be nil
}

// Store is a pool of connections to one PostGIS database. Its methods may be
// called from many goroutines.
type Store struct {
	pool      *pgxpool.Pool
	validator *geo.Validator
	log       *slog.Logger
	now       func() time.Time

	committed chan struct{} // wakes the notifier; holds one signal at most
	stop      context.CancelFunc
	done      sync.WaitGroup
}

// Open connects to the database at url, whose schema must be current. It
// refuses a server that may lose an acknowledged commit. Close it after use.
func Open(ctx context.Context, url string, o Options) (*Store, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("store: the database address cannot be read: %w", err)
	}
	config.MaxConns = cmp.Or(o.MaxConns, 8)
	config.MaxConnLifetime = 5 * time.Minute // so that a failover is noticed
	config.ConnConfig.Tracer = o.Tracer
	for name, value := range map[string]string{
		"application_name":                    "patok",
		"timezone":                            "UTC",
		"statement_timeout":                   "30s",
		"lock_timeout":                        "10s",
		"idle_in_transaction_session_timeout": "60s",
	} {
		config.ConnConfig.RuntimeParams[name] = value
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	if err := checkDurability(ctx, pool); err != nil {
		pool.Close()
		return nil, err
	}
	background, stop := context.WithCancel(context.Background())
	s := &Store{pool: pool, validator: geo.NewValidator(), log: o.Logger, now: o.Now,
		committed: make(chan struct{}, 1), stop: stop}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.done.Go(func() { s.notify(background) })
	return s, nil
}

// Close ends every connection. Edits under way finish first.
func (s *Store) Close() {
	s.stop()
	s.done.Wait()
	s.pool.Close()
}

// Ping asks the database for an answer.
func (s *Store) Ping(ctx context.Context) error { return mapError("store.Ping", s.pool.Ping(ctx)) }

const durabilitySQL = `select name, setting from pg_settings
where name in ('fsync', 'full_page_writes', 'synchronous_commit') and setting = 'off'`

// checkDurability refuses a server on which a crash may lose a commit. Test
// databases run without fsync and say so by the setting patok.volatile.
func checkDurability(ctx context.Context, pool *pgxpool.Pool) error {
	var volatile *string
	if err := pool.QueryRow(ctx, `select current_setting('patok.volatile', true)`).Scan(&volatile); err != nil {
		return mapError("store.Open", err)
	}
	if volatile != nil && *volatile == "yes" {
		return nil
	}
	rows, err := pool.Query(ctx, durabilitySQL)
	if err != nil {
		return mapError("store.Open", err)
	}
	off, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (name string, err error) {
		var setting string
		err = row.Scan(&name, &setting)
		return name, err
	})
	if err != nil {
		return mapError("store.Open", err)
	}
	if len(off) > 0 {
		return fmt.Errorf("store: the database has %v off: an acknowledged edit could be lost in a crash; turn it on", off)
	}
	return nil
}

// act says on whose behalf, and why, a transaction writes.
type act struct {
	principal  geo.Principal
	kind       string // of the revision: edit, import, review, undo
	actor      string // in history; "" is the principal
	reason     string
	approvedBy string // with kind review
	proposal   int64  // that is published: what lets a reviewer write
}

// edited is the act of a principal who changes something directly.
func edited(p geo.Principal) act { return act{principal: p, kind: "edit"} }

const actSQL = `select set_config('patok.account', $1, true), set_config('patok.actor', $2, true), set_config('patok.kind', $3, true),
set_config('patok.reason', $4, true), set_config('patok.approved_by', $5, true), set_config('patok.proposal', $6, true)`

// declare tells the database who acts: row-level security goes by it.
func (a act) declare(ctx context.Context, tx pgx.Tx) error {
	proposal := ""
	if a.proposal != 0 {
		proposal = strconv.FormatInt(a.proposal, 10)
	}
	_, err := tx.Exec(ctx, actSQL, acting(a.principal), cmp.Or(a.actor, a.principal.Actor()), a.kind, a.reason, a.approvedBy, proposal)
	return err
}

// acting is how the setting patok.account names a principal.
func acting(p geo.Principal) string {
	switch {
	case p.AccountID < 0:
		return "system"
	case p.AccountID == 0:
		return "0" // nobody's: the public
	}
	return strconv.FormatInt(p.AccountID, 10)
}

// begin runs fn in a READ COMMITTED transaction for a, and retries it when
// the database asks for that. fn may run several times. Who may only read is
// Forbidden.
func (s *Store) begin(ctx context.Context, op string, a act, fn func(pgx.Tx) error) error {
	if a.principal.ReadOnly {
		return &geo.Error{Kind: geo.Forbidden, Op: op, Message: geo.Text{
			ID: "Di sini Anda hanya dapat membaca.", EN: "You can only read here."}}
	}
	var err error
	for range 5 {
		err = s.try(ctx, a, fn)
		if !retryable(err) {
			break
		}
	}
	return s.fail(op, err)
}

func (s *Store) try(ctx context.Context, a act, fn func(pgx.Tx) error) error {
	tx, err := s.pool.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) //nolint:errcheck // after a commit there is nothing to roll back
	if err := a.declare(ctx, tx); err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return err
	}
	return s.commit(ctx, tx)
}

// read runs fn in a read-only transaction that sees one moment of the database,
// with the rights of p.
func (s *Store) read(ctx context.Context, op string, p geo.Principal, fn func(pgx.Tx) error) error {
	err := pgx.BeginTxFunc(ctx, s.pool, readOnly, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `select set_config('patok.account', $1, true)`, acting(p)); err != nil {
			return err
		}
		return fn(tx)
	})
	return mapError(op, err)
}

// openedSQL gives the id in revisions of the transaction under way, null when it
// changed nothing so far.
const openedSQL = `select nullif(split_part(current_setting('patok.tx', true), ':', 2), '')::bigint`

// commit commits tx. A caller that goes away does not stop a commit; one whose
// answer was lost is settled by looking for the transaction's revision.
func (s *Store) commit(ctx context.Context, tx pgx.Tx) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	var id *int64
	if err := tx.QueryRow(ctx, openedSQL).Scan(&id); err != nil {
		return err
	}
	err := tx.Commit(ctx)
	if err != nil && (id == nil || !ambiguous(err)) {
		return err
	}
	if err != nil && !s.settled(ctx, *id) {
		return &geo.Error{Kind: geo.Unavailable, Op: "store.commit", Err: err, Message: geo.Text{
			ID: "Belum pasti apakah perubahan tersimpan. Kirim ulang dengan kunci yang sama.",
			EN: "It is not certain whether the change was saved. Send it again with the same key."}}
	}
	s.wake()
	return nil
}

// settled reports whether the transaction with this id in revisions committed.
func (s *Store) settled(ctx context.Context, id int64) bool {
	for wait := 50 * time.Millisecond; wait < 5*time.Second; wait *= 2 {
		var found bool
		err := s.pool.QueryRow(ctx, `select exists (select from revisions where id = $1)`, id).Scan(&found)
		if err == nil && found {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(wait):
		}
	}
	return false
}
