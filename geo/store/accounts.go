package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/patok-id/patok/geo"
)

const accountColumns = `c.id, c.name, c.title, coalesce((select password_hash from credentials k where k.account_id = c.id), ''), c.example, c.disabled_at,
coalesce((select jsonb_agg(jsonb_build_object('id', g.id, 'role', g.role, 'area', coalesce(g.area_code, ''),
'types', g.types, 'from', g.valid_from, 'until', g.valid_until) order by g.id) from grants g where g.account_id = c.id), '[]')`

// scanAccount reads a row of accountColumns.
func scanAccount(row pgx.CollectableRow) (geo.Account, error) {
	var a geo.Account
	var grants []byte
	if err := row.Scan(&a.AccountID, &a.Name, &a.Title, &a.PasswordHash, &a.Example, &a.DisabledAt, &grants); err != nil {
		return a, err
	}
	var err error
	a.Grants, err = decodeGrants(grants)
	return a, err
}

func decodeGrants(b []byte) ([]geo.Grant, error) {
	var rows []struct {
		ID    int64
		Role  geo.Role
		Area  geo.Code
		Types []string
		From  *time.Time
		Until *time.Time
	}
	if err := json.Unmarshal(b, &rows); err != nil {
		return nil, err
	}
	grants := make([]geo.Grant, len(rows))
	for i, r := range rows {
		grants[i] = geo.Grant{ID: r.ID, Role: r.Role, AreaCode: r.Area, Types: r.Types, From: valueOf(r.From), Until: valueOf(r.Until)}
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

// AccountByName finds an account, disabled or not, with the hash of its
// password. NotFound when there is none.
func (s *Store) AccountByName(ctx context.Context, name string) (geo.Account, error) {
	var a geo.Account
	err := s.read(ctx, "store.AccountByName", itself, func(tx pgx.Tx) (err error) {
		a, err = collectOne(ctx, tx, scanAccount, `select `+accountColumns+` from accounts c where c.name = $1`, name)
		return err
	})
	return a, err
}

// Accounts lists every account by name.
func (s *Store) Accounts(ctx context.Context) ([]geo.Account, error) {
	var list []geo.Account
	err := s.read(ctx, "store.Accounts", itself, func(tx pgx.Tx) (err error) {
		list, err = collect(ctx, tx, scanAccount, `select `+accountColumns+` from accounts c order by c.name`)
		return err
	})
	return list, err
}

// CreateAccount adds an account with its grants and returns its id. A name that
// is taken is a Conflict.
func (s *Store) CreateAccount(ctx context.Context, by geo.Principal, a geo.Account) (int64, error) {
	var id int64
	err := s.begin(ctx, "store.CreateAccount", edited(by), func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `insert into accounts (name, title, example) values ($1, $2, $3)
on conflict (name) do nothing returning id`, a.Name, a.Title, a.Example).Scan(&id)
		if isNoRows(err) {
			return conflict("Nama akun ini sudah dipakai.", "This account name is taken.")
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `insert into credentials (account_id, password_hash, changed_at) values ($1, $2, now())`, id, a.PasswordHash); err != nil {
			return err
		}
		for _, g := range a.Grants {
			if err := addGrant(ctx, tx, id, g); err != nil {
				return err
			}
		}
		return nil
	})
	return id, err
}

func addGrant(ctx context.Context, tx pgx.Tx, account int64, g geo.Grant) error {
	_, err := tx.Exec(ctx, `insert into grants (account_id, role, area_code, types, valid_from, valid_until)
values ($1, $2, nullif($3, ''), $4, $5, $6)`, account, string(g.Role), string(g.AreaCode), g.Types, pointerTo(g.From), pointerTo(g.Until))
	return err
}

// SetPassword replaces the hash of an account's password and ends its sessions.
func (s *Store) SetPassword(ctx context.Context, by geo.Principal, name, hash string) error {
	return s.begin(ctx, "store.SetPassword", edited(by), func(tx pgx.Tx) error {
		var id int64
		if err := tx.QueryRow(ctx, `update credentials set password_hash = $2, changed_at = now()
where account_id = (select id from accounts where name = $1) returning account_id`, name, hash).Scan(&id); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `delete from sessions where account_id = $1`, id)
		return err
	})
}

// CreateToken adds a bearer token of an account; nil expires never.
func (s *Store) CreateToken(ctx context.Context, accountID int64, name string, tokenHash []byte, expires *time.Time) error {
	return s.begin(ctx, "store.CreateToken", edited(itself), func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `insert into tokens (account_id, name, token_hash, expires_at) values ($1, $2, $3, $4)`,
			accountID, name, tokenHash, expires)
		return err
	})
}

const tokenSQL = `update tokens t set last_used_at = case when t.last_used_at > now() - interval '1 minute' then t.last_used_at else now() end
from accounts c where t.token_hash = $1 and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())
and c.id = t.account_id and c.disabled_at is null returning ` + accountColumns

// PrincipalByToken finds who a bearer token belongs to. NotFound when it is
// unknown, expired or revoked, or its account disabled.
func (s *Store) PrincipalByToken(ctx context.Context, tokenHash []byte) (geo.Principal, error) {
	var a geo.Account
	err := s.begin(ctx, "store.PrincipalByToken", edited(itself), func(tx pgx.Tx) (err error) {
		a, err = collectOne(ctx, tx, scanAccount, tokenSQL, tokenHash)
		return err
	})
	if err != nil {
		return geo.Public, err
	}
	a.Principal.Token = true
	return a.Principal, nil
}

// CreateSession starts a session of an account and forgets those that ended.
func (s *Store) CreateSession(ctx context.Context, accountID int64, tokenHash []byte, expires time.Time) error {
	return s.begin(ctx, "store.CreateSession", edited(itself), func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `with ended as (delete from sessions where expires_at < now())
insert into sessions (token_hash, account_id, expires_at) values ($1, $2, $3)`, tokenHash, accountID, expires)
		return err
	})
}

// sessionIdle is how long a session lives without a request.
const sessionIdle = 12 * time.Hour

const (
	sessionSQL = `select s.created_at, s.expires_at, s.last_seen_at < now() - interval '1 minute', ` + accountColumns + `
from sessions s join accounts c on c.id = s.account_id
where s.token_hash = $1 and s.expires_at > now() and s.last_seen_at > now() - make_interval(secs => $2) and c.disabled_at is null`
	touchSQL = `update sessions set last_seen_at = now() where token_hash = $1`
)

// SessionByToken finds the session of a cookie. NotFound when it is unknown,
// ended, idle for too long, or its account disabled.
func (s *Store) SessionByToken(ctx context.Context, tokenHash []byte) (geo.Session, error) {
	var touch bool
	scan := func(row pgx.CollectableRow) (geo.Session, error) {
		var session geo.Session
		var grants []byte
		var a geo.Account
		err := row.Scan(&session.CreatedAt, &session.ExpiresAt, &touch,
			&a.AccountID, &a.Name, &a.Title, &a.PasswordHash, &a.Example, &a.DisabledAt, &grants)
		if err == nil {
			a.Grants, err = decodeGrants(grants)
		}
		session.Principal = a.Principal
		return session, err
	}
	var session geo.Session
	err := s.begin(ctx, "store.SessionByToken", edited(itself), func(tx pgx.Tx) (err error) {
		session, err = collectOne(ctx, tx, scan, sessionSQL, tokenHash, sessionIdle.Seconds())
		if err == nil && touch {
			_, err = tx.Exec(ctx, touchSQL, tokenHash)
		}
		return err
	})
	return session, err
}

// EndSession ends a session; ending an unknown one is no error.
func (s *Store) EndSession(ctx context.Context, tokenHash []byte) error {
	return s.begin(ctx, "store.EndSession", edited(itself), func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `delete from sessions where token_hash = $1`, tokenHash)
		return err
	})
}

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
