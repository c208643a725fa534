package auth

import (
	"context"
	"regexp"
	"strings"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/patok-id/patok/geo"
)

// MaxTime is how long a session lasts. The store ends idle ones earlier.
const MaxTime = 14 * 24 * time.Hour

// Store is what the service needs of the database. Its errors are *geo.Error.
type Store interface {
	accounts
	sessions
	tokens
	invitations
	secondFactors
	// Audit appends a line to the audit log.
	Audit(ctx context.Context, e geo.AuditEntry) error
}

type accounts interface {
	// AccountByName returns the account with its password hash, or NotFound.
	AccountByName(ctx context.Context, name string) (geo.Account, error)
	// AccountBySSO returns who the city's own sign-in calls subject, or NotFound.
	AccountBySSO(ctx context.Context, subject string) (geo.Account, error)
	// SetPassword replaces an account's password hash and ends its sessions but keep.
	SetPassword(ctx context.Context, by geo.Principal, account int64, hash string, keep int64) error
}

// Options of a Service. Zero members take the defaults.
type Options struct {
	Now   func() time.Time     // time.Now
	Lag   func() time.Duration // how far this node may be behind the log; none
	Words func() []string      // of the city, that everybody guesses; none
}

// Service logs people in and tells who they are afterwards. It may be used by
// many goroutines.
type Service struct {
	store  Store
	now    func() time.Time
	words  func() []string
	hasher *Hasher
	brakes *brakes
	known  *memory
	looks  singleflight.Group
}

// NewService returns a service over store. Two hashes run at a time (38 MiB)
// and 30 wait, about two seconds of work on a small server.
func NewService(store Store, o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Lag == nil {
		o.Lag = func() time.Duration { return 0 }
	}
	if o.Words == nil {
		o.Words = func() []string { return nil }
	}
	return &Service{store: store, now: o.Now, words: o.Words, hasher: NewHasher(2, 30), brakes: newBrakes(), known: newMemory(10_000, o.Lag)}
}

// Hash returns the hash of password for an account's row; see Hasher.Hash.
func (s *Service) Hash(ctx context.Context, password string) (string, error) {
	return s.hasher.Hash(ctx, password)
}

// LogIn opens a session and returns its token for the cookie. A wrong password,
// an unknown name, and an account that is disabled or has no password are the
// same Unauthorized, after the same time; too many tries are RateLimited with
// RetryAfter. A right password without the second factor's code, where there is
// one, is Unauthorized with the field /code, second_factor.
func (s *Service) LogIn(ctx context.Context, l geo.LogIn) (token string, p geo.Principal, err error) {
	const op = "auth.LogIn"
	l.Name = strings.ToLower(strings.TrimSpace(l.Name))
	if len(l.Name) > 63 {
		l.Name = "" // nobody's; hashed all the same
	}
	account, done, err := s.prove(ctx, op, l.Name, l.Password, l.Address)
	if err != nil {
		return "", geo.Public, err
	}
	if account.SecondFactor {
		if err := s.checkCode(ctx, op, account.Principal, l.Code, l.Address, done); err != nil {
			return "", geo.Public, err
		}
	}
	done(succeeded)
	return s.open(ctx, op, account, "login", l.Address, l.Agent)
}

// LogInSSO opens a session for who the city's own sign-in calls subject:
// Unauthorized when that is nobody here.
func (s *Service) LogInSSO(ctx context.Context, subject, address, agent string) (token string, p geo.Principal, err error) {
	const op = "auth.LogInSSO"
	account, err := s.store.AccountBySSO(ctx, subject)
	if err != nil && geo.KindOf(err) != geo.NotFound {
		return "", geo.Public, geo.Wrap(op, err)
	}
	if err != nil || account.DisabledAt != nil {
		s.audit(ctx, geo.AuditEntry{Actor: geo.Public.Actor(), Action: "login_refused", Target: account.Name, Address: address, Detail: map[string]any{"by": "sso"}})
		return "", geo.Public, &geo.Error{Kind: geo.Unauthorized, Op: op, Message: geo.Text{
			ID: "Akun Anda belum terdaftar di sini. Hubungi administrator.", EN: "You have no account here. Ask an administrator."}}
	}
	return s.open(ctx, op, account, "login_sso", address, agent)
}

// open starts a session of an account that has proved who it is.
func (s *Service) open(ctx context.Context, op string, a geo.Account, action, address, agent string) (string, geo.Principal, error) {
	token, hash := NewToken()
	session := geo.Session{Principal: a.Principal, ExpiresAt: s.now().Add(MaxTime), Address: address, Agent: agent}
	id, err := s.store.CreateSession(ctx, session, hash)
	if err != nil {
		return "", geo.Public, geo.Wrap(op, err)
	}
	s.audit(ctx, geo.AuditEntry{Actor: a.Name, Action: action, Target: a.Name, Address: address})
	p := a.Principal
	p.SessionID = id
	return token, p, nil
}

// prove returns the account whose password this is, and how to tell the brakes
// what became of the try; errors are those of LogIn.
func (s *Service) prove(ctx context.Context, op, name, password, address string) (geo.Account, func(outcome), error) {
	if len(password) > MaxPasswordBytes {
		password = "" // nobody's; hashed all the same
	}
	done, err := s.admit(ctx, op, name, address)
	if err != nil {
		return geo.Account{}, nil, err
	}
	account, err := s.store.AccountByName(ctx, name)
	if err != nil && geo.KindOf(err) != geo.NotFound {
		done(unmade)
		return account, nil, geo.Wrap(op, err)
	}
	right, err := s.hasher.Verify(ctx, account.PasswordHash, password)
	if err != nil {
		done(unmade)
		return account, nil, geo.Wrap(op, err)
	}
	if !right || account.DisabledAt != nil {
		// A name that nobody has may be a password typed in the wrong place.
		s.audit(ctx, geo.AuditEntry{Actor: geo.Public.Actor(), Action: "login_refused", Target: account.Name, Address: address})
		return account, nil, &geo.Error{Kind: geo.Unauthorized, Op: op, Message: geo.Text{
			ID: "Nama atau kata sandi salah.", EN: "Wrong name or password."}}
	}
	return account, done, nil
}

// nameLike is what an account can be called; other text is kept out of the log.
var nameLike = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,62}$`)

// admit asks the brakes. A refused try costs no more than that, and now and
// then a line of the audit log that says how many there were.
func (s *Service) admit(ctx context.Context, op, name, address string) (func(outcome), error) {
	done, wait, refused := s.brakes.begin(name, address, s.now())
	if refused.count > 0 {
		target := name
		if !nameLike.MatchString(name) {
			target = ""
		}
		s.audit(ctx, geo.AuditEntry{Actor: geo.Public.Actor(), Action: "login_throttled", Target: target, Address: address,
			Detail: map[string]any{"tries": refused.count, "since": refused.since.UTC()}})
	}
	if done != nil {
		return done, nil
	}
	return nil, &geo.Error{Kind: geo.RateLimited, Op: op, RetryAfter: wait, Message: geo.Text{
		ID: "Terlalu banyak percobaan. Tunggu sebentar, lalu coba lagi.",
		EN: "Too many tries. Wait a moment, then try again."}}
}

// audit writes a line of the audit log. That it fails does not stop the
// log-in: the audit shares its database with what follows.
func (s *Service) audit(ctx context.Context, e geo.AuditEntry) { _ = s.store.Audit(ctx, e) }

// SetPassword gives p a new password for current, and ends their other
// sessions. Errors are those of LogIn, and Invalid at /new.
func (s *Service) SetPassword(ctx context.Context, p geo.Principal, current, changed, address string) error {
	const op = "auth.SetPassword"
	account, done, err := s.reprove(ctx, op, p, current, address)
	if err != nil {
		return err
	}
	defer done(succeeded)
	if err := s.checkPassword("/new", changed, account.Principal); err != nil {
		return err
	}
	hash, err := s.hasher.Hash(ctx, changed)
	if err != nil {
		return geo.Wrap(op, err)
	}
	return geo.Wrap(op, s.store.SetPassword(ctx, p, p.AccountID, hash, p.SessionID))
}

// reprove asks somebody who is logged in for their password again. Who looks
// through another's eyes, or came with a token, is Forbidden.
func (s *Service) reprove(ctx context.Context, op string, p geo.Principal, password, address string) (geo.Account, func(outcome), error) {
	if p.ReadOnly || p.SessionID == 0 {
		return geo.Account{}, nil, notOwner(op)
	}
	return s.prove(ctx, op, p.Name, password, address)
}

func notOwner(op string) error {
	return &geo.Error{Kind: geo.Forbidden, Op: op, Message: geo.Text{
		ID: "Hanya pemilik akun yang sedang masuk yang dapat mengubah ini.", EN: "Only who is logged in to the account may change this."}}
}
