-- +goose Up

------------------------------------------------------------------------------
-- Why a revision was made, what kind it is, and who let it through
------------------------------------------------------------------------------

alter table revisions
    add column reason      text not null default '',
    add column kind        text not null default 'sql' check (kind in ('sql', 'edit', 'import', 'review', 'undo')),
    add column approved_by text not null default ''; -- with kind review: who gave the last approval

update revisions set kind = case
    when actor like 'sql:%' then 'sql'
    when actor like 'import-%' then 'import'
    else 'edit' end;

-- +goose StatementBegin
create or replace function open_transaction() returns bigint
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    me     text := pg_current_xact_id()::text;
    opened text := current_setting('patok.tx', true);
    tx     bigint;
begin
    if split_part(opened, ':', 1) = me then
        return split_part(opened, ':', 2)::bigint;
    end if;
    insert into revisions (xid, actor, reason, kind, approved_by)
    values (pg_current_xact_id(), coalesce(nullif(current_setting('patok.actor', true), ''), 'sql:' || session_user),
        coalesce(current_setting('patok.reason', true), ''),
        coalesce(nullif(current_setting('patok.kind', true), ''), 'sql'),
        coalesce(current_setting('patok.approved_by', true), ''))
    on conflict (xid) do update set xid = excluded.xid
    returning id into tx;
    perform set_config('patok.tx', me || ':' || tx, true);
    return tx;
end $$;
-- +goose StatementEnd
create index revisions_committed_at on revisions (committed_at);
create index revisions_actor on revisions (actor, revision);

------------------------------------------------------------------------------
-- People: accounts and grants are versioned; secrets stand beside them
------------------------------------------------------------------------------

create table credentials (
    account_id     bigint primary key references accounts on delete cascade,
    password_hash  text not null default '', -- argon2id in PHC form; '' lets nobody in
    changed_at     timestamptz,
    totp_secret    text not null default '',  -- RFC 6238, base32; '' is none
    totp_confirmed boolean not null default false,
    totp_last_step bigint not null default 0, -- a code is good once
    last_seen_at   timestamptz                -- beside the account, since it is no change of it
);
insert into credentials (account_id, password_hash, changed_at) select id, password_hash, created_at from accounts;

alter table accounts drop column password_hash;
alter table accounts
    add column sso     text unique check (sso <> ''), -- who this is to the city's own sign-in
    add column version bigint not null default 1,
    add column from_tx bigint not null default 0;
alter table grants
    add column reason  text not null default '',
    add column version bigint not null default 1,
    add column from_tx bigint not null default 0;
create index grants_area on grants (area_code);

create table account_history (like accounts, to_tx bigint not null, closed_by text not null);
create index account_history_id on account_history (id, from_tx);
create table grant_history (like grants, to_tx bigint not null, closed_by text not null);
create index grant_history_account on grant_history (account_id, from_tx);

-- +goose StatementBegin
create function version_row() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if tg_op = 'UPDATE' then
        new.version := old.version + 1;
    end if;
    new.from_tx := open_transaction();
    return new;
end $$;
-- +goose StatementEnd
create trigger version_row before insert or update on accounts for each row execute function version_row();
create trigger version_row before insert or update on grants for each row execute function version_row();
create trigger close_updated after update on accounts referencing old table as old_rows
    for each statement execute function close_versions('account_history');
create trigger close_deleted after delete on accounts referencing old table as old_rows
    for each statement execute function close_versions('account_history');
create trigger close_truncated before truncate on accounts
    for each statement execute function close_all_versions('account_history');
create trigger close_updated after update on grants referencing old table as old_rows
    for each statement execute function close_versions('grant_history');
create trigger close_deleted after delete on grants referencing old table as old_rows
    for each statement execute function close_versions('grant_history');
create trigger close_truncated before truncate on grants
    for each statement execute function close_all_versions('grant_history');

alter table sessions
    add column id      bigint generated always as identity unique,
    add column address text not null default '',
    add column agent   text not null default '',
    add column view_as bigint references accounts on delete cascade; -- whose eyes an administrator looks through

alter table tokens
    add column area_code text,    -- null: as far as the account's grants
    add column types     text[],  -- null: every type
    add column read_only boolean not null default false;

-- One row per link that was handed out. Opening a link uses nothing up;
-- setting the password does.
create table invitations (
    token_hash bytea primary key, -- SHA-256 of a 256-bit random token
    account_id bigint not null references accounts on delete cascade,
    purpose    text not null check (purpose in ('invitation', 'reset')),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at    timestamptz
);
create index invitations_account on invitations (account_id);

-- Whose authority a revision may have taken away. Every node reads this with
-- the log and forgets what it remembers of the account.
create table withdrawals (
    tx         bigint not null,
    account_id bigint not null
);
create index withdrawals_tx on withdrawals (tx);

-- +goose StatementBegin
create function withdraw() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    gone record;
begin
    if tg_op = 'INSERT' then
        gone := new;
    else
        gone := old;
    end if;
    insert into withdrawals (tx, account_id)
    values (open_transaction(), (to_jsonb(gone) ->> case tg_table_name when 'accounts' then 'id' else 'account_id' end)::bigint);
    return null;
end $$;
-- +goose StatementEnd
create trigger withdraw after update on accounts for each row
    when (old.disabled_at is distinct from new.disabled_at or old.name <> new.name or old.title <> new.title)
    execute function withdraw();
create trigger withdraw after insert or update or delete on grants for each row execute function withdraw();
create trigger withdraw_deleted after delete on sessions for each row
    when (old.expires_at > now()) execute function withdraw();
create trigger withdraw_viewing after update on sessions for each row
    when (old.view_as is distinct from new.view_as) execute function withdraw();
create trigger withdraw_revoked after update on tokens for each row
    when (old.revoked_at is distinct from new.revoked_at) execute function withdraw();
create trigger withdraw_deleted after delete on tokens for each row execute function withdraw();
create trigger withdraw_password after update on credentials for each row
    when (old.password_hash <> new.password_hash or old.totp_confirmed <> new.totp_confirmed) execute function withdraw();

------------------------------------------------------------------------------
-- The audit log: appended to only, each line bound to the one before
------------------------------------------------------------------------------

create table audit_head (
    one  boolean primary key default true check (one),
    id   bigint not null default 0,
    hash bytea not null default '\x'
);
insert into audit_head default values;

alter table audit alter column id drop identity;
alter table audit add column hash bytea;

-- audit_hash binds a line to the hash of the one before it. As JSON no field can
-- run into the next.
-- +goose StatementBegin
create function audit_hash(a audit, before bytea) returns bytea language sql immutable as $$
    select sha256(before || convert_to(jsonb_build_array(a.id, micros_of(a.at), a.actor, a.action, a.target, a.detail, a.address)::text, 'UTF8'))
$$;
-- +goose StatementEnd

-- +goose StatementBegin
create function chain_audit() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    head audit_head;
begin
    select * into head from audit_head for update;
    new.id := head.id + 1;
    new.at := clock_timestamp();
    new.hash := audit_hash(new, head.hash);
    update audit_head set id = new.id, hash = new.hash;
    return new;
end $$;
-- +goose StatementEnd

-- The lines from before the chain are bound to it in their order.
-- +goose StatementBegin
do $$
declare
    line audit;
    head audit_head;
begin
    select * into head from audit_head;
    for line in select * from audit order by id loop
        head.id := head.id + 1;
        update audit set id = head.id + 1000000000000 where id = line.id;
        line.id := head.id;
        head.hash := audit_hash(line, head.hash);
        update audit set id = head.id, hash = head.hash where id = head.id + 1000000000000;
    end loop;
    update audit_head set id = head.id, hash = head.hash;
end $$;
-- +goose StatementEnd
alter table audit alter column hash set not null;
create index audit_at on audit (at);
create index audit_actor on audit (actor, id);
create trigger chain_audit before insert on audit for each row execute function chain_audit();

-- +goose StatementBegin
create function refuse_change() returns trigger
language plpgsql as $$
begin
    raise exception 'the audit log is only appended to' using errcode = 'PT411';
end $$;
-- +goose StatementEnd
create trigger refuse_change before update or delete or truncate on audit
    for each statement execute function refuse_change();

------------------------------------------------------------------------------
-- Review: an edit that waits
------------------------------------------------------------------------------

-- input is the edit as a merge patch over the feature: only what it changes,
-- {"geometry"?, "properties"}; base holds the same members as its author read
-- them. Both lose their fields about people when the proposal is closed.
create table proposals (
    id           bigint generated always as identity primary key,
    version      bigint not null default 1,
    state        text not null default 'sent' check (state in ('sent', 'checking', 'returned', 'rejected', 'withdrawn', 'published')),
    verb         text not null check (verb in ('create', 'update', 'delete', 'restore')),
    type         text not null,
    asset_id     bigint, -- null until a create is published
    uuid         uuid not null, -- of the asset
    name         text not null, -- of the asset, as proposed
    area_code    text not null, -- that the asset is claimed for; rights follow it
    to_area      text not null, -- that it will be claimed for; the same unless it moves
    base_version bigint not null default 0,
    input        jsonb not null,
    base         jsonb not null,
    point        geometry(Point, 4326), -- as proposed
    moved_m      double precision,
    steps        text[] not null check (cardinality(steps) between 1 and 3),
    step         integer not null default 0,
    author_id    bigint not null references accounts on delete cascade,
    correctors   bigint[] not null default '{}', -- accounts of others who changed it before it was decided
    reason       text not null default '',
    sent_at      timestamptz not null default clock_timestamp(),
    changed_at   timestamptz not null default clock_timestamp(),
    closed_at    timestamptz,
    revision_tx  bigint -- the transaction that published it
);
create index proposals_open on proposals (area_code, type) where closed_at is null;
create index proposals_asset on proposals (asset_id, closed_at);
create index proposals_author on proposals (author_id, id);
create unique index proposals_open_uuid on proposals (uuid, author_id) where closed_at is null; -- one each
create unique index proposals_new_uuid on proposals (uuid) where closed_at is null and verb = 'create';

-- An asset that is claimed for another kelurahan takes its open proposals along,
-- whoever moves it: rights follow the area.
-- +goose StatementBegin
create function follow_proposals() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update proposals
    set area_code = new.area_code, to_area = case when to_area = old.area_code then new.area_code else to_area end
    where asset_id = new.id;
    return null;
end $$;
-- +goose StatementEnd
create trigger follow_proposals after update on assets for each row
    when (old.area_code <> new.area_code) execute function follow_proposals();

create table proposal_events (
    id          bigint generated always as identity primary key,
    proposal_id bigint not null references proposals on delete cascade,
    at          timestamptz not null default clock_timestamp(),
    account_id  bigint not null references accounts on delete cascade,
    action      text not null check (action in ('sent', 'approved', 'returned', 'corrected', 'rejected', 'withdrawn', 'published')),
    step        text not null default '',
    note        text not null default '',
    fields      jsonb not null default '{}' -- pointer → note
);
create index proposal_events_proposal on proposal_events (proposal_id, id);

alter table idempotency_keys alter column asset_id drop not null;
alter table idempotency_keys add column proposal_id bigint;

------------------------------------------------------------------------------
-- Progress: how far each kelurahan is with each type
------------------------------------------------------------------------------

create table progress (
    area_code    text not null,
    type         text not null,
    target       integer check (target >= 0),
    due          date,
    declared     text check (declared in ('complete', 'none')),
    declared_by  bigint references accounts on delete set null,
    declared_at  timestamptz,
    confirmed_by bigint references accounts on delete set null,
    confirmed_at timestamptz,
    primary key (area_code, type)
);

------------------------------------------------------------------------------
-- The second lock: row-level security, by the same rules as geo.Can
------------------------------------------------------------------------------

-- Who acts is in the setting patok.account: an account's id, 'system' for what
-- the server does for itself, and nothing for plain SQL by somebody who has
-- rights on the database. The server's own role without it may do nothing.
-- +goose StatementBegin
create function may(action text, area text, kind text) returns boolean
language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    who text := coalesce(current_setting('patok.account', true), '');
begin
    if who = 'system' then
        return true;
    elsif who = '' then
        return session_user <> 'patok_app';
    elsif who !~ '^\d{1,18}$' then
        return false;
    end if;
    return exists (
        select from grants g join accounts c on c.id = g.account_id
        where g.account_id = who::bigint and c.disabled_at is null
          and (g.valid_from is null or g.valid_from <= now()) and (g.valid_until is null or now() < g.valid_until)
          and (g.area_code is null or area = g.area_code or starts_with(area, g.area_code || '.'))
          and (g.types is null or kind = '' and action <> 'administer' or kind = any(g.types))
          and action = any(case g.role
              when 'administrator' then array['read', 'read_full', 'edit', 'review', 'watch', 'override', 'administer']
              when 'pic' then array['read', 'read_full', 'edit', 'watch']
              when 'service' then array['read', 'read_full', 'edit', 'watch']
              when 'reviewer' then array['read', 'read_full', 'review', 'watch']
              else array['read', 'watch'] end));
end $$;
-- +goose StatementEnd

-- may_write: an editor may; so may the reviewer who publishes the proposal that
-- the setting patok.proposal names.
-- +goose StatementBegin
create function may_write(area text, kind text) returns boolean
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return may('edit', area, kind)
        or may('review', area, kind) and exists (
            select from proposals p
            where p.id = nullif(current_setting('patok.proposal', true), '')::bigint
              and p.closed_at is null and p.type = kind and area in (p.area_code, p.to_area));
end $$;
-- +goose StatementEnd

-- may_know: personal fields follow their asset, also after it was deleted.
-- +goose StatementBegin
create function may_know(action text, asset bigint) returns boolean
language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    a record;
begin
    if coalesce(current_setting('patok.account', true), '') in ('', 'system') then
        return may(action, '', '');
    end if;
    select area_code, type into a from assets where id = asset;
    if not found then
        select area_code, type into a from asset_history where id = asset order by to_tx desc, version desc limit 1;
    end if;
    return case action when 'edit' then may_write(a.area_code, a.type) else may(action, a.area_code, a.type) end;
end $$;
-- +goose StatementEnd

-- is_me: rows about a person are theirs.
-- +goose StatementBegin
create function is_me(account bigint) returns boolean language sql stable as $$
    select account::text = current_setting('patok.account', true)
$$;
-- +goose StatementEnd

-- A spatial condition is not leakproof: before it row-level security has every
-- row looked at, index or not. So the rows that may not be seen are hidden from
-- the server's role alone, and who looks by place does it as the schema's owner;
-- what they may not see is left out by the join that follows.
-- +goose StatementBegin
create or replace function likely_duplicates(self bigint, asset_type text, asset_name text, p geometry)
returns table (id bigint, distance_m double precision)
language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    radius double precision := (select coalesce((t.definition ->> 'duplicate_radius_m')::float8, 0) from asset_types t where t.name = asset_type);
begin
    return query
    select a.id, st_distancesphere(a.point, p)
    from assets a
    where a.type = asset_type and a.id is distinct from self
      and a.point && st_expand(p, greatest(radius, 15) / 108000.0)
      and (st_distancesphere(a.point, p) <= 15
           or st_distancesphere(a.point, p) <= radius and names_alike(a.name, asset_name))
    order by 2, 1
    limit 20;
end $$;
-- +goose StatementEnd

alter table assets enable row level security;
alter table assets force row level security;
create policy see on assets for select using (true); -- but see hide_held, below
create policy add on assets for insert with check (may_write(area_code, type));
create policy change on assets for update using (may_write(area_code, type)) with check (may_write(area_code, type));
create policy remove on assets for delete using (may_write(area_code, type));
create policy follow on assets using (pg_trigger_depth() > 0); -- a changed boundary, whoever may write them

alter table asset_history enable row level security;
alter table asset_history force row level security;
create policy see on asset_history for select using (placement <> 'held' or may('read_full', area_code, type));
create policy add on asset_history for insert with check (pg_trigger_depth() > 0);

alter table area_history enable row level security;
alter table area_history force row level security;
create policy see on area_history for select using (true);
create policy add on area_history for insert with check (pg_trigger_depth() > 0);

alter table asset_type_history enable row level security;
alter table asset_type_history force row level security;
create policy see on asset_type_history for select using (true);
create policy add on asset_type_history for insert with check (pg_trigger_depth() > 0);

alter table asset_personal enable row level security;
alter table asset_personal force row level security;
create policy see on asset_personal for select using (may_know('read_full', asset_id));
create policy add on asset_personal for insert with check (may_know('edit', asset_id));
create policy change on asset_personal for update using (may_know('edit', asset_id));
create policy remove on asset_personal for delete using (may_know('edit', asset_id));

alter table proposals enable row level security;
alter table proposals force row level security;
create policy see on proposals for select using (may('read_full', area_code, type));
create policy add on proposals for insert with check (
    may('edit', area_code, type) and may('edit', to_area, type) and (is_me(author_id) or may('administer', '', '')));
create policy change on proposals for update using (may('read_full', area_code, type));
create policy follow on proposals using (pg_trigger_depth() > 0); -- an asset that moves (an ordinary owner may not set patok.account on a function)

alter table proposal_events enable row level security;
alter table proposal_events force row level security;
create policy see on proposal_events for select using (exists (select from proposals p where p.id = proposal_id));
create policy add on proposal_events for insert with check (
    exists (select from proposals p where p.id = proposal_id) and (is_me(account_id) or may('administer', '', '')));

alter table idempotency_keys enable row level security;
alter table idempotency_keys force row level security;
create policy own on idempotency_keys using (is_me(account_id) or may('administer', '', ''));

alter table progress enable row level security;
alter table progress force row level security;
create policy see on progress for select using (may('watch', area_code, type));
create policy add on progress for insert with check (may('edit', area_code, type) or may('administer', area_code, type));
create policy remove on progress for delete using (may('administer', area_code, type));
create policy change on progress for update using (may('edit', area_code, type) or may('review', area_code, type) or may('administer', area_code, type));

-- may_administer_some: an account has no area of its own; its grants have.
-- +goose StatementBegin
create function may_administer_some() returns boolean
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if may('administer', '', '') then
        return true;
    end if;
    return exists (
        select from grants g
        where g.account_id::text = current_setting('patok.account', true)
          and g.area_code is not null and may('administer', g.area_code, ''));
end $$;
-- +goose StatementEnd

-- may_manage: over every one of its grants; an account that has none is being made.
-- +goose StatementBegin
create function may_manage(account bigint) returns boolean
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return may('administer', '', '') or may_administer_some() and not exists (
        select from grants g where g.account_id = account and not may('administer', coalesce(g.area_code, ''), ''));
end $$;
-- +goose StatementEnd

alter table accounts enable row level security;
alter table accounts force row level security;
create policy see on accounts for select using (true);
create policy add on accounts for insert with check (may_administer_some());
create policy change on accounts for update using (may_manage(id));
create policy remove on accounts for delete using (example and may('administer', '', '')); -- others are disabled: names stay

alter table grants enable row level security;
alter table grants force row level security;
create policy see on grants for select using (true);
create policy add on grants for insert with check (may('administer', coalesce(area_code, ''), ''));
create policy change on grants for update using (may('administer', coalesce(area_code, ''), ''));
create policy remove on grants for delete using (may('administer', '', '') and exists (select from accounts c where c.id = account_id and c.example));

alter table account_history enable row level security;
alter table account_history force row level security;
create policy see on account_history for select using (is_me(id) or may_manage(id));
create policy add on account_history for insert with check (pg_trigger_depth() > 0);

alter table grant_history enable row level security;
alter table grant_history force row level security;
create policy see on grant_history for select using (is_me(account_id) or may_manage(account_id));
create policy add on grant_history for insert with check (pg_trigger_depth() > 0);

-- What proves who somebody is: read by the server as 'system' while nobody is
-- logged in yet.
alter table credentials enable row level security;
alter table credentials force row level security;
create policy own on credentials using (is_me(account_id) or may_manage(account_id));

alter table sessions enable row level security;
alter table sessions force row level security;
create policy own on sessions using (is_me(account_id) or may_manage(account_id))
    with check ((is_me(account_id) or may_manage(account_id)) and (view_as is null or may_manage(view_as)));

alter table tokens enable row level security;
alter table tokens force row level security;
create policy own on tokens using (is_me(account_id) or may_manage(account_id));

alter table invitations enable row level security;
alter table invitations force row level security;
create policy manage on invitations using (may_manage(account_id));

alter table areas enable row level security;
alter table areas force row level security;
create policy see on areas for select using (true);
create policy add on areas for insert with check (may('administer', code, ''));
create policy change on areas for update using (may('administer', code, ''));
create policy remove on areas for delete using (may('administer', code, ''));
create policy follow on areas using (pg_trigger_depth() > 0); -- parents, their children's boundaries

alter table area_overlaps enable row level security;
alter table area_overlaps force row level security;
create policy see on area_overlaps for select using (true);
create policy change on area_overlaps using (may('administer', code_a, '') or may('administer', code_b, ''));

alter table asset_types enable row level security;
alter table asset_types force row level security;
create policy see on asset_types for select using (true);
create policy add on asset_types for insert with check (may('administer', '', ''));
create policy change on asset_types for update using (may('administer', '', ''));
create policy remove on asset_types for delete using (may('administer', '', ''));

alter table settings enable row level security;
alter table settings force row level security;
create policy see on settings for select using (true);
create policy add on settings for insert with check (may('administer', '', ''));
create policy change on settings for update using (may('administer', '', ''));

alter table audit enable row level security;
alter table audit force row level security;
create policy see on audit for select using (may('administer', '', ''));
create policy add on audit for insert with check (true);

-- +goose StatementBegin
do $$
begin
    if exists (select from pg_roles where rolname = 'patok_app') then
        create policy hide_held on assets as restrictive for select to patok_app
            using (placement <> 'held' or may('read_full', area_code, type));
        grant select, insert, update, delete on all tables in schema public to patok_app;
        grant usage, select on all sequences in schema public to patok_app;
        revoke update, delete, truncate on audit, audit_head, proposal_events from patok_app;
        revoke insert, update on withdrawals from patok_app;
        revoke insert, update, delete, truncate on revisions, revision_clock, audit_head,
            area_history, asset_type_history, asset_history, account_history, grant_history from patok_app;
        revoke delete on proposals from patok_app;
    end if;
end $$;
-- +goose StatementEnd
