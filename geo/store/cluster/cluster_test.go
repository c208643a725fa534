package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The test binary plays a second patok process when this variable names a data folder: it opens the folder,
// prints "open" and waits to be killed.
const playVariable = "PATOK_CLUSTER_TEST_PLAY"

func TestMain(m *testing.M) {
	dir := os.Getenv(playVariable)
	if dir == "" {
		os.Exit(m.Run())
	}
	if _, err := Open(context.Background(), Options{DataDir: dir, Server: true, Settings: quick()}); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("open")
	select {}
}

// quick leaves out what costs time and only matters when the machine itself dies.
func quick() map[string]string {
	return map[string]string{"fsync": "off", "shared_buffers": "16MB"}
}

// place is a folder that the cluster's user can reach; t.TempDir is closed to it when root runs the test.
func place(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "patok-cluster-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func open(t *testing.T, o Options) *Cluster {
	t.Helper()
	if o.Settings == nil {
		o.Settings = quick()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	c, err := Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, c) })
	return c
}

func shut(t *testing.T, c *Cluster) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := c.Close(ctx); err != nil {
		t.Error(err)
	}
}

func query(t *testing.T, c *Cluster, sql string) string {
	t.Helper()
	out, err := Query(t.Context(), c.Binaries(), c.AdminURL(), sql)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// play starts a second process on the folder and returns once it is open; kill ends it without a chance to clean up.
func play(t *testing.T, dir string) (kill func()) {
	t.Helper()
	cmd := second(t, dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill = sync.OnceFunc(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // "signal: killed", as wanted
	})
	t.Cleanup(kill)
	line := make([]byte, 4096)
	n, _ := out.Read(line)
	if got := strings.TrimSpace(string(line[:n])); got != "open" {
		t.Fatalf("the second process says %q", got)
	}
	return kill
}

func second(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), playVariable+"="+dir)
	return cmd
}

// TestLife goes through what happens to one data folder in its life; each step stands on the one before.
func TestLife(t *testing.T) {
	dir := filepath.Join(place(t), "deep", "data")
	steps := []struct {
		name string
		run  func(*testing.T, string)
	}{
		{"a new folder becomes a PostGIS cluster", stepNew},
		{"a second server is refused", stepRefused},
		{"the last one out stops it", stepLastOut},
		{"a cluster left by a killed process is adopted", stepAdopted},
		{"a killed PostgreSQL recovers what was committed", stepRecovered},
		{"a stale postmaster.pid names another program", stepStale},
		{"Ensure restarts a dead server", stepEnsure},
		{"a lost socket is made again", stepSocketLost},
		{"a failed start shows the log", stepFailedStart},
		{"an ended ctx leaves nothing running", stepEndedContext},
		{"many users come and go", stepCrowd},
	}
	for _, step := range steps {
		if !t.Run(step.name, func(t *testing.T) { step.run(t, dir) }) {
			return
		}
	}
}

func stepNew(t *testing.T, dir string) {
	c := open(t, Options{DataDir: dir, Server: true})
	if c.Adopted() {
		t.Error("a server that this process started counts as adopted")
	}
	for setting, want := range map[string]string{
		"data_checksums": "on", "listen_addresses": "", "full_page_writes": "on", "synchronous_commit": "on",
		"server_encoding": "UTF8", "TimeZone": "UTC", "jit": "off", "fsync": "off", // fsync: the test's own override
		"unix_socket_permissions": "0700", "wal_level": "replica", "max_connections": "60",
	} {
		if got := query(t, c, "show "+setting); got != want {
			t.Errorf("%s is %q, not %q", setting, got, want)
		}
	}
	if got := query(t, c, "select st_astext(st_makepoint(112, -7.8)), current_user, current_database()"); got != "POINT(112 -7.8)\tpatok_admin\tpatok" {
		t.Errorf("got %q", got)
	}
	for _, path := range []string{c.folder.pg(), c.folder.log(), c.sockDir} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if owner := ownerOf(info); owner.uid == 0 || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: owner %s, mode %v", path, owner.name, info.Mode())
		}
	}
	if !strings.HasPrefix(c.sockDir, c.DataDir()+"/") {
		t.Errorf("the socket of a short path is in %s", c.sockDir)
	}
	// A terminal's Ctrl-C goes to the session's foreground group: the server must be in neither.
	sid, _, errno := syscall.Syscall(syscall.SYS_GETSID, uintptr(c.Postmaster()), 0, 0)
	if errno != 0 || int(sid) != c.Postmaster() {
		t.Errorf("the server is in session %d (%v), not in its own", sid, errno)
	}
	query(t, c, "create table kept (n int)")
}

func stepRefused(t *testing.T, dir string) {
	c := open(t, Options{DataDir: dir, Server: true})
	_, err := Open(t.Context(), Options{DataDir: dir, Server: true})
	serving, ok := errors.AsType[*ServingError](err)
	if !ok || serving.PID != os.Getpid() {
		t.Fatalf("the second server got: %v", err)
	}
	if want := fmt.Sprintf("process %d", os.Getpid()); !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), c.DataDir()) {
		t.Errorf("the message names neither process nor folder: %v", err)
	}
	if pid, err := Serving(dir); err != nil || pid != os.Getpid() {
		t.Errorf("Serving says %d, %v", pid, err)
	}
	open(t, Options{DataDir: dir}) // a command is welcome
	shut(t, c)
	if pid, err := Serving(dir); err != nil || pid != 0 {
		t.Errorf("after Close, Serving says %d, %v", pid, err)
	}
	open(t, Options{DataDir: dir, Server: true})
}

func stepLastOut(t *testing.T, dir string) {
	first := open(t, Options{DataDir: dir, Server: true})
	second := open(t, Options{DataDir: dir})
	if !second.Adopted() || second.Postmaster() != first.Postmaster() {
		t.Error("the second user did not get the first one's server")
	}
	shut(t, first)
	if got := query(t, second, "select 1"); got != "1" {
		t.Errorf("got %q", got)
	}
	pid := second.Postmaster()
	shut(t, second)
	shut(t, second) // harmless
	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) && second.Postmaster() != 0 {
		t.Error("the server still runs")
	}
	if _, err := os.Stat(filepath.Join(first.folder.pg(), "postmaster.pid")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("not a clean stop: %v", err)
	}
	if err := second.Ensure(t.Context()); err == nil {
		t.Error("Ensure works on a closed cluster")
	}
}

func stepAdopted(t *testing.T, dir string) {
	kill := play(t, dir)
	before := open(t, Options{DataDir: dir})
	query(t, before, "insert into kept values (1)")
	pid := before.Postmaster()
	kill()
	// Our own share would keep the server: drop it without stopping, as a killed process does.
	before.users.release()
	before.users = nil
	after := open(t, Options{DataDir: dir, Server: true})
	if !after.Adopted() || after.Postmaster() != pid {
		t.Errorf("adopted %v, process %d instead of %d", after.Adopted(), after.Postmaster(), pid)
	}
	if got := query(t, after, "select n from kept"); got != "1" {
		t.Errorf("got %q", got)
	}
}

func stepRecovered(t *testing.T, dir string) {
	kill := play(t, dir)
	c := open(t, Options{DataDir: dir})
	query(t, c, "insert into kept values (2)")
	killServer(t, c)
	kill()
	c.users.release()
	c.users = nil
	again := open(t, Options{DataDir: dir})
	if again.Adopted() {
		t.Error("a dead server was adopted")
	}
	if got := query(t, again, "select string_agg(n::text, ',' order by n) from kept"); got != "1,2" {
		t.Errorf("after recovery the table holds %q", got)
	}
}

func killServer(t *testing.T, c *Cluster) {
	t.Helper()
	pid := c.Postmaster()
	if pid == 0 {
		t.Fatal("no server to kill")
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); c.Postmaster() != 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the server does not die")
		}
	}
}

func stepStale(t *testing.T, dir string) {
	c := open(t, Options{DataDir: dir})
	killServer(t, c)
	c.users.release()
	c.users = nil
	path := filepath.Join(c.folder.pg(), "postmaster.pid")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(data), "\n")
	// A living process of the cluster's own user, as after a restart of the machine.
	other := as(exec.Command("/bin/sleep", "60"), c.folder.runAs)
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = other.Process.Kill()
		_ = other.Wait() // "signal: killed", as wanted
	}()
	if err := replaceFile(path, []byte(strconv.Itoa(other.Process.Pid)+"\n"+rest), c.folder.runAs); err != nil {
		t.Fatal(err)
	}
	again := open(t, Options{DataDir: dir})
	if got := query(t, again, "select count(*) from kept"); got != "2" {
		t.Errorf("got %q", got)
	}
}

func stepEnsure(t *testing.T, dir string) {
	c := open(t, Options{DataDir: dir})
	pid := c.Postmaster()
	if err := c.Ensure(t.Context()); err != nil || c.Postmaster() != pid {
		t.Fatalf("Ensure disturbed a healthy server: %v", err)
	}
	killServer(t, c)
	if err := c.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := query(t, c, "select count(*) from kept"); got != "2" {
		t.Errorf("got %q", got)
	}
}

func stepSocketLost(t *testing.T, dir string) {
	c := open(t, Options{DataDir: dir})
	if err := os.Remove(socketPath(c.sockDir)); err != nil {
		t.Fatal(err)
	}
	other := open(t, Options{DataDir: dir})
	if got := query(t, other, "select count(*) from kept"); got != "2" {
		t.Errorf("got %q", got)
	}
}

func stepFailedStart(t *testing.T, dir string) {
	_, err := Open(t.Context(), Options{DataDir: dir, Settings: map[string]string{"shared_buffers": "a little"}})
	if err == nil || !strings.Contains(err.Error(), `invalid value for parameter "shared_buffers"`) {
		t.Fatalf("the error does not say why: %v", err)
	}
	open(t, Options{DataDir: dir}) // and the next one is not disturbed by it
}

func stepEndedContext(t *testing.T, dir string) {
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(60*time.Millisecond, cancel)
	c, err := Open(ctx, Options{DataDir: dir, Settings: quick()})
	if err == nil {
		shut(t, c) // faster than the cancellation: then it counts as open
	} else if !errors.Is(err, context.Canceled) && !strings.Contains(err.Error(), "killed") {
		t.Errorf("unexpected error: %v", err)
	}
	f, err := prepareFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if p, err := readPostmaster(f.pg()); err != nil || p.alive(f.pg()) {
		t.Errorf("left running: %+v, %v", p, err)
	}
	open(t, Options{DataDir: dir})
}

func stepCrowd(t *testing.T, dir string) {
	var users sync.WaitGroup
	for range 6 {
		users.Go(func() {
			for range 3 {
				c, err := Open(t.Context(), Options{DataDir: dir, Settings: quick()})
				if err != nil {
					t.Error(err)
					return
				}
				if out, err := Query(t.Context(), c.Binaries(), c.AdminURL(), "select count(*) from kept"); err != nil || out != "2" {
					t.Errorf("got %q, %v", out, err)
				}
				shut(t, c)
			}
		})
	}
	users.Wait()
	f, err := prepareFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if p, err := readPostmaster(f.pg()); err != nil || p.pid != 0 {
		t.Errorf("after the last one: %+v, %v", p, err)
	}
}
