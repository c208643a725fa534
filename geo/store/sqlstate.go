package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/patok-id/patok/geo"
)

// The SQLSTATEs that this package knows; PT4xx are raised by the schema's
// triggers. This is the only file that reads one.
const (
	stateOutsideCity      = "PT402"
	stateReasonRequired   = "PT403"
	stateUnknownArea      = "PT404"
	stateUnknownType      = "PT405"
	stateBadCode          = "PT410"
	stateImmutable        = "PT411"
	stateInvalidBoundary  = "PT412"
	stateAreaInUse        = "PT413"
	stateFrozenBatch      = "PT414"
	stateUniqueViolation  = "23505"
	stateNotPermitted     = "42501"
	stateSerialization    = "40001"
	stateDeadlock         = "40P01"
	stateReadOnly         = "25006"
	stateLockTimeout      = "55P03"
	stateQueryCanceled    = "57014"
	classConnection       = "08"
	classOperatorStop     = "57P"
	classOutOfResources   = "53"
	classCheckViolation   = "23514"
	classStringTruncation = "22"
)

func stateOf(err error) string {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code
	}
	return ""
}

// retryable reports whether the whole transaction may simply run again.
func retryable(err error) bool {
	switch stateOf(err) {
	case stateSerialization, stateDeadlock:
		return true
	case stateUniqueViolation: // two creates with one uuid, two restores, two proposals for one asset, two batches of an area: the second run finds the first's row
		pg, _ := errors.AsType[*pgconn.PgError](err)
		return slices.Contains([]string{"assets_uuid_key", "assets_pkey", "idempotency_keys_pkey", "proposals_open_uuid", "proposals_new_uuid",
			"batches_open", "batches_area_code_period_source_edition_key"}, pg.ConstraintName)
	}
	return false
}

// ambiguous reports whether a failed COMMIT may have committed all the same:
// the server did not say that it rolled back.
func ambiguous(err error) bool {
	return stateOf(err) == "" && !errors.Is(err, pgx.ErrTxCommitRollback) && !errors.Is(err, pgx.ErrTxClosed)
}

// fail maps err, and drops pooled connections to a server that stopped taking
// writes, so that the next edit finds the new primary.
func (s *Store) fail(op string, err error) error {
	if stateOf(err) == stateReadOnly {
		s.pool.Reset()
	}
	return mapError(op, err)
}

// mapError turns an error of the database into a *geo.Error. nil stays nil.
func mapError(op string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*geo.Error](err); ok {
		return geo.Wrap(op, err)
	}
	if isNoRows(err) {
		return geo.NotFoundError(op)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return unavailable(op, err)
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return unavailable(op, err) // whatever the server says while it lets nobody in
	}
	pg, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return unavailable(op, err) // no answer from the server: the wire or the server is gone
	}
	if e := ruleError(op, pg); e != nil {
		return e
	}
	switch {
	case pg.Code == stateReadOnly, pg.Code == stateLockTimeout, pg.Code == stateQueryCanceled,
		pg.Code == stateSerialization, pg.Code == stateDeadlock,
		pg.Code[:2] == classConnection, pg.Code[:2] == classOutOfResources, pg.Code[:3] == classOperatorStop:
		return unavailable(op, err)
	case pg.Code == stateNotPermitted: // row-level security: the first lock should have said so
		return &geo.Error{Kind: geo.Forbidden, Op: op, Err: err, Message: geo.Text{
			ID: "Anda tidak berwenang melakukan ini.", EN: "You may not do this."}}
	case pg.Code == stateUniqueViolation && pg.ConstraintName == "assets_uuid_key":
		return conflict("UUID ini sudah dipakai.", "This UUID is taken.")
	case pg.Code == stateUniqueViolation && pg.ConstraintName == "accounts_name_key":
		return conflict("Nama akun ini sudah dipakai.", "This account name is taken.")
	case pg.Code == stateUniqueViolation && pg.ConstraintName == "accounts_sso_key":
		return conflict("Akun masuk Pemkot ini sudah dipakai orang lain.", "Somebody else has this name in the city's sign-in.")
	case pg.Code == classCheckViolation, pg.Code[:2] == classStringTruncation:
		return &geo.Error{Kind: geo.Invalid, Op: op, Err: err, Message: geo.Text{
			ID: "Data melanggar aturan basis data.", EN: "The data breaks a rule of the database."}}
	}
	return &geo.Error{Kind: geo.Internal, Op: op, Err: err}
}

func unavailable(op string, err error) error {
	return &geo.Error{Kind: geo.Unavailable, Op: op, Err: err, Message: geo.Text{
		ID: "Basis data sedang tidak dapat dihubungi. Coba lagi sebentar.",
		EN: "The database cannot be reached right now. Try again in a moment."}}
}

// ruleError is the error for a rule that a trigger holds; nil for other errors.
func ruleError(op string, pg *pgconn.PgError) error {
	var field geo.FieldError
	switch pg.Code {
	case stateOutsideCity:
		field = geo.FieldError{Pointer: "/geometry", Code: "outside_city", Message: geo.Text{
			ID: "Titik berada di luar semua wilayah yang dimuat.",
			EN: "The point lies outside all the areas that are loaded."}}
	case stateReasonRequired:
		field = reasonRequired(pg.Detail)
	case stateUnknownArea:
		field = geo.FieldError{Pointer: "/properties/area_code", Code: "unknown_area", Message: geo.Text{
			ID: "Wilayah ini belum dimuat.", EN: "This area is not loaded."}}
	case stateUnknownType:
		field = geo.FieldError{Pointer: "/properties/type", Code: "unknown_type", Message: geo.Text{
			ID: "Jenis aset ini tidak terdaftar.", EN: "This asset type is not registered."}}
	case stateInvalidBoundary:
		field = geo.FieldError{Pointer: "/geometry", Code: "invalid_boundary", Message: geo.Text{
			ID: "Batas wilayah tidak sah: " + pg.Message, EN: pg.Message}}
	case stateFrozenBatch:
		return conflict("Angka ini sudah ditutup. Buka koreksi untuk mengubahnya.", "These figures are closed. Open a correction to change them.")
	case stateBadCode, stateImmutable, stateAreaInUse:
		return &geo.Error{Kind: geo.Conflict, Op: op, Message: geo.Text{ID: pg.Message, EN: pg.Message}, Err: pg}
	default:
		return nil
	}
	return geo.InvalidFields(op, []geo.FieldError{field})
}

func reasonRequired(detail string) geo.FieldError {
	var d struct {
		OutsideM    float64 `json:"outside_m"`
		AreaLocated *string `json:"area_located"`
	}
	_ = json.Unmarshal([]byte(detail), &d) // our own trigger wrote it
	return geo.FieldError{Pointer: "/properties/placement_reason", Code: "reason_required",
		Detail: map[string]any{"outside_m": d.OutsideM, "area_located": d.AreaLocated},
		Message: geo.Text{
			ID: fmt.Sprintf("Titik berada %.0f meter di luar wilayah ini. Tuliskan alasannya.", d.OutsideM),
			EN: fmt.Sprintf("The point lies %.0f metres outside this area. Give the reason.", d.OutsideM)}}
}

// isNoRows reports whether a query that wants one row found none.
func isNoRows(err error) bool { return errors.Is(err, pgx.ErrNoRows) }
