package handlers

import (
	"net/http"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// viewer is person for ending a look through somebody else's eyes, which is no
// change of theirs.
func (s *Server) viewer(h action) http.HandlerFunc {
	return s.answer(byPerson(h), func(r *http.Request) (geo.Principal, error) {
		p, err := s.principal(r)
		if err == nil && p.Anonymous() {
			err = notLoggedIn("handlers.viewer")
		}
		if p.ViewedBy != nil {
			p.ReadOnly = false
		}
		return p, err
	})
}

// viewAs lets an administrator see what another account sees, and change
// nothing. It is logged.
func (s *Server) viewAs(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	if err := noParams(r); err != nil {
		return err
	}
	f, err := readFields(w, r, maxLoginBytes)
	if err != nil {
		return err
	}
	account := need[int64](f, "account")
	if err := f.done("handlers.viewAs"); err != nil {
		return err
	}
	return s.look(w, r, p, account, at)
}

// endViewing makes an administrator themself again.
func (s *Server) endViewing(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	if err := nothingSent(w, r); err != nil {
		return err
	}
	return s.look(w, r, p, 0, at)
}

// look changes through whose eyes p's session looks, and answers the session
// as it is then.
func (s *Server) look(w http.ResponseWriter, r *http.Request, p geo.Principal, account int64, at *index.Snapshot) error {
	if err := s.Store.ViewAs(r.Context(), p, p.SessionID, account); err != nil {
		return err
	}
	if p.ViewedBy != nil {
		s.withdraw(p.ViewedBy.ID)
	} else {
		s.withdraw(p.AccountID)
	}
	p, err := s.principal(r)
	if err != nil {
		return err
	}
	return s.writeSession(w, r, http.StatusOK, p, at)
}
