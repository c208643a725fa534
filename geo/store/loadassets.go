package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
)

// loadAssetsSQL gives what assetColumns give, in the binary form of the columns
// themselves: a cast or a call for each of millions of rows costs as much as
// sending it. loadedAsset.read reads it in this order.
const loadAssetsSQL = `select a.id, a.uuid, a.type, a.type_version, a.name, a.area_code, a.area_located,
a.rt, a.rw, a.address, a.point, a.accuracy_m, a.taken_by, a.taken_at, a.condition, a.operation,
a.placement, a.outside_m, a.marks, a.attributes, a.example, a.verified_at, a.version,
r.revision, coalesce(r.committed_at, now())
from assets a left join revisions r on r.id = a.from_tx where a.placement <> 'held'`

// How assets are split between connections: at most so many parts, of at least
// so many pages.
const (
	maxParts  = 4
	partPages = 16
)

// partsOf splits a table of so many pages into at most most conditions on its
// rows, by where they lie.
func partsOf(pages int64, most int) []string {
	parts := min(pages/partPages, int64(most))
	if parts < 2 {
		return []string{"true"}
	}
	conditions := make([]string, parts)
	for i := range parts {
		conditions[i] = fmt.Sprintf("a.ctid >= '(%d,0)' and a.ctid < '(%d,0)'", i*pages/parts, (i+1)*pages/parts)
	}
	// A table that grew meanwhile has nothing behind that this moment sees, and
	// one that is read to its end needs no proof of that.
	conditions[parts-1] = fmt.Sprintf("a.ctid >= '(%d,0)'", (parts-1)*pages/parts)
	return conditions
}

// loadAssets hands every published asset of a part to add. What add is given points into
// the connection's buffer.
func loadAssets(ctx context.Context, tx pgx.Tx, part string, add func(*geo.Asset)) error {
	var loaded loadedAsset
	rows := &copied{each: func(row *copiedRow) error {
		if err := loaded.read(row); err != nil {
			return err
		}
		add(&loaded.asset)
		return nil
	}}
	_, err := tx.Conn().PgConn().CopyTo(ctx, rows, "copy ("+loadAssetsSQL+" and "+part+") to stdout (format binary)")
	return err
}

// loadedAsset is the asset of one row after another, with what it points to.
type loadedAsset struct {
	asset             geo.Asset
	point             orb.Point
	accuracy, outside float64
	taken, verified   time.Time
	updated           time.Time
	marks             []string
}

// read takes the columns of loadAssetsSQL.
func (l *loadedAsset) read(row *copiedRow) error {
	a := &l.asset
	a.ID = row.bigint()
	copy(a.UUID[:], row.fixed(len(a.UUID)))
	a.Type, a.TypeVersion, a.Name = row.text(), row.integer(), row.text()
	a.AreaCode, a.AreaLocated = geo.Code(row.text()), geo.Code(row.text())
	a.RT, a.RW, a.Address = row.text(), row.text(), row.text()
	point := row.bytes()
	a.AccuracyM = row.float(&l.accuracy)
	a.TakenBy, a.TakenAt = row.text(), row.time(&l.taken)
	a.Condition, a.Operation = row.text(), row.text()
	a.Placement, a.OutsideM = geo.Placement(row.text()), 0
	if row.float(&l.outside) != nil {
		a.OutsideM = l.outside
	}
	l.marks = row.texts(l.marks[:0])
	a.Attributes, a.Example, a.VerifiedAt = row.jsonb(), row.boolean(), row.time(&l.verified)
	a.Version, a.Revision = row.bigint(), row.bigint()
	if row.time(&l.updated) != nil {
		a.UpdatedAt = l.updated
	}
	if a.Marks = l.marks; len(l.marks) == 0 {
		a.Marks = nil
	}
	if a.Point = nil; point == nil {
		return nil
	}
	a.Point = &l.point
	var err error
	l.point, err = geo.PointOf(point)
	return err
}
