-- +goose Up

create extension if not exists postgis;
create extension if not exists pg_trgm;

-- The role of the server: no superuser, no way past row-level security. A
-- database whose administrator made the roles already needs no right to make them.
-- +goose StatementBegin
do $$
begin
    if not exists (select from pg_roles where rolname = 'patok_app') then
        create role patok_app login nosuperuser nobypassrls;
    end if;
exception
    when duplicate_object or unique_violation then
        null; -- another database of this cluster was migrated at the same moment
    when insufficient_privilege then
        null; -- an ordinary owner migrates and serves as one role
end $$;
-- +goose StatementEnd

------------------------------------------------------------------------------
-- The revision clock
------------------------------------------------------------------------------

-- One row per writing transaction. The row is made when the transaction first
-- changes a versioned row, and stamped with its revision at commit. Versions
-- join on id, never on xid: a restored cluster could meet an old xid again.
create table revisions (
    id           bigint generated always as identity primary key,
    xid          xid8 unique,
    revision     bigint unique,
    committed_at timestamptz,
    actor        text not null
);

-- The last number given out. Its lock is taken last and held until the commit
-- is visible, so revisions appear in commit order and without gaps.
create table revision_clock (
    one          boolean primary key default true check (one),
    epoch        uuid not null default gen_random_uuid(),
    revision     bigint not null default 0,
    committed_at timestamptz not null default 'epoch'
) with (fillfactor = 10); -- so that its updates stay HOT
insert into revision_clock default values;

-- open_transaction gives the id of this transaction's row in revisions, made on
-- first use. The setting holds "xid:id", so a value left by somebody is not believed.
-- +goose StatementBegin
create function open_transaction() returns bigint
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    me     text := pg_current_xact_id()::text;
    opened text := current_setting('patok.tx', true);
    tx     bigint;
begin
    if split_part(opened, ':', 1) = me then
        return split_part(opened, ':', 2)::bigint;
    end if;
    insert into revisions (xid, actor)
    values (pg_current_xact_id(), coalesce(nullif(current_setting('patok.actor', true), ''), 'sql:' || session_user))
    on conflict (xid) do update set xid = excluded.xid
    returning id into tx;
    perform set_config('patok.tx', me || ':' || tx, true);
    return tx;
end $$;
-- +goose StatementEnd

-- +goose StatementBegin
create function stamp_revision() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    n  bigint;
    at timestamptz;
begin
    update revision_clock
    set revision = revision + 1,
        committed_at = greatest(clock_timestamp(), committed_at + interval '1 microsecond')
    returning revision, committed_at into n, at;
    update revisions set revision = n, committed_at = at, xid = null where id = new.id;
    return null;
end $$;
-- +goose StatementEnd

-- Deferred: it runs at commit, after everything else. The schema has no other
-- deferrable constraint, so that nothing can come after it.
create constraint trigger stamp_revision after insert on revisions
    deferrable initially deferred for each row execute function stamp_revision();

-- new_epoch tells every node that what it knows of the past may be wrong: a
-- restore calls it.
-- +goose StatementBegin
create function new_epoch() returns uuid language sql as $$
    update revision_clock set epoch = gen_random_uuid() returning epoch
$$;
-- +goose StatementEnd

------------------------------------------------------------------------------
-- Areas
------------------------------------------------------------------------------

create table areas (
    id              bigint primary key, -- the code's digits
    code            text not null unique,
    scheme          text not null default 'kemendagri' check (scheme = 'kemendagri'),
    level           smallint not null,
    parent_code     text,
    kind            text not null check (kind in ('provinsi', 'kabupaten', 'kota', 'kecamatan', 'kelurahan', 'desa', 'desa_adat')),
    name            text not null check (name <> '' and name = btrim(name)),
    bps_code        text,
    boundary        geometry(MultiPolygon, 4326),
    label_point     geometry(Point, 4326),
    source          text not null default '',
    year            integer not null default 0,
    boundary_status text not null default 'indikatif' check (boundary_status in ('indikatif', 'kesepakatan', 'definitif')),
    derived         boolean not null default false, -- its boundary is the union of its children
    example         boolean not null default false,
    valid_from      date,
    valid_until     date,
    version         bigint not null default 1,
    from_tx         bigint not null default 0,
    check (derived or boundary is not null)
);
create index areas_boundary on areas using gist (boundary) where level = 4;
create index areas_parent on areas (parent_code);
create index areas_from_tx on areas (from_tx);

create table area_history (like areas, to_tx bigint not null, closed_by text not null);
create index area_history_id on area_history (id, from_tx);
create index area_history_from_tx on area_history (from_tx);
create index area_history_to_tx on area_history (to_tx);

-- Where boundaries of one level overlap: accepted, and kept so that somebody can mend them.
create table area_overlaps (
    code_a  text not null,
    code_b  text not null,
    area_m2 double precision not null,
    place   geometry(Point, 4326) not null,
    primary key (code_a, code_b)
);

-- +goose StatementBegin
create function check_area() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if new.code !~ '^[1-9]\d(\.\d{2}(\.\d{2}(\.[123]\d{3})?)?)?$' then
        raise exception 'area code % is not a dotted Kemendagri code', new.code using errcode = 'PT410';
    end if;
    if tg_op = 'UPDATE' then
        if new.code <> old.code then
            raise exception 'the code of an area never changes' using errcode = 'PT411';
        end if;
        new.version := old.version + 1;
    end if;
    new.id := replace(new.code, '.', '')::bigint;
    new.level := case length(new.code) when 2 then 1 when 5 then 2 when 8 then 3 else 4 end;
    new.parent_code := nullif(substring(new.code from '^(.*)\.\d+$'), '');
    if new.boundary is not null and (tg_op = 'INSERT' or new.boundary is distinct from old.boundary) then
        new.boundary := st_forcepolygonccw(st_multi(st_force2d(new.boundary)));
        if not st_isvalid(new.boundary) then
            raise exception 'boundary of % is invalid: %', new.code, st_isvalidreason(new.boundary) using errcode = 'PT412';
        end if;
        if new.label_point is null or not st_covers(new.boundary, new.label_point) then
            new.label_point := (st_maximuminscribedcircle(new.boundary)).center;
        end if;
    end if;
    new.from_tx := open_transaction();
    return new;
end $$;
-- +goose StatementEnd
create trigger check_area before insert or update on areas
    for each row execute function check_area();

------------------------------------------------------------------------------
-- The registry of asset types
------------------------------------------------------------------------------

-- definition is geo.AssetType as JSON, but for name and version.
create table asset_types (
    name           text primary key check (name ~ '^[a-z][a-z0-9_]{1,39}$' and name not in ('assets', 'types', 'areas', 'provinsi', 'kabupaten', 'kecamatan', 'kelurahan')),
    schema_version integer not null default 1,
    position       integer not null,
    definition     jsonb not null,
    version        bigint not null default 1,
    from_tx        bigint not null default 0
);
create index asset_types_from_tx on asset_types (from_tx);
create table asset_type_history (like asset_types, to_tx bigint not null, closed_by text not null);
create index asset_type_history_from_tx on asset_type_history (from_tx);
create index asset_type_history_to_tx on asset_type_history (to_tx);

-- +goose StatementBegin
create function check_asset_type() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op = 'UPDATE' then
        if new.name <> old.name then
            raise exception 'the name of an asset type never changes' using errcode = 'PT411';
        end if;
        new.version := old.version + 1;
        if new.definition -> 'schema' is distinct from old.definition -> 'schema' then
            new.schema_version := old.schema_version + 1;
        end if;
    end if;
    new.from_tx := open_transaction();
    return new;
end $$;
-- +goose StatementEnd
create trigger check_asset_type before insert or update on asset_types
    for each row execute function check_asset_type();

------------------------------------------------------------------------------
-- Assets
------------------------------------------------------------------------------

create table assets (
    id               bigint generated by default as identity primary key,
    uuid             uuid not null default gen_random_uuid() unique,
    type             text not null,
    type_version     integer not null default 1,
    name             text not null check (name <> ''),
    area_code        text not null,   -- claimed by the PIC; rights follow it
    area_located     text,            -- the kelurahan that the point lies in
    rt               text not null default '' check (rt ~ '^(\d{3})?$'),
    rw               text not null default '' check (rw ~ '^(\d{3})?$'),
    address          text not null default '',
    point            geometry(Point, 4326),
    accuracy_m       double precision check (accuracy_m >= 0),
    taken_by         text not null default '' check (taken_by in ('', 'gps', 'geser_peta', 'ketik', 'impor', 'tautan')),
    taken_at         timestamptz,
    condition        text not null default '' check (condition in ('', 'baik', 'rusak_ringan', 'rusak_berat')),
    operation        text not null default 'aktif' check (operation in ('aktif', 'tidak_aktif', 'tutup', 'rencana')),
    placement        text not null default 'unplaced' check (placement in ('unplaced', 'inside', 'near', 'reasoned', 'held', 'override')),
    outside_m        double precision not null default 0,
    placement_reason text not null default '',
    marks            text[] not null default '{}',
    attributes       jsonb not null default '{}' check (jsonb_typeof(attributes) = 'object'), -- public
    internal         jsonb not null default '{}' check (jsonb_typeof(internal) = 'object'),
    source           text not null default '',
    note             text not null default '',
    example          boolean not null default false,
    verified_at      timestamptz,
    verified_by      text not null default '',
    version          bigint not null default 1,
    from_tx          bigint not null default 0,
    check ((point is null) = (placement = 'unplaced')),
    check (point is null or (st_x(point) between 94.5 and 141.5 and st_y(point) between -11.5 and 6.5))
);
create index assets_point on assets using gist (point);
create index assets_area_type on assets (area_code, type);
create index assets_from_tx on assets (from_tx);
create index assets_doubtful on assets (id) where placement in ('near', 'reasoned', 'held') or marks <> '{}';

create table asset_history (like assets, to_tx bigint not null, closed_by text not null);
create index asset_history_id on asset_history (id, from_tx);
create index asset_history_uuid on asset_history (uuid);
create index asset_history_from_tx on asset_history (from_tx);
create index asset_history_to_tx on asset_history (to_tx);

-- Names and telephone numbers of people: beside the asset and outside its
-- history, so that erasing one leaves nothing behind.
create table asset_personal (
    asset_id bigint primary key,
    fields   jsonb not null check (jsonb_typeof(fields) = 'object')
);

-- located_area is the kelurahan that a point lies in; where boundaries overlap,
-- the claimed one if it is among them.
-- +goose StatementBegin
create function located_area(p geometry, claimed text) returns text
language sql stable as $$
    select code from areas
    where level = 4 and boundary && p and st_covers(boundary, p)
    order by code <> claimed, code
    limit 1
$$;
-- +goose StatementEnd

-- place_asset says how a point stands to the claimed kelurahan. placement is
-- one of assets.placement, or 'reason_required', 'outside_city', 'unknown_area'.
-- +goose StatementBegin
create function place_asset(p geometry, claimed text, reason text,
    out area_located text, out outside_m double precision, out placement text)
language plpgsql stable as $$
declare
    home geometry;
begin
    outside_m := 0;
    select boundary into home from areas where code = claimed and level = 4;
    if not found then
        placement := 'unknown_area';
        return;
    end if;
    if p is null then
        placement := 'unplaced';
        return;
    end if;
    area_located := located_area(p, claimed);
    if area_located = claimed then
        placement := 'inside';
        return;
    end if;
    outside_m := round(st_distance(home::geography, p::geography)::numeric, 1);
    placement := case
        when outside_m <= 25 then 'near'
        when outside_m <= 200 and reason <> '' then 'reasoned'
        when outside_m <= 200 then 'reason_required'
        when area_located is null and not exists (
            select from areas where level = 4 and boundary && st_expand(p, 0.002)
            and st_dwithin(boundary::geography, p::geography, 200)) then 'outside_city'
        else 'held' end;
end $$;
-- +goose StatementEnd

-- check_asset holds, for every writer, what must not depend on a program:
-- identity, version, the transaction, and the place. A bulk load that placed
-- its rows with place_asset itself says so with the setting patok.placed; a
-- change of boundaries moves no asset out of sight and asks nobody for a reason.
-- +goose StatementBegin
create function check_asset() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    placed record;
begin
    if tg_op = 'UPDATE' then
        if new.id <> old.id or new.uuid <> old.uuid or new.type <> old.type then
            raise exception 'id, uuid and type of an asset never change' using errcode = 'PT411';
        end if;
        new.version := old.version + 1;
    else
        new.version := greatest(new.version, 1);
    end if;
    new.from_tx := open_transaction();
    if current_setting('patok.placed', true) = 'yes'
        or tg_op = 'UPDATE' and new.point is not distinct from old.point and new.area_code = old.area_code
           and new.placement_reason = old.placement_reason and new.placement = old.placement
           and new.area_located is not distinct from old.area_located and new.outside_m = old.outside_m then
        return new;
    end if;
    if tg_op = 'INSERT' and not exists (select from asset_types where name = new.type) then
        raise exception 'asset type % is not registered', new.type using errcode = 'PT405';
    end if;
    if tg_op = 'INSERT' and exists (select from areas where code = new.area_code and example) then
        new.example := true; -- what is added to the example city is example data too
    end if;
    placed := place_asset(new.point, new.area_code, new.placement_reason);
    new.area_located := placed.area_located;
    new.outside_m := placed.outside_m;
    if placed.placement = 'unknown_area' then
        raise exception 'area % is not loaded', new.area_code using errcode = 'PT404';
    elsif current_setting('patok.boundaries', true) = 'changing' and placed.outside_m > 25 then
        new.placement := case when tg_op = 'UPDATE' and old.placement in ('held', 'override') then old.placement else 'reasoned' end;
        new.placement_reason := coalesce(nullif(new.placement_reason, ''), 'Batas wilayah berubah');
    elsif placed.placement = 'outside_city' then
        raise exception 'the point lies outside the loaded areas' using errcode = 'PT402';
    elsif placed.placement = 'reason_required' then
        raise exception 'the point lies % m outside %, and a reason is missing', placed.outside_m, new.area_code
            using errcode = 'PT403',
            detail = json_build_object('outside_m', placed.outside_m, 'area_located', placed.area_located)::text;
    elsif placed.placement <> 'held' or new.placement <> 'override' then
        new.placement := placed.placement;
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger check_asset before insert or update on assets
    for each row execute function check_asset();

-- An id that a COPY or an explicit INSERT brought in must not be given out again.
-- +goose StatementBegin
create function advance_asset_ids() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    highest bigint := (select max(id) from new_rows);
begin
    if highest > (select last_value from assets_id_seq) then
        perform setval('assets_id_seq', highest);
    end if;
    return null;
end $$;
-- +goose StatementEnd
create trigger advance_asset_ids after insert on assets
    referencing new table as new_rows for each statement execute function advance_asset_ids();

------------------------------------------------------------------------------
-- History: UPDATE, DELETE and TRUNCATE move the closed version here
------------------------------------------------------------------------------

-- close_versions copies the old rows into the table named by its first
-- argument. The column lists are equal by construction (LIKE), and a test
-- holds them so.
-- +goose StatementBegin
create function close_versions() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if exists (select from old_rows) then
        execute format('insert into %I select o.*, $1, $2 from old_rows o', tg_argv[0])
        using open_transaction(), lower(tg_op);
    end if;
    return null;
end $$;
-- +goose StatementEnd

-- After TRUNCATE the ids begin where they stood, whatever RESTART IDENTITY says.
-- +goose StatementBegin
create function close_all_versions() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    execute format('insert into %I select o.*, $1, ''delete'' from %I o', tg_argv[0], tg_table_name)
    using open_transaction();
    return null;
end $$;
-- +goose StatementEnd
-- +goose StatementBegin
create function keep_asset_ids() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform setval('assets_id_seq', greatest((select max(id) from asset_history), (select last_value from assets_id_seq)));
    return null;
end $$;
-- +goose StatementEnd

create trigger close_updated after update on areas referencing old table as old_rows
    for each statement execute function close_versions('area_history');
create trigger close_deleted after delete on areas referencing old table as old_rows
    for each statement execute function close_versions('area_history');
create trigger close_truncated before truncate on areas
    for each statement execute function close_all_versions('area_history');
create trigger close_updated after update on asset_types referencing old table as old_rows
    for each statement execute function close_versions('asset_type_history');
create trigger close_deleted after delete on asset_types referencing old table as old_rows
    for each statement execute function close_versions('asset_type_history');
create trigger close_truncated before truncate on asset_types
    for each statement execute function close_all_versions('asset_type_history');
create trigger close_updated after update on assets referencing old table as old_rows
    for each statement execute function close_versions('asset_history');
create trigger close_deleted after delete on assets referencing old table as old_rows
    for each statement execute function close_versions('asset_history');
create trigger close_truncated before truncate on assets
    for each statement execute function close_all_versions('asset_history');
create trigger keep_asset_ids after truncate on assets
    for each statement execute function keep_asset_ids();

------------------------------------------------------------------------------
-- What a changed boundary changes
------------------------------------------------------------------------------

-- follow_boundaries makes the boundaries of derived parents anew, and places
-- anew the assets in and around what changed.
-- +goose StatementBegin
create function follow_boundaries(codes text[], extent geometry) returns void
language plpgsql security definer set search_path = public, pg_temp set enable_nestloop = on as $$
begin
    update areas p
    set boundary = u.boundary
    from (select c.parent_code, st_multi(st_unaryunion(st_collect(c.boundary))) as boundary
          from areas c
          where c.boundary is not null
            and c.parent_code in (select a.parent_code from areas a where a.code = any(codes)
                                  union select substring(k from '^(.*)\.\d+$') from unnest(codes) k)
          group by c.parent_code) u
    where p.code = u.parent_code and p.derived and p.boundary is distinct from u.boundary;

    if exists (select from unnest(codes) k where length(k) = 13) and extent is not null then
        perform set_config('patok.boundaries', 'changing', true);
        update assets a
        set area_located = placed.area_located, outside_m = placed.outside_m
        from assets b cross join lateral place_asset(b.point, b.area_code, b.placement_reason) placed
        where a.id = b.id and b.point && st_expand(extent, 0.002)
          and (placed.area_located is distinct from b.area_located or placed.outside_m <> b.outside_m);
        perform set_config('patok.boundaries', '', true);
    end if;
end $$;
-- +goose StatementEnd

-- +goose StatementBegin
create function after_area_insert() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    orphan text := (select code from new_rows n where parent_code is not null
                    and not exists (select from areas p where p.code = n.parent_code) limit 1);
begin
    if orphan is not null then
        raise exception 'the parent of area % is not loaded', orphan using errcode = 'PT404';
    end if;
    perform follow_boundaries(array_agg(code), st_setsrid(st_extent(boundary)::geometry, 4326))
    from new_rows where boundary is not null having count(*) > 0;
    return null;
end $$;
-- +goose StatementEnd
create trigger follow_inserted after insert on areas referencing new table as new_rows
    for each statement execute function after_area_insert();

-- Old and new rows are compared by a hash join: a nested loop over two
-- transition tables is a plan made for one row.
-- +goose StatementBegin
create function after_area_update() returns trigger
language plpgsql security definer set search_path = public, pg_temp set enable_nestloop = off as $$
begin
    perform follow_boundaries(array_agg(n.code), st_setsrid(st_extent(st_collect(o.boundary, n.boundary))::geometry, 4326))
    from new_rows n join old_rows o on o.id = n.id
    where o.boundary is distinct from n.boundary having count(*) > 0;
    return null;
end $$;
-- +goose StatementEnd
create trigger follow_updated after update on areas referencing old table as old_rows new table as new_rows
    for each statement execute function after_area_update();

-- +goose StatementBegin
create function after_area_delete() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    used text := (select code from old_rows o where exists (select from assets where area_code = o.code)
                  or exists (select from areas where parent_code = o.code) limit 1);
begin
    if used is not null then
        raise exception 'area % still has assets or areas below it', used using errcode = 'PT413';
    end if;
    perform follow_boundaries(array_agg(code), st_setsrid(st_extent(boundary)::geometry, 4326))
    from old_rows where boundary is not null having count(*) > 0;
    return null;
end $$;
-- +goose StatementEnd
create trigger follow_deleted after delete on areas referencing old table as old_rows
    for each statement execute function after_area_delete();

------------------------------------------------------------------------------
-- Likely duplicates, and too many of a kind
------------------------------------------------------------------------------

-- names_alike says whether two names may mean one place: three letters in a row
-- agree often enough, and so do their numbers where both have some: RT 004 is not
-- RT 005, and Melati may be Melati 1.
-- +goose StatementBegin
create function names_alike(a text, b text) returns boolean
language sql immutable parallel safe as $$
    select case when similarity(a, b) < 0.4 then false
        when a !~ '\d' or b !~ '\d' then true
        else regexp_replace(regexp_replace(' ' || a, '\D+', ' ', 'g'), ' 0+(?=\d)|\s+$', ' ', 'g')
           = regexp_replace(regexp_replace(' ' || b, '\D+', ' ', 'g'), ' 0+(?=\d)|\s+$', ' ', 'g') end
$$;
-- +goose StatementEnd

-- likely_duplicates gives the assets that may be the same one: of the same
-- type, within its radius and of similar name, or within 15 m whatever the name.
-- +goose StatementBegin
create function likely_duplicates(self bigint, asset_type text, asset_name text, p geometry)
returns table (id bigint, distance_m double precision)
language sql stable as $$
    select a.id, st_distancesphere(a.point, p)
    from assets a, (select coalesce((definition ->> 'duplicate_radius_m')::float8, 0) as radius from asset_types where name = asset_type) t
    where a.type = asset_type and a.id is distinct from self
      and a.point && st_expand(p, greatest(t.radius, 15) / 110000.0)
      and (st_distancesphere(a.point, p) <= 15
           or st_distancesphere(a.point, p) <= t.radius and names_alike(a.name, asset_name))
    order by 2, 1
    limit 20
$$;
-- +goose StatementEnd

-- active_others gives the other active assets of a type in a kelurahan, for
-- types that may have but one there.
-- +goose StatementBegin
create function active_others(self bigint, asset_type text, claimed text)
returns table (id bigint)
language sql stable as $$
    select a.id from assets a
    where a.type = asset_type and a.area_code = claimed and a.operation = 'aktif' and a.id is distinct from self
      and exists (select from asset_types where name = asset_type and definition ->> 'cardinality' = 'one')
    order by 1
    limit 20
$$;
-- +goose StatementEnd

------------------------------------------------------------------------------
-- Digests: what geo.Asset.Digest and geo.Area.Digest compute from memory
------------------------------------------------------------------------------

-- +goose StatementBegin
create function digest_of(fields text) returns bigint language sql immutable as $$
    select ('x' || substr(md5(fields), 1, 16))::bit(64)::bigint
$$;
-- +goose StatementEnd
-- +goose StatementBegin
create function hex_of(f double precision) returns text language sql immutable as $$
    select coalesce(encode(float8send(f), 'hex'), '')
$$;
-- +goose StatementEnd
-- +goose StatementBegin
create function micros_of(t timestamptz) returns text language sql immutable as $$
    select coalesce((extract(epoch from t) * 1000000)::bigint::text, '')
$$;
-- +goose StatementEnd
-- +goose StatementBegin
create function asset_digest(a assets) returns bigint language sql immutable as $$
    select digest_of(concat_ws(E'\x1f', a.id, a.version, a.uuid, a.type, a.type_version, a.name, a.area_code,
        coalesce(a.area_located, ''), a.rt, a.rw, a.address, hex_of(st_x(a.point)), hex_of(st_y(a.point)),
        hex_of(a.accuracy_m), a.taken_by, micros_of(a.taken_at), a.condition, a.operation, a.placement,
        hex_of(a.outside_m), array_to_string(a.marks, ','), a.example::text, micros_of(a.verified_at), a.attributes::text))
$$;
-- +goose StatementEnd
-- +goose StatementBegin
create function area_digest(a areas) returns bigint language sql immutable as $$
    select digest_of(concat_ws(E'\x1f', a.id, a.version, a.code, a.level, coalesce(a.parent_code, ''), a.kind, a.name,
        coalesce(a.bps_code, ''), a.source, a.year, a.boundary_status, a.derived::text, a.example::text,
        hex_of(st_x(a.label_point)), hex_of(st_y(a.label_point)), md5(coalesce(st_asewkb(a.boundary, 'NDR'), ''::bytea))))
$$;
-- +goose StatementEnd

------------------------------------------------------------------------------
-- People
------------------------------------------------------------------------------

create table accounts (
    id            bigint generated always as identity primary key,
    name          text not null unique check (name ~ '^[a-z0-9][a-z0-9._-]{1,62}$'),
    title         text not null default '',
    password_hash text not null, -- argon2id in PHC form; never in a history, never in a log
    example       boolean not null default false,
    created_at    timestamptz not null default now(),
    disabled_at   timestamptz
);

create table grants (
    id          bigint generated always as identity primary key,
    account_id  bigint not null references accounts on delete cascade,
    role        text not null check (role in ('administrator', 'pic', 'reviewer', 'dinsos', 'planner', 'service')),
    area_code   text,   -- null: everywhere
    types       text[], -- null: every type
    valid_from  timestamptz,
    valid_until timestamptz
);
create index grants_account on grants (account_id);

create table sessions (
    token_hash   bytea primary key, -- SHA-256 of a 256-bit random token
    account_id   bigint not null references accounts on delete cascade,
    created_at   timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    expires_at   timestamptz not null
);
create index sessions_account on sessions (account_id);

create table tokens (
    id           bigint generated always as identity primary key,
    token_hash   bytea not null unique,
    account_id   bigint not null references accounts on delete cascade,
    name         text not null,
    created_at   timestamptz not null default now(),
    last_used_at timestamptz,
    expires_at   timestamptz,
    revoked_at   timestamptz
);

create table audit (
    id      bigint generated always as identity primary key,
    at      timestamptz not null default clock_timestamp(),
    actor   text not null,
    action  text not null,
    target  text not null default '',
    detail  jsonb not null default '{}',
    address text not null default ''
);

-- A repeated create with the same key gives the first result; with another body it is refused.
create table idempotency_keys (
    account_id   bigint not null references accounts on delete cascade,
    key          text not null check (length(key) between 1 and 200),
    request_hash bytea not null,
    asset_id     bigint not null,
    created_at   timestamptz not null default now(),
    primary key (account_id, key)
);

create table settings (
    name  text primary key,
    value jsonb not null
);

-- +goose StatementBegin
do $$
begin
    if exists (select from pg_roles where rolname = 'patok_app') then
        grant usage on schema public to patok_app;
        grant select, insert, update, delete on all tables in schema public to patok_app;
        grant usage, select on all sequences in schema public to patok_app;
        revoke update, delete on audit from patok_app;
    end if;
end $$;
-- +goose StatementEnd
