package store

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// accountTables are where accountColumns come from.
const accountTables = ` accounts c left join credentials k on k.account_id = c.id `

// accountColumns are an account, in the order of accountRow.
const accountColumns = `c.id, c.name, c.title, coalesce(c.sso, ''), c.example, c.created_at, c.disabled_at, c.version,
coalesce(k.password_hash, ''), k.changed_at, coalesce(k.totp_confirmed, false), k.last_seen_at,
(select max(i.expires_at) from invitations i where i.account_id = c.id and i.used_at is null),
coalesce((select jsonb_agg(jsonb_build_object('id', g.id, 'role', g.role, 'area', coalesce(g.area_code, ''), 'types', g.types,
'from', g.valid_from, 'until', g.valid_until, 'reason', g.reason, 'version', g.version) order by g.id) from grants g where g.account_id = c.id), '[]')`

// accountRow scans accountColumns into a; done finishes it.
type accountRow struct {
	a      geo.Account
	grants []byte
}

func (r *accountRow) targets() []any {
	a := &r.a
	return []any{&a.AccountID, &a.Name, &a.Title, &a.SSO, &a.Example, &a.CreatedAt, &a.DisabledAt, &a.Version,
		&a.PasswordHash, &a.PasswordChangedAt, &a.SecondFactor, &a.LastSeenAt, &a.InvitedUntil, &r.grants}
}

// done returns the account with its password's hash.
func (r *accountRow) done() (geo.Account, error) {
	a := r.a
	a.HasPassword = a.PasswordHash != ""
	var err error
	a.Grants, err = decodeGrants(r.grants)
	return a, err
}

// scanCredentials reads a row of accountColumns, for a log-in.
func scanCredentials(row pgx.CollectableRow) (geo.Account, error) {
	var r accountRow
	if err := row.Scan(r.targets()...); err != nil {
		return r.a, err
	}
	return r.done()
}

// scanAccount reads a row of accountColumns, without the password's hash.
func scanAccount(row pgx.CollectableRow) (geo.Account, error) {
	a, err := scanCredentials(row)
	a.PasswordHash = ""
	return a, err
}

func decodeGrants(b []byte) ([]geo.Grant, error) {
	var rows []struct {
		ID          int64
		Role        geo.Role
		Area        geo.Code
		Types       []string
		From, Until *time.Time
		Reason      string
		Version     int64
	}
	if err := json.Unmarshal(b, &rows); err != nil {
		return nil, err
	}
	grants := make([]geo.Grant, len(rows))
	for i, r := range rows {
		grants[i] = geo.Grant{ID: r.ID, Role: r.Role, AreaCode: r.Area, Types: r.Types, From: valueOf(r.From), Until: valueOf(r.Until),
			Reason: r.Reason, Version: r.Version}
	}
	return grants, nil
}

func valueOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

func pointerTo(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

const (
	accountByNameSQL = `select ` + accountColumns + ` from` + accountTables + `where c.name = $1`
	accountBySSOSQL  = `select ` + accountColumns + ` from` + accountTables + `where c.sso = $1`
	accountByIDSQL   = `select ` + accountColumns + ` from` + accountTables + `where c.id = $1`
	accountsByIDSQL  = `select ` + accountColumns + ` from` + accountTables + `where c.id = any($1) order by array_position($1, c.id)`
)

// AccountByName finds an account, disabled or not, with the hash of its
// password, for a log-in. NotFound when there is none.
func (s *Store) AccountByName(ctx context.Context, name string) (geo.Account, error) {
	return s.credentials(ctx, "store.AccountByName", accountByNameSQL, name)
}

// AccountBySSO finds the account of who the city's own sign-in calls subject,
// disabled or not. NotFound when there is none.
func (s *Store) AccountBySSO(ctx context.Context, subject string) (geo.Account, error) {
	return s.credentials(ctx, "store.AccountBySSO", accountBySSOSQL, subject)
}

func (s *Store) credentials(ctx context.Context, op, sql, key string) (a geo.Account, err error) {
	err = s.read(ctx, op, itself, func(tx pgx.Tx) (err error) {
		a, err = collectOne(ctx, tx, scanCredentials, sql, key)
		return err
	})
	return a, err
}

// Account reads an account, one's own or one that by manages. NotFound
// otherwise.
func (s *Store) Account(ctx context.Context, by geo.Principal, id int64) (geo.Account, error) {
	var a geo.Account
	err := s.read(ctx, "store.Account", by, func(tx pgx.Tx) (err error) {
		a, err = s.account(ctx, tx, by, id)
		return err
	})
	return a, err
}

// account reads an account for by to look at: one's own or one that by manages.
func (s *Store) account(ctx context.Context, tx pgx.Tx, by geo.Principal, id int64) (geo.Account, error) {
	a, err := collectOne(ctx, tx, scanAccount, accountByIDSQL, id)
	if err == nil && by.AccountID != id && !s.sees(by, a) {
		err = geo.NotFoundError("store.account")
	}
	return a, err
}

// sees is Manages for somebody who only looks, also through another's eyes.
func (s *Store) sees(by geo.Principal, a geo.Account) bool {
	by.ReadOnly = false
	return geo.Manages(by, a.Grants, s.now())
}

// managed reads an account that by manages and holds it until the transaction
// ends, so that its grants stay as they are. NotFound for others.
func (s *Store) managed(ctx context.Context, tx pgx.Tx, by geo.Principal, id int64) (geo.Account, error) {
	if _, err := tx.Exec(ctx, `select from accounts where id = $1 for update`, id); err != nil {
		return geo.Account{}, err
	}
	a, err := collectOne(ctx, tx, scanAccount, accountByIDSQL, id)
	if err == nil && !geo.Manages(by, a.Grants, s.now()) {
		err = geo.NotFoundError("store.managed")
	}
	return a, err
}

// owned is managed, or one's own account.
func (s *Store) owned(ctx context.Context, tx pgx.Tx, by geo.Principal, id int64) (geo.Account, error) {
	if by.AccountID == id && !by.ReadOnly {
		return collectOne(ctx, tx, scanAccount, accountByIDSQL, id)
	}
	return s.managed(ctx, tx, by, id)
}

// listAccountsSQL chooses accounts, but for their state and who may see them.
const listAccountsSQL = `select ` + accountColumns + ` from` + accountTables + `
where (@query = '' or position(lower(@query) in lower(c.name || ' ' || c.title)) > 0)
  and (@role = '' and @area = '' or exists (select from grants g where g.account_id = c.id
    and (g.valid_until is null or g.valid_until > @now) and @role in ('', g.role)
    and (@area = '' or g.area_code = @area or starts_with(g.area_code, @area || '.'))))
order by c.name`

// Accounts lists the accounts that by manages, by name, and counts all that f
// chooses on every page.
func (s *Store) Accounts(ctx context.Context, by geo.Principal, f geo.AccountFilter) (list []geo.Account, matched int, err error) {
	args := pgx.NamedArgs{"query": strings.TrimSpace(f.Query), "role": string(f.Role), "area": string(f.Area), "now": s.now()}
	err = s.read(ctx, "store.Accounts", by, func(tx pgx.Tx) error {
		all, err := collect(ctx, tx, scanAccount, listAccountsSQL, args)
		if err != nil {
			return err
		}
		for _, a := range all {
			if !s.sees(by, a) || f.State != "" && f.State != a.State() {
				continue
			}
			if matched++; a.Name > f.After && len(list) < f.Limit {
				list = append(list, a)
			}
		}
		return nil
	})
	return list, matched, err
}
