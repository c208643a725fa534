package migrations_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/migrations"
)

// TestOrdinaryOwner migrates a database as a role that is no superuser and may
// make no roles, as a city's database office gives it: only the extensions were
// made for it.
func TestOrdinaryOwner(t *testing.T) {
	admin, err := pgx.Connect(t.Context(), geotest.AdminURL(t))
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(context.Background())
	name := fmt.Sprintf("patok_test_%d_owner", os.Getpid()) // as geotest names its own: it may not sweep a living process's away
	run := func(conn *pgx.Conn, sql string) {
		t.Helper()
		if _, err := conn.Exec(context.Background(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	run(admin, "create role "+name+" login")
	run(admin, "create database "+name+" owner "+name)
	t.Cleanup(func() {
		last, err := pgx.Connect(context.Background(), geotest.AdminURL(t))
		if err != nil {
			t.Error(err)
			return
		}
		defer last.Close(context.Background())
		run(last, "drop database "+name+" with (force)")
		run(last, "drop role "+name)
	})
	at, err := url.Parse(geotest.AdminURL(t))
	if err != nil {
		t.Fatal(err)
	}
	at.Path = "/" + name
	super, err := pgx.Connect(t.Context(), at.String())
	if err != nil {
		t.Fatal(err)
	}
	run(super, "create extension postgis; create extension pg_trgm")
	super.Close(context.Background())

	at.User = url.User(name)
	if n, err := migrations.Up(t.Context(), at.String()); err != nil || n < 2 {
		t.Fatalf("%d migrations, %v", n, err)
	}
	if pending, err := migrations.Pending(t.Context(), at.String()); err != nil || pending {
		t.Errorf("pending %v, %v", pending, err)
	}
	owner, err := pgx.Connect(t.Context(), at.String())
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close(context.Background())
	run(owner, `insert into areas (code, name, kind, derived) values ('35', 'Jawa Timur', 'provinsi', true)`)
}
