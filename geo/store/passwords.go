package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// SetPassword replaces the hash of the password of by's own account, or of one
// that by manages, and ends its sessions but keep.
func (s *Store) SetPassword(ctx context.Context, by geo.Principal, account int64, hash string, keep int64) error {
	return s.begin(ctx, "store.SetPassword", edited(by), func(tx pgx.Tx) error {
		a, err := s.owned(ctx, tx, by, account)
		if err != nil {
			return err
		}
		if err := replacePassword(ctx, tx, account, hash, keep); err != nil {
			return err
		}
		return audit(ctx, tx, geo.AuditEntry{Actor: by.Actor(), Action: "password_set", Target: a.Name})
	})
}

func replacePassword(ctx context.Context, tx pgx.Tx, account int64, hash string, keep int64) error {
	if _, err := tx.Exec(ctx, `update credentials set password_hash = $2, changed_at = now() where account_id = $1`, account, hash); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `delete from sessions where account_id = $1 and id <> $2`, account, keep)
	return err
}
