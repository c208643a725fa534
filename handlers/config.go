package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/auth"
	"github.com/patok-id/patok/geo/feed"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/indicator"
	"github.com/patok-id/patok/tiles"
)

// Store is what the handlers need of the database. Everything published comes
// from Live instead. Its errors are *geo.Error.
type Store interface {
	// Apply makes one edit, atomically, and returns the private view of the result.
	Apply(ctx context.Context, p geo.Principal, e geo.Edit) (geo.Result, error)
	// Asset reads one asset in the private view; NotFound for those who may not.
	Asset(ctx context.Context, p geo.Principal, id int64) (*geo.Asset, error)
	// Doubts lists the assets that p may read fully and somebody should look at.
	Doubts(ctx context.Context, p geo.Principal, after int64, limit int) (assets []*geo.Asset, next int64, err error)
	// Setting reads a setting, nil when it was never set.
	Setting(ctx context.Context, name string) (json.RawMessage, error)
	// SetSetting changes a setting; Forbidden for those who may not.
	SetSetting(ctx context.Context, p geo.Principal, name string, value json.RawMessage) error
	accountStore
	grantStore
	sessionStore
	tokenStore
	auditStore
	progressStore
	proposalStore
	pastStore
	historyStore
	importStore
	batchStore
	releaseStore
	downloadStore
	walkwayStore
	scenarioStore
	figuresStore
}

// Config is everything that a Server needs. The members without a default must
// be set.
type Config struct {
	Live     *index.Live     // the snapshot that is followed
	Follower *feed.Follower  // follows into Live
	Hub      *feed.Hub       // what the follower publishes to
	Figures  *indicator.Live // what is published of figures; nothing
	Tiles    *tiles.Source
	Auth     *auth.Service
	Store    Store
	Page     fs.FS // web.Dist(); files are served as they are
	Built    bool  // web.Built(): without it `/` says how to build the page

	// BaseURL is the public origin, such as https://peta.kedirikota.go.id, for
	// absolute links. Empty: taken from each request.
	BaseURL string
	// TLS says that clients reach this server by HTTPS only: cookies are
	// Secure and HSTS is sent. Requests that arrive by TLS, or through a trusted
	// proxy that says so, are treated the same without it.
	TLS bool
	// TrustedProxies are the addresses whose X-Forwarded-For and
	// X-Forwarded-Proto are believed. Empty: nobody's.
	TrustedProxies []netip.Prefix
	// PlainLogin lets people log in over plain HTTP from other machines. For
	// trials only: passwords cross the network readable.
	PlainLogin bool

	// SignIn is the city's own sign-in; nil without one.
	SignIn *SignIn

	Version   string           // of the binary, for /api and /metrics
	Logger    *slog.Logger     // slog.Default()
	Clock     func() time.Time // time.Now
	Heartbeat time.Duration    // between comments in /api/events; 15 s
	StreamAge time.Duration    // after which /api/events ends a stream; 30 min
	Timeout   time.Duration    // of every request but /api/events; 30 s
}

// complete checks c and fills in the defaults.
func (c Config) complete() (Config, error) {
	if c.Live == nil || c.Follower == nil || c.Hub == nil || c.Tiles == nil || c.Auth == nil || c.Store == nil || c.Page == nil {
		return c, errors.New("handlers: Config lacks Live, Follower, Hub, Tiles, Auth, Store or Page")
	}
	if c.BaseURL != "" {
		u, err := url.Parse(c.BaseURL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
			return c, errors.New("handlers: BaseURL must be an origin such as https://peta.example.go.id")
		}
		c.BaseURL = u.Scheme + "://" + u.Host
	}
	if c.SignIn != nil {
		own := *c.SignIn
		if err := own.check(); err != nil {
			return c, err
		}
		c.SignIn = &own
	}
	if c.Figures == nil {
		c.Figures = indicator.NewLive(nil)
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Heartbeat <= 0 {
		c.Heartbeat = 15 * time.Second
	}
	if c.StreamAge <= 0 {
		c.StreamAge = 30 * time.Minute
	}
	if c.Timeout <= 0 {
		c.Timeout = 30 * time.Second
	}
	return c, nil
}
