package cluster

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestBackupAndRestore(t *testing.T) {
	dir := place(t)
	c := open(t, Options{DataDir: filepath.Join(dir, "data"), Server: true})
	query(t, c, `create role patok_app login; create table stake (name text, geom geometry(Point, 4326));
		insert into stake values ('Posyandu Melati', 'SRID=4326;POINT(112.01 -7.82)'); grant select on stake to patok_app`)
	backup := filepath.Join(dir, "patok.dump")
	if err := c.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(backup)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup: %v, %v", info, err)
	}
	query(t, c, "drop table stake; create table later ()")

	broken := filepath.Join(dir, "broken.dump")
	data, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(broken, data[:len(data)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.Restore(t.Context(), broken); err == nil {
		t.Error("half a backup is restored")
	}
	if got := query(t, c, "select to_regclass('later') is not null, (select count(*) from pg_database where datname like 'patok%')"); got != "t\t1" {
		t.Errorf("a failed restore changed something: %q", got)
	}

	// Into a cluster that knows none of the roles, while somebody is still connected.
	shut(t, c)
	fresh := open(t, Options{DataDir: filepath.Join(dir, "fresh"), Server: true})
	lingering, err := Client(t.Context(), fresh.Binaries(), "psql", fresh.AdminURL(), "--command=select pg_sleep(60)")
	if err != nil {
		t.Fatal(err)
	}
	if err := lingering.Start(); err != nil {
		t.Fatal(err)
	}
	defer lingering.Wait() //nolint:errcheck // its connection is ended by the restore
	for range 2 {          // a second time over the first
		if err := fresh.Restore(t.Context(), backup, "patok_app"); err != nil {
			t.Fatal(err)
		}
	}
	got, err := Query(t.Context(), fresh.Binaries(), fresh.URL(), "select name, st_astext(geom), st_srid(geom), current_user from stake")
	if err != nil || got != "Posyandu Melati\tPOINT(112.01 -7.82)\t4326\tpatok_app" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestDumpFailureLeavesNoFile(t *testing.T) {
	dir := t.TempDir()
	bin, err := Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = Dump(t.Context(), bin, "postgres://nobody@/none?host="+dir, filepath.Join(dir, "x.dump"))
	if err == nil || !strings.Contains(err.Error(), "pg_dump") {
		t.Errorf("got: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestClientHidesPassword(t *testing.T) {
	for _, databaseURL := range []string{
		"postgres://app:s3cret@db.example:5433/patok?sslmode=require&pool_max_conns=7&application_name=a%20b",
		"postgresql://app@db.example:5433/patok?password=s3cret&sslmode=require&application_name=a+b",
	} {
		cmd, err := Client(t.Context(), Binaries{Dir: "/x"}, "psql", databaseURL)
		if err != nil {
			t.Fatal(err)
		}
		line := strings.Join(cmd.Args, " ")
		if strings.Contains(line, "s3cret") || strings.Contains(line, "pool_max_conns") {
			t.Errorf("the command line is %s", line)
		}
		if !strings.Contains(line, "app@db.example:5433/patok?application_name=a%20b&sslmode=require") {
			t.Errorf("the command line is %s", line)
		}
		if !slices.Contains(cmd.Env, "PGPASSWORD=s3cret") {
			t.Error("the password is lost")
		}
	}
	if _, err := Client(t.Context(), Binaries{}, "psql", "host=db password=s3cret"); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("got: %v", err)
	}
}
