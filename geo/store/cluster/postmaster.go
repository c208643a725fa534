package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// postmaster is what postmaster.pid says.
type postmaster struct {
	pid     int
	sockDir string
	status  string // starting, ready, stopping, standby
}

// readPostmaster returns the zero value when there is no file or it is not written to its end yet.
func readPostmaster(pgDir string) (postmaster, error) {
	data, err := os.ReadFile(filepath.Join(pgDir, "postmaster.pid"))
	if errors.Is(err, os.ErrNotExist) {
		return postmaster{}, nil
	}
	if err != nil {
		return postmaster{}, fmt.Errorf("read postmaster.pid: %w", err)
	}
	lines := strings.Split(string(data), "\n")
	line := func(i int) string {
		if i < len(lines) {
			return strings.TrimSpace(lines[i])
		}
		return ""
	}
	pid, _ := strconv.Atoi(line(0)) // 0 when it is no number
	return postmaster{pid: pid, sockDir: line(4), status: line(7)}, nil
}

// alive reports whether the process is there and is the postmaster of this data directory:
// after a reboot its number may belong to any other program, and a zombie is no server.
func (p postmaster) alive(pgDir string) bool {
	if p.pid <= 0 {
		return false
	}
	if err := syscall.Kill(p.pid, 0); errors.Is(err, syscall.ESRCH) {
		return false
	}
	if _, err := os.Stat("/proc/self/cwd"); err != nil {
		return true // no /proc here: PostgreSQL's own check decides
	}
	cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", p.pid)) // a zombie has none
	return err == nil && cwd == pgDir
}

// answers asks with pg_isready whether the server behind the socket takes connections.
func answers(ctx context.Context, bin Binaries, sockDir string) bool {
	if sockDir == "" {
		return false
	}
	_, err := run(command(ctx, bin.Path("pg_isready"), "-q", "-t", "3", "-h", sockDir, "-p", strconv.Itoa(port),
		"-U", AdminRole, "-d", "postgres"))
	return err == nil
}

// unresponsiveAfter is how long a running postmaster may call itself ready without answering.
const unresponsiveAfter = 20 * time.Second

// ensureRunning adopts the cluster's server or starts it, and returns once it takes connections.
// The caller holds the start lock.
func (c *Cluster) ensureRunning(ctx context.Context) error {
	var unresponsive time.Time
	for {
		p, err := readPostmaster(c.folder.pg())
		if err != nil {
			return err
		}
		// The socket first: a server in another PID namespace answers, though its process is not to be seen.
		if p.pid > 0 && (p.status == "ready" || p.status == "standby") && answers(ctx, c.bin, p.sockDir) {
			c.sockDir = p.sockDir
			return nil
		}
		if !p.alive(c.folder.pg()) {
			return c.start(ctx, p)
		}
		if p.status != "ready" {
			unresponsive = time.Time{} // starting, recovering or stopping: that may take its time
		} else if unresponsive.IsZero() {
			unresponsive = time.Now()
		}
		if _, err := os.Lstat(socketPath(p.sockDir)); p.status == "ready" && errors.Is(err, os.ErrNotExist) {
			c.log.Warn("the database's socket is gone; restarting it", "socket", p.sockDir)
			if err := c.stop(ctx); err != nil {
				return err
			}
			continue
		}
		if !unresponsive.IsZero() && time.Since(unresponsive) > unresponsiveAfter {
			return fmt.Errorf("PostgreSQL (process %d) holds %s but does not answer; its log says:\n%s", p.pid, c.folder.pg(), c.logTail(time.Time{}))
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for PostgreSQL to take connections: %w", context.Cause(ctx))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// start runs pg_ctl, which puts the server into a session of its own and waits until it is ready.
func (c *Cluster) start(ctx context.Context, left postmaster) error {
	if left.pid > 0 {
		c.log.Info("PostgreSQL was not stopped cleanly; it recovers from its log", "folder", c.folder.root)
		if err := removeStale(c.folder.pg(), left); err != nil {
			return err
		}
	}
	sockDir, err := socketDir(c.folder)
	if err != nil {
		return err
	}
	if err := ownFolder(c.folder.log(), c.folder.runAs); err != nil {
		return fmt.Errorf("folder for the database's logs: %w", err)
	}
	if err := writeSettings(c.folder.pg(), c.folder.runAs, settings(c.folder, sockDir, memory(), c.settings)); err != nil {
		return err
	}
	deadline := time.Now().Add(30 * time.Second)
	for {
		err := c.pgCtlStart(ctx)
		if err == nil {
			c.sockDir, c.started = sockDir, true
			return nil
		}
		if !strings.Contains(err.Error(), "is still in use") || time.Now().After(deadline) || ctx.Err() != nil {
			return err
		}
		// The killed server's last processes are on their way out.
		time.Sleep(100 * time.Millisecond)
	}
}

// removeStale removes the files by which PostgreSQL would take a program that has the dead server's number now,
// or the zombie of it, for a running server. Processes of the dead server that still run are caught by its shared
// memory, and the socket's folder is this cluster's alone.
func removeStale(pgDir string, left postmaster) error {
	paths := []string{filepath.Join(pgDir, "postmaster.pid")}
	if left.sockDir != "" {
		paths = append(paths, socketPath(left.sockDir)+".lock", socketPath(left.sockDir))
	}
	for _, path := range paths {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("remove what the dead server left: %w", err)
		}
	}
	return nil
}

func (c *Cluster) pgCtlStart(ctx context.Context) error {
	began := time.Now().Add(-time.Second) // file times are coarser than the clock
	startLog := c.startLog()
	if err := os.Remove(startLog); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	cmd := as(command(ctx, c.bin.Path("pg_ctl"), "start", "--silent", "--wait", "--timeout=86400",
		"--pgdata="+c.folder.pg(), "--log="+startLog), c.folder.runAs)
	// While it waits, pg_ctl passes an interrupt on to the server; a kill would leave that to come up unattended.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	if _, err := run(cmd); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("start PostgreSQL: %w", context.Cause(ctx))
		}
		return fmt.Errorf("start PostgreSQL: %w\n%s", err, c.logTail(began))
	}
	return nil
}

// stop ends the server cleanly and waits for it. Connections are closed, a checkpoint is written.
func (c *Cluster) stop(ctx context.Context) error {
	p, err := readPostmaster(c.folder.pg())
	if err != nil {
		return err
	}
	if !p.alive(c.folder.pg()) {
		return nil
	}
	_, err = run(as(command(ctx, c.bin.Path("pg_ctl"), "stop", "--silent", "--wait", "--timeout=86400",
		"--mode=fast", "--pgdata="+c.folder.pg()), c.folder.runAs))
	if err != nil {
		if after, errRead := readPostmaster(c.folder.pg()); errRead == nil && !after.alive(c.folder.pg()) {
			return nil // it went by itself meanwhile
		}
		return fmt.Errorf("stop PostgreSQL: %w", err)
	}
	removeShortDir(c.folder, p.sockDir)
	return nil
}

func (c *Cluster) startLog() string { return filepath.Join(c.folder.log(), "start.log") }

// logTail returns the last lines of what the server logged since began.
func (c *Cluster) logTail(began time.Time) string {
	paths, _ := filepath.Glob(filepath.Join(c.folder.log(), "postgres-*.log")) // the only error is a bad pattern
	var newest string
	newestTime := began
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil && info.ModTime().After(newestTime) {
			newest, newestTime = path, info.ModTime()
		}
	}
	var parts []string
	for _, path := range []string{c.startLog(), newest} {
		if path == "" {
			continue
		}
		if data, err := os.ReadFile(path); err == nil && len(data) > 0 {
			parts = append(parts, path+":\n"+tail(string(data[max(0, len(data)-16384):]), 20))
		}
	}
	return strings.Join(parts, "\n")
}
