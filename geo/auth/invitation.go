package auth

import (
	"context"
	"time"

	"github.com/patok-id/patok/geo"
)

// InvitationTime is how long an invitation's link is good.
const InvitationTime = 7 * 24 * time.Hour

type invitations interface {
	// Invitation is NotFound when the link is unknown, used or over, or its
	// account disabled.
	Invitation(ctx context.Context, tokenHash []byte) (geo.Invitation, error)
	// AcceptInvitation sets the password, uses the invitation up and ends the
	// account's sessions, all or nothing; NotFound as Invitation.
	AcceptInvitation(ctx context.Context, tokenHash []byte, passwordHash string) (geo.Account, error)
}

// NewInvitation makes the token of an invitation's link, its hash, and its end.
func (s *Service) NewInvitation() (token string, hash []byte, until time.Time) {
	token, hash = NewToken()
	return token, hash, s.now().Add(InvitationTime)
}

// OpenInvitation tells whose an invitation is, and uses nothing up. It is
// NotFound when the link is not, or no longer, good, and RateLimited when too
// many that are not came from the address.
func (s *Service) OpenInvitation(ctx context.Context, token, address string) (geo.Invitation, error) {
	const op = "auth.OpenInvitation"
	done, err := s.admit(ctx, op, "", address)
	if err != nil {
		return geo.Invitation{}, err
	}
	if !looksLikeToken(token) {
		return geo.Invitation{}, geo.NotFoundError(op)
	}
	i, err := s.store.Invitation(ctx, HashToken(token))
	if geo.KindOf(err) != geo.NotFound {
		done(unmade)
	}
	return i, geo.Wrap(op, err)
}

// LogInInvited sets the password of the account that was invited and opens a
// session. The session is empty when a second factor stands: then one logs in.
// Errors are those of OpenInvitation, and Invalid at /password.
func (s *Service) LogInInvited(ctx context.Context, token, password, address, agent string) (session string, p geo.Principal, err error) {
	const op = "auth.LogInInvited"
	i, err := s.OpenInvitation(ctx, token, address)
	if err != nil {
		return "", geo.Public, err
	}
	if err := s.checkPassword("/password", password, geo.Principal{Name: i.Account.Name, Title: i.Account.Title}); err != nil {
		return "", geo.Public, err
	}
	hash, err := s.hasher.Hash(ctx, password)
	if err != nil {
		return "", geo.Public, geo.Wrap(op, err)
	}
	account, err := s.store.AcceptInvitation(ctx, HashToken(token), hash)
	if err != nil {
		return "", geo.Public, geo.Wrap(op, err)
	}
	if account.SecondFactor {
		return "", account.Principal, nil
	}
	return s.open(ctx, op, account, "login", address, agent)
}
