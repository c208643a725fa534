package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

const changeAccountSQL = `update accounts set title = coalesce(@title, title),
sso = case when @sso::text is null then sso else nullif(@sso, '') end,
disabled_at = case when @disabled::boolean is null then disabled_at when @disabled then coalesce(disabled_at, now()) end
where id = @id`

// ChangeAccount changes an account that by manages, as version. Stale when that
// is not the current one. Who is disabled is out at once, and their sessions
// end; nobody disables themself: that is a Conflict, as an sso is that somebody
// else has.
func (s *Store) ChangeAccount(ctx context.Context, by geo.Principal, id, version int64, c geo.AccountChange) (geo.Account, error) {
	const op = "store.ChangeAccount"
	var changed geo.Account
	err := s.begin(ctx, op, because(by, c.Reason), func(tx pgx.Tx) error {
		a, err := s.managed(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if err := checkAccountChange(op, by, a, version, c); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, changeAccountSQL, pgx.NamedArgs{"id": id, "title": c.Title, "sso": c.SSO, "disabled": c.Disabled}); err != nil {
			return err
		}
		if c.Disabled != nil && *c.Disabled {
			if _, err := tx.Exec(ctx, `delete from sessions where account_id = $1`, id); err != nil {
				return err
			}
		}
		if changed, err = collectOne(ctx, tx, scanAccount, accountByIDSQL, id); err != nil {
			return err
		}
		return audit(ctx, tx, geo.AuditEntry{Actor: by.Actor(), Action: changeName(c), Target: a.Name, Detail: map[string]any{"reason": c.Reason}})
	})
	return changed, err
}

func checkAccountChange(op string, by geo.Principal, a geo.Account, version int64, c geo.AccountChange) error {
	switch {
	case a.Version != version:
		return &geo.Error{Kind: geo.Stale, Op: op, Message: geo.Text{
			ID: "Akun ini sudah diubah orang lain. Muat ulang, lalu ulangi.", EN: "Somebody else changed this account. Load it anew and try again."}}
	case c.Disabled != nil && *c.Disabled && a.AccountID == by.AccountID:
		return conflict("Anda tidak dapat menonaktifkan akun Anda sendiri.", "You cannot disable your own account.")
	}
	var problems []geo.FieldError
	if c.Title != nil {
		problems = append(problems, geo.CheckTitle(*c.Title)...)
	}
	if c.SSO != nil {
		problems = append(problems, geo.CheckSSO(*c.SSO)...)
	}
	return geo.InvalidFields(op, problems)
}

// changeName is how the audit log calls a change.
func changeName(c geo.AccountChange) string {
	switch {
	case c.Disabled == nil:
		return "account_changed"
	case *c.Disabled:
		return "account_disabled"
	}
	return "account_enabled"
}
