package migrations_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/migrations"
)

// TestOrdinaryOwner migrates a database as a role that is no superuser and may
// make no roles.
func TestOrdinaryOwner(t *testing.T) {
	url := geotest.OwnedDatabase(t)
	if n, err := migrations.Up(t.Context(), url); err != nil || n < 2 {
		t.Fatalf("%d migrations, %v", n, err)
	}
	if pending, err := migrations.Pending(t.Context(), url); err != nil || pending {
		t.Errorf("pending %v, %v", pending, err)
	}
	owner, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close(context.Background())
	if _, err := owner.Exec(t.Context(), `insert into areas (code, name, kind, derived) values ('35', 'Jawa Timur', 'provinsi', true)`); err != nil {
		t.Error(err)
	}
}
