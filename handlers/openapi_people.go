package handlers

import "github.com/patok-id/patok/geo"

// peopleDoc makes the description of what concerns people.
type peopleDoc struct {
	text, whole, flag, times, timesOrNull doc
	session, grant, token, account        doc
	grantInput                            doc
}

func newPeopleDoc() peopleDoc {
	d := peopleDoc{text: doc{"type": "string"}, whole: doc{"type": "integer"}, flag: doc{"type": "boolean"},
		times: doc{"type": "string", "format": "date-time"}, timesOrNull: doc{"type": "string", "format": "date-time", "nullable": true}}
	types := doc{"type": "array", "nullable": true, "items": d.text, "description": "Asset types; null is every type."}
	role := doc{"type": "string", "enum": []geo.Role{geo.RoleAdministrator, geo.RolePIC, geo.RoleReviewer, geo.RoleDinsos, geo.RolePlanner, geo.RoleService}}
	area := doc{"type": "string", "description": "Code of an area: there and below it; empty is everywhere."}
	d.session = objectOf([]string{"id", "created_at", "last_seen_at", "expires_at", "address", "agent", "current"}, doc{
		"id": d.whole, "created_at": d.times, "last_seen_at": d.times, "expires_at": d.times, "address": d.text, "agent": d.text, "current": d.flag})
	d.grant = objectOf([]string{"id", "role", "area_code", "area_name", "types", "from", "until", "reason", "active"}, doc{
		"id": d.whole, "role": role, "area_code": area, "area_name": d.text, "types": types, "from": d.timesOrNull, "until": d.timesOrNull,
		"reason": d.text, "active": d.flag})
	d.grantInput = objectOf([]string{"role", "area_code"}, doc{"role": role, "area_code": area, "types": types, "from": d.timesOrNull, "until": d.timesOrNull, "reason": d.text})
	d.token = objectOf([]string{"id", "name", "area_code", "types", "read_only", "created_at", "last_used_at", "expires_at", "revoked_at"}, doc{
		"id": d.whole, "name": d.text, "area_code": area, "types": types, "read_only": d.flag, "created_at": d.times, "last_used_at": d.timesOrNull,
		"expires_at": d.timesOrNull, "revoked_at": d.timesOrNull, "token": doc{"type": "string", "description": "Shown once, when it is made."}})
	d.account = objectOf([]string{"id", "name", "title", "sso", "example", "disabled_at", "created_at", "last_seen_at", "second_factor", "has_password",
		"invited_until", "version", "grants"}, doc{"id": d.whole, "name": d.text, "title": d.text, "sso": nullable("string"), "example": d.flag,
		"disabled_at": d.timesOrNull, "created_at": d.times, "last_seen_at": d.timesOrNull, "second_factor": d.flag, "has_password": d.flag,
		"invited_until": d.timesOrNull, "version": d.whole, "grants": listOf(d.grant), "sessions": listOf(d.session), "tokens": listOf(d.token)})
	return d
}

// page is a list with the address of its next page.
func (d peopleDoc) page(name string, items doc, more doc) doc {
	members := doc{name: listOf(items), "next": nullable("string")}
	required := []string{name, "next"}
	for member, schema := range more {
		members[member] = schema
		required = append(required, member)
	}
	return objectOf(required, members)
}

// people is an operation for people who are logged in.
func people(id, summary string, of []doc, status string, schema doc, statuses ...int) doc {
	response := doc{"description": summary}
	if schema != nil {
		response = reply(summary, typeJSON, schema)
	}
	return guarded(operation(id, summary, append(of, parameters("reason")...), doc{status: response}, append(statuses, 401, 403)...))
}

// sends says what an operation takes.
func sends(o doc, required []string, members doc) doc {
	responses := o["responses"].(doc)
	for _, status := range []string{"413", "415", "422"} {
		responses[status] = ref("responses", "problem"+status)
	}
	return withBody(o, []string{typeJSON}, objectOf(required, members))
}

// peoplePaths describes log-ins, accounts, grants and tokens.
func peoplePaths() doc {
	d := newPeopleDoc()
	paths := doc{}
	for _, part := range []doc{d.signInPaths(), d.ownPaths(), d.accountPaths(), d.grantPaths()} {
		for path, item := range part {
			paths[path] = item
		}
	}
	return paths
}

func (d peopleDoc) signInPaths() doc {
	session := ref("schemas", "session")
	away := func(id, summary string, of []doc) doc {
		return doc{"get": operation(id, summary, of, doc{"302": doc{"description": "To the next place"}}, 403, 404)}
	}
	token := doc{"token": d.text}
	open := operation("openInvitation", "Whose an invitation is; uses nothing up", nil, doc{"200": reply("The invitation", typeJSON,
		objectOf([]string{"name", "title", "purpose", "expires_at"}, doc{"name": d.text, "title": d.text,
			"purpose": doc{"type": "string", "enum": []geo.Purpose{geo.PurposeInvitation, geo.PurposeReset}}, "expires_at": d.times}))}, 403, 404, 429)
	accept := operation("acceptInvitation", "Set the password of an invitation and log in", nil,
		doc{"201": reply("Logged in, or no account where a second factor is asked for", typeJSON, session)}, 403, 404, 429)
	callback := []doc{queryParameter("code", "From the provider.", d.text), queryParameter("state", "From the provider.", d.text)}
	return doc{
		"/api/session/oidc":          away("beginSignIn", "To the city's own sign-in", []doc{queryParameter("back", "Where on the page to come back to, such as /#akun.", d.text)}),
		"/api/session/oidc/callback": away("endSignIn", "Back from the city's own sign-in", callback),
		"/api/session/view-as": doc{
			"put":    sends(people("viewAs", "See what another account sees, and change nothing", nil, "200", session, 404), []string{"account"}, doc{"account": d.whole}),
			"delete": people("endViewing", "Be oneself again", nil, "200", session)},
		"/api/invitations/open":   doc{"post": sends(open, []string{"token"}, token)},
		"/api/invitations/accept": doc{"post": sends(accept, []string{"token", "password"}, doc{"token": d.text, "password": d.text})},
	}
}

func (d peopleDoc) ownPaths() doc {
	own := objectOf([]string{"id", "name", "title", "second_factor", "password_changed_at", "sso", "sessions", "tokens", "grants"}, doc{
		"id": d.whole, "name": d.text, "title": d.text, "second_factor": d.flag, "password_changed_at": d.timesOrNull, "sso": nullable("string"),
		"sessions": listOf(d.session), "tokens": listOf(d.token), "grants": listOf(d.grant)})
	password := doc{"password": d.text}
	session, token := []doc{pathParameter("session", d.whole)}, []doc{pathParameter("token", d.whole)}
	return doc{
		"/api/account": doc{"get": people("account", "One's own account", nil, "200", own)},
		"/api/account/password": doc{"put": sends(people("changePassword", "Change one's password; other sessions end", nil, "204", nil, 429),
			[]string{"current", "new"}, doc{"current": d.text, "new": d.text})},
		"/api/account/sessions":           doc{"delete": people("endOtherSessions", "End one's other sessions", nil, "204", nil)},
		"/api/account/sessions/{session}": doc{"delete": people("endOwnSession", "End one of one's sessions", session, "204", nil, 404)},
		"/api/account/second-factor": doc{
			"post": sends(people("beginSecondFactor", "Make the secret of a second factor", nil, "201",
				objectOf([]string{"secret", "uri", "qr"}, doc{"secret": d.text, "uri": d.text, "qr": d.text}), 409, 429), []string{"password"}, password),
			"put":    sends(people("confirmSecondFactor", "Bring it into force by its first code", nil, "204", nil, 409, 429), []string{"code"}, doc{"code": d.text}),
			"delete": sends(people("endSecondFactor", "Take it away", nil, "204", nil, 429), []string{"password"}, password)},
		"/api/tokens": doc{
			"get": people("tokens", "One's own tokens", nil, "200", objectOf([]string{"tokens"}, doc{"tokens": listOf(d.token)})),
			"post": sends(people("createToken", "Make a token; it is shown this once", nil, "201", d.token, 404, 409), []string{"name", "read_only", "expires_at"},
				doc{"name": d.text, "area_code": nullable("string"), "types": doc{"type": "array", "nullable": true, "items": d.text}, "read_only": d.flag, "expires_at": d.times})},
		"/api/tokens/{token}": doc{"delete": people("revokeToken", "End a token", token, "204", nil, 404)},
	}
}

func (d peopleDoc) accountPaths() doc {
	one := []doc{pathParameter("account", d.whole)}
	of := func(name string) []doc { return append([]doc{pathParameter(name, d.whole)}, one...) }
	invitation := objectOf([]string{"link", "expires_at", "purpose"}, doc{"link": d.text, "expires_at": d.times, "purpose": d.text})
	filters := append(parameters("q", "area", "limit", "cursor"), queryParameter("role", "Of a grant that has not ended.", d.text),
		queryParameter("state", "Whether the account can be used.", doc{"type": "string", "enum": []geo.AccountState{geo.AccountActive, geo.AccountInvited, geo.AccountDisabled}}))
	row := objectOf([]string{"row", "name", "title", "outcome", "reasons", "link"}, doc{"row": d.whole, "name": d.text, "title": d.text,
		"outcome": doc{"type": "string", "enum": []string{"new", "exists", "refused"}}, "reasons": listOf(d.text), "link": nullable("string")})
	imported := people("importAccounts", "Create the accounts of a CSV file, all or none", []doc{queryParameter("dry_run", "Find out everything and create nothing.", d.flag)},
		"200", objectOf([]string{"dry_run", "created", "refused", "rows"}, doc{"dry_run": d.flag, "created": d.whole, "refused": d.whole, "rows": listOf(row)}), 409, 413, 415, 422)
	withBody(imported, []string{typeCSV}, doc{"type": "string", "description": "Columns nama_akun, nama, peran, wilayah, and where wanted jenis, mulai, sampai, sso."})
	change := objectOf([]string{"field", "before", "after"}, doc{"field": d.text, "before": doc{"nullable": true}, "after": doc{"nullable": true}})
	entry := objectOf([]string{"at", "actor", "reason", "kind", "op", "id", "changes"}, doc{"at": d.times, "actor": d.text, "reason": d.text,
		"kind": doc{"type": "string", "enum": []string{"account", "grant"}}, "op": d.text, "id": d.whole, "changes": listOf(change)})
	line := objectOf([]string{"id", "at", "actor", "action", "target", "detail", "address"}, doc{"id": d.whole, "at": d.times, "actor": d.text,
		"action": d.text, "target": d.text, "detail": doc{"type": "object"}, "address": d.text})
	return doc{
		"/api/accounts": doc{
			"get": people("accounts", "The accounts that one manages, by name", filters, "200", d.page("accounts", d.account, doc{"matched": d.whole})),
			"post": sends(people("createAccount", "Create an account and its invitation", nil, "201",
				objectOf([]string{"account", "invitation"}, doc{"account": d.account, "invitation": invitation}), 404, 409), []string{"name", "title", "grants"},
				doc{"name": d.text, "title": d.text, "sso": nullable("string"), "grants": listOf(d.grantInput)})},
		"/api/accounts/import": doc{"post": imported},
		patternAccount: doc{
			"get": people("accountDetails", "An account with its sessions and tokens", one, "200", d.account, 404),
			"patch": sends(people("changeAccount", "Change an account, or whether it can be used", one, "200", d.account, 404, 409, 412), []string{"version"},
				doc{"version": d.whole, "title": d.text, "sso": nullable("string"), "disabled": d.flag})},
		patternAccount + "/history": doc{"get": people("accountHistory", "What was changed of an account and its grants, newest first",
			append(parameters("limit", "cursor"), one...), "200", d.page("entries", entry, nil), 404)},
		patternAccount + "/invitation":         doc{"post": people("invite", "A new link to set a password; earlier ones end", one, "201", invitation, 404, 409)},
		patternAccount + "/sessions":           doc{"delete": people("endAllSessions", "End an account's sessions", one, "204", nil, 404)},
		patternAccount + "/sessions/{session}": doc{"delete": people("endSession", "End one session of an account", of("session"), "204", nil, 404)},
		patternAccount + "/second-factor":      doc{"delete": people("resetSecondFactor", "Take an account's second factor away", one, "204", nil, 404)},
		patternAccount + "/tokens/{token}":     doc{"delete": people("revokeAccountToken", "End a token of an account", of("token"), "204", nil, 404)},
		patternAccount + "/grants": doc{"post": withBody(people("addGrant", "Give a grant", one, "201", d.grant, 404, 409, 413, 415, 422),
			[]string{typeJSON}, d.grantInput)},
		"/api/audit": doc{"get": people("auditLog", "The audit log, newest first", append(parameters("limit", "cursor"),
			queryParameter("actor", "Who did it.", d.text), queryParameter("action", "What was done.", d.text),
			queryParameter("from", "Not before.", d.times), queryParameter("until", "Before.", d.times)), "200", d.page("entries", line, nil))},
	}
}

func (d peopleDoc) grantPaths() doc {
	one := []doc{pathParameter("grant", d.whole)}
	return doc{
		"/api/grants/{grant}": doc{"patch": sends(people("endGrant", "Change when a grant ends; null ends it now", one, "200", d.grant, 404, 409),
			[]string{"until"}, doc{"until": d.timesOrNull, "reason": d.text})},
		"/api/grants/{grant}/hand-over": doc{"post": sends(people("handOver", "End a grant and give it to another account, at once", one, "201",
			objectOf([]string{"ended", "given"}, doc{"ended": d.grant, "given": d.grant}), 404, 409), []string{"account"},
			doc{"account": d.whole, "from": d.timesOrNull, "reason": d.text})},
	}
}
