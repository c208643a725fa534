package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/auth"
)

type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Create a bearer token; it is printed once and kept as a hash."`
	List   tokenListCmd   `cmd:"" help:"List the bearer tokens of an account."`
	Revoke tokenRevokeCmd `cmd:"" help:"End a bearer token at once, on every node."`
}

// tokenAdmin is who acts in the history of tokens.
var tokenAdmin = geo.System("patok token")

type tokenCreateCmd struct {
	databaseFlags
	Account  string        `required:"" help:"Whose rights the token has."`
	Name     string        `default:"token" help:"What it is for."`
	Area     string        `help:"Code of the area that it is good for; left out: all of the account's."`
	Types    []string      `help:"Asset types that it is good for; left out: all of the account's."`
	ReadOnly bool          `help:"It may read, and change nothing."`
	Expires  time.Duration `help:"How long it is good, such as 8760h; left out: until it is revoked."`
	JSON     bool          `name:"json" help:"Print JSON."`
}

// Run creates the token and prints it.
func (c *tokenCreateCmd) Run(ctx context.Context, env *environment) error {
	area, err := areaFlag(c.Area)
	if err != nil {
		return err
	}
	t := geo.Token{Name: c.Name, Scope: geo.Scope{AreaCode: area, Types: c.Types, ReadOnly: c.ReadOnly}}
	if c.Expires > 0 {
		at := time.Now().Add(c.Expires)
		t.ExpiresAt = &at
	}
	return c.withAccount(ctx, env, c.Account, func(db *database, a geo.Account) error {
		token, hash := auth.NewToken()
		made, err := db.CreateToken(ctx, tokenAdmin, a.AccountID, t, hash)
		if err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(env.Stdout).Encode(map[string]any{"id": made.ID, "token": token})
		}
		_, err = fmt.Fprintln(env.Stdout, token)
		return err
	})
}

type tokenListCmd struct {
	databaseFlags
	Account string `required:"" help:"Whose tokens."`
	JSON    bool   `name:"json" help:"Print JSON."`
}

// tokenListed is a token as JSON.
type tokenListed struct {
	ID         int64      `json:"id"`
	Name       string     `json:"name"`
	Area       geo.Code   `json:"area"`
	Types      []string   `json:"types"`
	ReadOnly   bool       `json:"read_only"`
	CreatedAt  time.Time  `json:"created_at"`
	LastUsedAt *time.Time `json:"last_used_at"`
	ExpiresAt  *time.Time `json:"expires_at"`
	RevokedAt  *time.Time `json:"revoked_at"`
}

// Run lists the tokens, the newest first.
func (c *tokenListCmd) Run(ctx context.Context, env *environment) error {
	return c.withAccount(ctx, env, c.Account, func(db *database, a geo.Account) error {
		tokens, err := db.Tokens(ctx, tokenAdmin, a.AccountID)
		if err != nil {
			return err
		}
		list := make([]tokenListed, len(tokens))
		for i, t := range tokens {
			list[i] = tokenListed{t.ID, t.Name, t.Scope.AreaCode, t.Scope.Types, t.Scope.ReadOnly, t.CreatedAt, t.LastUsedAt, t.ExpiresAt, t.RevokedAt}
		}
		if c.JSON {
			return json.NewEncoder(env.Stdout).Encode(map[string]any{"tokens": list})
		}
		w := tabwriter.NewWriter(env.Stdout, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tNAME\tSCOPE\tLAST USED\tEXPIRES\tREVOKED")
		for _, t := range list {
			scope := strings.TrimSpace(string(t.Area) + " " + strings.Join(t.Types, ","))
			if t.ReadOnly {
				scope = strings.TrimSpace(scope + " read-only")
			}
			fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\n", t.ID, t.Name, scope, timeText(t.LastUsedAt), timeText(t.ExpiresAt), timeText(t.RevokedAt))
		}
		return w.Flush()
	})
}

// timeText is a time for a table; none is a dash.
func timeText(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.Local().Format("2006-01-02 15:04")
}

type tokenRevokeCmd struct {
	databaseFlags
	ID   int64 `arg:"" help:"The token's number, as patok token list prints it."`
	JSON bool  `name:"json" help:"Print JSON."`
}

// Run ends the token.
func (c *tokenRevokeCmd) Run(ctx context.Context, env *environment) error {
	return c.with(ctx, env, func(db *database) error {
		if err := db.RevokeToken(ctx, tokenAdmin, 0, c.ID); err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(env.Stdout).Encode(map[string]any{"id": c.ID, "revoked": true})
		}
		_, err := fmt.Fprintln(env.Stdout, "Token", c.ID, "is revoked.")
		return err
	})
}
