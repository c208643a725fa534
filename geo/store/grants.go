package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// known are the areas and types of the database that grants may name.
type known struct{ areas, types map[string]bool }

// HasArea reports whether the area is loaded.
func (k known) HasArea(code geo.Code) bool { return k.areas[string(code)] }

// HasType reports whether the type is registered.
func (k known) HasType(name string) bool { return k.types[name] }

func readKnown(ctx context.Context, tx pgx.Tx, grants []geo.Grant) (known, error) {
	k := known{map[string]bool{}, map[string]bool{}}
	var codes []string
	for _, g := range grants {
		codes = append(codes, string(g.AreaCode))
	}
	areas, err := collect(ctx, tx, pgx.RowTo[string], `select code from areas where code = any($1)`, codes)
	if err != nil {
		return k, err
	}
	types, err := collect(ctx, tx, pgx.RowTo[string], `select name from asset_types`)
	for _, a := range areas {
		k.areas[a] = true
	}
	for _, t := range types {
		k.types[t] = true
	}
	return k, err
}

// checkGiving lists what keeps by from giving g: an area that is not theirs to
// administer, or an administrator of some types only, who could give more than
// they have.
func (s *Store) checkGiving(by geo.Principal, g geo.Grant) []geo.FieldError {
	var problems []geo.FieldError
	if !geo.Can(by, geo.ActionAdminister, geo.Target{Area: g.AreaCode}, s.now()) {
		problems = append(problems, notYours("/area_code"))
	}
	if g.Role == geo.RoleAdministrator && g.Types != nil {
		problems = append(problems, geo.FieldError{Pointer: "/types", Code: "administrator", Message: geo.Text{
			ID: "Administrator berwenang atas semua jenis.", EN: "An administrator has every type."}})
	}
	return problems
}

func notYours(pointer string) geo.FieldError {
	return geo.FieldError{Pointer: pointer, Code: "not_yours", Message: geo.Text{
		ID: "Anda tidak mengelola wilayah ini.", EN: "You do not administer this area."}}
}

const grantColumns = `g.id, g.role, coalesce(g.area_code, ''), g.types, g.valid_from, g.valid_until, g.reason, g.version`

// scanGrant reads a row of grantColumns.
func scanGrant(row pgx.CollectableRow) (geo.Grant, error) {
	var g geo.Grant
	var from, until *time.Time
	err := row.Scan(&g.ID, &g.Role, &g.AreaCode, &g.Types, &from, &until, &g.Reason, &g.Version)
	g.From, g.Until = valueOf(from), valueOf(until)
	return g, err
}

const addGrantSQL = `insert into grants as g (account_id, role, area_code, types, valid_from, valid_until, reason)
values ($1, $2, nullif($3, ''), $4, $5, $6, $7) returning ` + grantColumns

func addGrant(ctx context.Context, tx pgx.Tx, account int64, g geo.Grant) (geo.Grant, error) {
	return collectOne(ctx, tx, scanGrant, addGrantSQL, account, string(g.Role), string(g.AreaCode), g.Types, pointerTo(g.From), pointerTo(g.Until), g.Reason)
}

// AddGrant gives a grant to an account that by manages, within the areas that by
// administers. Invalid points into the grant, such as /area_code.
func (s *Store) AddGrant(ctx context.Context, by geo.Principal, account int64, g geo.Grant) (geo.Grant, error) {
	const op = "store.AddGrant"
	var given geo.Grant
	err := s.begin(ctx, op, because(by, g.Reason), func(tx pgx.Tx) error {
		a, err := s.managed(ctx, tx, by, account)
		if err != nil {
			return err
		}
		known, err := readKnown(ctx, tx, []geo.Grant{g})
		if err != nil {
			return err
		}
		if err := geo.InvalidFields(op, append(geo.CheckGrant(g, known), s.checkGiving(by, g)...)); err != nil {
			return err
		}
		if given, err = addGrant(ctx, tx, account, g); err != nil {
			return err
		}
		return auditGrant(ctx, tx, by, "grant_given", a.Name, given)
	})
	return given, err
}

// because is the act of a principal who changes something directly, and why.
func because(by geo.Principal, reason string) act {
	a := edited(by)
	a.reason = reason
	return a
}

func auditGrant(ctx context.Context, tx pgx.Tx, by geo.Principal, action, account string, g geo.Grant) error {
	detail := map[string]any{"grant": g.ID, "may": grantTexts([]geo.Grant{g})[0], "from": pointerTo(g.From), "until": pointerTo(g.Until), "reason": g.Reason}
	return audit(ctx, tx, geo.AuditEntry{Actor: by.Actor(), Action: action, Target: account, Detail: detail})
}

const (
	holdGrantSQL = `select account_id from grants where id = $1 for update`
	grantByIDSQL = `select ` + grantColumns + ` from grants g where g.id = $1`
	endGrantSQL  = `update grants as g set valid_until = $2, reason = case when $3 = '' then g.reason else $3 end where g.id = $1 returning ` + grantColumns
)

// managedGrant reads a grant of an account that by manages, and that account,
// and holds both until the transaction ends. NotFound for others.
func (s *Store) managedGrant(ctx context.Context, tx pgx.Tx, by geo.Principal, id int64) (geo.Account, geo.Grant, error) {
	var account int64
	err := tx.QueryRow(ctx, `select account_id from grants where id = $1`, id).Scan(&account)
	if err != nil {
		return geo.Account{}, geo.Grant{}, err
	}
	a, err := s.managed(ctx, tx, by, account)
	if err != nil {
		return a, geo.Grant{}, err
	}
	if err := tx.QueryRow(ctx, holdGrantSQL, id).Scan(&account); err != nil {
		return a, geo.Grant{}, err
	}
	g, err := collectOne(ctx, tx, scanGrant, grantByIDSQL, id)
	return a, g, err
}

// EndGrant changes when a grant of an account that by manages ends; a time that
// is over ends it now. Nobody ends what they administer by themselves: that is
// a Conflict.
func (s *Store) EndGrant(ctx context.Context, by geo.Principal, grant int64, until time.Time, reason string) (geo.Grant, error) {
	if now := s.now(); until.Before(now) {
		until = now
	}
	var ended geo.Grant
	err := s.begin(ctx, "store.EndGrant", because(by, reason), func(tx pgx.Tx) error {
		a, g, err := s.managedGrant(ctx, tx, by, grant)
		if err != nil {
			return err
		}
		if a.AccountID == by.AccountID && g.Role == geo.RoleAdministrator {
			return conflict("Wewenang administrator Anda sendiri hanya dapat diakhiri administrator lain, atau diserahterimakan.",
				"Another administrator ends your own administrator's grant, or you hand it over.")
		}
		if ended, err = collectOne(ctx, tx, scanGrant, endGrantSQL, grant, until, reason); err != nil {
			return err
		}
		return auditGrant(ctx, tx, by, "grant_ended", a.Name, ended)
	})
	return ended, err
}

// HandOver ends a grant at from, and gives the same to another account until it
// would have ended; both accounts are by's to manage. A time that is over is
// now. Conflict for a grant that has ended by then, or to who has it.
func (s *Store) HandOver(ctx context.Context, by geo.Principal, grant, account int64, from time.Time, reason string) (ended, given geo.Grant, err error) {
	if now := s.now(); from.Before(now) {
		from = now
	}
	err = s.begin(ctx, "store.HandOver", because(by, reason), func(tx pgx.Tx) error {
		giver, g, err := s.managedGrant(ctx, tx, by, grant)
		if err != nil {
			return err
		}
		taker, err := s.managed(ctx, tx, by, account)
		if err != nil {
			return err
		}
		if giver.AccountID == account || !g.Until.IsZero() && !g.Until.After(from) {
			return conflict("Wewenang ini sudah berakhir, atau sudah dimiliki akun itu.", "This grant has ended, or the account has it already.")
		}
		next := g
		next.From, next.Reason = from, reason
		// First the new one: who hands their own over needs it for that.
		if given, err = addGrant(ctx, tx, account, next); err != nil {
			return err
		}
		if ended, err = collectOne(ctx, tx, scanGrant, endGrantSQL, grant, from, reason); err != nil {
			return err
		}
		if err := auditGrant(ctx, tx, by, "grant_ended", giver.Name, ended); err != nil {
			return err
		}
		return auditGrant(ctx, tx, by, "grant_given", taker.Name, given)
	})
	return ended, given, err
}
