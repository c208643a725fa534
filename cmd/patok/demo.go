package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/auth"
	"github.com/patok-id/patok/geo/demo"
)

type demoCmd struct {
	databaseFlags
	Replace    bool `help:"Make the example city anew; what was edited in it is lost."`
	UnlessReal bool `help:"Where real data is, do nothing and succeed."`
	JSON       bool `name:"json" help:"Print the accounts as JSON."`
}

// Run makes the example city where it is missing, and prints its accounts with
// new passwords. It is refused where real data is.
func (c *demoCmd) Run(ctx context.Context, env *environment) (err error) {
	db, err := c.open(ctx, env, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if c.UnlessReal {
		if _, loaded, err := db.Holds(ctx); err != nil || loaded {
			return err
		}
	}
	accounts, err := seedDemo(ctx, db, c.Replace)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(env.Stdout).Encode(map[string]any{"accounts": accounts})
	}
	printAccounts(env.Stdout, accounts)
	return nil
}

// demoAccount is an example account with its password, shown once.
type demoAccount struct {
	Name     string   `json:"name"`
	Password string   `json:"password"`
	Role     geo.Role `json:"role"`
	Area     geo.Code `json:"area"`
	title    string
}

// demoImporter makes the example city.
var demoImporter = geo.System("patok demo")

// seedDemo makes the example city in a database without areas, and gives its
// accounts new passwords. It is a Conflict where real data is.
func seedDemo(ctx context.Context, db *database, replace bool) ([]demoAccount, error) {
	example, loaded, err := db.Holds(ctx)
	if err != nil {
		return nil, err
	}
	if !example || loaded || replace {
		o := geo.ImportOptions{File: demo.Source, Example: true, ReplaceDemo: replace}
		if _, err := db.ImportAreas(ctx, demoImporter, demo.Areas(), o); err != nil {
			return nil, err
		}
		if _, err := db.ImportAssets(ctx, demoImporter, demo.Assets(), o); err != nil {
			return nil, err
		}
	}
	return demoPasswords(ctx, db)
}

// demoPasswords creates the example accounts that are missing and gives each a
// new password. An account of the same name that is no example is left alone.
func demoPasswords(ctx context.Context, db *database) ([]demoAccount, error) {
	there, err := db.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	known := map[string]geo.Account{}
	for _, a := range there {
		known[a.Name] = a
	}
	service := auth.NewService(db.Store, time.Now)
	var accounts []demoAccount
	for _, a := range demoAccounts() {
		old, exists := known[a.Name]
		if exists && !old.Example {
			continue
		}
		a.Password = auth.NewPassword()
		hash, err := service.Hash(ctx, a.Password)
		if err != nil {
			return nil, err
		}
		if exists {
			err = db.SetPassword(ctx, demoImporter, a.Name, hash)
		} else {
			_, err = db.CreateAccount(ctx, demoImporter, geo.Account{PasswordHash: hash, Example: true, Principal: geo.Principal{
				Name: a.Name, Title: a.title, Grants: []geo.Grant{{Role: a.Role, AreaCode: a.Area}}}})
		}
		if err != nil {
			return nil, err
		}
		accounts = append(accounts, a)
	}
	return accounts, nil
}

// demoAccounts are the people of the example city, without passwords: the
// administrator, the planner, and a PIC per kelurahan.
func demoAccounts() []demoAccount {
	accounts := []demoAccount{
		{Name: "admin", Role: geo.RoleAdministrator, title: "Administrator (contoh)"},
		{Name: "bappeda", Role: geo.RolePlanner, title: "Perencana Bappeda (contoh)"},
	}
	for row := range demo.Areas() {
		accounts = append(accounts, demoAccount{Name: "pic-" + row.Code.Digits(), Role: geo.RolePIC, Area: row.Code, title: "PIC Kelurahan " + row.Name})
	}
	return accounts
}

func printAccounts(w io.Writer, accounts []demoAccount) {
	fmt.Fprintln(w, "Example city: "+demo.City+" with invented boundaries. Log in with (new each time):")
	for _, a := range accounts {
		fmt.Fprintf(w, "  %-15s  %-24s  %s %s\n", a.Name, a.Password, a.Role, a.Area)
	}
}
