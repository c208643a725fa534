package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// initPrefix begins the name of a data directory in the making, beside pg.
const initPrefix = "pg.init-"

// version returns the major version of the data directory, 0 when there is none yet.
func (f folder) version() (int, error) {
	data, err := os.ReadFile(filepath.Join(f.pg(), "PG_VERSION"))
	if err == nil {
		major, err := strconv.Atoi(strings.TrimSpace(string(data)))
		if err != nil {
			return 0, fmt.Errorf("%s/PG_VERSION does not name a version: %w", f.pg(), err)
		}
		return major, nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return 0, fmt.Errorf("read the data folder's version: %w", err)
	}
	if _, err := os.Lstat(f.pg()); err == nil {
		return 0, fmt.Errorf("%s is there but is no PostgreSQL data directory (PG_VERSION is missing); move it away", f.pg())
	}
	return 0, nil
}

// initialize makes the data directory under another name and renames it when it is complete,
// so that a kill leaves either none or a whole one. The caller holds the start lock.
func initialize(ctx context.Context, f folder, bin Binaries, durable bool) error {
	sweep(f)
	dir, err := os.MkdirTemp(f.root, initPrefix)
	if err != nil {
		return fmt.Errorf("initialize the cluster: %w", err)
	}
	defer os.RemoveAll(dir) // gone already when the rename worked
	if os.Geteuid() != f.runAs.uid {
		if err := os.Lchown(dir, f.runAs.uid, f.runAs.gid); err != nil {
			return fmt.Errorf("initialize the cluster: %w", err)
		}
	}
	if err := initdb(ctx, f, bin, dir, durable); err != nil {
		return fmt.Errorf("initialize the cluster: %w", err)
	}
	if err := includeSettings(dir); err != nil {
		return fmt.Errorf("initialize the cluster: %w", err)
	}
	if err := os.Rename(dir, f.pg()); err != nil {
		return fmt.Errorf("initialize the cluster: %w", err)
	}
	return syncDir(f.root)
}

// sweep removes what an interrupted initialize left. An initdb that still runs there fails by itself.
func sweep(f folder) {
	left, _ := filepath.Glob(filepath.Join(f.root, initPrefix+"*")) // the only error is a bad pattern
	for _, dir := range left {
		// Best effort: what cannot go now goes at the next initialize, and is in nobody's way.
		_ = os.RemoveAll(dir)
	}
}

// initdb tries C.UTF-8, which knows upper and lower case beyond ASCII, then C, which every machine has.
func initdb(ctx context.Context, f folder, bin Binaries, dir string, durable bool) error {
	args := []string{
		"--pgdata=" + dir, "--username=" + AdminRole, "--encoding=UTF8", "--data-checksums",
		"--auth-local=trust", "--auth-host=reject", "--lc-messages=C", "--no-instructions",
	}
	if !durable {
		args = append(args, "--no-sync")
	}
	if bin.Major >= 17 {
		_, err := run(as(command(ctx, bin.Path("initdb"), append(args, "--locale-provider=builtin", "--locale=C.UTF-8", "--lc-collate=C", "--lc-ctype=C")...), f.runAs))
		return err
	}
	out, err := run(as(command(ctx, bin.Path("initdb"), append(args, "--locale=C.UTF-8")...), f.runAs))
	if err != nil && strings.Contains(out, "invalid locale") {
		_, err = run(as(command(ctx, bin.Path("initdb"), append(args, "--locale=C")...), f.runAs))
	}
	return err
}

// includeSettings makes postgresql.conf read patok.conf last.
func includeSettings(dir string) error {
	f, err := os.OpenFile(filepath.Join(dir, "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := fmt.Fprintf(f, "\ninclude_if_exists = '%s'\n", settingsFile); err != nil {
		return err
	}
	return f.Sync()
}
