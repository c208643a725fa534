package store

import (
	"context"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// deedColumns are who made a revision r, in the order of deedTargets. Who
// imports is named without what is imported.
const (
	actorColumn = `regexp_replace(r.actor, '^import-(areas|assets):', '')`
	deedColumns = `coalesce(r.revision, 0), coalesce(r.committed_at, 'epoch'), coalesce(` + actorColumn + `, ''),
coalesce((select title from accounts where name = ` + actorColumn + `), ''),
coalesce((select nullif(title, '') from accounts where name = r.approved_by), r.approved_by, ''), coalesce(r.reason, '')`
)

func deedTargets(d *geo.Deed) []any {
	return []any{&d.Revision, &d.At, &d.Actor, &d.ActorTitle, &d.ApprovedBy, &d.Reason}
}

// The versions of one feature below revision $2, newest first: who made each,
// who closed it, and the state. Fields about people have no history.
const (
	closedBySQL = ` left join lateral (select r.id, ` + deedColumns + ` from revisions r where r.id = a.to_tx limit 1) u(id, revision, at, actor, title, approved_by, reason) on true `
	beforeSQL   = ` where a.id = $1 and coalesce(r.revision, 0) < $2 order by coalesce(r.revision, 0) desc limit $3`

	closerColumns = `, u.id is not null, coalesce(u.revision, 0), coalesce(u.at, 'epoch'), coalesce(u.actor, ''), coalesce(u.title, ''), coalesce(u.approved_by, ''), coalesce(u.reason, '')`

	assetHistorySQL = `select ` + deedColumns + closerColumns + `, ` + assetColumns + `, ` + formerColumns + `
from ` + assetVersions + ` a` + stampSQL + closedBySQL + beforeSQL
	areaHistorySQL = `select ` + deedColumns + closerColumns + `, coalesce(st_area(a.boundary::geography), 0) / 10000, ` + areaColumns + `
from ` + areaVersions + ` a` + stampSQL + closedBySQL + beforeSQL
)

// state is one version of a feature.
type state struct {
	made   geo.Deed
	closed bool
	closer geo.Deed
	asset  *geo.Asset
	area   *geo.Area
	ha     float64
}

func (s *state) targets() []any {
	return append(append(deedTargets(&s.made), &s.closed), deedTargets(&s.closer)...)
}

func scanAssetState(row pgx.CollectableRow) (*state, error) {
	s := &state{}
	var err error
	s.asset, err = scanPrivateAsset(&leading{row, s.targets()})
	return s, err
}

func scanAreaState(row pgx.CollectableRow) (*state, error) {
	s := &state{}
	var err error
	s.area, err = scanArea(&leading{row, append(s.targets(), &s.ha)})
	return s, err
}

func (s *state) version() int64 {
	if s.area != nil {
		return s.area.Version
	}
	return s.asset.Version
}

func (s *state) name() string {
	if s.area != nil {
		return s.area.Name
	}
	return s.asset.Name
}

// History reads the versions of an asset, or of an area, newest first and from
// below revision before on (0 is from the newest). Of an asset p must be able to
// read fully what it is now, and gets the versions that p may read fully as they
// were; of an area, members whose grant covers it. Everybody else, and everything
// else, is NotFound.
func (s *Store) History(ctx context.Context, p geo.Principal, collection string, id, before int64, limit int) (geo.History, error) {
	h := historian{principal: p, now: s.now(), sql: assetHistorySQL, scan: scanAssetState,
		page: geo.History{Collection: collection, ID: id, Versions: []geo.Version{}}}
	if geo.LevelOf(collection) != 0 {
		h.sql, h.scan = areaHistorySQL, scanAreaState
	}
	err := s.read(ctx, "store.History", p, func(tx pgx.Tx) error {
		if err := h.begin(ctx, tx); err != nil {
			return err
		}
		return h.read(ctx, tx, before, limit)
	})
	return h.page, err
}

// historian reads the history of one feature.
type historian struct {
	principal geo.Principal
	now       time.Time
	sql       string
	scan      pgx.RowToFunc[*state]
	assetType *geo.AssetType
	page      geo.History
}

// may reports whether the principal may know of a state.
func (h *historian) may(s *state) bool {
	if s.area != nil {
		return geo.Can(h.principal, geo.ActionWatch, geo.Target{Area: s.area.Code}, h.now)
	}
	return geo.Can(h.principal, geo.ActionReadFull, geo.Target{Area: s.asset.AreaCode, Type: s.asset.Type, Held: !s.asset.Published()}, h.now)
}

// begin reads what the feature is now, or was last, and checks the right to it.
func (h *historian) begin(ctx context.Context, tx pgx.Tx) error {
	last, err := collect(ctx, tx, h.scan, h.sql, h.page.ID, int64(math.MaxInt64), 1)
	if err != nil {
		return err
	}
	if len(last) == 0 || !h.may(last[0]) {
		return geo.NotFoundError("store.History")
	}
	now := last[0]
	own := ""
	if now.area != nil {
		own = now.area.Level.Collection()
	} else {
		own = now.asset.Type
		types, err := collect(ctx, tx, scanType, typeSQL, own)
		if err != nil {
			return err
		}
		h.assetType = &geo.AssetType{Name: own} // of a type that is gone, the common fields are left
		if len(types) == 1 {
			h.assetType = types[0]
		}
	}
	if h.page.Collection != own && !(h.page.Collection == geo.AllAssets && now.asset != nil) {
		return geo.NotFoundError("store.History")
	}
	h.page.Collection, h.page.Name, h.page.Deleted = own, now.name(), now.closed
	return nil
}

// read fills the page, batch by batch: a state's difference needs the one before.
func (h *historian) read(ctx context.Context, tx pgx.Tx, before int64, limit int) error {
	if before == 0 {
		before = math.MaxInt64
	}
	for len(h.page.Versions) <= limit {
		states, err := collect(ctx, tx, h.scan, h.sql, h.page.ID, before, limit+1)
		if err != nil {
			return err
		}
		whole := len(states) <= limit
		var newer *state
		for i, s := range states {
			var older *state
			if i+1 < len(states) {
				older = states[i+1]
			} else if !whole {
				break // it is there for the one before
			}
			h.add(s, older, newer, before)
			newer = s
		}
		if whole {
			break
		}
		before = newer.made.Revision
	}
	if len(h.page.Versions) > limit {
		h.page.Versions = h.page.Versions[:limit]
		h.page.Next = h.page.Versions[limit-1].Revision
	}
	return nil
}

// add adds the versions that state s makes, if they may be known: that it
// ended without another in its place, and that it began.
func (h *historian) add(s, older, newer *state, before int64) {
	if !h.may(s) {
		return
	}
	replaced := newer != nil && newer.made.Revision == s.closer.Revision
	if s.closed && !replaced && s.closer.Revision < before {
		h.page.Versions = append(h.page.Versions, geo.Version{Deed: s.closer, Number: s.version(), Operation: geo.Delete, Changes: []geo.Difference{}})
	}
	v := geo.Version{Deed: s.made, Number: s.version(), Operation: geo.Create, Current: !s.closed}
	if s.closed {
		v.Until = &s.closer.At
	}
	switch {
	case older == nil:
	case older.closer.Revision == s.made.Revision:
		v.Operation = geo.Update
	default:
		v.Operation = geo.Restore
	}
	if older == nil || !h.may(older) {
		older = &state{} // what it was is not the asker's to know
	}
	if s.area != nil {
		v.Changes = geo.AreaDifferences(older.area, s.area, older.ha, s.ha)
	} else {
		v.Changes, v.MovedM = geo.Differences(older.asset, s.asset, h.assetType), geo.MovedM(older.asset, s.asset)
	}
	h.page.Versions = append(h.page.Versions, v)
}
