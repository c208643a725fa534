package store

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// auditChainSQL follows the audit log from its first line to its head, in one
// pass: every line has the next number and the hash of itself and of the line
// before, and the last one is the head's.
const auditChainSQL = `with chained as materialized (
    select id, hash, coalesce(lag(id) over lines, 0) as before, audit_hash(a, coalesce(lag(hash) over lines, '\x')) as want
    from audit a window lines as (order by id)),
broken as (
    select id, case when id <> before + 1 then format('the audit log has no line between %s and %s', before, id)
        else format('audit line %s is not what was written', id) end as finding
    from chained where id <> before + 1 or hash <> want
    union all
    select h.id, format('the audit log ends at line %s and not at line %s, as it was written', coalesce(l.id, 0), h.id)
    from audit_head h left join (select id, hash from chained order by id desc limit 1) l on true
    where h.id <> coalesce(l.id, 0) or h.hash <> coalesce(l.hash, '\x')
    union all
    select 0, 'the head of the audit log is gone' where not exists (select from audit_head))
select finding from broken order by id limit 100`

const auditHeadSQL = `select coalesce(max(id), 0), coalesce(max(encode(hash, 'hex')), '') from audit_head`

// AuditHead is where the audit log ends: how many lines it has, and the hash
// that binds them all. Written down elsewhere it proves later that the log is
// still the one from before: Findings proves only that the log agrees with
// itself.
func (s *Store) AuditHead(ctx context.Context) (lines int64, hash string, err error) {
	err = s.read(ctx, "store.AuditHead", itself, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, auditHeadSQL).Scan(&lines, &hash)
	})
	return lines, hash, err
}
