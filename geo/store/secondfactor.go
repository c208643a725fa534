package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// SecondFactor reads an account's second factor for a log-in; the zero value is
// none.
func (s *Store) SecondFactor(ctx context.Context, account int64) (geo.SecondFactor, error) {
	var f geo.SecondFactor
	err := s.read(ctx, "store.SecondFactor", itself, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `select totp_secret, totp_confirmed, totp_last_step from credentials where account_id = $1`, account).
			Scan(&f.Secret, &f.Confirmed, &f.LastStep)
	})
	return f, err
}

// BeginSecondFactor keeps a secret of by's own account that is not in force yet.
// One in force is a Conflict.
func (s *Store) BeginSecondFactor(ctx context.Context, by geo.Principal, secret string) error {
	return s.begin(ctx, "store.BeginSecondFactor", edited(by), func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `update credentials set totp_secret = $2, totp_last_step = 0 where account_id = $1 and not totp_confirmed`, by.AccountID, secret)
		if err == nil && tag.RowsAffected() == 0 {
			err = conflict("Verifikasi dua langkah sudah aktif. Matikan dahulu.", "A second factor is in force. End it first.")
		}
		return err
	})
}

// ConfirmSecondFactor brings the secret that waits into force; step was its
// first code's. Conflict when another secret waits, or none.
func (s *Store) ConfirmSecondFactor(ctx context.Context, by geo.Principal, secret string, step int64) error {
	return s.begin(ctx, "store.ConfirmSecondFactor", edited(by), func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `update credentials set totp_confirmed = true, totp_last_step = $3
where account_id = $1 and totp_secret = $2 and $2 <> '' and not totp_confirmed`, by.AccountID, secret, step)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return conflict("Kode QR ini sudah tidak berlaku. Mulai lagi.", "This QR code is no longer the one. Begin again.")
		}
		return audit(ctx, tx, geo.AuditEntry{Actor: by.Actor(), Action: "second_factor_set", Target: by.Name})
	})
}

// EndSecondFactor takes away the second factor of by's own account, or of one
// that by manages.
func (s *Store) EndSecondFactor(ctx context.Context, by geo.Principal, account int64) error {
	return s.begin(ctx, "store.EndSecondFactor", edited(by), func(tx pgx.Tx) error {
		a, err := s.owned(ctx, tx, by, account)
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `update credentials set totp_secret = '', totp_confirmed = false, totp_last_step = 0
where account_id = $1 and totp_secret <> ''`, account)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		return audit(ctx, tx, geo.AuditEntry{Actor: by.Actor(), Action: "second_factor_ended", Target: a.Name})
	})
}

// takeCodeSQL decides who uses a code: of several at once, one.
const takeCodeSQL = `update credentials set totp_last_step = $2 where account_id = $1 and totp_confirmed and totp_last_step < $2`

// TakeCode uses up the code of a time step. It is false when that, or a later
// one, was used.
func (s *Store) TakeCode(ctx context.Context, account, step int64) (taken bool, err error) {
	err = s.begin(ctx, "store.TakeCode", edited(itself), func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, takeCodeSQL, account, step)
		taken = err == nil && tag.RowsAffected() == 1
		return err
	})
	return taken, err
}
