// Package migrations holds the database's schema as numbered SQL files and
// brings a database up to it.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// Files are the migrations, named as goose wants them.
//
//go:embed *.sql
var Files embed.FS

// Up brings the database at url to the newest schema. It needs a role that may
// create extensions, tables and roles. Several processes may call it at once: a
// session lock lets one work and the others wait. It returns how many
// migrations were applied.
func Up(ctx context.Context, url string) (int, error) {
	provider, db, err := open(url)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	done, err := provider.Up(ctx)
	if err != nil {
		return len(done), fmt.Errorf("migrations: %w", err)
	}
	return len(done), nil
}

// Pending reports whether the database at url lacks a migration of this build.
func Pending(ctx context.Context, url string) (bool, error) {
	provider, db, err := open(url)
	if err != nil {
		return false, err
	}
	defer db.Close()
	return provider.HasPending(ctx)
}

func open(url string) (*goose.Provider, *sql.DB, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, nil, fmt.Errorf("migrations: %w", err)
	}
	db := stdlib.OpenDB(*config)
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, nil, fmt.Errorf("migrations: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, Files, goose.WithSessionLocker(locker))
	if err != nil {
		return nil, nil, fmt.Errorf("migrations: %w", err)
	}
	return provider, db, nil
}
