package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// opsSocket is the node's private door for commands on the same data folder.
// Its folder lets in the owner only.
func opsSocket(folder string) string { return filepath.Join(folder, "ops.sock") }

// maxSocketPath is the longest path that a Unix socket may have on Linux.
const maxSocketPath = 107

// serveOps answers /metrics, /readyz and /digests on --ops-listen and on the
// data folder's socket, never on the public address.
func (n *node) serveOps(ctx context.Context, c *serveCmd, env *environment) error {
	server := &http.Server{Handler: n.server.Ops(), ReadHeaderTimeout: 5 * time.Second}
	var listeners []net.Listener
	if c.OpsListen != "" {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", c.OpsListen)
		if err != nil {
			return fmt.Errorf("ops: %w", err)
		}
		listeners = append(listeners, l)
	}
	if n.db.cluster != nil {
		path := opsSocket(n.db.cluster.DataDir())
		if len(path) > maxSocketPath {
			n.log.Warn("the data folder's path is too long for a socket; patok doctor needs --ops-url", "path", path)
		} else if l, err := listenSocket(ctx, path); err != nil {
			return fmt.Errorf("ops: %w", err)
		} else {
			listeners = append(listeners, l)
		}
	}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	failed := make(chan error, len(listeners))
	for _, l := range listeners {
		go func() { failed <- server.Serve(l) }()
	}
	var err error
	for range listeners {
		if e := <-failed; !errors.Is(e, http.ErrServerClosed) {
			err = errors.Join(err, e)
			server.Close()
		}
	}
	return err
}

// listenSocket takes the place of a socket that a killed server left; the
// folder's server lock is held, so no living one is there.
func listenSocket(ctx context.Context, path string) (net.Listener, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	return l, os.Chmod(path, 0o600)
}

// systemd tells the service manager the state, when one is there to hear it.
func systemd(state string) {
	address := os.Getenv("NOTIFY_SOCKET")
	if address == "" {
		return
	}
	conn, err := net.Dial("unixgram", address)
	if err != nil {
		return
	}
	defer conn.Close()
	_, _ = conn.Write([]byte(state)) // nobody hears it: nothing to do about that
}
