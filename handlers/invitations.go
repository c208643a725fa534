package handlers

import (
	"net/http"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// invitationInfo is a link with which somebody sets a password, once.
type invitationInfo struct {
	Link      string      `json:"link"`
	ExpiresAt time.Time   `json:"expires_at"`
	Purpose   geo.Purpose `json:"purpose"`
}

// invitationLink is the address that is handed out. The token stands behind
// the #, which no browser sends: neither a log nor a preview gets it.
func (s *Server) invitationLink(r *http.Request, token string) string {
	return s.origin(r) + "/#undangan=" + token
}

// openInvitation tells who was invited. It uses nothing up: previews of
// messages open links.
func (s *Server) openInvitation(w http.ResponseWriter, r *http.Request, _ geo.Principal, _ *index.Snapshot) error {
	f, err := s.readSecrets(w, r)
	if err != nil {
		return err
	}
	token := need[string](f, "token")
	if err := f.done("handlers.openInvitation"); err != nil {
		return err
	}
	i, err := s.Auth.OpenInvitation(r.Context(), token, clientAddress(r))
	if err != nil {
		return refusedInvitation(err)
	}
	return writePrivate(w, r, http.StatusOK, map[string]any{
		"name": i.Account.Name, "title": i.Account.Title, "purpose": i.Purpose, "expires_at": i.ExpiresAt.UTC()})
}

// acceptInvitation sets the password and logs in. Where a second factor stands
// it only sets the password: the page then asks to log in.
func (s *Server) acceptInvitation(w http.ResponseWriter, r *http.Request, _ geo.Principal, at *index.Snapshot) error {
	f, err := s.readSecrets(w, r)
	if err != nil {
		return err
	}
	token, password := need[string](f, "token"), need[string](f, "password")
	if err := f.done("handlers.acceptInvitation"); err != nil {
		return err
	}
	session, p, err := s.Auth.LogInInvited(r.Context(), token, password, clientAddress(r), agent(r))
	if err != nil {
		return refusedInvitation(err)
	}
	s.withdraw(p.AccountID)
	if session == "" {
		return s.writeSession(w, r, http.StatusCreated, geo.Public, at)
	}
	s.openSession(w, r, session)
	return s.writeSession(w, r, http.StatusCreated, p, at)
}

// refusedInvitation says of a link that is not good what to do.
func refusedInvitation(err error) error {
	if geo.KindOf(err) != geo.NotFound {
		return err
	}
	return &geo.Error{Kind: geo.NotFound, Op: "handlers.refusedInvitation", Err: err, Message: geo.Text{
		ID: "Tautan ini tidak berlaku, sudah dipakai, atau sudah lewat waktunya. Minta tautan baru kepada administrator.",
		EN: "This link is not valid, was used, or has expired. Ask an administrator for a new one."}}
}
