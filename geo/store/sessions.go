package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// sessionIdle is how long a session lives without a request, in SQL.
const sessionIdle = `interval '12 hours'`

const (
	sessionColumns = `s.id, s.created_at, s.last_seen_at, least(s.expires_at, s.last_seen_at + ` + sessionIdle + `), s.address, s.agent`
	sessionLives   = ` s.expires_at > now() and s.last_seen_at > now() - ` + sessionIdle + ` `

	sessionSQL = `select ` + sessionColumns + `, coalesce(s.view_as, 0), s.last_seen_at < now() - interval '1 minute', ` + accountColumns + `
from sessions s join` + accountTables + `on c.id = s.account_id where s.token_hash = $1 and` + sessionLives + `and c.disabled_at is null`
	touchSQL = `with touched as (update sessions set last_seen_at = now() where id = $1 returning account_id)
update credentials set last_seen_at = now() where account_id in (select account_id from touched)`
)

func sessionTargets(s *geo.Session) []any {
	return []any{&s.ID, &s.CreatedAt, &s.LastSeenAt, &s.ExpiresAt, &s.Address, &s.Agent}
}

// maxSessions is how many log-ins of one account live at a time.
const maxSessions = 50

const surplusSessionsSQL = `delete from sessions where id in (select id from sessions where account_id = $1 order by last_seen_at desc, id desc offset $2)`

// CreateSession starts a session of an account and returns its id. Of too many
// those that were not seen for longest end.
func (s *Store) CreateSession(ctx context.Context, session geo.Session, tokenHash []byte) (id int64, err error) {
	err = s.begin(ctx, "store.CreateSession", edited(itself), func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, surplusSessionsSQL, session.Principal.AccountID, maxSessions-1); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `with seen as (update credentials set last_seen_at = now() where account_id = $2)
insert into sessions (token_hash, account_id, expires_at, address, agent) values ($1, $2, $3, $4, $5) returning id`,
			tokenHash, session.Principal.AccountID, session.ExpiresAt, session.Address, session.Agent).Scan(&id)
	})
	return id, err
}

// SessionByToken finds the session of a cookie, and who it speaks for: its
// account, or whom an administrator looks as. NotFound when it is unknown,
// ended, idle for too long, or its account disabled. ExpiresAt is when it ends
// unless it is seen again.
func (s *Store) SessionByToken(ctx context.Context, tokenHash []byte) (geo.Session, error) {
	var session geo.Session
	var viewed int64
	var touch bool
	err := s.read(ctx, "store.SessionByToken", itself, func(tx pgx.Tx) (err error) {
		session, err = collectOne(ctx, tx, func(row pgx.CollectableRow) (geo.Session, error) {
			var found geo.Session
			var r accountRow
			if err := row.Scan(append(append(sessionTargets(&found), &viewed, &touch), r.targets()...)...); err != nil {
				return found, err
			}
			a, err := r.done()
			found.Principal = a.Principal
			return found, err
		}, sessionSQL, tokenHash)
		if err != nil {
			return err
		}
		owner := session.Principal
		if viewed != 0 {
			if session.Principal, err = s.viewOf(ctx, tx, owner, viewed); err != nil {
				return err
			}
		}
		session.Principal.SessionID = session.ID
		return nil
	})
	if err == nil && touch {
		s.touch(ctx, session.ID)
	}
	return session, err
}

// viewOf is what owner sees who looks as account viewed: themself again once
// they may not, or it is disabled.
func (s *Store) viewOf(ctx context.Context, tx pgx.Tx, owner geo.Principal, viewed int64) (geo.Principal, error) {
	a, err := collectOne(ctx, tx, scanAccount, accountByIDSQL, viewed)
	if err != nil || a.DisabledAt != nil || !geo.Manages(owner, a.Grants, s.now()) {
		return owner, err
	}
	p := a.Principal
	p.ReadOnly = true
	p.ViewedBy = &geo.Who{ID: owner.AccountID, Name: owner.Name, Title: owner.Title}
	return p, nil
}

// touch notes that a session was seen. That it fails stops nobody: a standby
// takes no writes.
func (s *Store) touch(ctx context.Context, session int64) {
	err := s.begin(ctx, "store.touch", edited(itself), func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, touchSQL, session)
		return err
	})
	if err != nil {
		s.log.Warn("it was not noted that a session was seen", "error", err)
	}
}

// EndSession ends a session; ending an unknown one is no error.
func (s *Store) EndSession(ctx context.Context, tokenHash []byte) error {
	return s.begin(ctx, "store.EndSession", edited(itself), func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `delete from sessions where token_hash = $1`, tokenHash)
		return err
	})
}

const sessionsSQL = `select ` + sessionColumns + ` from sessions s where s.account_id = $1 and` + sessionLives + `order by s.last_seen_at desc, s.id`

// Sessions lists the living sessions of one's own account or of one that by
// manages, the last seen first.
func (s *Store) Sessions(ctx context.Context, by geo.Principal, account int64) ([]geo.Session, error) {
	var list []geo.Session
	err := s.read(ctx, "store.Sessions", by, func(tx pgx.Tx) error {
		a, err := s.account(ctx, tx, by, account)
		if err != nil {
			return err
		}
		list, err = collect(ctx, tx, func(row pgx.CollectableRow) (geo.Session, error) {
			found := geo.Session{Principal: a.Principal}
			return found, row.Scan(sessionTargets(&found)...)
		}, sessionsSQL, account)
		return err
	})
	return list, err
}

// EndSessions ends session one of an account, NotFound when it is not the
// account's; with one = 0 all but except. The account is by's own or managed.
func (s *Store) EndSessions(ctx context.Context, by geo.Principal, account, one, except int64) error {
	return s.begin(ctx, "store.EndSessions", edited(by), func(tx pgx.Tx) error {
		a, err := s.owned(ctx, tx, by, account)
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `delete from sessions where account_id = $1 and $2::bigint in (0, id) and id <> $3`, account, one, except)
		if err != nil || tag.RowsAffected() == 0 {
			if err == nil && one != 0 {
				err = geo.NotFoundError("store.EndSessions")
			}
			return err
		}
		return audit(ctx, tx, geo.AuditEntry{Actor: by.Actor(), Action: "sessions_ended", Target: a.Name, Detail: map[string]any{"count": tag.RowsAffected()}})
	})
}

// ViewAs lets an administrator look, by a session of theirs, as an account that
// they manage; account 0 ends that. by is who the session speaks for now.
func (s *Store) ViewAs(ctx context.Context, by geo.Principal, session, account int64) error {
	const op = "store.ViewAs"
	owner := geo.Who{ID: by.AccountID, Name: by.Name}
	if by.ViewedBy != nil {
		owner = *by.ViewedBy
	}
	switch {
	case account == owner.ID:
		return conflict("Anda sudah masuk sebagai akun ini.", "You are this account.")
	case account != 0 && by.ViewedBy != nil:
		return conflict("Akhiri dahulu tampilan sebagai orang lain.", "End looking as somebody else first.")
	}
	as := edited(itself)
	as.actor = owner.Name
	return s.begin(ctx, op, as, func(tx pgx.Tx) error {
		entry := geo.AuditEntry{Actor: owner.Name, Action: "view_ended", Target: by.Name}
		if account != 0 {
			a, err := s.managed(ctx, tx, by, account)
			if err != nil {
				return err
			}
			if a.DisabledAt != nil {
				return conflict("Akun ini dinonaktifkan.", "This account is disabled.")
			}
			entry.Action, entry.Target = "view_as", a.Name
		}
		tag, err := tx.Exec(ctx, `update sessions set view_as = nullif($3, 0) where id = $1 and account_id = $2 and coalesce(view_as, 0) <> $3`,
			session, owner.ID, account)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		return audit(ctx, tx, entry)
	})
}
