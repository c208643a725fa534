package store

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

const tokenColumns = `t.id, t.name, coalesce(t.area_code, ''), t.types, t.read_only, t.created_at, t.last_used_at, t.expires_at, t.revoked_at`

func tokenTargets(t *geo.Token) []any {
	return []any{&t.ID, &t.Name, &t.Scope.AreaCode, &t.Scope.Types, &t.Scope.ReadOnly, &t.CreatedAt, &t.LastUsedAt, &t.ExpiresAt, &t.RevokedAt}
}

// scanToken reads a row of tokenColumns.
func scanToken(row pgx.CollectableRow) (geo.Token, error) {
	var t geo.Token
	return t, row.Scan(tokenTargets(&t)...)
}

const (
	tokenSQL = `select ` + tokenColumns + `, coalesce(t.last_used_at < now() - interval '1 minute', true), ` + accountColumns + `
from tokens t join` + accountTables + `on c.id = t.account_id
where t.token_hash = $1 and t.revoked_at is null and (t.expires_at is null or t.expires_at > now()) and c.disabled_at is null`
	useTokenSQL = `update tokens set last_used_at = now() where id = $1`
)

// PrincipalByToken finds who a bearer token belongs to, with the grants that its
// scope leaves, and its end (zero for none). NotFound when it is unknown,
// expired or revoked, or its account disabled.
func (s *Store) PrincipalByToken(ctx context.Context, tokenHash []byte) (p geo.Principal, until time.Time, err error) {
	var t geo.Token
	var use bool
	err = s.read(ctx, "store.PrincipalByToken", itself, func(tx pgx.Tx) (err error) {
		p, err = collectOne(ctx, tx, func(row pgx.CollectableRow) (geo.Principal, error) {
			var r accountRow
			if err := row.Scan(append(append(tokenTargets(&t), &use), r.targets()...)...); err != nil {
				return p, err
			}
			a, err := r.done()
			return a.Principal, err
		}, tokenSQL, tokenHash)
		return err
	})
	if err != nil {
		return geo.Public, time.Time{}, err
	}
	if use {
		s.use(ctx, t.ID)
	}
	p.Token, p.ReadOnly, p.Grants = true, t.Scope.ReadOnly, t.Scope.Narrow(p.Grants)
	return p, valueOf(t.ExpiresAt), nil
}

// use notes that a token was used. That it fails stops nobody: a standby takes
// no writes.
func (s *Store) use(ctx context.Context, token int64) {
	err := s.begin(ctx, "store.use", edited(itself), func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, useTokenSQL, token)
		return err
	})
	if err != nil {
		s.log.Warn("it was not noted that a token was used", "error", err)
	}
}

// Tokens lists the bearer tokens of one's own account or of one that by manages,
// the newest first.
func (s *Store) Tokens(ctx context.Context, by geo.Principal, account int64) ([]geo.Token, error) {
	var list []geo.Token
	err := s.read(ctx, "store.Tokens", by, func(tx pgx.Tx) error {
		if _, err := s.account(ctx, tx, by, account); err != nil {
			return err
		}
		var err error
		list, err = collect(ctx, tx, scanToken, `select `+tokenColumns+` from tokens t where t.account_id = $1 order by t.id desc`, account)
		return err
	})
	return list, err
}

// The limits of tokens.
const (
	maxTokenName = 100
	maxTokens    = 50 // of an account, that are good
)

const addTokenSQL = `insert into tokens as t (account_id, name, token_hash, area_code, types, read_only, expires_at)
values ($1, $2, $3, nullif($4, ''), $5, $6, $7) returning ` + tokenColumns

// CreateToken adds a bearer token to by's own account; the server itself may add
// one to any. Its scope has to leave something of the account's grants.
func (s *Store) CreateToken(ctx context.Context, by geo.Principal, account int64, t geo.Token, hash []byte) (geo.Token, error) {
	const op = "store.CreateToken"
	if account != by.AccountID && by.AccountID >= 0 {
		return geo.Token{}, geo.NotFoundError(op)
	}
	var made geo.Token
	err := s.begin(ctx, op, edited(by), func(tx pgx.Tx) error {
		a, err := collectOne(ctx, tx, scanAccount, accountByIDSQL, account)
		if err != nil {
			return err
		}
		if err := s.checkToken(ctx, tx, a, t); err != nil {
			return err
		}
		made, err = collectOne(ctx, tx, scanToken, addTokenSQL, account, t.Name, hash, string(t.Scope.AreaCode), t.Scope.Types, t.Scope.ReadOnly, t.ExpiresAt)
		if err != nil {
			return err
		}
		detail := map[string]any{"token": made.ID, "name": t.Name, "area": t.Scope.AreaCode, "types": t.Scope.Types, "read_only": t.Scope.ReadOnly, "expires": t.ExpiresAt}
		return audit(ctx, tx, geo.AuditEntry{Actor: by.Actor(), Action: "token_created", Target: a.Name, Detail: detail})
	})
	return made, err
}

func (s *Store) checkToken(ctx context.Context, tx pgx.Tx, a geo.Account, t geo.Token) error {
	var problems []geo.FieldError
	bad := func(pointer, code, id, en string) {
		problems = append(problems, geo.FieldError{Pointer: pointer, Code: code, Message: geo.Text{ID: id, EN: en}})
	}
	if strings.TrimSpace(t.Name) == "" || utf8.RuneCountInString(t.Name) > maxTokenName {
		bad("/name", "length", "Nama token wajib diisi, paling panjang 100 huruf.", "A token needs a name of at most 100 characters.")
	}
	if t.ExpiresAt != nil && !t.ExpiresAt.After(s.now()) {
		bad("/expires_at", "range", "Waktu berakhir harus di masa depan.", "The end must be in the future.")
	}
	if (t.Scope.AreaCode != "" || t.Scope.Types != nil) && len(t.Scope.Narrow(a.Grants)) == 0 {
		bad("/area_code", "beyond", "Akun ini tidak berwenang atas wilayah atau jenis itu.", "The account has no grant over that area or type.")
	}
	var good int
	if err := tx.QueryRow(ctx, `select count(*) from tokens where account_id = $1 and revoked_at is null and (expires_at is null or expires_at > now())`, a.AccountID).Scan(&good); err != nil {
		return err
	}
	if good >= maxTokens {
		bad("/name", "too_many", "Sudah ada 50 token. Cabut dahulu yang tidak dipakai.", "There are 50 tokens. Revoke what is not used first.")
	}
	return geo.InvalidFields("store.checkToken", problems)
}

// RevokeToken ends a bearer token of one's own account or of one that by
// manages; account 0 is whose it is. NotFound when the account has no such
// token; one that was revoked stays as it is.
func (s *Store) RevokeToken(ctx context.Context, by geo.Principal, account, token int64) error {
	return s.begin(ctx, "store.RevokeToken", edited(by), func(tx pgx.Tx) error {
		var owner int64
		var name string
		var revoked bool
		err := tx.QueryRow(ctx, `select account_id, name, revoked_at is not null from tokens where id = $1 and $2::bigint in (0, account_id)`, token, account).
			Scan(&owner, &name, &revoked)
		if err != nil {
			return err
		}
		a, err := s.owned(ctx, tx, by, owner)
		if err != nil || revoked {
			return err
		}
		if _, err := tx.Exec(ctx, `update tokens set revoked_at = now() where id = $1 and revoked_at is null`, token); err != nil {
			return err
		}
		return audit(ctx, tx, geo.AuditEntry{Actor: by.Actor(), Action: "token_revoked", Target: a.Name, Detail: map[string]any{"token": token, "name": name}})
	})
}
