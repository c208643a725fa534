package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// program is the patok binary: what is measured runs as its own process.
type program string

// findProgram is the binary given, or the one beside this program.
func findProgram(given string) (program, error) {
	if given == "" {
		own, err := os.Executable()
		if err != nil {
			return "", err
		}
		given = filepath.Join(filepath.Dir(own), "patok")
	}
	if _, err := os.Stat(given); err != nil {
		return "", fmt.Errorf("the program to measure: %w (make build, or give --patok)", err)
	}
	return program(given), nil
}

// ended is a command that came to its end.
type ended struct {
	stdout string
	took   time.Duration
	peak   int64 // most memory that was resident, in bytes
}

// do runs a command to its end. Its lines of progress are passed on.
func (p program) do(ctx context.Context, progress func(string), args ...string) (ended, error) {
	var out bytes.Buffer
	told := &lines{each: progress}
	command := p.command(ctx, args...)
	command.Stdout, command.Stderr = &out, told
	began := time.Now()
	err := command.Run()
	e := ended{stdout: out.String(), took: time.Since(began)}
	if usage, ok := command.ProcessState.SysUsage().(*syscall.Rusage); ok {
		e.peak = usage.Maxrss << 10 // kilobytes on Linux (getrusage(2))
	}
	if err != nil {
		err = fmt.Errorf("patok %s: %w: %s%.2000s", strings.Join(args, " "), err, told.last, out.String())
	}
	return e, err
}

// command asks the process to end when ctx does.
func (p program) command(ctx context.Context, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, string(p), args...)
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.WaitDelay = 30 * time.Second
	return command
}

// lines hands on whole lines, and keeps the last.
type lines struct {
	each    func(string)
	pending []byte
	last    string
}

// Write is io.Writer's.
func (l *lines) Write(b []byte) (int, error) {
	l.pending = append(l.pending, b...)
	for {
		line, rest, whole := bytes.Cut(l.pending, []byte("\n"))
		if !whole {
			return len(b), nil
		}
		l.last, l.pending = string(line), rest
		l.each(l.last)
	}
}

// serving is a node that serves as its own process.
type serving struct {
	url     string
	started time.Duration // until it said that it is ready
	command *exec.Cmd
	ended   chan error
	log     *lines
}

// readyLine is what a node says when it serves.
var readyLine = regexp.MustCompile(`Patok is ready: (\S+)`)

// startLimit is how long a node may take to start.
const startLimit = 10 * time.Minute

// serve starts a node on a free port, on the database at url, and returns when
// it is ready.
func (p program) serve(ctx context.Context, url string, flags ...string) (*serving, error) {
	ready := make(chan string, 1)
	s := &serving{ended: make(chan error, 1), log: &lines{each: func(string) {}}}
	s.command = p.command(context.WithoutCancel(ctx), append([]string{"serve", "--listen", "127.0.0.1:0", "--database-url", url}, flags...)...)
	s.command.Stderr = s.log
	s.command.Stdout = &lines{each: func(line string) {
		if m := readyLine.FindStringSubmatch(line); m != nil {
			ready <- m[1]
		}
	}}
	began := time.Now()
	if err := s.command.Start(); err != nil {
		return nil, err
	}
	go func() { s.ended <- s.command.Wait() }() // Close waits for it
	var err error
	select {
	case s.url = <-ready:
		s.started = time.Since(began)
		return s, nil
	case err = <-s.ended:
		return nil, fmt.Errorf("the node ended: %w: %s", err, s.log.last)
	case <-ctx.Done():
		err = ctx.Err()
	case <-time.After(startLimit):
		err = fmt.Errorf("the node is not ready after %v", startLimit)
	}
	s.Close()
	return nil, err
}

// memory is what the node's process takes.
func (s *serving) memory() (memory, error) { return memoryOf(s.command.Process.Pid) }

// Close ends the node and waits for that.
func (s *serving) Close() {
	if s.command.Process.Signal(syscall.SIGTERM) != nil {
		return // it has ended
	}
	select {
	case <-s.ended:
	case <-time.After(time.Minute):
		s.command.Process.Kill() //nolint:errcheck // it may have ended just now
		<-s.ended
	}
}
