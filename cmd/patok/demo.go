package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/auth"
	"github.com/patok-id/patok/geo/demo"
	"github.com/patok-id/patok/geo/indicator"
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
	types    []string
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
	accounts, err := demoPasswords(ctx, db)
	if err != nil {
		return nil, err
	}
	return accounts, seedFigures(ctx, db)
}

// seedFigures puts in the example's batches where there are none, and publishes
// what is closed for the whole city.
func seedFigures(ctx context.Context, db *database) error {
	added, err := db.SeedFigures(ctx, demoImporter, demo.Batches())
	if err != nil || added == 0 {
		return err
	}
	for source, period := range demo.Published() {
		_, err := db.Publish(ctx, demoImporter, indicator.PublicationRequest{Source: source, Period: period, Area: demo.CityCode})
		if err != nil {
			return err
		}
	}
	return nil
}

// demoPasswords creates the example accounts that are missing and gives each a
// new password. An account of the same name that is no example is left alone.
func demoPasswords(ctx context.Context, db *database) ([]demoAccount, error) {
	there, _, err := db.Accounts(ctx, demoImporter, geo.AccountFilter{Limit: math.MaxInt})
	if err != nil {
		return nil, err
	}
	known := map[string]geo.Account{}
	for _, a := range there {
		known[a.Name] = a
	}
	accounts := slices.DeleteFunc(demoAccounts(), func(a demoAccount) bool {
		old, exists := known[a.Name]
		return exists && !old.Example
	})
	hashes, err := newPasswords(ctx, accounts)
	if err != nil {
		return nil, err
	}
	var missing []geo.NewAccount
	for i, a := range accounts {
		if old, exists := known[a.Name]; exists {
			if err := db.SetPassword(ctx, demoImporter, old.AccountID, hashes[i], 0); err != nil {
				return nil, err
			}
			continue
		}
		missing = append(missing, geo.NewAccount{Account: geo.Account{PasswordHash: hashes[i], Example: true, Principal: geo.Principal{
			Name: a.Name, Title: a.title, Grants: []geo.Grant{{Role: a.Role, AreaCode: a.Area, Types: a.types}}}}})
	}
	_, err = db.CreateAccounts(ctx, demoImporter, missing)
	return accounts, err
}

// newPasswords gives each account a new password and returns the hashes, made
// on every processor.
func newPasswords(ctx context.Context, accounts []demoAccount) ([]string, error) {
	hasher := auth.NewHasher(runtime.GOMAXPROCS(0), len(accounts))
	hashes := make([]string, len(accounts))
	group, ctx := errgroup.WithContext(ctx)
	for i := range accounts {
		accounts[i].Password = auth.NewPassword()
		group.Go(func() (err error) {
			hashes[i], err = hasher.Hash(ctx, accounts[i].Password)
			return err
		})
	}
	return hashes, group.Wait()
}

// demoAccounts are the people of the example city, without passwords: the
// administrator, the planner, two of Dinas Sosial, the agency of posyandu and
// puskesmas, a camat per kecamatan with the lurah of its first kelurahan, and a
// PIC per kelurahan.
func demoAccounts() []demoAccount {
	accounts := []demoAccount{
		{Name: "admin", Role: geo.RoleAdministrator, title: "Administrator (contoh)"},
		{Name: "bappeda", Role: geo.RolePlanner, title: "Perencana Bappeda (contoh)"},
		{Name: "dinsos", Role: geo.RoleDinsos, title: "Dinas Sosial (contoh)"},
		{Name: "dinsos-2", Role: geo.RoleDinsos, title: "Dinas Sosial, bidang data (contoh)"},
		{Name: "dinkes", Role: geo.RoleReviewer, types: []string{"posyandu", "puskesmas"}, title: "Dinas Kesehatan (contoh)"},
	}
	var pics []demoAccount
	begun := map[geo.Code]bool{} // kecamatan
	for row := range demo.Areas() {
		if district := row.Code.Parent(); !begun[district] {
			begun[district] = true
			accounts = append(accounts,
				demoAccount{Name: "camat-" + district.Digits(), Role: geo.RoleReviewer, Area: district, title: "Camat " + row.District},
				demoAccount{Name: "lurah-" + row.Code.Digits(), Role: geo.RoleReviewer, Area: row.Code, title: "Lurah " + row.Name})
		}
		pics = append(pics, demoAccount{Name: "pic-" + row.Code.Digits(), Role: geo.RolePIC, Area: row.Code, title: "PIC Kelurahan " + row.Name})
	}
	return append(accounts, pics...)
}

func printAccounts(w io.Writer, accounts []demoAccount) {
	fmt.Fprintln(w, "Example city: "+demo.City+" with invented boundaries. Log in with (new each time):")
	for _, a := range accounts {
		fmt.Fprintf(w, "  %-17s  %-24s  %s %s\n", a.Name, a.Password, a.Role, a.Area)
	}
}
