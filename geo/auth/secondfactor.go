package auth

import (
	"bytes"
	"context"
	"crypto/subtle"
	"image/png"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"github.com/patok-id/patok/geo"
)

// A code is six digits of RFC 6238 with SHA-1, as every authenticator has it:
// good for its half minute and the ones beside it, and once.
const (
	codePeriod = 30 * time.Second
	codeSkew   = 1
	qrPixels   = 240
	codeIssuer = "Patok"
)

type secondFactors interface {
	// SecondFactor reads an account's second factor; the zero value is none.
	SecondFactor(ctx context.Context, account int64) (geo.SecondFactor, error)
	// BeginSecondFactor keeps a secret that is not in force yet, in place of one
	// that never came into force. One in force is a Conflict.
	BeginSecondFactor(ctx context.Context, by geo.Principal, secret string) error
	// ConfirmSecondFactor brings secret into force; step was its first code's.
	// A Conflict when it is no longer the one that waits.
	ConfirmSecondFactor(ctx context.Context, by geo.Principal, secret string, step int64) error
	// EndSecondFactor takes it away, one's own or of an account that by manages.
	EndSecondFactor(ctx context.Context, by geo.Principal, account int64) error
	// TakeCode uses up the code of a step; false when it, or a later one, was used.
	TakeCode(ctx context.Context, account, step int64) (bool, error)
}

// BeginSecondFactor makes a secret for p's authenticator, with its address and
// its QR code as a PNG. It is in force once a code of it is confirmed. Errors
// are those of LogIn, and Conflict when one is in force.
func (s *Service) BeginSecondFactor(ctx context.Context, p geo.Principal, password, address string) (secret, uri string, qr []byte, err error) {
	const op = "auth.BeginSecondFactor"
	_, done, err := s.reprove(ctx, op, p, password, address)
	if err != nil {
		return "", "", nil, err
	}
	done(succeeded)
	key, err := totp.Generate(totp.GenerateOpts{Issuer: codeIssuer, AccountName: p.Name})
	if err != nil {
		return "", "", nil, geo.Wrap(op, err)
	}
	picture, err := key.Image(qrPixels, qrPixels)
	if err != nil {
		return "", "", nil, geo.Wrap(op, err)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return "", "", nil, geo.Wrap(op, err)
	}
	if err := s.store.BeginSecondFactor(ctx, p, key.Secret()); err != nil {
		return "", "", nil, geo.Wrap(op, err)
	}
	return key.Secret(), key.URL(), out.Bytes(), nil
}

// ConfirmSecondFactor brings p's second factor into force by its first code.
// A wrong code is Invalid at /code.
func (s *Service) ConfirmSecondFactor(ctx context.Context, p geo.Principal, code string) error {
	const op = "auth.ConfirmSecondFactor"
	if p.ReadOnly || p.SessionID == 0 {
		return notOwner(op)
	}
	done, err := s.admit(ctx, op, p.Name, "")
	if err != nil {
		return err
	}
	factor, err := s.store.SecondFactor(ctx, p.AccountID)
	if err != nil {
		done(unmade)
		return geo.Wrap(op, err)
	}
	step, right := stepOf(factor.Secret, code, s.now())
	if factor.Confirmed || !right {
		return geo.InvalidFields(op, []geo.FieldError{{Pointer: "/code", Code: "wrong", Message: wrongCode}})
	}
	done(succeeded)
	return geo.Wrap(op, s.store.ConfirmSecondFactor(ctx, p, factor.Secret, step))
}

// EndSecondFactor takes p's second factor away. Errors are those of LogIn.
func (s *Service) EndSecondFactor(ctx context.Context, p geo.Principal, password, address string) error {
	const op = "auth.EndSecondFactor"
	_, done, err := s.reprove(ctx, op, p, password, address)
	if err != nil {
		return err
	}
	done(succeeded)
	return geo.Wrap(op, s.store.EndSecondFactor(ctx, p, p.AccountID))
}

// ResetSecondFactor takes away the second factor of an account that by manages,
// whose owner lost their telephone. One's own is a Conflict: it is ended with
// the password, which who found a browser open does not have.
func (s *Service) ResetSecondFactor(ctx context.Context, by geo.Principal, account int64) error {
	if account == by.AccountID {
		return &geo.Error{Kind: geo.Conflict, Op: "auth.ResetSecondFactor", Message: geo.Text{
			ID: "Verifikasi dua langkah Anda sendiri dimatikan di Akun saya, dengan kata sandi.",
			EN: "Your own second factor is ended in your account, with your password."}}
	}
	return geo.Wrap("auth.ResetSecondFactor", s.store.EndSecondFactor(ctx, by, account))
}

var wrongCode = geo.Text{ID: "Kode verifikasi salah atau sudah dipakai.", EN: "The code is wrong, or was used already."}

// checkCode takes a code for a log-in whose password was right. A wrong one
// counts as a try.
func (s *Service) checkCode(ctx context.Context, op string, p geo.Principal, code, address string, done func(outcome)) error {
	if strings.TrimSpace(code) == "" {
		done(unmade)
		return &geo.Error{Kind: geo.Unauthorized, Op: op,
			Message: geo.Text{ID: "Masukkan kode verifikasi dari aplikasi autentikator Anda.", EN: "Enter the code from your authenticator."},
			Fields: []geo.FieldError{{Pointer: "/code", Code: "second_factor", Message: geo.Text{
				ID: "Kode verifikasi diperlukan.", EN: "The code is needed."}}}}
	}
	factor, err := s.store.SecondFactor(ctx, p.AccountID)
	if err != nil {
		done(unmade)
		return geo.Wrap(op, err)
	}
	step, right := stepOf(factor.Secret, code, s.now())
	if right {
		if right, err = s.store.TakeCode(ctx, p.AccountID, step); err != nil {
			done(unmade)
			return geo.Wrap(op, err)
		}
	}
	if !right {
		s.audit(ctx, geo.AuditEntry{Actor: geo.Public.Actor(), Action: "code_refused", Target: p.Name, Address: address})
		return &geo.Error{Kind: geo.Unauthorized, Op: op, Message: wrongCode}
	}
	return nil
}

// stepOf finds the time step, around now, that a code belongs to.
func stepOf(secret, code string, now time.Time) (step int64, found bool) {
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	at := now.Unix() / int64(codePeriod/time.Second)
	for s := at - codeSkew; s <= at+codeSkew; s++ {
		right, err := hotp.GenerateCodeCustom(secret, uint64(s), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && secret != "" && subtle.ConstantTimeCompare([]byte(right), []byte(code)) == 1 {
			step, found = s, true
		}
	}
	return step, found
}
