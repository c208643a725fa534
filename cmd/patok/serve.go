package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/auth"
	"github.com/patok-id/patok/geo/feed"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/indicator"
	"github.com/patok-id/patok/handlers"
	"github.com/patok-id/patok/tiles"
	"github.com/patok-id/patok/web"
)

type serveCmd struct {
	databaseFlags
	Listen         string         `default:"127.0.0.1:8080" help:"Where to serve the public, as host:port."`
	OpsListen      string         `help:"Where to serve /metrics and /readyz to operators; never a public address." placeholder:"ADDR"`
	BaseURL        string         `help:"The public address, such as https://peta.kota.go.id; left out: as each request came." placeholder:"URL"`
	TLSCert        string         `help:"TLS certificate chain in PEM." type:"existingfile" placeholder:"FILE"`
	TLSKey         string         `help:"Private key of --tls-cert in PEM." type:"existingfile" placeholder:"FILE"`
	ACMEDomains    []string       `name:"acme-domains" help:"Get certificates for these host names by ACME (Let's Encrypt); needs port 443." placeholder:"HOST"`
	ACMEEmail      string         `name:"acme-email" help:"Where the certificate authority may write to." placeholder:"ADDR"`
	TrustedProxies []netip.Prefix `help:"Addresses of the proxy in front, such as 10.0.0.5/32, whose X-Forwarded headers are believed." placeholder:"CIDR"`
	PlainLogin     bool           `help:"Let people log in over plain HTTP from other machines. For trials only."`
	CacheMB        int            `name:"cache-mb" default:"256" help:"Memory for encoded tiles, in MB."`
	OIDC           signInFlags    `embed:"" prefix:"oidc-"`
	MaxStreams     int            `default:"5000" help:"Open pages that may follow changes at the same time."`
}

// Run serves until the process is asked to stop, then finishes what is under way.
func (c *serveCmd) Run(ctx context.Context, env *environment) (err error) {
	if err := c.check(env.Log); err != nil {
		return err
	}
	// A place that is taken is told before anything is started.
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	db, err := c.open(ctx, env, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	startMemory()
	n, err := c.node(db, env.Log)
	if err != nil {
		return err
	}
	return n.run(ctx, c, env, listener)
}

// node is one running server: a follower of the log, and HTTP over its memory.
type node struct {
	db       *database
	live     *index.Live
	follower *feed.Follower
	server   *handlers.Server
	log      *slog.Logger
}

// eventRing is how many revisions a browser that was away may catch up with.
const eventRing = 4096

func (c *serveCmd) node(db *database, log *slog.Logger) (*node, error) {
	live := index.NewLive()
	hub := feed.NewHub(eventRing, c.MaxStreams)
	figures := indicator.NewLive(db.Store)
	var follower *feed.Follower
	service := auth.NewService(db.Store, auth.Options{
		Lag:   func() time.Duration { return follower.Lag() },
		Words: func() []string { return cityWords(live) },
	})
	follower = feed.NewFollower(db.Store, live, hub, log, feed.Options{Rights: service, Figures: figures, Loaded: settleMemory})
	source, err := tiles.NewSource(c.CacheMB << 20)
	if err != nil {
		return nil, err
	}
	server, err := handlers.New(handlers.Config{
		Live: live, Follower: follower, Hub: hub, Figures: figures, Tiles: source, Store: db.Store,
		Auth: service,
		Page: web.Dist(), Built: web.Built(),
		BaseURL: c.BaseURL, TLS: c.secure(), TrustedProxies: c.TrustedProxies, PlainLogin: c.PlainLogin, SignIn: c.OIDC.signIn(),
		Version: version, Logger: log,
	})
	if err != nil {
		return nil, err
	}
	return &node{db: db, live: live, follower: follower, server: server, log: log}, nil
}

// cityWords are names that everybody in the city thinks of first.
func cityWords(live *index.Live) []string {
	var words []string
	for _, level := range []geo.Level{geo.LevelProvinsi, geo.LevelKabupaten, geo.LevelKecamatan} {
		page, err := live.Snapshot().Query(context.Background(), geo.Query{Collection: level.Collection(), Limit: 100})
		if err != nil {
			continue // without areas there are no names
		}
		for _, a := range page.Areas {
			words = append(words, a.Name)
		}
	}
	return words
}

// tidyEvery is how long what nobody needs any more may lie about.
const tidyEvery = time.Hour

// tidy keeps the house in order until ctx ends.
func (n *node) tidy(ctx context.Context) {
	ticker := time.NewTicker(tidyEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if err := n.db.Tidy(ctx); err != nil && ctx.Err() == nil {
			n.log.Warn("what is over was not deleted; it will be tried again", "error", err)
		}
	}
}

// run starts everything and waits for the end of all of it.
func (n *node) run(ctx context.Context, c *serveCmd, env *environment, listener net.Listener) error {
	public := &http.Server{
		Handler:           n.server,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(n.log.Handler(), slog.LevelDebug),
	}
	public.RegisterOnShutdown(n.server.Close)
	group, ctx := errgroup.WithContext(ctx)
	following, stopFollowing := context.WithCancel(context.WithoutCancel(ctx))
	group.Go(func() error { n.follower.Run(following); return nil }) //nolint:errcheck // it only ever returns the end of following
	group.Go(func() error { n.watchCluster(following); return nil })
	group.Go(func() error { n.tidy(following); return nil })
	group.Go(func() error { n.server.Run(following); return nil })
	group.Go(func() error { n.live.Run(following); return nil })
	group.Go(func() error { return n.serveOps(following, c, env) })
	group.Go(func() error { return c.serve(public, listener) })
	group.Go(func() error { n.announce(ctx, c, env, listener); return nil })
	group.Go(func() error {
		<-ctx.Done()
		defer stopFollowing()
		systemd("STOPPING=1")
		ending, cancel := context.WithTimeout(context.Background(), 15*time.Second)
		defer cancel()
		if err := public.Shutdown(ending); err != nil {
			return errors.Join(err, public.Close())
		}
		return nil
	})
	return group.Wait()
}

// announce says where the map is once it is there.
func (n *node) announce(ctx context.Context, c *serveCmd, env *environment, listener net.Listener) {
	for !n.follower.Ready() {
		select {
		case <-ctx.Done():
			return
		case <-time.After(20 * time.Millisecond):
		}
	}
	systemd("READY=1")
	scheme := "http"
	if c.ownTLS() {
		scheme = "https"
	}
	address := c.BaseURL
	if address == "" {
		address = scheme + "://" + listener.Addr().String()
	}
	fmt.Fprintf(env.Stdout, "Patok is ready: %s\n", address)
}

// watchCluster brings the own PostgreSQL up again when it died.
func (n *node) watchCluster(ctx context.Context) {
	if n.db.cluster == nil {
		return
	}
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if n.db.cluster.Postmaster() != 0 {
			continue
		}
		n.log.Warn("PostgreSQL has died; starting it again")
		if err := n.db.cluster.Ensure(ctx); err != nil && ctx.Err() == nil {
			n.log.Error("PostgreSQL could not be started", "error", err)
		}
	}
}
