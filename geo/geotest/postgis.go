package geotest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo/store/cluster"
	"github.com/patok-id/patok/migrations"
)

// ServerVariable names an administrator's URL of any PostGIS for the tests. Unset, they share one own cluster.
const ServerVariable = "PATOK_TEST_DATABASE_URL"

// templateLock keeps two test processes from making the template, or changing a role, at once.
const templateLock = 7101_2026

// These are the one state that a test process shares; only Main and the first Database touch them.
var (
	inMain atomic.Bool
	shared = &server{}
)

// Main runs a package's tests and leaves the shared cluster afterwards; the last test process out stops it.
// A package whose tests need a database has:
//
//	func TestMain(m *testing.M) { geotest.Main(m) }
func Main(m *testing.M) {
	inMain.Store(true)
	m.Run() // the testing package exits with its code
	ctx, cancel := cleanup()
	defer cancel()
	if err := shared.close(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "geotest: leave the test cluster:", err)
	}
}

// Database returns the superuser's URL of a new database with the migrated schema. It is dropped when the test ends,
// with every connection to it. Without PostGIS the test fails: a skipped test proves nothing.
func Database(t testing.TB) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	s := started(t)
	name := fmt.Sprintf("patok_test_%d_%s", os.Getpid(), strings.ToLower(rand.Text()[:10]))
	if err := s.create(ctx, name); err != nil {
		t.Fatal("geotest: ", err)
	}
	t.Cleanup(func() {
		ctx, cancel := cleanup()
		defer cancel()
		if err := s.exec(ctx, "drop database if exists "+name+" with (force)"); err != nil {
			t.Error("geotest: ", err)
		}
	})
	return s.database(name)
}

// cleanup is the time that is left for tidying up: a test's own ctx has ended by then.
func cleanup() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), time.Minute)
}

// AdminURL returns the superuser's URL of the server's maintenance database.
func AdminURL(t testing.TB) string {
	t.Helper()
	return started(t).admin
}

// AppURL returns the URL of the same database as the role that the server works as.
func AppURL(t testing.TB, databaseURL string) string {
	t.Helper()
	return Role(t, databaseURL, cluster.AppRole)
}

// Role returns the URL of the same database as another role, which must exist and may log in.
// On a server that asks for passwords the role is given one.
func Role(t testing.TB, databaseURL, role string) string {
	t.Helper()
	roleURL, err := started(t).role(t.Context(), databaseURL, role)
	if err != nil {
		t.Fatal("geotest: ", err)
	}
	return roleURL
}

// DataDir returns the folder of real data beside the checkout.
func DataDir(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal("geotest: ", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if filepath.Dir(dir) == dir {
			t.Fatal("geotest: no go.mod above the working directory")
		}
		dir = filepath.Dir(dir)
	}
	data := filepath.Join(dir, "..", "shared", "data")
	if info, err := os.Stat(data); err != nil || !info.IsDir() {
		t.Fatalf("geotest: the real data is not at %s: %v", data, err)
	}
	return data
}

func started(t testing.TB) *server {
	t.Helper()
	if !inMain.Load() {
		t.Fatal("geotest: this package's tests need: func TestMain(m *testing.M) { geotest.Main(m) }")
	}
	// The test's own ctx ends with it, the server serves them all.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 3*time.Minute)
	defer cancel()
	if err := shared.start(ctx, os.Getenv(ServerVariable)); err != nil {
		t.Fatal("geotest: ", err)
	}
	return shared
}

// server is a PostGIS with the migrated template in it.
type server struct {
	mu       sync.Mutex
	own      *cluster.Cluster
	admin    string // URL, "" before start
	external bool
	template string
	err      error
}

// start connects to the server at adminURL, or to the own cluster when that is empty, and makes the template.
// It tries once per process.
func (s *server) start(ctx context.Context, adminURL string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.admin != "" || s.err != nil {
		return s.err
	}
	s.err = s.open(ctx, adminURL)
	if s.err == nil {
		s.err = s.makeTemplate(ctx)
	}
	return s.err
}

func (s *server) open(ctx context.Context, adminURL string) error {
	if adminURL != "" {
		s.admin, s.external = adminURL, true
		return nil
	}
	own, err := cluster.Open(ctx, cluster.Options{
		DataDir: filepath.Join(os.TempDir(), "patok-test-"+strconv.Itoa(os.Getuid())),
		Settings: map[string]string{
			"fsync":           "off", // the data is worth nothing after the test
			"patok.volatile":  "yes", // so the store takes it all the same
			"max_connections": "300", // of all packages that are tested at once
			"shared_buffers":  "256MB",
			"cluster_name":    "patok-test",
		},
	})
	if err != nil {
		return err
	}
	s.own, s.admin = own, own.URLFor(cluster.AdminRole, "postgres")
	if own.Adopted() {
		return nil
	}
	return s.sweep(ctx)
}

func (s *server) close(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.own == nil {
		return nil
	}
	return s.own.Close(ctx)
}

// sweep drops the databases of test processes that were killed.
func (s *server) sweep(ctx context.Context) error {
	return s.locked(ctx, func(ctx context.Context, c *pgx.Conn) error {
		rows, err := c.Query(ctx, `select datname from pg_database where datname like 'patok\_test\_%'`)
		if err != nil {
			return err
		}
		names, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return err
		}
		for _, name := range names {
			var pid int
			if n, _ := fmt.Sscanf(name, "patok_test_%d_", &pid); n == 1 && !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
				continue
			}
			if _, err := c.Exec(ctx, "drop database if exists "+pgx.Identifier{name}.Sanitize()+" with (force)"); err != nil {
				return err
			}
		}
		return nil
	})
}

// makeTemplate migrates one database per state of the migrations, for all test processes.
func (s *server) makeTemplate(ctx context.Context) error {
	hash, err := hashFiles(migrations.Files)
	if err != nil {
		return err
	}
	s.template = "patok_template_" + hash
	return s.locked(ctx, func(ctx context.Context, c *pgx.Conn) error {
		var there bool
		if err := c.QueryRow(ctx, `select exists (select from pg_database where datname = $1)`, s.template).Scan(&there); err != nil || there {
			return err
		}
		making := s.template + "_making"
		if _, err := c.Exec(ctx, "drop database if exists "+making+" with (force)"); err != nil {
			return err
		}
		if _, err := c.Exec(ctx, "create database "+making+" template template0 encoding 'UTF8'"); err != nil {
			return err
		}
		if _, err := migrations.Up(ctx, s.database(making)); err != nil {
			return err
		}
		// After the migrations, so that a template of this name is always a whole one.
		if _, err := c.Exec(ctx, "alter database "+making+" rename to "+s.template); err != nil {
			return err
		}
		return dropOldTemplates(ctx, c)
	})
}

// keptTemplates is enough for a few checkouts that are tested in turn.
const keptTemplates = 6

func dropOldTemplates(ctx context.Context, c *pgx.Conn) error {
	rows, err := c.Query(ctx, `select datname from pg_database where datname like 'patok\_template\_%' order by oid desc offset $1`, keptTemplates)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		if _, err := c.Exec(ctx, "drop database if exists "+pgx.Identifier{name}.Sanitize()); err != nil {
			return err
		}
	}
	return nil
}

func (s *server) create(ctx context.Context, name string) error {
	return s.exec(ctx, "create database "+name+" template "+s.template)
}

func (s *server) exec(ctx context.Context, sql string) error {
	conn, err := pgx.Connect(ctx, s.admin)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}

// rolePassword is what roles get on a server of tests that asks for passwords.
const rolePassword = "patok-test"

func (s *server) role(ctx context.Context, databaseURL, role string) (string, error) {
	u, err := url.Parse(databaseURL)
	if err != nil {
		return "", errors.New("the database's URL cannot be parsed") // the parser's own error repeats the password
	}
	if !s.external {
		u.User = url.User(role)
		return u.String(), nil
	}
	u.User = url.UserPassword(role, rolePassword)
	sql := "alter role " + pgx.Identifier{role}.Sanitize() + " password '" + rolePassword + "'"
	return u.String(), s.locked(ctx, func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, sql)
		return err
	})
}

// locked runs work while no other test process is in a locked part. The lock ends with the connection.
func (s *server) locked(ctx context.Context, work func(context.Context, *pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, s.admin)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "select pg_advisory_lock($1)", templateLock); err != nil {
		return err
	}
	return work(ctx, conn)
}

// database returns the administrator's URL with another database.
func (s *server) database(name string) string {
	u, err := url.Parse(s.admin)
	if err != nil {
		return "" // never: pgx connected with it
	}
	u.Path = "/" + name
	return u.String()
}

// hashFiles names a state of the migrations.
func hashFiles(files fs.FS) (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%s %d\n", path, len(data))
		sum.Write(data)
		return nil
	})
	return hex.EncodeToString(sum.Sum(nil)[:6]), err
}
