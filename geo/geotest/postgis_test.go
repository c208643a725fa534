package geotest_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo/geotest"
)

func TestMain(m *testing.M) { geotest.Main(m) }

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func ask[T any](t *testing.T, conn *pgx.Conn, sql string, args ...any) T {
	t.Helper()
	var got T
	if err := conn.QueryRow(t.Context(), sql, args...).Scan(&got); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestDatabasesAreMigratedAndApart(t *testing.T) {
	one, two := connect(t, geotest.Database(t)), connect(t, geotest.Database(t))
	if _, err := one.Exec(t.Context(), "create table only_here ()"); err != nil {
		t.Fatal(err)
	}
	if ask[bool](t, two, "select to_regclass('only_here') is not null") {
		t.Error("a table of one database is in the other")
	}
	if !ask[bool](t, two, "select to_regclass('revision_clock') is not null") {
		t.Error("the schema is missing")
	}
	if got := ask[string](t, two, "select st_astext(st_makepoint(112, -8))"); got != "POINT(112 -8)" {
		t.Errorf("PostGIS says %s", got)
	}
}

func TestDatabaseIsDropped(t *testing.T) {
	var name string
	t.Run("use", func(t *testing.T) {
		conn := connect(t, geotest.Database(t)) // stays open: the drop ends it
		name = ask[string](t, conn, "select current_database()")
	})
	admin := connect(t, geotest.AdminURL(t))
	defer admin.Close(t.Context())
	if ask[bool](t, admin, "select exists (select from pg_database where datname = $1)", name) {
		t.Errorf("%s is left", name)
	}
}

func TestAppURLIsNoSuperuser(t *testing.T) {
	conn := connect(t, geotest.AppURL(t, geotest.Database(t)))
	if got := ask[string](t, conn, "select current_user"); got != "patok_app" {
		t.Errorf("connected as %s", got)
	}
	if ask[bool](t, conn, "select rolsuper or rolbypassrls from pg_roles where rolname = current_user") {
		t.Error("the server's role stands above the rules")
	}
}

func TestDataDir(t *testing.T) {
	if _, err := os.Stat(filepath.Join(geotest.DataDir(t), "README.md")); err != nil {
		t.Error(err)
	}
}
