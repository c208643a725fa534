package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo/auth"
	"github.com/patok-id/patok/geo/feed"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/store"
	"github.com/patok-id/patok/handlers"
	"github.com/patok-id/patok/tiles"
	"github.com/patok-id/patok/web"
)

// node is a Patok server in this process, wired as cmd/patok wires it, and the
// one connection to PostGIS that it is compared with.
type node struct {
	store    *store.Store
	live     *index.Live
	hub      *feed.Hub
	auth     *auth.Service
	follower *feed.Follower
	server   *handlers.Server
	conn     *pgx.Conn // PostGIS's side; statements are prepared on first use

	stop    context.CancelFunc
	running sync.WaitGroup
}

// startNode opens the database at url and returns when the node follows it.
// PostGIS's side goes in as admin, to whom row-level security does not apply:
// the comparison is not to win by our own locks.
func startNode(ctx context.Context, admin, url string) (*node, error) {
	logger := slog.New(slog.DiscardHandler)
	n := &node{live: index.NewLive(), hub: feed.NewHub(4096, 100)}
	var err error
	if n.store, err = store.Open(ctx, url, store.Options{Logger: logger}); err != nil {
		return nil, err
	}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	n.stop = stop
	n.auth = auth.NewService(n.store, auth.Options{Lag: func() time.Duration { return n.follower.Lag() }})
	n.follower = feed.NewFollower(n.store, n.live, n.hub, logger, feed.Options{Rights: n.auth})
	n.running.Go(func() { n.follower.Run(background) }) //nolint:errcheck // it only ever returns the end of background
	if err := n.connect(ctx, admin, logger); err != nil {
		n.Close()
		return nil, err
	}
	return n, nil
}

func (n *node) connect(ctx context.Context, admin string, logger *slog.Logger) (err error) {
	source, err := tiles.NewSource(256 << 20)
	if err != nil {
		return err
	}
	n.server, err = handlers.New(handlers.Config{
		Live: n.live, Follower: n.follower, Hub: n.hub, Tiles: source, Store: n.store,
		Auth: n.auth, Page: web.Dist(), Built: web.Built(),
		Version: version, Logger: logger,
	})
	if err != nil {
		return err
	}
	if n.conn, err = pgx.Connect(ctx, admin); err != nil {
		return err
	}
	for !n.follower.Ready() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
	return nil
}

// Close stops the node and waits for everything that it began.
func (n *node) Close() {
	n.stop()
	if n.server != nil {
		n.server.Close()
	}
	n.running.Wait()
	if n.conn != nil {
		n.conn.Close(context.Background()) //nolint:errcheck // nothing is under way
	}
	n.store.Close()
}

// serve answers handler on a free port of this machine until the node closes,
// and returns its address.
func (n *node) serve(ctx context.Context, handler http.Handler) (baseURL string, err error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	n.running.Go(func() { server.Serve(listener) }) //nolint:errcheck // it ends when it is closed
	stop := n.stop
	n.stop = func() { stop(); server.Close() } //nolint:errcheck // the listener goes with the process
	return fmt.Sprintf("http://%s", listener.Addr()), nil
}
