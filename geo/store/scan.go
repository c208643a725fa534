package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// stampSQL joins the revision r that made a version a, where versions are few.
// Without the limit PostgreSQL may merge them with all revisions there ever were:
// it reckons with the transactions that it knew at its last look at the table.
// Other queries for few rows join revisions in the same way.
const stampSQL = ` left join lateral (select r.* from revisions r where r.id = a.from_tx limit 1) r on true `

// assetColumns are the published fields of an asset a with its revision r, in
// the order of assetRow.
const assetColumns = `a.id, a.uuid, a.type, a.type_version, a.name, a.area_code, coalesce(a.area_located, ''),
a.rt, a.rw, a.address, st_asewkb(a.point), a.accuracy_m, a.taken_by, a.taken_at, a.condition, a.operation,
a.placement, a.outside_m, a.marks, a.attributes::text, a.example, a.verified_at, a.version,
coalesce(r.revision, 0), coalesce(r.committed_at, now())`

// privateColumns are what only those who may edit see, in the order of privateRow.
const privateColumns = `a.internal::text, a.placement_reason, a.source, a.note, a.verified_by,
coalesce((select fields::text from asset_personal p where p.asset_id = a.id), '{}'),
array(select p.id from proposals p where p.asset_id = a.id and p.closed_at is null order by p.id)`

// formerColumns are privateColumns of any version: fields about people have no
// history, and what waits is about the asset as it is.
const formerColumns = `a.internal::text, a.placement_reason, a.source, a.note, a.verified_by, '{}', '{}'::bigint[]`

const areaColumns = `a.id, a.code, a.level, coalesce(a.parent_code, ''), a.kind, a.name, coalesce(a.bps_code, ''),
st_asewkb(a.boundary), st_asewkb(a.label_point), a.source, a.year, a.boundary_status, a.derived, a.example,
a.version, coalesce(r.revision, 0), coalesce(r.committed_at, now())`

const typeColumns = `a.name, a.schema_version, a.position, a.definition, a.version`

// interner keeps one copy of strings that recur in a million rows.
type interner map[string]string

func (in interner) of(s string) string {
	if in == nil {
		return s
	}
	if held, ok := in[s]; ok {
		return held
	}
	in[s] = s
	return s
}

// assetRow scans assetColumns into a; done finishes it.
type assetRow struct {
	a          geo.Asset
	code       string
	located    string
	placement  string
	point      []byte
	attributes string
	uuid       [16]byte
}

func (r *assetRow) targets() []any {
	a := &r.a
	return []any{&a.ID, &r.uuid, &a.Type, &a.TypeVersion, &a.Name, &r.code, &r.located,
		&a.RT, &a.RW, &a.Address, &r.point, &a.AccuracyM, &a.TakenBy, &a.TakenAt, &a.Condition, &a.Operation,
		&r.placement, &a.OutsideM, &a.Marks, &r.attributes, &a.Example, &a.VerifiedAt, &a.Version,
		&a.Revision, &a.UpdatedAt}
}

func (r *assetRow) done(in interner) (*geo.Asset, error) {
	a := r.a
	point, err := geo.DecodePoint(r.point)
	if err != nil {
		return nil, err
	}
	a.Point = point
	a.UUID = uuid.UUID(r.uuid)
	a.Type, a.Condition, a.Operation, a.TakenBy = in.of(a.Type), in.of(a.Condition), in.of(a.Operation), in.of(a.TakenBy)
	a.RT, a.RW = in.of(a.RT), in.of(a.RW)
	a.AreaCode, a.AreaLocated = geo.Code(in.of(r.code)), geo.Code(in.of(r.located))
	a.Placement = geo.Placement(in.of(r.placement))
	a.Attributes = json.RawMessage(r.attributes)
	if len(a.Marks) == 0 {
		a.Marks = nil
	}
	a.UpdatedAt = a.UpdatedAt.UTC()
	a.TakenAt, a.VerifiedAt = utc(a.TakenAt), utc(a.VerifiedAt)
	return &a, nil
}

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}

// scanAsset reads a row of assetColumns.
func scanAsset(row pgx.CollectableRow, in interner) (*geo.Asset, error) {
	var r assetRow
	if err := row.Scan(r.targets()...); err != nil {
		return nil, err
	}
	return r.done(in)
}

// scanPublicAsset reads a row of assetColumns on its own.
func scanPublicAsset(row pgx.CollectableRow) (*geo.Asset, error) { return scanAsset(row, nil) }

// scanPrivateAsset reads a row of assetColumns and privateColumns.
func scanPrivateAsset(row pgx.CollectableRow) (*geo.Asset, error) {
	var r assetRow
	var p geo.Private
	var internal, personal string
	if err := row.Scan(append(r.targets(), &internal, &p.PlacementReason, &p.Source, &p.Note, &p.VerifiedBy, &personal, &p.Proposals)...); err != nil {
		return nil, err
	}
	a, err := r.done(nil)
	if err != nil {
		return nil, err
	}
	p.Internal, p.Personal = json.RawMessage(internal), json.RawMessage(personal)
	a.Private = &p
	return a, nil
}

// scanArea reads a row of areaColumns.
func scanArea(row pgx.CollectableRow) (*geo.Area, error) {
	var a geo.Area
	var boundary, label []byte
	err := row.Scan(&a.ID, &a.Code, &a.Level, &a.ParentCode, &a.Kind, &a.Name, &a.BPSCode,
		&boundary, &label, &a.Source, &a.Year, &a.Status, &a.Derived, &a.Example,
		&a.Version, &a.Revision, &a.UpdatedAt)
	if err != nil {
		return nil, err
	}
	if a.Boundary, err = geo.DecodeBoundary(boundary); err != nil {
		return nil, err
	}
	p, err := geo.DecodePoint(label)
	if err != nil {
		return nil, err
	}
	if p != nil {
		a.LabelPoint = *p
	}
	a.UpdatedAt = a.UpdatedAt.UTC()
	return &a, nil
}

// scanType reads a row of typeColumns.
func scanType(row pgx.CollectableRow) (*geo.AssetType, error) {
	var t geo.AssetType
	var name string
	var version, position int
	var definition []byte
	var rowVersion int64
	if err := row.Scan(&name, &version, &position, &definition, &rowVersion); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(definition, &t); err != nil {
		return nil, err
	}
	t.Name, t.Version, t.Position, t.RowVersion = name, version, position, rowVersion
	return &t, nil
}

// collectOne runs a query and scans its one row; none is NotFound.
func collectOne[T any](ctx context.Context, tx pgx.Tx, scan pgx.RowToFunc[T], sql string, args ...any) (T, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		var none T
		return none, err
	}
	return pgx.CollectExactlyOneRow(rows, scan)
}
