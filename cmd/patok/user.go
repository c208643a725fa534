package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/auth"
)

type userCmd struct {
	Add      userAddCmd      `cmd:"" help:"Create an account; its password is made at random and printed once."`
	Password userPasswordCmd `cmd:"" help:"Give an account a new password, printed once; its sessions end."`
	List     userListCmd     `cmd:"" help:"List the accounts."`
}

type userAddCmd struct {
	databaseFlags
	Name  string   `arg:"" help:"The log-in name: small letters, digits, dot, dash."`
	Title string   `help:"What people read, such as \"PIC Kelurahan Bandar Lor\"."`
	Role  geo.Role `required:"" enum:"administrator,pic,reviewer,dinsos,planner,service" help:"What the account may do."`
	Area  string   `help:"Code of the area it may do that in; left out: everywhere."`
	Types []string `help:"Asset types it may do that to; left out: every type."`
	JSON  bool     `name:"json" help:"Print JSON."`
}

// Run creates the account. A PIC needs an area.
func (c *userAddCmd) Run(ctx context.Context, env *environment) (err error) {
	grant := geo.Grant{Role: c.Role, Types: c.Types}
	if c.Area != "" {
		if grant.AreaCode, err = geo.ParseCode(c.Area); err != nil {
			return err
		}
	}
	if c.Role == geo.RolePIC && grant.AreaCode == "" {
		return errors.New("a pic needs --area, the kelurahan in their charge")
	}
	return withSecret(ctx, env, c.databaseFlags, func(db *database, secret secret) error {
		account := geo.Account{Principal: geo.Principal{Name: c.Name, Title: c.Title, Grants: []geo.Grant{grant}}, PasswordHash: secret.hash}
		if account.Title == "" {
			account.Title = c.Name
		}
		if _, err := db.CreateAccount(ctx, geo.System("patok user"), account); err != nil {
			return err
		}
		if err := db.Audit(ctx, geo.AuditEntry{Actor: "patok user", Action: "account_created", Target: c.Name}); err != nil {
			return err
		}
		return printPassword(env, c.JSON, c.Name, secret.password)
	})
}

type userPasswordCmd struct {
	databaseFlags
	Name string `arg:"" help:"The log-in name."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Run replaces the password.
func (c *userPasswordCmd) Run(ctx context.Context, env *environment) error {
	return withSecret(ctx, env, c.databaseFlags, func(db *database, secret secret) error {
		if err := db.SetPassword(ctx, geo.System("patok user"), c.Name, secret.hash); err != nil {
			return err
		}
		if err := db.Audit(ctx, geo.AuditEntry{Actor: "patok user", Action: "password_set", Target: c.Name}); err != nil {
			return err
		}
		return printPassword(env, c.JSON, c.Name, secret.password)
	})
}

// secret is a new password with its hash.
type secret struct{ password, hash string }

func withSecret(ctx context.Context, env *environment, f databaseFlags, use func(*database, secret) error) (err error) {
	db, err := f.open(ctx, env, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	made := secret{password: auth.NewPassword()}
	if made.hash, err = auth.NewService(db.Store, time.Now).Hash(ctx, made.password); err != nil {
		return err
	}
	return use(db, made)
}

func printPassword(env *environment, asJSON bool, name, password string) error {
	if asJSON {
		return json.NewEncoder(env.Stdout).Encode(map[string]string{"name": name, "password": password})
	}
	_, err := fmt.Fprintf(env.Stdout, "%s  password: %s\n", name, password)
	return err
}

type userListCmd struct {
	databaseFlags
}

// Run lists the accounts with what they may do.
func (c *userListCmd) Run(ctx context.Context, env *environment) (err error) {
	db, err := c.open(ctx, env, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	accounts, err := db.Accounts(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(env.Stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tTITLE\tMAY\tSTATE")
	for _, a := range accounts {
		var may []string
		for _, g := range a.Grants {
			may = append(may, strings.TrimSpace(string(g.Role)+" "+string(g.AreaCode)))
		}
		state := "active"
		if a.DisabledAt != nil {
			state = "disabled"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", a.Name, a.Title, strings.Join(may, ", "), state)
	}
	return w.Flush()
}
