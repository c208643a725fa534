// Package handlers is Patok's HTTP: it reads requests strictly, asks the
// snapshot or the store, and writes answers.
//
// router.go lists every route. A handler is a function that returns an error;
// one adapter (answer.go) resolves who asks, pins one snapshot for the whole
// answer, and turns errors into application/problem+json in the reader's
// language by one table (problem.go). Published features and tiles come from
// the snapshot only, so they are answered while PostgreSQL is away; what only
// some may see is read through the store and never cached.
package handlers
