package cluster

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// command prepares one of PostgreSQL's programs with a clean environment: the caller's PG* variables,
// locale and psqlrc must not change what it does.
func command(ctx context.Context, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LANG=C", "LC_ALL=C", "HOME=/nonexistent"}
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// as makes the command run as another user, when that is not us already.
func as(cmd *exec.Cmd, who account) *exec.Cmd {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	if os.Geteuid() != who.uid {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(who.uid), Gid: uint32(who.gid)}
	}
	return cmd
}

// run runs the command and returns what it printed; the error carries the end of that.
func run(cmd *exec.Cmd) (string, error) {
	var out bytes.Buffer
	if cmd.Stdout == nil {
		cmd.Stdout = &out
	}
	cmd.Stderr = &out
	err := cmd.Run()
	if err == nil {
		return out.String(), nil
	}
	name := cmd.Args[0][strings.LastIndexByte(cmd.Args[0], '/')+1:]
	if text := tail(out.String(), 20); text != "" {
		return out.String(), fmt.Errorf("%s: %w:\n%s", name, err, text)
	}
	return out.String(), fmt.Errorf("%s: %w", name, err)
}

// tail returns the last lines of a text.
func tail(text string, lines int) string {
	all := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
