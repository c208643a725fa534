package geo

import (
	"errors"
	"fmt"
	"time"
)

// Kind classifies an error by what the caller can do about it. handlers has
// the one table from Kind to an HTTP status.
type Kind string

// The kinds of error.
const (
	Internal     Kind = "internal"     // our fault; details go to the log only
	Invalid      Kind = "invalid"      // the request's content breaks a rule; Fields say which
	BadRequest   Kind = "bad_request"  // the request cannot be understood
	NotFound     Kind = "not_found"    // it does not exist, or the asker may not see it
	Unauthorized Kind = "unauthorized" // nobody is logged in
	Forbidden    Kind = "forbidden"    // who asks may not do this
	Duplicate    Kind = "duplicate"    // likely there already; Candidates hold the others
	Conflict     Kind = "conflict"     // the state does not allow it
	Waiting      Kind = "waiting"      // the asker's own Proposal for the asset waits for review already
	Conflicting  Kind = "conflicting"  // somebody else changed the same Fields meanwhile
	Stale        Kind = "stale"        // the version named is not the current one; Current holds it
	NoVersion    Kind = "no_version"   // a change must name the version that was read
	TooLarge     Kind = "too_large"    // beyond a stated limit
	RateLimited  Kind = "rate_limited" // too many tries; later is fine
	Unavailable  Kind = "unavailable"  // the database or this node is not ready; retry is fine
)

// FieldError is one broken rule at one place of the input.
type FieldError struct {
	Pointer string         // JSON pointer into the feature, such as /properties/strata
	Code    string         // stable name of the rule, such as required or reason_required
	Message Text           // what a person reads
	Detail  map[string]any // further members for the client, such as suggestion
}

// Error is the only error type that crosses Patok's layers. Message is public
// and in two languages; Err never leaves the log.
type Error struct {
	Kind       Kind
	Op         string // the operation, such as store.Apply
	Message    Text
	Fields     []FieldError
	Current    *Asset        // with Stale
	Candidates []*Asset      // with Duplicate
	Proposal   int64         // with Waiting: its id
	Batch      int64         // with Waiting, about figures: the id of the batch that is open already
	RetryAfter time.Duration // with RateLimited and Unavailable; 0 when nobody knows
	Err        error
}

// Error is the form for logs.
func (e *Error) Error() string {
	s := e.Op + ": " + string(e.Kind)
	if e.Message.EN != "" {
		s += ": " + e.Message.EN
	}
	for _, f := range e.Fields {
		s += fmt.Sprintf("; %s %s: %s", f.Pointer, f.Code, f.Message.EN)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of err, Internal for any error that is not an *Error.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Wrap adds the operation to err. An *Error keeps its kind, message and
// fields; any other error becomes Internal. Wrap(op, nil) is nil.
func Wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		c := *e
		c.Op = op + ": " + e.Op
		return &c
	}
	return &Error{Kind: Internal, Op: op, Err: err}
}

// InvalidFields is the error for input that breaks the rules in fields, nil
// when there are none.
func InvalidFields(op string, fields []FieldError) error {
	if len(fields) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Op: op, Fields: fields, Message: Text{
		ID: "Data belum dapat disimpan. Periksa isian yang ditandai.",
		EN: "The data cannot be saved yet. Check the marked fields.",
	}}
}

// NotFoundError is the answer for what does not exist or may not be seen.
func NotFoundError(op string) error {
	return &Error{Kind: NotFound, Op: op, Message: Text{
		ID: "Data yang diminta tidak ditemukan.",
		EN: "What was asked for was not found.",
	}}
}
