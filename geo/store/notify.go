package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// channel is the name that nodes LISTEN on. A notification only wakes a node;
// what changed is read from the log.
const channel = "patok"

// wake asks the notifier to tell every node that something committed.
func (s *Store) wake() {
	select {
	case s.committed <- struct{}{}:
	default: // a signal is waiting already; one wakes for both
	}
}

// notify sends a notification after commits, on a connection of its own:
// inside the writing transactions it would put every commit of the cluster
// behind one lock.
func (s *Store) notify(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			select {
			case <-s.committed: // a command that ends at once tells the nodes first
				s.tellNodes(context.WithoutCancel(ctx))
			default:
			}
			return
		case <-s.committed:
			s.tellNodes(ctx)
		}
	}
}

func (s *Store) tellNodes(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if _, err := s.pool.Exec(ctx, `select pg_notify($1, '')`, channel); err != nil && ctx.Err() == nil {
		s.log.Warn("nodes were not notified; they will see the change at their next poll", "error", err)
	}
}

// Listen calls wake after every notification until ctx ends or the connection
// breaks, and once at the start, when it listens: what was committed before
// must be read then. It holds a connection outside the pool.
func (s *Store) Listen(ctx context.Context, wake func()) error {
	conn, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
	if err != nil {
		return mapError("store.Listen", err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // it is broken or no longer wanted
	if _, err := conn.Exec(ctx, `listen `+channel); err != nil {
		return mapError("store.Listen", err)
	}
	wake()
	for {
		wait, cancel := context.WithTimeout(ctx, time.Minute)
		_, err := conn.WaitForNotification(wait)
		idle := wait.Err() != nil && ctx.Err() == nil
		cancel()
		if idle { // a silent wire may be a dead one
			err = conn.Ping(ctx)
		}
		if err != nil {
			return mapError("store.Listen", err)
		}
		wake()
	}
}
