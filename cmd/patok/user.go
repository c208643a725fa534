package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/auth"
)

type userCmd struct {
	Add      userAddCmd          `cmd:"" help:"Create an account; its password is made at random and printed once, or a link to set one with --invite."`
	Import   userImportCmd       `cmd:"" help:"Create the accounts of a CSV file, each with a link to set its password."`
	Invite   userInviteCmd       `cmd:"" help:"Print a link with which an account's owner sets its password; earlier links end."`
	Password userPasswordCmd     `cmd:"" help:"Give an account a new password, printed once; its sessions end."`
	Disable  userDisableCmd      `cmd:"" help:"Shut an account out at once, on every node. Its name stays in the history."`
	Enable   userEnableCmd       `cmd:"" help:"Let a disabled account in again."`
	Reset    userSecondFactorCmd `cmd:"" name:"second-factor-reset" help:"Take away an account's second factor, when its telephone is lost."`
	List     userListCmd         `cmd:"" help:"List the accounts."`
}

// userAdmin is who acts in the history of accounts.
var userAdmin = geo.System("patok user")

// grantFlags are a grant on the command line.
type grantFlags struct {
	Role  geo.Role `required:"" enum:"administrator,pic,reviewer,dinsos,planner,service" help:"What the account may do."`
	Area  string   `help:"Code of the area it may do that in; left out: everywhere."`
	Types []string `help:"Asset types it may do that to; left out: every type."`
}

func (f grantFlags) grant() (geo.Grant, error) {
	area, err := areaFlag(f.Area)
	return geo.Grant{Role: f.Role, AreaCode: area, Types: f.Types}, err
}

// areaFlag reads an area's code, with or without dots; "" is everywhere.
func areaFlag(text string) (geo.Code, error) {
	if text == "" {
		return "", nil
	}
	return geo.ParseCode(text)
}

type userAddCmd struct {
	databaseFlags
	grantFlags
	linkFlags
	Name   string `arg:"" help:"The log-in name: small letters, digits, dot, dash."`
	Title  string `help:"What people read, such as \"PIC Kelurahan Bandar Lor\"."`
	Invite bool   `help:"Print a link to set the password instead of making one."`
	JSON   bool   `name:"json" help:"Print JSON."`
}

// Run creates the account.
func (c *userAddCmd) Run(ctx context.Context, env *environment) error {
	grant, err := c.grant()
	if err != nil {
		return err
	}
	account := geo.NewAccount{Account: geo.Account{Principal: geo.Principal{Name: c.Name, Title: c.Title, Grants: []geo.Grant{grant}}}}
	if account.Title == "" {
		account.Title = c.Name
	}
	printed := userPrinted{Name: c.Name}
	if c.Invite {
		printed.Link = c.invite(&account)
	} else if printed.Password, account.PasswordHash, err = newPassword(ctx); err != nil {
		return err
	}
	return c.with(ctx, env, func(db *database) error {
		if _, err := db.CreateAccounts(ctx, userAdmin, []geo.NewAccount{account}); err != nil {
			return err
		}
		return printed.print(env, c.JSON)
	})
}

type userPasswordCmd struct {
	databaseFlags
	Name string `arg:"" help:"The log-in name."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Run replaces the password.
func (c *userPasswordCmd) Run(ctx context.Context, env *environment) error {
	password, hash, err := newPassword(ctx)
	if err != nil {
		return err
	}
	return c.withAccount(ctx, env, c.Name, func(db *database, a geo.Account) error {
		if err := db.SetPassword(ctx, userAdmin, a.AccountID, hash, 0); err != nil {
			return err
		}
		return userPrinted{Name: c.Name, Password: password}.print(env, c.JSON)
	})
}

func newPassword(ctx context.Context) (password, hash string, err error) {
	password = auth.NewPassword()
	hash, err = auth.NewHasher(1, 0).Hash(ctx, password)
	return password, hash, err
}

// userPrinted is what is told of an account, once.
type userPrinted struct {
	Name     string `json:"name"`
	Password string `json:"password,omitempty"`
	Link     string `json:"link,omitempty"`
	State    string `json:"state,omitempty"`
}

func (p userPrinted) print(env *environment, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(env.Stdout).Encode(p)
	}
	line := p.Name
	for _, part := range []struct{ label, text string }{{"password", p.Password}, {"link", p.Link}, {"state", p.State}} {
		if part.text != "" {
			line += "  " + part.label + ": " + part.text
		}
	}
	_, err := fmt.Fprintln(env.Stdout, line)
	return err
}

// with opens the database for use and closes it afterwards.
func (f databaseFlags) with(ctx context.Context, env *environment, use func(*database) error) (err error) {
	db, err := f.open(ctx, env, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return use(db)
}

// withAccount is with for a command about one account.
func (f databaseFlags) withAccount(ctx context.Context, env *environment, name string, use func(*database, geo.Account) error) error {
	return f.with(ctx, env, func(db *database) error {
		a, err := db.AccountByName(ctx, name)
		if geo.KindOf(err) == geo.NotFound {
			return fmt.Errorf("there is no account %q", name)
		}
		if err != nil {
			return err
		}
		return use(db, a)
	})
}

type userListCmd struct {
	databaseFlags
	JSON bool `name:"json" help:"Print JSON."`
}

// userListed is an account as JSON.
type userListed struct {
	ID           int64             `json:"id"`
	Name         string            `json:"name"`
	Title        string            `json:"title"`
	State        string            `json:"state"`
	SecondFactor bool              `json:"second_factor"`
	LastSeenAt   *time.Time        `json:"last_seen_at"`
	Grants       []userListedGrant `json:"grants"`
}

type userListedGrant struct {
	Role  geo.Role   `json:"role"`
	Area  geo.Code   `json:"area"`
	Types []string   `json:"types"`
	Until *time.Time `json:"until"`
}

// Run lists the accounts with what they may do.
func (c *userListCmd) Run(ctx context.Context, env *environment) error {
	return c.with(ctx, env, func(db *database) error {
		accounts, _, err := db.Accounts(ctx, userAdmin, geo.AccountFilter{Limit: math.MaxInt})
		if err != nil {
			return err
		}
		list := make([]userListed, len(accounts))
		for i, a := range accounts {
			list[i] = listed(a)
		}
		if c.JSON {
			return json.NewEncoder(env.Stdout).Encode(map[string]any{"accounts": list})
		}
		w := tabwriter.NewWriter(env.Stdout, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "NAME\tTITLE\tMAY\tSTATE")
		for _, a := range list {
			var may []string
			for _, g := range a.Grants {
				may = append(may, strings.TrimSpace(string(g.Role)+" "+string(g.Area)))
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", a.Name, a.Title, strings.Join(may, ", "), a.State)
		}
		return w.Flush()
	})
}

func listed(a geo.Account) userListed {
	l := userListed{ID: a.AccountID, Name: a.Name, Title: a.Title, State: string(a.State()), SecondFactor: a.SecondFactor,
		LastSeenAt: a.LastSeenAt, Grants: []userListedGrant{}}
	for _, g := range a.Grants {
		l.Grants = append(l.Grants, userListedGrant{Role: g.Role, Area: g.AreaCode, Types: g.Types, Until: timeOrNil(g.Until)})
	}
	return l
}

func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
