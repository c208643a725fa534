package auth

import (
	"context"
	"strings"
	"time"

	"github.com/patok-id/patok/geo"
)

// How long a session lasts: after IdleTime without a request it ends, and
// after MaxTime in any case. The store ends idle ones.
const (
	IdleTime = 12 * time.Hour
	MaxTime  = 14 * 24 * time.Hour
)

// Accounts is what the service needs of the database.
type Accounts interface {
	// AccountByName returns the account with its password hash, or NotFound.
	AccountByName(ctx context.Context, name string) (geo.Account, error)
	CreateSession(ctx context.Context, accountID int64, tokenHash []byte, expires time.Time) error
	// SessionByToken is NotFound when the session is unknown, ended or expired,
	// or its account disabled.
	SessionByToken(ctx context.Context, tokenHash []byte) (geo.Session, error)
	EndSession(ctx context.Context, tokenHash []byte) error
	// PrincipalByToken returns who a bearer token belongs to, or NotFound.
	PrincipalByToken(ctx context.Context, tokenHash []byte) (geo.Principal, error)
	Audit(ctx context.Context, e geo.AuditEntry) error
}

// Service logs people in and tells who they are afterwards. It may be used by
// many goroutines.
type Service struct {
	accounts  Accounts
	now       func() time.Time
	hasher    *Hasher
	names     *Throttle
	addresses *Throttle
	known     *cache
}

// NewService returns a service over accounts; now is the clock. Two hashes run
// at a time (38 MiB) and 30 wait, about two seconds of work on a small server.
func NewService(accounts Accounts, now func() time.Time) *Service {
	return &Service{
		accounts:  accounts,
		now:       now,
		hasher:    NewHasher(2, 30),
		names:     NewThrottle(5, time.Second, 5*time.Minute),
		addresses: NewThrottle(50, time.Second, 5*time.Minute),
		known:     newCache(2*time.Second, 10_000),
	}
}

// Hash returns the hash of password for an account's row; see Hasher.Hash.
func (s *Service) Hash(ctx context.Context, password string) (string, error) {
	return s.hasher.Hash(ctx, password)
}

// LogIn opens a session and returns its token for the cookie. A wrong password
// and an unknown name are the same Unauthorized, after the same time; too many
// tries are RateLimited with RetryAfter. address is the client's.
func (s *Service) LogIn(ctx context.Context, name, password, address string) (token string, p geo.Principal, err error) {
	const op = "auth.LogIn"
	name = strings.ToLower(strings.TrimSpace(name))
	if len(name) > 63 || len(password) > MaxPasswordBytes {
		name, password = "", "" // nobody's; hashed all the same
	}
	if err := s.admit(ctx, name, address); err != nil {
		return "", geo.Public, err
	}
	account, err := s.account(ctx, name)
	if err != nil {
		s.refund(name, address)
		return "", geo.Public, geo.Wrap(op, err)
	}
	right, err := s.hasher.Verify(ctx, account.PasswordHash, password)
	if err != nil {
		s.refund(name, address)
		return "", geo.Public, geo.Wrap(op, err)
	}
	if !right || account.DisabledAt != nil {
		s.audit(ctx, "login_refused", name, address)
		return "", geo.Public, wrongLogin(op)
	}
	token, hash := NewToken()
	if err := s.accounts.CreateSession(ctx, account.AccountID, hash, s.now().Add(MaxTime)); err != nil {
		s.refund(name, address)
		return "", geo.Public, geo.Wrap(op, err)
	}
	s.names.Succeed(name)
	s.addresses.Refund(addressKey(address))
	s.audit(ctx, "login", name, address)
	return token, account.Principal, nil
}

// admit asks both throttles. A try that one refuses does not count in the other.
func (s *Service) admit(ctx context.Context, name, address string) error {
	now, key := s.now(), addressKey(address)
	wait, ok := s.addresses.Begin(key, now)
	if ok {
		if wait, ok = s.names.Begin(name, now); ok {
			return nil
		}
		s.addresses.Refund(key)
	}
	s.audit(ctx, "login_throttled", name, address)
	return &geo.Error{Kind: geo.RateLimited, Op: "auth.LogIn", RetryAfter: wait, Message: geo.Text{
		ID: "Terlalu banyak percobaan masuk. Tunggu sebentar, lalu coba lagi.",
		EN: "Too many tries to log in. Wait a moment, then try again."}}
}

// refund takes a try back that failed through no fault of who made it.
func (s *Service) refund(name, address string) {
	s.names.Refund(name)
	s.addresses.Refund(addressKey(address))
}

// account reads an account; an unknown name gives one that no password fits.
func (s *Service) account(ctx context.Context, name string) (geo.Account, error) {
	a, err := s.accounts.AccountByName(ctx, name)
	if err != nil && geo.KindOf(err) == geo.NotFound {
		return geo.Account{}, nil
	}
	return a, err
}

// audit writes a line of the audit log. That it fails does not stop the
// log-in: the audit shares its database with what follows.
func (s *Service) audit(ctx context.Context, action, name, address string) {
	_ = s.accounts.Audit(ctx, geo.AuditEntry{Actor: name, Action: action, Target: name, Address: address})
}

func wrongLogin(op string) error {
	return &geo.Error{Kind: geo.Unauthorized, Op: op, Message: geo.Text{
		ID: "Nama atau kata sandi salah.", EN: "Wrong name or password."}}
}

// LogOut ends the session of token. An unknown one is no error.
func (s *Service) LogOut(ctx context.Context, token string) error {
	if !looksLikeToken(token) {
		return nil
	}
	hash := HashToken(token)
	s.known.remove(cacheKey(fromSession, hash))
	err := s.accounts.EndSession(ctx, hash)
	if err != nil && geo.KindOf(err) == geo.NotFound {
		return nil
	}
	s.known.remove(cacheKey(fromSession, hash)) // a request may have put it back meanwhile
	return geo.Wrap("auth.LogOut", err)
}

// FromSession returns who the cookie's token belongs to, Unauthorized when it
// is not, or no longer, good.
func (s *Service) FromSession(ctx context.Context, token string) (geo.Principal, error) {
	return s.from(ctx, fromSession, token, func(hash []byte) (geo.Principal, error) {
		session, err := s.accounts.SessionByToken(ctx, hash)
		if err == nil && !s.now().Before(session.ExpiresAt) {
			err = geo.NotFoundError("auth.FromSession")
		}
		return session.Principal, err
	})
}

// FromBearer returns who a bearer token belongs to, Unauthorized when it is
// not, or no longer, good.
func (s *Service) FromBearer(ctx context.Context, token string) (geo.Principal, error) {
	return s.from(ctx, fromBearer, token, func(hash []byte) (geo.Principal, error) {
		return s.accounts.PrincipalByToken(ctx, hash)
	})
}

func (s *Service) from(ctx context.Context, kind byte, token string, look func(hash []byte) (geo.Principal, error)) (geo.Principal, error) {
	const op = "auth.from"
	if !looksLikeToken(token) {
		return geo.Public, notLoggedIn(op)
	}
	hash := HashToken(token)
	key := cacheKey(kind, hash)
	if p, ok := s.known.get(key, s.now()); ok {
		return p, nil
	}
	p, err := look(hash)
	switch {
	case err == nil:
		s.known.put(key, p, s.now())
		return p, nil
	case geo.KindOf(err) == geo.NotFound:
		return geo.Public, notLoggedIn(op)
	}
	return geo.Public, geo.Wrap(op, err)
}

func notLoggedIn(op string) error {
	return &geo.Error{Kind: geo.Unauthorized, Op: op, Message: geo.Text{
		ID: "Anda belum masuk, atau sesi Anda sudah berakhir. Silakan masuk.",
		EN: "You are not logged in, or your session has ended. Please log in."}}
}
