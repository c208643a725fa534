package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

const formerSQL = `select ` + assetColumns + `, ` + formerColumns + ` from ` + assetVersions + ` a` + stampSQL + `
where a.id = $1 and a.version = $2 order by coalesce(r.revision, 0) desc limit 1`

// revert replaces the asset by a former version of it, under the rules of today:
// where it would stand, what its type asks for, who may write there.
func (w *write) revert(ctx context.Context, tx pgx.Tx, base *geo.Asset) error {
	former, err := collect(ctx, tx, scanPrivateAsset, formerSQL, w.id, w.edit.Version)
	if err != nil {
		return err
	}
	if len(former) == 0 || !w.can(geo.ActionReadFull, geo.Target{Area: former[0].AreaCode, Type: former[0].Type, Held: !former[0].Published()}) {
		return noSuchVersion()
	}
	w.edit.Verb, w.edit.Input = geo.VerbReplace, geo.InputOf(former[0], base)
	return w.update(ctx, tx, base)
}

func noSuchVersion() error {
	return geo.InvalidFields("store.revert", []geo.FieldError{{Pointer: "/version", Code: "unknown",
		Message: geo.Text{ID: "Versi ini tidak ada.", EN: "There is no such version."}}})
}

const (
	holdAreaSQL = `select version from areas where id = $1 for update`

	// A boundary made from the areas below is made from those of today.
	revertAreaSQL = `update areas a set name = f.name, kind = f.kind, bps_code = f.bps_code, label_point = f.label_point, source = f.source, year = f.year,
    boundary_status = f.boundary_status, derived = f.derived, example = f.example, valid_from = f.valid_from, valid_until = f.valid_until,
    boundary = case when f.derived then coalesce((select st_multi(st_unaryunion(st_collect(c.boundary))) from areas c where c.parent_code = a.code), f.boundary)
        else f.boundary end
from ` + areaVersions + ` f where a.id = $1 and f.id = a.id and f.version = $2 returning a.id`

	revertedAreaSQL = `create temp table import_areas on commit drop as select code, true as differs from areas where id = $1`
	oneAreaSQL      = `select ` + areaColumns + ` from areas a` + stampSQL + `where a.id = $1`
)

// RevertArea brings a former version of an area back as a new one, for those who
// administer there. e names the collection (Type), ID, Version, and the version
// that was read, as for Apply, whose errors it has.
func (s *Store) RevertArea(ctx context.Context, p geo.Principal, e geo.Edit) (*geo.Area, error) {
	const op = "store.RevertArea"
	var area *geo.Area
	err := s.begin(ctx, op, act{principal: p, kind: "edit", reason: e.Reason}, func(tx pgx.Tx) error {
		return s.revertArea(ctx, tx, p, e)
	})
	if err == nil {
		err = s.read(ctx, op, p, func(tx pgx.Tx) (err error) {
			area, err = collectOne(ctx, tx, scanArea, oneAreaSQL, e.ID)
			return err
		})
	}
	return area, err
}

func (s *Store) revertArea(ctx context.Context, tx pgx.Tx, p geo.Principal, e geo.Edit) error {
	code := geo.CodeOfID(e.ID)
	if code.Level() == 0 || code.Level() != geo.LevelOf(e.Type) {
		return geo.NotFoundError("store.RevertArea")
	}
	if !geo.Can(p, geo.ActionAdminister, geo.Target{Area: code}, s.now()) {
		return &geo.Error{Kind: geo.Forbidden, Op: "store.RevertArea", Message: geo.Text{
			ID: "Hanya administrator wilayah ini yang dapat mengembalikannya.", EN: "Only an administrator of this area may bring it back."}}
	}
	var version int64
	switch err := tx.QueryRow(ctx, holdAreaSQL, e.ID).Scan(&version); {
	case err != nil:
		return err
	case e.IfVersion == 0 && !e.AnyVersion:
		return noVersion()
	case !e.AnyVersion && e.IfVersion != version:
		return staleError(nil)
	}
	tag, err := tx.Exec(ctx, revertAreaSQL, e.ID, e.Version)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return noSuchVersion()
	}
	if _, err := tx.Exec(ctx, revertedAreaSQL, e.ID); err != nil {
		return err
	}
	return recordOverlaps(ctx, tx)
}
