package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// CheckAccounts says what stands against CreateAccounts.
func (s *Store) CheckAccounts(ctx context.Context, by geo.Principal, list []geo.NewAccount) error {
	return s.read(ctx, "store.CheckAccounts", by, func(tx pgx.Tx) error { return s.checkAccounts(ctx, tx, by, list) })
}

// CreateAccounts adds accounts with their grants, all or none, for by who has to
// administer the area of each grant; everything for one without. Errors point to
// the account by its place in the list, such as /3/name: Invalid, or Conflict
// where a name or an sso is taken.
func (s *Store) CreateAccounts(ctx context.Context, by geo.Principal, list []geo.NewAccount) ([]geo.Account, error) {
	var made []geo.Account
	err := s.begin(ctx, "store.CreateAccounts", edited(by), func(tx pgx.Tx) error {
		if err := s.checkAccounts(ctx, tx, by, list); err != nil {
			return err
		}
		ids := make([]int64, len(list))
		for i, a := range list {
			var err error
			if ids[i], err = addAccount(ctx, tx, a); err != nil {
				return err
			}
		}
		var err error
		if made, err = collect(ctx, tx, scanAccount, accountsByIDSQL, ids); err != nil {
			return err
		}
		for _, a := range made {
			detail := map[string]any{"grants": grantTexts(a.Grants)}
			if err := audit(ctx, tx, geo.AuditEntry{Actor: by.Actor(), Action: "account_created", Target: a.Name, Detail: detail}); err != nil {
				return err
			}
		}
		return nil
	})
	return made, err
}

func addAccount(ctx context.Context, tx pgx.Tx, a geo.NewAccount) (id int64, err error) {
	err = tx.QueryRow(ctx, `insert into accounts (name, title, sso, example) values ($1, $2, nullif($3, ''), $4) returning id`,
		a.Name, a.Title, a.SSO, a.Example).Scan(&id)
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `insert into credentials (account_id, password_hash, changed_at) values ($1, $2, case when $2 <> '' then now() end)`, id, a.PasswordHash)
	if err == nil && a.InvitationHash != nil {
		err = addInvitation(ctx, tx, id, geo.PurposeInvitation, a.InvitationHash, a.InvitedUntil)
	}
	for _, g := range a.Grants {
		if err == nil {
			_, err = addGrant(ctx, tx, id, g)
		}
	}
	return id, err
}

// grantTexts names grants for the audit log.
func grantTexts(grants []geo.Grant) []string {
	texts := make([]string, len(grants))
	for i, g := range grants {
		texts[i] = strings.TrimSpace(string(g.Role) + " " + string(g.AreaCode) + " " + strings.Join(g.Types, ","))
	}
	return texts
}

// checkAccounts is what CreateAccounts holds new accounts to.
func (s *Store) checkAccounts(ctx context.Context, tx pgx.Tx, by geo.Principal, list []geo.NewAccount) error {
	var grants []geo.Grant
	for _, a := range list {
		grants = append(grants, a.Grants...)
	}
	known, err := readKnown(ctx, tx, grants)
	if err != nil {
		return err
	}
	var wrong, taken []geo.FieldError
	for i, a := range list {
		problems := geo.CheckAccount(a.Account, known)
		if len(a.Grants) == 0 && !geo.Manages(by, nil, s.now()) {
			problems = append(problems, notYours("/grants"))
		}
		for j, g := range a.Grants {
			for _, p := range s.checkGiving(by, g) {
				p.Pointer = fmt.Sprintf("/grants/%d%s", j, p.Pointer)
				problems = append(problems, p)
			}
		}
		for _, p := range problems {
			p.Pointer = fmt.Sprintf("/%d%s", i, p.Pointer)
			wrong = append(wrong, p)
		}
	}
	if err := geo.InvalidFields("store.checkAccounts", wrong); err != nil {
		return err
	}
	if taken, err = takenNames(ctx, tx, list); err != nil || len(taken) == 0 {
		return err
	}
	return &geo.Error{Kind: geo.Conflict, Op: "store.checkAccounts", Fields: taken, Message: geo.Text{
		ID: "Nama akun ini sudah dipakai.", EN: "This account name is taken."}}
}

// takenNames lists the names and sso that others have, or that come twice.
func takenNames(ctx context.Context, tx pgx.Tx, list []geo.NewAccount) ([]geo.FieldError, error) {
	var names, ssos []string
	for _, a := range list {
		names, ssos = append(names, a.Name), append(ssos, a.SSO)
	}
	there, err := collect(ctx, tx, pgx.RowTo[string], `select '/name ' || name from accounts where name = any($1)
union all select '/sso ' || sso from accounts where sso = any($2)`, names, ssos)
	if err != nil {
		return nil, err
	}
	var taken []geo.FieldError
	for i, a := range list {
		for _, key := range []string{"/name " + a.Name, "/sso " + a.SSO} {
			member, value, _ := strings.Cut(key, " ")
			if value == "" {
				continue
			}
			if slices.Contains(there, key) {
				taken = append(taken, geo.FieldError{Pointer: fmt.Sprintf("/%d%s", i, member), Code: "taken",
					Message: geo.Text{ID: "Sudah dipakai akun lain.", EN: "Another account has it."}})
			}
			there = append(there, key)
		}
	}
	return taken, nil
}
