// Package auth keeps the door: passwords, sessions, bearer tokens, and the
// brakes on guessing. Who may do what is geo.Can's business, not its.
package auth
