package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// Invite makes a link for an account that by manages: an invitation, or a reset
// where there is a password. Links that were not used end. A disabled account is
// a Conflict, as one's own is: its password is changed with the password, which
// who found a browser open does not have.
func (s *Store) Invite(ctx context.Context, by geo.Principal, account int64, hash []byte, until time.Time) (geo.Invitation, error) {
	if account == by.AccountID {
		return geo.Invitation{}, conflict("Kata sandi Anda sendiri diganti di Akun saya.", "You change your own password in your account.")
	}
	var made geo.Invitation
	err := s.begin(ctx, "store.Invite", edited(by), func(tx pgx.Tx) error {
		a, err := s.managed(ctx, tx, by, account)
		if err != nil {
			return err
		}
		if a.DisabledAt != nil {
			return conflict("Akun ini dinonaktifkan. Aktifkan dahulu.", "This account is disabled. Enable it first.")
		}
		made = geo.Invitation{Account: geo.Who{ID: a.AccountID, Name: a.Name, Title: a.Title}, Purpose: geo.PurposeInvitation, ExpiresAt: until}
		if a.HasPassword {
			made.Purpose = geo.PurposeReset
		}
		if _, err := tx.Exec(ctx, `delete from invitations where account_id = $1 and used_at is null`, account); err != nil {
			return err
		}
		if err := addInvitation(ctx, tx, account, made.Purpose, hash, until); err != nil {
			return err
		}
		return audit(ctx, tx, geo.AuditEntry{Actor: by.Actor(), Action: "invited", Target: a.Name, Detail: map[string]any{"purpose": made.Purpose}})
	})
	return made, err
}

func addInvitation(ctx context.Context, tx pgx.Tx, account int64, purpose geo.Purpose, hash []byte, until time.Time) error {
	_, err := tx.Exec(ctx, `insert into invitations (token_hash, account_id, purpose, expires_at) values ($1, $2, $3, $4)`, hash, account, purpose, until)
	return err
}

const (
	invitationSQL = `select c.id, c.name, c.title, i.purpose, i.expires_at from invitations i join accounts c on c.id = i.account_id
where i.token_hash = $1 and i.used_at is null and i.expires_at > now() and c.disabled_at is null`

	// useInvitationSQL decides who uses a link: of several at once, one.
	useInvitationSQL = `update invitations i set used_at = now() from accounts c
where c.id = i.account_id and i.token_hash = $1 and i.used_at is null and i.expires_at > now() and c.disabled_at is null
returning i.account_id`
)

// Invitation tells what a link is for. NotFound when it is unknown, used or
// over, or its account disabled.
func (s *Store) Invitation(ctx context.Context, hash []byte) (geo.Invitation, error) {
	var found geo.Invitation
	err := s.read(ctx, "store.Invitation", itself, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, invitationSQL, hash).Scan(&found.Account.ID, &found.Account.Name, &found.Account.Title, &found.Purpose, &found.ExpiresAt)
	})
	return found, err
}

// AcceptInvitation sets the password of a link's account and ends its sessions,
// once. NotFound as Invitation.
func (s *Store) AcceptInvitation(ctx context.Context, hash []byte, passwordHash string) (geo.Account, error) {
	const op = "store.AcceptInvitation"
	link, err := s.Invitation(ctx, hash)
	if err != nil {
		return geo.Account{}, err
	}
	as := edited(itself)
	as.actor = link.Account.Name
	var a geo.Account
	err = s.begin(ctx, op, as, func(tx pgx.Tx) error {
		var id int64
		if err := tx.QueryRow(ctx, useInvitationSQL, hash).Scan(&id); err != nil {
			return err
		}
		if err := replacePassword(ctx, tx, id, passwordHash, 0); err != nil {
			return err
		}
		if a, err = collectOne(ctx, tx, scanAccount, accountByIDSQL, id); err != nil {
			return err
		}
		return audit(ctx, tx, geo.AuditEntry{Actor: a.Name, Action: "invitation_accepted", Target: a.Name, Detail: map[string]any{"purpose": link.Purpose}})
	})
	return a, err
}
