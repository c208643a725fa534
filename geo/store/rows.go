package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// The statements that write one asset row. The point passes as EWKB; version,
// transaction, located area and placement are the trigger's.

const insertSQL = `insert into assets (uuid, type, type_version, name, area_code, rt, rw, address, point, accuracy_m,
taken_by, taken_at, condition, operation, placement, placement_reason, marks, attributes, internal, source, note, example)
values (@uuid, @type, @type_version, @name, @area_code, @rt, @rw, @address, st_geomfromewkb(@point), @accuracy_m,
@taken_by, @taken_at, @condition, @operation, @placement, @placement_reason, @marks, @attributes, @internal, @source, @note, @example)
returning id, from_tx`

const replaceSQL = `update assets set type_version = @type_version, name = @name, area_code = @area_code, rt = @rt, rw = @rw,
address = @address, point = st_geomfromewkb(@point), accuracy_m = @accuracy_m, taken_by = @taken_by, taken_at = @taken_at,
condition = @condition, operation = @operation, placement = @placement, placement_reason = @placement_reason, marks = @marks,
attributes = @attributes, internal = @internal, source = @source, note = @note
where id = @id returning from_tx`

const confirmSQL = `update assets set verified_at = clock_timestamp(), verified_by = $2 where id = $1 returning from_tx`

const personalSQL = `insert into asset_personal (asset_id, fields) values ($1, $2)
on conflict (asset_id) do update set fields = excluded.fields`

func rowArgs(a *geo.Asset) pgx.NamedArgs {
	marks := a.Marks
	if marks == nil {
		marks = []string{}
	}
	placement := a.Placement
	if placement == "" || (a.Point == nil) != (placement == geo.Unplaced) {
		placement = geo.Inside // the trigger decides
		if a.Point == nil {
			placement = geo.Unplaced
		}
	}
	return pgx.NamedArgs{
		"id": a.ID, "uuid": [16]byte(a.UUID), "type": a.Type, "type_version": a.TypeVersion, "name": a.Name,
		"area_code": string(a.AreaCode), "rt": a.RT, "rw": a.RW, "address": a.Address, "point": geo.EncodePoint(a.Point),
		"accuracy_m": a.AccuracyM, "taken_by": a.TakenBy, "taken_at": a.TakenAt, "condition": a.Condition,
		"operation": a.Operation, "placement": string(placement), "placement_reason": a.Private.PlacementReason,
		"marks": marks, "attributes": []byte(a.Attributes), "internal": []byte(a.Private.Internal),
		"source": a.Private.Source, "note": a.Private.Note, "example": a.Example,
	}
}

func insert(ctx context.Context, tx pgx.Tx, a *geo.Asset, id, from *int64) error {
	if err := tx.QueryRow(ctx, insertSQL, rowArgs(a)).Scan(id, from); err != nil {
		return err
	}
	return writePersonal(ctx, tx, *id, a)
}

func replace(ctx context.Context, tx pgx.Tx, a *geo.Asset, from *int64) error {
	if err := tx.QueryRow(ctx, replaceSQL, rowArgs(a)).Scan(from); err != nil {
		return err
	}
	return writePersonal(ctx, tx, a.ID, a)
}

// writePersonal keeps the fields about people in their erasable table.
func writePersonal(ctx context.Context, tx pgx.Tx, id int64, a *geo.Asset) error {
	if len(a.Private.Personal) <= len("{}") {
		_, err := tx.Exec(ctx, `delete from asset_personal where asset_id = $1`, id)
		return err
	}
	_, err := tx.Exec(ctx, personalSQL, id, []byte(a.Private.Personal))
	return err
}

const lastVersionSQL = `select type, area_code, version, placement, from_tx from asset_history where id = $1 and closed_by = 'delete'
order by to_tx desc, version desc limit 1`

const restoreSQL = `insert into assets (id, uuid, type, type_version, name, area_code, rt, rw, address, point, accuracy_m,
taken_by, taken_at, condition, operation, placement, placement_reason, marks, attributes, internal, source, note, example,
verified_at, verified_by, version)
select id, uuid, type, type_version, name, area_code, rt, rw, address, point, accuracy_m,
taken_by, taken_at, condition, operation, placement, placement_reason, marks, attributes, internal, source, note, example,
verified_at, verified_by, version + 1
from asset_history where id = $1 and version = $2 and from_tx = $3 and closed_by = 'delete' returning from_tx`

// restore brings back what the last delete of the asset took.
func (w *write) restore(ctx context.Context, tx pgx.Tx) error {
	var typ, area, placement string
	var version, from int64
	err := tx.QueryRow(ctx, lastVersionSQL, w.id).Scan(&typ, &area, &version, &placement, &from)
	if err != nil {
		return err
	}
	if typ != w.edit.Type {
		return geo.NotFoundError("store.restore")
	}
	target := geo.Target{Area: geo.Code(area), Type: typ, Held: placement == string(geo.Held)}
	w.to = target.Area
	if !w.mayChange(target) {
		// What was deleted is no longer anybody's to know.
		return geo.NotFoundError("store.restore")
	}
	var exists bool
	if err := tx.QueryRow(ctx, `select exists (select from assets where id = $1)`, w.id).Scan(&exists); err != nil {
		return err
	}
	if exists {
		return conflict("Aset ini tidak terhapus.", "This asset is not deleted.")
	}
	return tx.QueryRow(ctx, restoreSQL, w.id, version, from).Scan(&w.tx)
}

const privateAssetSQL = `select ` + assetColumns + `, ` + privateColumns + `
from assets a` + stampSQL + `where a.id = $1`

// asset reads an asset in the private view, as far as p's rows go.
func (s *Store) asset(ctx context.Context, p geo.Principal, id int64) (a *geo.Asset, err error) {
	err = s.read(ctx, "store.asset", p, func(tx pgx.Tx) (err error) {
		a, err = oneAsset(ctx, tx, privateAssetSQL, id)
		return err
	})
	return a, err
}

func oneAsset(ctx context.Context, tx pgx.Tx, sql string, id int64) (*geo.Asset, error) {
	return collectOne(ctx, tx, scanPrivateAsset, sql, id)
}

// Asset reads an asset in the private view for a principal who may read it
// fully; for anybody else it is NotFound.
func (s *Store) Asset(ctx context.Context, p geo.Principal, id int64) (*geo.Asset, error) {
	a, err := s.asset(ctx, p, id)
	if err != nil {
		return nil, geo.Wrap("store.Asset", err)
	}
	target := geo.Target{Area: a.AreaCode, Type: a.Type, Held: !a.Published()}
	if !geo.Can(p, geo.ActionReadFull, target, s.now()) {
		return nil, geo.NotFoundError("store.Asset")
	}
	return a, nil
}

const doubtsSQL = `select ` + assetColumns + `, ` + privateColumns + `
from assets a` + stampSQL + `
where a.id > $1 and (a.placement in ('near', 'reasoned', 'held') or a.marks <> '{}') order by a.id limit $2`

// Doubts lists, by id, the assets that a person should look at again: near or
// outside their kelurahan, likely duplicates, too many of a kind. It holds those
// that p may read fully. next is the last id read; 0 at the end.
func (s *Store) Doubts(ctx context.Context, p geo.Principal, after int64, limit int) (assets []*geo.Asset, next int64, err error) {
	const batch = 1000
	now := s.now()
	for len(assets) < limit {
		var read []*geo.Asset
		err := s.read(ctx, "store.Doubts", p, func(tx pgx.Tx) (err error) {
			read, err = collect(ctx, tx, scanPrivateAsset, doubtsSQL, after, batch)
			return err
		})
		if err != nil {
			return nil, 0, err
		}
		for _, a := range read {
			after = a.ID
			if geo.Can(p, geo.ActionReadFull, geo.Target{Area: a.AreaCode, Type: a.Type, Held: !a.Published()}, now) {
				assets = append(assets, a)
			}
			if len(assets) == limit {
				return assets, after, nil
			}
		}
		if len(read) < batch {
			return assets, 0, nil
		}
	}
	return assets, after, nil
}
