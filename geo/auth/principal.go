package auth

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/patok-id/patok/geo"
)

type sessions interface {
	CreateSession(ctx context.Context, s geo.Session, tokenHash []byte) (id int64, err error)
	// SessionByToken is NotFound when the session is unknown, ended or expired,
	// or its account disabled. ExpiresAt is when it ends without a further look.
	SessionByToken(ctx context.Context, tokenHash []byte) (geo.Session, error)
	EndSession(ctx context.Context, tokenHash []byte) error
}

type tokens interface {
	// PrincipalByToken returns who a bearer token belongs to, with the grants
	// that its scope leaves, and its end (zero for none); NotFound when it is
	// unknown, revoked or expired, or its account disabled.
	PrincipalByToken(ctx context.Context, tokenHash []byte) (p geo.Principal, until time.Time, err error)
}

// lookTime bounds a look-up, which several requests may wait for.
const lookTime = 10 * time.Second

// FromSession returns who the cookie's token belongs to, Unauthorized when it
// is not, or no longer, good.
func (s *Service) FromSession(ctx context.Context, token string) (geo.Principal, error) {
	return s.from(ctx, "session", token, func(ctx context.Context, hash []byte) (remembered, error) {
		session, err := s.store.SessionByToken(ctx, hash)
		return remembered{principal: session.Principal, until: session.ExpiresAt}, err
	})
}

// FromBearer returns who a bearer token belongs to, Unauthorized when it is
// not, or no longer, good.
func (s *Service) FromBearer(ctx context.Context, token string) (geo.Principal, error) {
	return s.from(ctx, "bearer", token, func(ctx context.Context, hash []byte) (remembered, error) {
		p, until, err := s.store.PrincipalByToken(ctx, hash)
		return remembered{principal: p, until: until}, err
	})
}

// FromBasic is FromBearer for clients that know HTTP's basic scheme only: name
// must be the account's. Passwords are not taken.
func (s *Service) FromBasic(ctx context.Context, name, token string) (geo.Principal, error) {
	p, err := s.FromBearer(ctx, token)
	if err == nil && p.Name != strings.ToLower(strings.TrimSpace(name)) {
		return geo.Public, notLoggedIn("auth.FromBasic")
	}
	return p, err
}

// from looks a token up, in memory and else in the database: once, however many
// ask at that moment. Who asks after something was forgotten gets a look-up of
// their own.
func (s *Service) from(ctx context.Context, kind, token string, look func(context.Context, []byte) (remembered, error)) (geo.Principal, error) {
	const op = "auth.from"
	if !looksLikeToken(token) {
		return geo.Public, notLoggedIn(op)
	}
	hash := HashToken(token)
	key := kind + string(hash)
	p, generation, ok := s.known.get(key, s.now())
	if ok {
		return p, nil
	}
	found, err, _ := s.looks.Do(key+strconv.FormatInt(generation, 10), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTime)
		defer cancel()
		looked := s.now()
		e, err := look(ctx, hash)
		if e.looked = looked; err == nil {
			s.known.put(key, e, generation)
		}
		return e, err
	})
	e, _ := found.(remembered)
	if err == nil && !e.until.IsZero() && !s.now().Before(e.until) {
		err = geo.NotFoundError(op)
	}
	switch {
	case err == nil:
		return e.principal, nil
	case geo.KindOf(err) == geo.NotFound:
		return geo.Public, notLoggedIn(op)
	}
	return geo.Public, geo.Wrap(op, err)
}

// LogOut ends the session of token. An unknown one is no error.
func (s *Service) LogOut(ctx context.Context, token string) error {
	if !looksLikeToken(token) {
		return nil
	}
	hash := HashToken(token)
	err := s.store.EndSession(ctx, hash)
	s.known.remove("session" + string(hash))
	if err != nil && geo.KindOf(err) == geo.NotFound {
		return nil
	}
	return geo.Wrap("auth.LogOut", err)
}

// Withdraw forgets what is known of accounts: the log says that they may have
// lost a right.
func (s *Service) Withdraw(accounts []int64) { s.known.forget(accounts) }

// WithdrawAll forgets everything that is known.
func (s *Service) WithdrawAll() { s.known.forgetAll() }

func notLoggedIn(op string) error {
	return &geo.Error{Kind: geo.Unauthorized, Op: op, Message: geo.Text{
		ID: "Anda belum masuk, atau sesi Anda sudah berakhir. Silakan masuk.",
		EN: "You are not logged in, or your session has ended. Please log in."}}
}
