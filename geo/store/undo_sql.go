package store

// The statements of Undo, in their order. It works set by set: which
// transactions are undone, which assets they touched, what each was before, and
// then one DELETE, one UPDATE and one INSERT.

const undoneSQL = `create temp table undo_tx on commit drop as
select r.id, r.revision, ` + actorColumn + ` as actor,
    exists (select from areas a where a.from_tx = r.id)
    or exists (select from area_history a where a.from_tx = r.id or a.to_tx = r.id) as areas
from revisions r
where r.revision = @revision
   or @revision = 0 and r.actor in (@actor, 'import-assets:' || @actor, 'import-areas:' || @actor)
      and r.committed_at between @from and @until`

// The versions that were made or ended. Where boundaries changed too, what
// changed with them stays.
const undoTouchedSQL = `create temp table undo_touched on commit drop as
select a.id, t.revision, a.type, a.area_code from undo_tx t join assets a on a.from_tx = t.id where not t.areas
union all
select h.id, t.revision, h.type, h.area_code from undo_tx t join asset_history h on h.from_tx = t.id where h.to_tx <> h.from_tx and not t.areas
union all
select h.id, t.revision, h.type, h.area_code from undo_tx t join asset_history h on h.to_tx = t.id where h.to_tx <> h.from_tx and not t.areas`

// The assets that are wanted of them, with the first revision that touched each.
const undoAssetsSQL = `create temp table undo_assets on commit drop as
select id, min(revision) as first from undo_touched group by id
having bool_or((@type = '' or type = @type) and (@area = '' or area_code = @area or starts_with(area_code, @area || '.')))`

// undoPlacesSQL gives where the wanted assets were then; what was changed since is
// not touched.
const undoPlacesSQL = `select distinct t.type, t.area_code from undo_touched t join undo_assets a on a.id = t.id`

// undoLockSQL keeps others from changing them until the undo is done.
const undoLockSQL = `select count(*) from (select from assets a join undo_assets u on u.id = a.id order by a.id for update of a) locked`

// undoRowsSQL makes a row per asset: what it is, or was last (l); the version of
// before (b); where its point of then stands to today's boundaries (p); and what
// the undo does with it, or why it cannot: hidden is one whose version of before
// who asks may not see. A point that boundaries left behind stays published with
// a reason, as it does when they change.
const undoRowsSQL = `create temp table undo_rows on commit drop as
select u.id as asset_id, l.type as last_type, l.name as last_name, l.area_code as last_area, l.version as last_version, b.*,
    p.area_located as new_located, p.outside_m as new_outside_m,
    case when p.area_located is not distinct from b.area_located and p.outside_m = b.outside_m then b.placement
        when p.outside_m <= 25 then p.placement
        when b.placement in ('held', 'override') then b.placement
        else 'reasoned' end as new_placement,
    case when p.outside_m > 25 and b.placement_reason = '' and b.placement not in ('held', 'override') then 'Batas wilayah berubah'
        else b.placement_reason end as new_reason,
    case when since.others then 'changed'
        when b.id is null and came.version > 1 and not exists (select from asset_history h where h.id = u.id and h.version = came.version - 1) then 'hidden'
        when b.id is null then case when l.live then 'delete' else 'nothing' end
        when not exists (select from asset_types t where t.name = b.type) then 'no type'
        when home.code is null then 'no area'
        when l.live then 'revert'
        when exists (select from assets x where x.uuid = b.uuid) then 'no uuid'
        else 'restore' end as what
from undo_assets u
join undo_tx t on t.revision = u.first
left join asset_history b on b.id = u.id and b.to_tx = t.id and b.from_tx <> b.to_tx
left join areas home on home.code = b.area_code and home.level = 4
cross join lateral (
    select true as live, a.type, a.name, a.area_code, a.version, a.from_tx from assets a where a.id = u.id
    union all
    (select false, h.type, h.name, h.area_code, h.version, h.from_tx from asset_history h where h.id = u.id order by h.to_tx desc, h.version desc limit 1)
    limit 1) l
cross join lateral (
    select exists (
        select from (select l.from_tx as tx union all select h.from_tx from asset_history h where h.id = u.id
            union all select h.to_tx from asset_history h where h.id = u.id) touch
        join revisions r on r.id = touch.tx
        where r.revision > u.first and not exists (select from undo_tx o where o.id = r.id and not o.areas)) as others) since
cross join lateral (
    select min(v.version) as version from (select a.version from assets a where a.id = u.id and a.from_tx = t.id
        union all select h.version from asset_history h where h.id = u.id and h.from_tx = t.id) v) came
left join lateral (
    select b.area_code as area_located, 0::float8 as outside_m, 'inside' as placement where st_covers(home.boundary, b.point)
    union all
    select placed.* from place_asset(b.point, b.area_code, b.placement_reason) placed
    where home.code is not null and not coalesce(st_covers(home.boundary, b.point), false)) p on true`

const (
	undoCountSQL = `select what, count(*) from undo_rows group by what`
	undoKeptSQL  = `select last_type, asset_id, last_name, last_area, what from undo_rows
where what in ('changed', 'no type', 'no area', 'no uuid') order by asset_id limit $1`

	undoDeleteSQL = `delete from assets a using undo_rows u where u.what = 'delete' and a.id = u.asset_id`
	undoRevertSQL = `update assets a set type_version = u.type_version, name = u.name, area_code = u.area_code, area_located = u.new_located, rt = u.rt,
    rw = u.rw, address = u.address, point = u.point, accuracy_m = u.accuracy_m, taken_by = u.taken_by, taken_at = u.taken_at, condition = u.condition,
    operation = u.operation, placement = u.new_placement, outside_m = u.new_outside_m, placement_reason = u.new_reason, marks = u.marks,
    attributes = u.attributes, internal = u.internal, source = u.source, note = u.note, example = u.example,
    verified_at = u.verified_at, verified_by = u.verified_by
from undo_rows u where u.what = 'revert' and a.id = u.asset_id`
	undoRestoreSQL = `insert into assets (id, uuid, type, type_version, name, area_code, area_located, rt, rw, address, point, accuracy_m, taken_by, taken_at,
    condition, operation, placement, outside_m, placement_reason, marks, attributes, internal, source, note, example, verified_at, verified_by, version)
select id, uuid, type, type_version, name, area_code, new_located, rt, rw, address, point, accuracy_m, taken_by, taken_at,
    condition, operation, new_placement, new_outside_m, new_reason, marks, attributes, internal, source, note, example, verified_at, verified_by, last_version + 1
from undo_rows where what = 'restore'`
)
