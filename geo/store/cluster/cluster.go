package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// The names inside the cluster.
const (
	AdminRole = "patok_admin" // the superuser
	AppRole   = "patok_app"   // what the server works as; the migrations create it
	Database  = "patok"
)

// Options say which cluster to open and how.
type Options struct {
	DataDir  string            // created when missing, with its parents
	Server   bool              // take serve.lock: at most one such process per folder
	BinDir   string            // PostgreSQL's programs; "" means Find's search
	Settings map[string]string // PostgreSQL parameters that win over Patok's; they apply when this Open starts the server
	Log      *slog.Logger      // nil means no log
}

// Cluster is an open data folder with a server that takes connections. Its methods may be used by many goroutines.
type Cluster struct {
	folder   folder
	bin      Binaries
	settings map[string]string
	log      *slog.Logger
	sockDir  string // as of the last start or adoption, guarded by mu
	started  bool   // this process started the server, guarded by mu

	mu    sync.Mutex
	serve *lock // nil unless Options.Server
	users *lock // nil after Close
}

// Open makes the data folder where it is missing, adopts the server that already runs on it or starts one,
// and returns when it takes connections and the database exists, with PostGIS in it.
//
// It returns a *ServingError when Options.Server is set and another server holds the folder, and errors that
// wrap ErrNoPostgres or ErrNoPostGIS when something is to be installed. ctx bounds the opening, not the cluster.
func Open(ctx context.Context, o Options) (*Cluster, error) {
	f, err := prepareFolder(o.DataDir)
	if err != nil {
		return nil, err
	}
	c := &Cluster{folder: f, settings: o.Settings, log: o.Log}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if o.Server {
		if c.serve, err = lockServe(ctx, f); err != nil {
			return nil, err
		}
	}
	if err := c.join(ctx, o.BinDir); err != nil {
		c.serve.release()
		return nil, err
	}
	return c, nil
}

// join becomes a user of the cluster: under the start lock, so that nobody stops it meanwhile.
func (c *Cluster) join(ctx context.Context, binDir string) error {
	start, err := c.lockStart(ctx)
	if err != nil {
		return err
	}
	defer start.release()
	users, err := openLock(filepath.Join(c.folder.root, "users.lock"), c.folder.owner)
	if err != nil {
		return err
	}
	if err := users.acquire(ctx, syscall.LOCK_SH); err != nil {
		users.release()
		return err
	}
	err = c.bringUp(ctx, binDir)
	if err == nil {
		c.users = users
		return nil
	}
	// Leave nothing half-started behind, also when ctx has ended.
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	if c.bin.Dir != "" {
		err = errors.Join(err, c.stopIfLast(ending, users))
	}
	users.release()
	return err
}

func (c *Cluster) bringUp(ctx context.Context, binDir string) error {
	dirs := candidates()
	if binDir != "" {
		dirs = []string{binDir}
	}
	major, err := c.folder.version()
	if err != nil {
		return err
	}
	if major == 0 {
		if c.bin, err = newest(ctx, dirs); err != nil {
			return err
		}
		c.log.Info("making a new PostGIS cluster", "folder", c.folder.root, "postgresql", c.bin.Major, "postgis", c.bin.PostGIS)
		if err := initialize(ctx, c.folder, c.bin, c.settings["fsync"] != "off"); err != nil {
			return err
		}
	} else if c.bin, err = findMajor(ctx, dirs, major); err != nil {
		return err
	}
	if err := c.ensureRunning(ctx); err != nil {
		return err
	}
	return c.ensureDatabase(ctx)
}

func (c *Cluster) lockStart(ctx context.Context) (*lock, error) {
	l, err := openLock(filepath.Join(c.folder.root, "start.lock"), c.folder.owner)
	if err != nil {
		return nil, err
	}
	if err := l.acquire(ctx, syscall.LOCK_EX); err != nil {
		l.release()
		return nil, err
	}
	return l, nil
}

// ensureDatabase creates the database and its extension, also when an earlier Open was killed before it could.
func (c *Cluster) ensureDatabase(ctx context.Context) error {
	const exists = `select count(*) from pg_database where datname = '` + Database + `'`
	n, err := Query(ctx, c.bin, c.URLFor(AdminRole, "postgres"), exists)
	if err != nil {
		return fmt.Errorf("look for the database: %w", err)
	}
	if n == "0" {
		if _, err := Query(ctx, c.bin, c.URLFor(AdminRole, "postgres"), "create database "+Database); err != nil {
			return fmt.Errorf("create the database: %w", err)
		}
	}
	const extension = `set client_min_messages = warning; create extension if not exists postgis`
	if _, err := Query(ctx, c.bin, c.AdminURL(), extension); err != nil {
		return fmt.Errorf("create the PostGIS extension: %w", err)
	}
	return nil
}

// Ensure starts the server again when it has died since Open, and returns when it takes connections.
func (c *Cluster) Ensure(ctx context.Context) error {
	start, err := c.lockStart(ctx)
	if err != nil {
		return err
	}
	defer start.release()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.users == nil {
		return errors.New("the cluster is closed")
	}
	return c.ensureRunning(ctx)
}

// Close leaves the cluster. The last user of the folder stops the server cleanly and waits for that;
// a ctx of its own with a generous deadline lets it write its checkpoint. Closing twice is harmless.
func (c *Cluster) Close(ctx context.Context) error {
	start, err := c.lockStart(ctx)
	if err != nil {
		return errors.Join(err, c.leave(func(*lock) error { return nil }))
	}
	defer start.release()
	return c.leave(func(users *lock) error { return c.stopIfLast(ctx, users) })
}

func (c *Cluster) leave(stop func(*lock) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.users == nil {
		return nil
	}
	err := stop(c.users)
	c.users.release()
	c.serve.release()
	c.users, c.serve = nil, nil
	return err
}

// stopIfLast stops the server when no other process uses it. The caller holds the start lock, so nobody can join
// meanwhile; a conversion that fails may lose the shared lock, which is fine for one who leaves.
func (c *Cluster) stopIfLast(ctx context.Context, users *lock) error {
	last, err := users.try(syscall.LOCK_EX)
	if err != nil || !last {
		return err
	}
	return c.stop(ctx)
}

// DataDir returns the folder's absolute path without symlinks.
func (c *Cluster) DataDir() string { return c.folder.root }

// Binaries returns the installation that runs the cluster.
func (c *Cluster) Binaries() Binaries { return c.bin }

// Adopted reports whether the server already ran when this process came.
func (c *Cluster) Adopted() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.started
}

// URL connects as the server's role, which the migrations create.
func (c *Cluster) URL() string { return c.URLFor(AppRole, Database) }

// AdminURL connects to Patok's database as the superuser.
func (c *Cluster) AdminURL() string { return c.URLFor(AdminRole, Database) }

// URLFor connects to any database of the cluster as any role; the socket's folder is the only guard.
func (c *Cluster) URLFor(role, database string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	query := []string{"host=" + url.QueryEscape(c.sockDir), "port=" + strconv.Itoa(port)}
	u := url.URL{Scheme: "postgres", User: url.User(role), Path: "/" + database, RawQuery: strings.Join(query, "&")}
	return u.String()
}

// Postmaster returns the server's process id, 0 when it does not run.
func (c *Cluster) Postmaster() int {
	p, err := readPostmaster(c.folder.pg())
	if err != nil || !p.alive(c.folder.pg()) {
		return 0
	}
	return p.pid
}

// DefaultDataDir is /var/lib/patok for root, whose home is closed to the cluster's user,
// and patok under the user's data home ($XDG_DATA_HOME, ~/.local/share) for everybody else.
func DefaultDataDir() (string, error) {
	if os.Geteuid() == 0 {
		return "/var/lib/patok", nil
	}
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "patok"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find a place for the data folder: %w", err)
	}
	return filepath.Join(home, ".local", "share", "patok"), nil
}
