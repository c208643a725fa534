package store

import (
	"context"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// proposalColumns are a proposal p by its author c, in the order of scanProposal.
const proposalColumns = `p.id, p.version, p.state, p.verb, p.type, coalesce(p.asset_id, 0), p.uuid, p.name, p.area_code, p.to_area,
p.base_version, p.input, p.base, p.moved_m, p.steps, p.step, c.id, c.name, c.title, p.reason, p.sent_at, p.changed_at, p.closed_at,
coalesce((select r.revision from revisions r where r.id = p.revision_tx), 0), p.correctors`

func scanProposal(row pgx.CollectableRow) (*geo.Proposal, error) {
	var x geo.Proposal
	var id [16]byte
	err := row.Scan(&x.ID, &x.Version, &x.State, &x.Verb, &x.Type, &x.AssetID, &id, &x.Name, &x.AreaCode, &x.ToArea,
		&x.BaseVersion, &x.Input, &x.Base, &x.MovedM, &x.Steps, &x.Step, &x.Author.ID, &x.Author.Name, &x.Author.Title, &x.Reason,
		&x.SentAt, &x.ChangedAt, &x.ClosedAt, &x.Revision, &x.Correctors)
	x.UUID = id
	x.SentAt, x.ChangedAt, x.ClosedAt = x.SentAt.UTC(), x.ChangedAt.UTC(), utc(x.ClosedAt)
	return &x, err
}

const proposalsSQL = `select ` + proposalColumns + ` from proposals p join accounts c on c.id = p.author_id where p.id = any($1)`

// Proposal reads one proposal whole; NotFound for who may not see it.
func (s *Store) Proposal(ctx context.Context, p geo.Principal, id int64) (*geo.Proposal, error) {
	var list []*geo.Proposal
	err := s.read(ctx, "store.Proposal", p, func(tx pgx.Tx) (err error) {
		list, err = s.wholeProposals(ctx, tx, p, []int64{id})
		return err
	})
	if err == nil && len(list) == 0 {
		err = geo.NotFoundError("store.Proposal")
	}
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

// headsSQL gives of each proposal that may match what decides about it.
const headsSQL = `select p.id, p.state, p.type, p.area_code, p.to_area, p.steps, p.step, p.author_id, p.correctors
from proposals p
where (@state = '' or p.state = @state or @state = 'open' and p.closed_at is null or @state = 'closed' and p.closed_at is not null)
  and (@type = '' or p.type = @type) and (@area = '' or p.area_code = @area or starts_with(p.area_code, @area || '.'))
  and (@asset = 0 or p.asset_id = @asset) and (@author = 0 or p.author_id = @author)
order by p.id desc`

// heads lists the proposals that f chooses and p may see, newest first, with
// what their rights depend on and nothing more.
func (s *Store) heads(ctx context.Context, tx pgx.Tx, p geo.Principal, f geo.ProposalFilter) ([]*geo.Proposal, error) {
	args := pgx.NamedArgs{"state": f.State, "type": f.Type, "area": string(f.Area), "asset": f.Asset, "author": int64(0)}
	if f.For == "mine" {
		args["author"] = p.AccountID
	}
	rows, err := tx.Query(ctx, headsSQL, args)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*geo.Proposal, error) {
		var x geo.Proposal
		err := row.Scan(&x.ID, &x.State, &x.Type, &x.AreaCode, &x.ToArea, &x.Steps, &x.Step, &x.Author.ID, &x.Correctors)
		return &x, err
	})
	now := s.now()
	return slices.DeleteFunc(list, func(x *geo.Proposal) bool {
		return !x.SeenBy(p, now) || f.For == "review" && !x.Rights(p, now).Approve
	}), err
}

// Proposals lists the proposals that f chooses and p may see: newest first, but
// those for review oldest first. matched counts them all; next is the last one of
// this page, 0 when there are no more.
func (s *Store) Proposals(ctx context.Context, p geo.Principal, f geo.ProposalFilter) (list []*geo.Proposal, matched int, next int64, err error) {
	err = s.read(ctx, "store.Proposals", p, func(tx pgx.Tx) error {
		heads, err := s.heads(ctx, tx, p, f)
		if err != nil {
			return err
		}
		if f.For == "review" {
			slices.Reverse(heads)
		}
		ids := make([]int64, len(heads))
		for i, x := range heads {
			ids[i] = x.ID
		}
		matched = len(ids)
		ids = slices.DeleteFunc(ids, func(id int64) bool {
			return f.After != 0 && (f.For == "review" && id <= f.After || f.For != "review" && id >= f.After)
		})
		if len(ids) > f.Limit {
			ids = ids[:f.Limit]
			next = ids[f.Limit-1]
		}
		list, err = s.wholeProposals(ctx, tx, p, ids)
		return err
	})
	return list, matched, next, err
}

// CountProposals counts what waits for p.
func (s *Store) CountProposals(ctx context.Context, p geo.Principal) (geo.ProposalCounts, error) {
	var c geo.ProposalCounts
	now := s.now()
	err := s.read(ctx, "store.CountProposals", p, func(tx pgx.Tx) error {
		heads, err := s.heads(ctx, tx, p, geo.ProposalFilter{State: "open"})
		for _, x := range heads {
			if x.Rights(p, now).Approve {
				c.Review++
			}
			if x.Author.ID == p.AccountID {
				c.MineOpen++
				if x.State == geo.ProposalReturned {
					c.MineReturned++
				}
			}
		}
		return err
	})
	return c, err
}

// wholeProposals reads proposals with their events and their asset before and
// after, in the order of ids. Those that p may not see are left out.
func (s *Store) wholeProposals(ctx context.Context, tx pgx.Tx, p geo.Principal, ids []int64) ([]*geo.Proposal, error) {
	list, err := collect(ctx, tx, scanProposal, proposalsSQL, ids)
	if err != nil {
		return nil, err
	}
	now := s.now()
	list = slices.DeleteFunc(list, func(x *geo.Proposal) bool { return !x.SeenBy(p, now) })
	slices.SortFunc(list, func(a, b *geo.Proposal) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	if len(list) == 0 {
		return list, nil
	}
	if err := addEvents(ctx, tx, list); err != nil {
		return nil, err
	}
	return list, addStates(ctx, tx, list)
}

const eventsSQL = `select e.proposal_id, e.at, c.id, c.name, c.title, e.action, e.step, e.note, e.fields
from proposal_events e join accounts c on c.id = e.account_id where e.proposal_id = any($1) order by e.id`

func addEvents(ctx context.Context, tx pgx.Tx, list []*geo.Proposal) error {
	byID := map[int64]*geo.Proposal{}
	for _, x := range list {
		byID[x.ID] = x
	}
	rows, err := tx.Query(ctx, eventsSQL, slices.Collect(maps.Keys(byID)))
	if err != nil {
		return err
	}
	var id int64
	var e geo.ProposalEvent
	_, err = pgx.ForEachRow(rows, []any{&id, &e.At, &e.By.ID, &e.By.Name, &e.By.Title, &e.Act, &e.Step, &e.Note, &e.Fields}, func() error {
		e.At = e.At.UTC()
		byID[id].Events = append(byID[id].Events, e)
		e.Fields = nil
		return nil
	})
	return err
}

const (
	presentSQL = `select ` + assetColumns + `, ` + privateColumns + `
from assets a` + stampSQL + `where a.id = any($1)`
	deletedSQL = `select distinct on (a.id) ` + assetColumns + `, ` + privateColumns + `
from asset_history a` + stampSQL + `where a.id = any($1) and a.closed_by = 'delete'
order by a.id, a.to_tx desc, a.version desc`
)

// addStates gives each proposal its asset as it is now and as it would become.
func addStates(ctx context.Context, tx pgx.Tx, list []*geo.Proposal) error {
	var ids []int64
	for _, x := range list {
		if x.AssetID != 0 {
			ids = append(ids, x.AssetID)
		}
	}
	present, err := assetsByID(ctx, tx, presentSQL, ids)
	if err != nil {
		return err
	}
	deleted, err := assetsByID(ctx, tx, deletedSQL, ids)
	if err != nil {
		return err
	}
	types, err := typesByName(ctx, tx)
	if err != nil {
		return err
	}
	for _, x := range list {
		if x.Verb != geo.VerbCreate {
			x.Before = present[x.AssetID]
		}
		if x.Verb == geo.VerbRestore {
			x.After = deleted[x.AssetID]
		} else {
			x.Preview(types[x.Type])
		}
	}
	return placePreviews(ctx, tx, list)
}

func assetsByID(ctx context.Context, tx pgx.Tx, sql string, ids []int64) (map[int64]*geo.Asset, error) {
	list, err := collect(ctx, tx, scanPrivateAsset, sql, ids)
	byID := map[int64]*geo.Asset{}
	for _, a := range list {
		byID[a.ID] = a
	}
	return byID, err
}

func typesByName(ctx context.Context, tx pgx.Tx) (map[string]*geo.AssetType, error) {
	list, err := collect(ctx, tx, scanType, loadTypesSQL)
	byName := map[string]*geo.AssetType{}
	for _, t := range list {
		byName[t.Name] = t
	}
	return byName, err
}

// previewsSQL says where points would stand, and whether their assets would
// look like others.
const previewsSQL = `select u.i, p.placement, coalesce(p.area_located, ''), p.outside_m,
u.point is not null and exists (select from likely_duplicates(u.id, u.type, u.name, st_geomfromewkb(u.point))),
exists (select from active_others(u.id, u.type, u.area))
from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[]) with ordinality u(id, type, name, area, reason, point, i),
lateral place_asset(st_geomfromewkb(u.point), u.area, u.reason) p`

// placePreviews works out, for the open proposals, what the server says of an
// asset: where it stands, and which marks it would get.
func placePreviews(ctx context.Context, tx pgx.Tx, list []*geo.Proposal) error {
	var of []*geo.Asset
	var ids []int64
	var types, names, areas, reasons []string
	var points [][]byte
	for _, x := range list {
		if a := x.After; a != nil && x.Open() {
			of, ids, points = append(of, a), append(ids, a.ID), append(points, geo.EncodePoint(a.Point))
			types, names = append(types, a.Type), append(names, a.Name)
			areas, reasons = append(areas, string(a.AreaCode)), append(reasons, a.Private.PlacementReason)
		}
	}
	rows, err := tx.Query(ctx, previewsSQL, ids, types, names, areas, reasons, points)
	if err != nil {
		return err
	}
	var i int
	var placement, located string
	var outside float64
	var duplicate, tooMany bool
	_, err = pgx.ForEachRow(rows, []any{&i, &placement, &located, &outside, &duplicate, &tooMany}, func() error {
		a := of[i-1]
		a.AreaLocated, a.OutsideM, a.Marks = geo.Code(located), outside, nil
		switch placed := geo.Placement(placement); {
		case placed == geo.Unplaced, placed == geo.Inside, placed == geo.Near, placed == geo.Reasoned:
			a.Placement = placed
		case a.Placement != geo.Override: // farther, or not to be published as it is
			a.Placement = geo.Held
		}
		if duplicate {
			a.Marks = append(a.Marks, geo.MarkDuplicate)
		}
		if tooMany && a.Operation == "aktif" {
			a.Marks = append(a.Marks, geo.MarkTooMany)
		}
		return nil
	})
	return err
}
