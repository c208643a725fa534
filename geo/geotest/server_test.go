package geotest

import (
	"testing"

	"github.com/jackc/pgx/v5"
)

// TestExternalServer goes the way of PATOK_TEST_DATABASE_URL, with the shared server in the place of a foreign one.
func TestExternalServer(t *testing.T) {
	s := &server{}
	if err := s.start(t.Context(), AdminURL(t)); err != nil {
		t.Fatal(err)
	}
	if !s.external || s.own != nil {
		t.Fatal("a server that was named is treated as our own")
	}
	const name = "patok_test_0_external"
	if err := s.exec(t.Context(), "drop database if exists "+name); err != nil {
		t.Fatal(err)
	}
	if err := s.create(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	appURL, err := s.role(t.Context(), s.database(name), "patok_app")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), appURL)
	if err != nil {
		t.Fatal(err)
	}
	var who, where string
	if err := conn.QueryRow(t.Context(), "select current_user, current_database()").Scan(&who, &where); err != nil {
		t.Fatal(err)
	}
	if who != "patok_app" || where != name {
		t.Errorf("connected as %s to %s", who, where)
	}
	if err := conn.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.exec(t.Context(), "drop database "+name+" with (force)"); err != nil {
		t.Fatal(err)
	}
	if err := s.close(t.Context()); err != nil {
		t.Errorf("leaving a server that is not ours: %v", err)
	}
	if err := s.exec(t.Context(), "select 1"); err != nil {
		t.Errorf("it was stopped: %v", err)
	}
}
