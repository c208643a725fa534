package cluster

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// libpqParameters are the connection parameters that PostgreSQL's programs understand in a URL.
// pgx takes more of them (pool_max_conns, timezone, …), which libpq would refuse.
var libpqParameters = []string{
	"host", "hostaddr", "port", "dbname", "user", "passfile", "connect_timeout", "application_name", "options",
	"sslmode", "sslcert", "sslkey", "sslrootcert", "sslcrl", "sslcrldir", "sslsni", "channel_binding",
	"gssencmode", "krbsrvname", "target_session_attrs", "keepalives", "keepalives_idle",
	"keepalives_interval", "keepalives_count", "tcp_user_timeout", "load_balance_hosts",
}

// Client prepares a client program for a database URL. The password travels in the environment:
// every user of the machine can read a command line.
func Client(ctx context.Context, bin Binaries, program, databaseURL string, args ...string) (*exec.Cmd, error) {
	u, err := url.Parse(databaseURL)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		// The parser's error repeats the URL, and the password with it.
		return nil, fmt.Errorf("%s needs a database URL that begins with postgres://", program)
	}
	query := u.Query()
	password := query.Get("password")
	if p, ok := u.User.Password(); ok {
		password = p
		u.User = url.User(u.User.Username())
	}
	var kept []string
	for _, name := range libpqParameters {
		for _, value := range query[name] {
			// libpq knows %20 but takes a plus for a plus.
			kept = append(kept, name+"="+strings.ReplaceAll(url.QueryEscape(value), "+", "%20"))
		}
	}
	u.RawQuery = strings.Join(kept, "&")
	cmd := command(ctx, bin.Path(program), slices.Concat([]string{"--dbname=" + u.String(), "--no-password"}, args)...)
	cmd.Env = slices.DeleteFunc(cmd.Env, func(v string) bool { return strings.HasPrefix(v, "HOME=") })
	if home, err := os.UserHomeDir(); err == nil {
		cmd.Env = append(cmd.Env, "HOME="+home) // ~/.pgpass, ~/.postgresql/root.crt
	}
	if password != "" {
		cmd.Env = append(cmd.Env, "PGPASSWORD="+password)
	}
	return cmd, nil
}

// Query runs SQL with psql and returns its rows as text, columns separated by tabs, trimmed.
// Several statements run one by one, each in its own transaction; the first error ends it.
func Query(ctx context.Context, bin Binaries, databaseURL, sql string) (string, error) {
	cmd, err := Client(ctx, bin, "psql", databaseURL,
		"--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--field-separator=\t", "--set=ON_ERROR_STOP=1", "--file=-")
	if err != nil {
		return "", err
	}
	cmd.Stdin = strings.NewReader(sql)
	out, err := run(cmd)
	return strings.TrimSpace(out), err
}

// seeingAll lets a session read every row, as the server in its own cause does. Without it a role that is no superuser
// could not dump tables with row-level security, or would dump what it sees and call it whole.
func seeingAll(databaseURL string) string {
	u, err := url.Parse(databaseURL)
	if err != nil {
		return databaseURL // for Client to refuse
	}
	query := u.Query()
	query.Set("options", strings.TrimSpace(query.Get("options")+" -c patok.account=system"))
	u.RawQuery = query.Encode()
	return u.String()
}

// Dump writes the database to path in pg_dump's custom format: a logical backup, which another version can restore.
// The file is complete and durable once Dump returns nil, and not there before. Roles are not part of it.
func Dump(ctx context.Context, bin Binaries, databaseURL, path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	defer os.Remove(f.Name()) // gone already when the rename worked
	defer f.Close()
	cmd, err := Client(ctx, bin, "pg_dump", seeingAll(databaseURL), "--format=custom", "--enable-row-security")
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	cmd.Stdout = f
	if _, err := run(cmd); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	return nil
}

// RestoreDump reads a dump into an empty database, all or nothing. The roles that the dump grants to must exist.
func RestoreDump(ctx context.Context, bin Binaries, databaseURL, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer f.Close()
	cmd, err := Client(ctx, bin, "pg_restore", databaseURL, "--single-transaction", "--exit-on-error")
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	cmd.Stdin = f
	if _, err := run(cmd); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return nil
}

// Backup writes the cluster's database to path; see Dump.
func (c *Cluster) Backup(ctx context.Context, path string) error {
	return Dump(ctx, c.bin, c.AdminURL(), path)
}

// Restore replaces the cluster's database by a dump. The dump is read into a database beside it first, so that a
// failure leaves everything as it was; then one transaction swaps the names and the old one is dropped.
//
// roles are created, with the right to log in, where they are missing. Open sessions on the old database are
// ended: the caller holds the folder as its server. The caller also sets a new epoch afterwards.
func (c *Cluster) Restore(ctx context.Context, path string, roles ...string) error {
	maintenance := c.URLFor(AdminRole, "postgres")
	const coming, going = Database + "_restoring", Database + "_replaced"
	for _, role := range roles {
		sql := fmt.Sprintf(`select format('create role %%I login', r) from (values (%s)) as wanted (r)
 where not exists (select from pg_roles where rolname = r) \gexec`, quoteLiteral(role))
		if _, err := Query(ctx, c.bin, maintenance, sql); err != nil {
			return fmt.Errorf("restore: create role %s: %w", role, err)
		}
	}
	const clean = "set client_min_messages = warning; drop database if exists %[1]s with (force);"
	prepare := fmt.Sprintf(clean+"drop database if exists %[2]s with (force); create database %[1]s template template0", coming, going)
	if _, err := Query(ctx, c.bin, maintenance, prepare); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if err := RestoreDump(ctx, c.bin, c.URLFor(AdminRole, coming), path); err != nil {
		_, errDrop := Query(ctx, c.bin, maintenance, fmt.Sprintf(clean, coming))
		if errDrop != nil {
			c.log.Warn("could not remove a failed restore; the next one does", "error", errDrop)
		}
		return err
	}
	swap := fmt.Sprintf(`
begin;
select pg_terminate_backend(pid) is null from pg_stat_activity where datname = '%[1]s' \g /dev/null
alter database %[1]s rename to %[3]s;
alter database %[2]s rename to %[1]s;
commit;
set client_min_messages = warning;
drop database %[3]s with (force);`, Database, coming, going)
	if _, err := Query(ctx, c.bin, maintenance, swap); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return nil
}

func quoteLiteral(s string) string { return `'` + strings.ReplaceAll(s, `'`, `''`) + `'` }
