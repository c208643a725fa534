package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/auth"
	"github.com/patok-id/patok/geo/exchange"
)

// linkFlags say where the links lead that people get.
type linkFlags struct {
	BaseURL string `help:"The public address, such as https://peta.kota.go.id, for links; left out: only their path." placeholder:"URL"`
}

// link is what somebody opens to set a password. The token is in the fragment,
// which no browser sends to a server.
func (f linkFlags) link(token string) string {
	return strings.TrimSuffix(f.BaseURL, "/") + "/#undangan=" + token
}

// invite makes the invitation of a new account and returns its link.
func (f linkFlags) invite(a *geo.NewAccount) string {
	token, hash := auth.NewToken()
	a.InvitationHash, a.InvitedUntil = hash, time.Now().Add(auth.InvitationTime)
	return f.link(token)
}

type userInviteCmd struct {
	databaseFlags
	linkFlags
	Name string `arg:"" help:"The log-in name."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Run makes the link and prints it.
func (c *userInviteCmd) Run(ctx context.Context, env *environment) error {
	return c.withAccount(ctx, env, c.Name, func(db *database, a geo.Account) error {
		token, hash := auth.NewToken()
		if _, err := db.Invite(ctx, userAdmin, a.AccountID, hash, time.Now().Add(auth.InvitationTime)); err != nil {
			return err
		}
		return userPrinted{Name: c.Name, Link: c.link(token)}.print(env, c.JSON)
	})
}

type userImportCmd struct {
	databaseFlags
	linkFlags
	File string `arg:"" type:"existingfile" help:"CSV with nama_akun,nama,peran,wilayah and, if wanted, jenis,mulai,sampai,sso."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Run creates the accounts that are missing, all or none, and prints their
// links.
func (c *userImportCmd) Run(ctx context.Context, env *environment) error {
	list, rows, err := c.read()
	if err != nil {
		return err
	}
	return c.with(ctx, env, func(db *database) error {
		made := make([]userPrinted, 0, len(list))
		var missing []geo.NewAccount
		var at []int
		for i, a := range list {
			_, err := db.AccountByName(ctx, a.Name)
			if err != nil && geo.KindOf(err) != geo.NotFound {
				return err
			}
			if err == nil {
				made = append(made, userPrinted{Name: a.Name, State: "exists"})
				continue
			}
			made = append(made, userPrinted{Name: a.Name, Link: c.invite(&a), State: "new"})
			missing, at = append(missing, a), append(at, rows[i])
		}
		if _, err := db.CreateAccounts(ctx, userAdmin, missing); err != nil {
			return atRows(err, at)
		}
		if c.JSON {
			return json.NewEncoder(env.Stdout).Encode(map[string]any{"accounts": made})
		}
		for _, p := range made {
			if err := p.print(env, false); err != nil {
				return err
			}
		}
		return nil
	})
}

// read reads the file's accounts, each with its row.
func (c *userImportCmd) read() (list []geo.NewAccount, rows []int, err error) {
	var refused []error
	for row, err := range exchange.Accounts(exchange.File(c.File), time.Local) {
		if err != nil {
			return nil, nil, err
		}
		for _, why := range row.Refused {
			refused = append(refused, fmt.Errorf("row %d: %s", row.Row, why.EN))
		}
		list, rows = append(list, geo.NewAccount{Account: row.Account}), append(rows, row.Row)
	}
	return list, rows, errors.Join(refused...)
}

// atRows points the problems of a list of accounts to the rows of its file.
func atRows(err error, rows []int) error {
	e, ok := errors.AsType[*geo.Error](err)
	if !ok {
		return err
	}
	c := *e
	c.Fields = nil
	for _, f := range e.Fields {
		var i int
		if n, _ := fmt.Sscanf(f.Pointer, "/%d", &i); n == 1 && i < len(rows) {
			_, member, _ := strings.Cut(f.Pointer[1:], "/")
			f.Pointer = fmt.Sprintf("row %d, %s", rows[i], member)
		}
		c.Fields = append(c.Fields, f)
	}
	return &c
}
