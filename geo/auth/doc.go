// Package auth keeps the door: passwords, second factors, invitations, sessions,
// bearer tokens, and the brakes on guessing. It remembers who a token belongs to
// until the log says that an account may have lost a right. Who may do what is
// geo.Can's business, not its.
package auth
