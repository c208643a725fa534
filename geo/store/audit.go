package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/patok-id/patok/geo"
)

// Audit appends a line to the audit log.
func (s *Store) Audit(ctx context.Context, e geo.AuditEntry) error {
	return mapError("store.Audit", audit(ctx, s.pool, e))
}

// audit appends a line as part of a transaction. It comes last there: the chain
// has one lock.
func audit(ctx context.Context, in interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}, e geo.AuditEntry) error {
	detail, err := json.Marshal(e.Detail)
	if err != nil || e.Detail == nil {
		detail = []byte("{}")
	}
	_, err = in.Exec(ctx, `insert into audit (actor, action, target, detail, address) values ($1, $2, $3, $4, $5)`,
		e.Actor, e.Action, e.Target, detail, e.Address)
	return err
}

const auditSQL = `select id, at, actor, action, target, detail, address from audit
where (@actor = '' or actor = @actor or target = @actor) and @action in ('', action)
  and (@from::timestamptz is null or at >= @from) and (@until::timestamptz is null or at < @until)
  and (@before = 0 or id < @before)
order by id desc limit @limit`

// AuditLines reads the audit log, the newest line first, for who administers
// everything; Forbidden for others. next is the filter's Before for the page
// that follows, 0 when there is none.
func (s *Store) AuditLines(ctx context.Context, by geo.Principal, f geo.AuditFilter) (lines []geo.AuditEntry, next int64, err error) {
	const op = "store.AuditLines"
	if !s.sees(by, geo.Account{}) { // nobody's grants: only who administers everything
		return nil, 0, &geo.Error{Kind: geo.Forbidden, Op: op, Message: geo.Text{
			ID: "Hanya administrator seluruh wilayah yang dapat membaca catatan audit.", EN: "Only an administrator of everything may read the audit log."}}
	}
	args := pgx.NamedArgs{"actor": f.Actor, "action": f.Action, "from": pointerTo(f.From), "until": pointerTo(f.Until), "before": f.Before, "limit": f.Limit + 1}
	err = s.read(ctx, op, by, func(tx pgx.Tx) error {
		lines, err = collect(ctx, tx, scanAudit, auditSQL, args)
		return err
	})
	if len(lines) > f.Limit {
		lines = lines[:f.Limit]
		next = lines[f.Limit-1].ID
	}
	return lines, next, err
}

func scanAudit(row pgx.CollectableRow) (geo.AuditEntry, error) {
	var e geo.AuditEntry
	var at time.Time
	var detail []byte
	if err := row.Scan(&e.ID, &at, &e.Actor, &e.Action, &e.Target, &detail, &e.Address); err != nil {
		return e, err
	}
	e.At = at.UTC()
	return e, json.Unmarshal(detail, &e.Detail)
}
