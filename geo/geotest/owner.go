package geotest

import (
	"crypto/rand"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// OwnedDatabase returns the URL of a new, empty database as the role that owns
// it: no superuser and no maker of roles, as a city's database office gives it.
// Only the extensions were made for it. Both are dropped when the test ends.
func OwnedDatabase(t testing.TB) string {
	t.Helper()
	s := started(t)
	name := "patok_test_" + strconv.Itoa(os.Getpid()) + "_" + strings.ToLower(rand.Text()[:10]) // as Database names its own: sweep knows whose it is
	run := func(url string, statements ...string) {
		t.Helper()
		conn, err := pgx.Connect(t.Context(), url)
		if err != nil {
			t.Fatal("geotest: ", err)
		}
		defer conn.Close(t.Context()) //nolint:errcheck // nothing is lost with it
		for _, sql := range statements {
			if _, err := conn.Exec(t.Context(), sql); err != nil {
				t.Fatalf("geotest: %s: %v", sql, err)
			}
		}
	}
	run(s.admin, "create role "+name+" login", "create database "+name+" owner "+name)
	t.Cleanup(func() {
		if err := s.drop(name); err != nil {
			t.Error("geotest: ", err)
		}
	})
	run(s.database(name), "create extension postgis", "create extension pg_trgm")
	return Role(t, s.database(name), name)
}

// drop removes an owned database and its role.
func (s *server) drop(name string) error {
	ctx, cancel := cleanup()
	defer cancel()
	if err := s.exec(ctx, "drop database if exists "+name+" with (force)"); err != nil {
		return err
	}
	return s.exec(ctx, "drop role if exists "+name)
}
