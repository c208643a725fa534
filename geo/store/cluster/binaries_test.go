package cluster

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// installation lays out programs that answer as PostgreSQL's would, with or without an extension.
func installation(t *testing.T, major int, postgis string) string {
	t.Helper()
	root := t.TempDir()
	bin, share := filepath.Join(root, "bin"), filepath.Join(root, "share")
	if err := os.MkdirAll(filepath.Join(share, "extension"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	script := func(name, line string) {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+line+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, program := range programs {
		script(program, fmt.Sprintf("echo '%s (PostgreSQL) %d.4 (Debian)'", program, major))
	}
	script("pg_config", "echo "+share)
	if postgis != "" {
		control := "# PostGIS\ndefault_version = '" + postgis + "'\nrelocatable = false\n"
		if err := os.WriteFile(filepath.Join(share, "extension", "postgis.control"), []byte(control), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return bin
}

func TestFind(t *testing.T) {
	b, err := Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if b.Major < minPostgres || !b.hasPostGIS() {
		t.Errorf("found %+v", b)
	}
	for _, program := range programs {
		if _, err := os.Stat(b.Path(program)); err != nil {
			t.Error(err)
		}
	}
}

func TestNewest(t *testing.T) {
	old, bare := installation(t, 14, "3.5.0"), installation(t, 18, "")
	fifteen, seventeen, early := installation(t, 15, "3.3.2"), installation(t, 17, "3.6.1"), installation(t, 16, "3.2.9")
	empty := t.TempDir()
	tests := map[string]struct {
		dirs  []string
		major int
		err   error
		says  string
	}{
		"nothing":              {dirs: []string{empty}, err: ErrNoPostgres, says: "sudo apt-get install --no-install-recommends postgresql postgresql-postgis"},
		"too old":              {dirs: []string{old}, err: ErrNoPostgres, says: "found 14"},
		"no extension":         {dirs: []string{bare}, err: ErrNoPostGIS, says: "sudo apt-get install --no-install-recommends postgresql-18-postgis-3"},
		"extension too old":    {dirs: []string{early}, err: ErrNoPostGIS, says: "found 3.2.9"},
		"newest with postgis":  {dirs: []string{old, fifteen, bare, seventeen, early, empty}, major: 17},
		"one that is complete": {dirs: []string{early, fifteen, bare}, major: 15},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b, err := newest(t.Context(), tt.dirs)
			if !errors.Is(err, tt.err) || b.Major != tt.major {
				t.Fatalf("got %d, %v", b.Major, err)
			}
			if err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%q does not say %q", err, tt.says)
			}
		})
	}
}

func TestOpenWithoutBinaries(t *testing.T) {
	empty := t.TempDir()
	t.Setenv("PATOK_PG_BIN", empty)
	dir := filepath.Join(place(t), "data")
	if _, err := Open(t.Context(), Options{DataDir: dir}); !errors.Is(err, ErrNoPostgres) || !strings.Contains(err.Error(), empty) {
		t.Errorf("got: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "pg")); err == nil {
		t.Error("something was half made")
	}
	t.Setenv("PATOK_PG_BIN", installation(t, 17, ""))
	if _, err := Open(t.Context(), Options{DataDir: dir}); !errors.Is(err, ErrNoPostGIS) {
		t.Errorf("got: %v", err)
	}
}

func TestFolderOfAnotherVersion(t *testing.T) {
	dir := place(t)
	if err := os.Mkdir(filepath.Join(dir, "pg"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "pg", "PG_VERSION"), []byte("16\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), Options{DataDir: dir, BinDir: installation(t, 17, "3.6.1")})
	if !errors.Is(err, ErrNoPostgres) || !strings.Contains(err.Error(), "postgresql-16 postgresql-16-postgis-3") {
		t.Errorf("got: %v", err)
	}
}
