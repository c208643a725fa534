package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/auth"
)

type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Create a bearer token; it is printed once and kept as a hash."`
}

type tokenCreateCmd struct {
	databaseFlags
	Account string        `required:"" help:"Whose rights the token has."`
	Name    string        `default:"token" help:"What it is for."`
	Expires time.Duration `help:"How long it is good, such as 8760h; left out: until it is revoked."`
	JSON    bool          `name:"json" help:"Print JSON."`
}

// Run creates the token and prints it.
func (c *tokenCreateCmd) Run(ctx context.Context, env *environment) (err error) {
	db, err := c.open(ctx, env, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	account, err := db.AccountByName(ctx, c.Account)
	if err != nil {
		return fmt.Errorf("account %q: %w", c.Account, err)
	}
	var expires *time.Time
	if c.Expires > 0 {
		at := time.Now().Add(c.Expires)
		expires = &at
	}
	token, hash := auth.NewToken()
	if err := db.CreateToken(ctx, account.AccountID, c.Name, hash, expires); err != nil {
		return err
	}
	if err := db.Audit(ctx, geo.AuditEntry{Actor: "patok token", Action: "token_created", Target: c.Account, Detail: map[string]any{"name": c.Name}}); err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(env.Stdout).Encode(map[string]string{"token": token})
	}
	_, err = fmt.Fprintln(env.Stdout, token)
	return err
}
