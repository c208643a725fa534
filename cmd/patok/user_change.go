package main

import (
	"context"

	"github.com/patok-id/patok/geo"
)

type userDisableCmd struct {
	databaseFlags
	Name   string `arg:"" help:"The log-in name."`
	Reason string `help:"Why; it is kept in the history."`
	JSON   bool   `name:"json" help:"Print JSON."`
}

// Run shuts the account out.
func (c *userDisableCmd) Run(ctx context.Context, env *environment) error {
	return setDisabled(ctx, env, c.databaseFlags, c.Name, true, c.Reason, c.JSON)
}

type userEnableCmd struct {
	databaseFlags
	Name   string `arg:"" help:"The log-in name."`
	Reason string `help:"Why; it is kept in the history."`
	JSON   bool   `name:"json" help:"Print JSON."`
}

// Run lets the account in again.
func (c *userEnableCmd) Run(ctx context.Context, env *environment) error {
	return setDisabled(ctx, env, c.databaseFlags, c.Name, false, c.Reason, c.JSON)
}

func setDisabled(ctx context.Context, env *environment, f databaseFlags, name string, disabled bool, reason string, asJSON bool) error {
	return f.withAccount(ctx, env, name, func(db *database, a geo.Account) error {
		changed, err := db.ChangeAccount(ctx, userAdmin, a.AccountID, a.Version, geo.AccountChange{Disabled: &disabled, Reason: reason})
		if err != nil {
			return err
		}
		return userPrinted{Name: name, State: string(changed.State())}.print(env, asJSON)
	})
}

type userSecondFactorCmd struct {
	databaseFlags
	Name string `arg:"" help:"The log-in name."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Run takes the second factor away.
func (c *userSecondFactorCmd) Run(ctx context.Context, env *environment) error {
	return c.withAccount(ctx, env, c.Name, func(db *database, a geo.Account) error {
		if err := db.EndSecondFactor(ctx, userAdmin, a.AccountID); err != nil {
			return err
		}
		return userPrinted{Name: c.Name, State: "no second factor"}.print(env, c.JSON)
	})
}
