package indicator

import (
	"context"
	"sync/atomic"
)

// Live holds the current catalog. Any number of readers call Catalog; one
// follower calls Renew.
type Live struct {
	source  catalogSource
	current atomic.Pointer[Catalog]
}

// catalogSource is what a catalog is read from.
type catalogSource interface {
	// Catalog reads the registry and all publications as they are now. Contents
	// that held has are not read again.
	Catalog(ctx context.Context, held *Catalog) (*Catalog, error)
}

// NewLive returns a holder of an empty catalog.
func NewLive(source catalogSource) *Live {
	l := &Live{source: source}
	l.current.Store(NewCatalog(NewRegistry(nil, nil), nil))
	return l
}

// Catalog returns the current catalog, never nil.
func (l *Live) Catalog() *Catalog { return l.current.Load() }

// Renew reads the catalog anew. When that fails the last one stands.
func (l *Live) Renew(ctx context.Context) error {
	next, err := l.source.Catalog(ctx, l.Catalog())
	if err == nil {
		l.current.Store(next)
	}
	return err
}
