package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/auth"
	"github.com/patok-id/patok/geo/index"
)

// tokenStore is what people do with the tokens of their programs.
type tokenStore interface {
	Tokens(ctx context.Context, by geo.Principal, account int64) ([]geo.Token, error)
	// CreateToken adds a token of by's own account.
	CreateToken(ctx context.Context, by geo.Principal, account int64, t geo.Token, hash []byte) (geo.Token, error)
	RevokeToken(ctx context.Context, by geo.Principal, account, token int64) error
}

// maxTokenAge is how far ahead a token may end.
const maxTokenAge = 400 * 24 * time.Hour

// tokenInfo is a token without what it consists of.
type tokenInfo struct {
	ID         int64      `json:"id"`
	Name       string     `json:"name"`
	AreaCode   geo.Code   `json:"area_code"` // "" is as far as the account's grants
	Types      []string   `json:"types"`     // null is every type
	ReadOnly   bool       `json:"read_only"`
	CreatedAt  time.Time  `json:"created_at"`
	LastUsedAt *time.Time `json:"last_used_at"`
	ExpiresAt  *time.Time `json:"expires_at"`
	RevokedAt  *time.Time `json:"revoked_at"`
}

func tokenOf(t geo.Token) tokenInfo {
	return tokenInfo{ID: t.ID, Name: t.Name, AreaCode: t.Scope.AreaCode, Types: t.Scope.Types, ReadOnly: t.Scope.ReadOnly,
		CreatedAt: t.CreatedAt.UTC(), LastUsedAt: utcOrNil(t.LastUsedAt), ExpiresAt: utcOrNil(t.ExpiresAt), RevokedAt: utcOrNil(t.RevokedAt)}
}

// tokensOf lists the tokens of an account for by.
func (s *Server) tokensOf(r *http.Request, by geo.Principal, account int64) ([]tokenInfo, error) {
	tokens, err := s.Store.Tokens(r.Context(), by, account)
	list := make([]tokenInfo, len(tokens))
	for i, t := range tokens {
		list[i] = tokenOf(t)
	}
	return list, err
}

// tokens lists one's own tokens.
func (s *Server) tokens(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	if err := noParams(r); err != nil {
		return err
	}
	list, err := s.tokensOf(r, p, p.AccountID)
	if err != nil {
		return err
	}
	return writePrivate(w, r, http.StatusOK, map[string]any{"tokens": list})
}

// createToken makes a token, and shows it this once.
func (s *Server) createToken(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	f, err := s.readSecrets(w, r)
	if err != nil {
		return err
	}
	t := s.readToken(f, at)
	if err := f.done("handlers.createToken"); err != nil {
		return err
	}
	token, hash := auth.NewToken()
	if t, err = s.Store.CreateToken(r.Context(), p, p.AccountID, t, hash); err != nil {
		return err
	}
	return writePrivate(w, r, http.StatusCreated, struct {
		tokenInfo
		Token string `json:"token"`
	}{tokenOf(t), token})
}

// readToken reads {"name","area_code"?,"types"?,"read_only","expires_at"}.
func (s *Server) readToken(f *fields, at *index.Snapshot) geo.Token {
	t := geo.Token{Name: need[string](f, "name"), Scope: geo.Scope{AreaCode: readCode(f, "area_code"), ReadOnly: need[bool](f, "read_only")}}
	if len(geo.CheckTitle(t.Name)) > 0 {
		f.bad("name", "length", "Nama token wajib diisi, paling panjang 100 huruf.", "A token needs a name of at most 100 characters.")
	}
	if t.Scope.AreaCode != "" && !(known{at}).HasArea(t.Scope.AreaCode) {
		f.bad("area_code", "unknown", "Wilayah ini tidak ada.", "There is no such area.")
	}
	if types := maybe[[]string](f, "types"); types != nil {
		t.Scope.Types = *types
		for _, name := range *types {
			if !(known{at}).HasType(name) {
				f.bad("types", "unknown", "Jenis "+show(name)+" tidak ada.", "There is no type "+show(name)+".")
			}
		}
		if len(*types) == 0 {
			f.bad("types", "empty", "Pilih paling sedikit satu jenis, atau kosongkan untuk semua jenis.", "Choose a type at least, or leave it out for all.")
		}
	}
	expires := need[time.Time](f, "expires_at")
	if now := s.Clock(); !expires.IsZero() && (!expires.After(now) || expires.Sub(now) > maxTokenAge) {
		f.bad("expires_at", "range", "Harus sesudah sekarang dan paling lama 400 hari lagi.", "Must be after now and at most 400 days ahead.")
	}
	t.ExpiresAt = &expires
	return t
}

// revokeToken ends one of one's own tokens.
func (s *Server) revokeToken(w http.ResponseWriter, r *http.Request, p geo.Principal, _ *index.Snapshot) error {
	return s.revoke(w, r, p, p.AccountID)
}

func (s *Server) revoke(w http.ResponseWriter, r *http.Request, by geo.Principal, account int64) error {
	if err := nothingSent(w, r); err != nil {
		return err
	}
	token, err := pathID(r, "token")
	if err != nil {
		return err
	}
	if err := s.Store.RevokeToken(r.Context(), by, account, token); err != nil {
		return err
	}
	s.withdraw(account)
	return writeNothing(w)
}
