package store

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// tidySQL is what is of no use to anybody any more, a statement each.
var tidySQL = [...]string{
	`delete from sessions s where not (` + sessionLives + `)`,
	`delete from invitations where coalesce(used_at, expires_at) < now() - interval '30 days'`,
	`delete from idempotency_keys where created_at < now() - interval '30 days'`,
	`delete from withdrawals w using revisions r where r.id = w.tx and r.committed_at < now() - interval '1 day'`,
}

// Tidy deletes ended sessions, old invitations and idempotency keys, and
// withdrawals that every node has read, each in a transaction of its own.
func (s *Store) Tidy(ctx context.Context) error {
	for _, sql := range tidySQL {
		err := s.begin(ctx, "store.Tidy", edited(itself), func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, sql)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
