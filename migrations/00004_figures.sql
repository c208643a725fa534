-- +goose Up

------------------------------------------------------------------------------
-- The registry of indicators and of the sources that tell them
------------------------------------------------------------------------------

-- definition is indicator.Indicator as JSON, but for its code.
create table indicators (
    code       text primary key check (code ~ '^[a-z][a-z0-9_]{0,39}$'),
    position   integer not null,
    definition jsonb not null,
    version    bigint not null default 1,
    from_tx    bigint not null default 0
);
create table indicator_history (like indicators, to_tx bigint not null, closed_by text not null);

-- definition is indicator.Source as JSON, but for its code.
create table sources (
    code       text primary key check (code ~ '^[a-z][a-z0-9_]{0,39}$'),
    position   integer not null,
    definition jsonb not null,
    version    bigint not null default 1,
    from_tx    bigint not null default 0
);
create table source_history (like sources, to_tx bigint not null, closed_by text not null);

-- +goose StatementBegin
create function keep_code() returns trigger
language plpgsql as $$
begin
    if new.code <> old.code then
        raise exception 'the code of an indicator or a source never changes' using errcode = 'PT411';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger keep_code before update on indicators for each row execute function keep_code();
create trigger keep_code before update on sources for each row execute function keep_code();

------------------------------------------------------------------------------
-- Batches: the figures of one area, period and source, and how far they are
------------------------------------------------------------------------------

create table batches (
    id         bigint generated always as identity primary key,
    area_code  text not null,
    period     text not null check (period ~ '^\d{4}(-Q[1-4]|-\d{2}(-\d{2})?)?$'),
    source     text not null references sources,
    edition    integer not null default 1, -- a correction is the next one
    state      text not null default 'draft' check (state in ('draft', 'sent', 'checking', 'returned', 'closed', 'withdrawn')),
    steps      text[] not null check (cardinality(steps) between 1 and 3),
    step       integer not null default 0, -- index of the step that waits
    writers    bigint[] not null default '{}', -- accounts that put in figures, or sent it
    reason     text not null default '', -- of a correction: why
    example    boolean not null default false,
    created_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    sent_at    timestamptz,
    closed_at  timestamptz,
    version    bigint not null default 1,
    from_tx    bigint not null default 0,
    unique (area_code, period, source, edition)
);
create unique index batches_open on batches (area_code, period, source) where state not in ('closed', 'withdrawn');
create index batches_period on batches (source, period);
create table batch_history (like batches, to_tx bigint not null, closed_by text not null);
create index batch_history_id on batch_history (id, from_tx);

-- number is null where somebody said that it is not known; no row, that nobody
-- has said anything.
create table batch_values (
    batch_id           bigint not null references batches on delete cascade,
    place              text not null check (place ~ '^\d{2}(\.\d{2}(\.\d{2}(\.[123]\d{3}(-\d{3}(-\d{3})?)?)?)?)?$'),
    indicator          text not null,
    number             double precision check (number = number and abs(number) < 1e15),
    denominator        double precision check (denominator > 0 and denominator < 1e15), -- of a rate, as its source gives it
    denominator_source text not null default '',
    note               text not null default '', -- why it differs from the sum of its parts
    version            bigint not null default 1,
    from_tx            bigint not null default 0,
    primary key (batch_id, place, indicator)
);
create index batch_values_from_tx on batch_values (from_tx);
create table batch_value_history (like batch_values, to_tx bigint not null, closed_by text not null);
create index batch_value_history_to_tx on batch_value_history (to_tx);
create index batch_value_history_id on batch_value_history (batch_id);

-- A closed batch is frozen, whoever writes: a correction is a new edition.
-- +goose StatementBegin
create function refuse_frozen() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    frozen bigint := (select r.batch_id from changed_rows r join batches b on b.id = r.batch_id
                      where b.state in ('closed', 'withdrawn') limit 1);
begin
    if frozen is not null then
        raise exception 'batch % is closed', frozen using errcode = 'PT414';
    end if;
    return null;
end $$;
-- +goose StatementEnd
create trigger refuse_frozen_added after insert on batch_values referencing new table as changed_rows
    for each statement execute function refuse_frozen();
create trigger refuse_frozen_changed after update on batch_values referencing new table as changed_rows
    for each statement execute function refuse_frozen();
create trigger refuse_frozen_removed after delete on batch_values referencing old table as changed_rows
    for each statement execute function refuse_frozen();

-- +goose StatementBegin
create function check_batch() returns trigger
language plpgsql as $$
begin
    if new.area_code <> old.area_code or new.period <> old.period or new.source <> old.source or new.edition <> old.edition then
        raise exception 'a batch stays what it is about' using errcode = 'PT411';
    end if;
    if old.state in ('closed', 'withdrawn') and new.state <> old.state then
        raise exception 'batch % is closed', old.id using errcode = 'PT414';
    end if;
    return new;
end $$;
-- +goose StatementEnd
create trigger check_batch before update on batches for each row execute function check_batch();

-- The minutes (berita acara) of the meeting that agreed on the figures. They
-- hold no list of names, and the scan is optional.
create table batch_minutes (
    batch_id   bigint primary key references batches on delete cascade,
    number     text not null check (number <> ''),
    held_on    date not null,
    attendance integer not null check (attendance between 1 and 100000),
    note       text not null default ''
);
create trigger refuse_frozen_added after insert on batch_minutes referencing new table as changed_rows
    for each statement execute function refuse_frozen();
create trigger refuse_frozen_changed after update on batch_minutes referencing new table as changed_rows
    for each statement execute function refuse_frozen();
create table batch_scans (
    batch_id   bigint primary key references batches on delete cascade,
    media_type text not null,
    hash       bytea not null, -- SHA-256 of the content; stays when it is purged
    content    bytea,
    added_at   timestamptz not null default clock_timestamp(),
    purged_at  timestamptz,
    check ((content is null) = (purged_at is not null))
);

create table batch_events (
    id         bigint generated always as identity primary key,
    batch_id   bigint not null references batches on delete cascade,
    at         timestamptz not null default clock_timestamp(),
    account_id bigint references accounts on delete cascade, -- null: a command
    action     text not null check (action in ('created', 'sent', 'approved', 'returned', 'withdrawn', 'closed')),
    step       text not null default '',
    number     text not null default '', -- of the letter or decision, where a step has one
    dated      date,                     -- that letter's
    note       text not null default '',
    cells      jsonb not null default '{}' -- "place/indicator" → note
);
create index batch_events_batch on batch_events (batch_id, id);

-- The further states of a batch, as dated marks that stop nothing.
create table batch_marks (
    batch_id   bigint not null references batches on delete cascade,
    mark       text not null check (mark ~ '^[a-z][a-z0-9_]{0,39}$'),
    dated      date not null,
    number     text not null default '',
    note       text not null default '',
    account_id bigint references accounts on delete set null,
    at         timestamptz not null default clock_timestamp(),
    primary key (batch_id, mark)
);

------------------------------------------------------------------------------
-- Publications: what disclosure control let through
------------------------------------------------------------------------------

-- A publication is only ever added: the newest edition is the one in force.
create table publications (
    id           bigint generated always as identity primary key,
    source       text not null references sources,
    period       text not null,
    area_code    text not null, -- that it covers, with all below it
    edition      integer not null,
    audience     text not null check (audience in ('public', 'internal')),
    threshold    integer not null check (threshold between 3 and 11),
    content      bytea not null, -- indicator.Publication, gzipped JSON
    sha256       bytea not null, -- of the content
    published_at timestamptz not null default clock_timestamp(),
    account_id   bigint references accounts on delete set null,
    example      boolean not null default false,
    from_tx      bigint not null default 0,
    unique (source, period, area_code, audience, edition)
);
create index publications_from_tx on publications (from_tx);

-- When publications were taken away, as those of the example are. Every node
-- reads this with the log.
create table removed_publications (tx bigint primary key);

-- +goose StatementBegin
create function note_removed_publications() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if exists (select from old_rows) then
        insert into removed_publications values (open_transaction()) on conflict do nothing;
    end if;
    return null;
end $$;
-- +goose StatementEnd
create trigger note_removed after delete on publications referencing old table as old_rows
    for each statement execute function note_removed_publications();

------------------------------------------------------------------------------
-- Releases: a revision with a name, and its files for ever
------------------------------------------------------------------------------

create table releases (
    name        text primary key check (name ~ '^[a-z0-9][a-z0-9._-]{0,39}$'),
    title       text not null default '',
    note        text not null default '',
    revision    bigint not null, -- as of which everything in it is; before its own
    incomplete  jsonb not null default '[]', -- what was missing, and was released all the same
    released_at timestamptz not null default clock_timestamp(),
    account_id  bigint references accounts on delete set null,
    example     boolean not null default false,
    from_tx     bigint not null default 0
);
create table release_files (
    release    text not null references releases on delete cascade,
    name       text not null,
    audience   text not null check (audience in ('public', 'internal')),
    about      text not null default '', -- the collection or table that it holds
    area_code  text not null default '', -- that who reads an internal file may analyse; '' is everywhere
    media_type text not null,
    bytes      bigint not null,  -- of the file
    rows       integer not null,
    sha256     bytea not null,   -- of the file
    content    bytea not null,   -- the file, gzipped
    primary key (release, name, audience)
);
alter table release_files alter content set storage external;

------------------------------------------------------------------------------
-- Imports, planning
------------------------------------------------------------------------------

-- The receipt of an import.
create table imports (
    id         bigint generated always as identity primary key,
    what       text not null check (what in ('areas', 'assets', 'figures')),
    file       text not null,
    sha256     bytea not null,
    account_id bigint references accounts on delete set null,
    at         timestamptz not null default clock_timestamp(),
    report     jsonb not null,
    tx         bigint not null, -- what it wrote
    undone_tx  bigint,
    undone_by  bigint references accounts on delete set null
);
create index imports_account on imports (account_id, id);

create table scenarios (
    id         bigint generated always as identity primary key,
    account_id bigint not null references accounts on delete cascade,
    name       text not null check (name <> ''),
    area_code  text not null,
    shared     boolean not null default false, -- with all who may analyse the area
    request    jsonb not null,
    result     jsonb not null,
    revision   bigint not null, -- of the data that it was computed from
    created_at timestamptz not null default clock_timestamp(),
    changed_at timestamptz not null default clock_timestamp(),
    version    bigint not null default 1
);
create index scenarios_account on scenarios (account_id);

-- The walking network, where a city has one.
create table walkways (
    id     bigint generated always as identity primary key,
    line   geometry(LineString, 4326) not null,
    source text not null default ''
);

------------------------------------------------------------------------------
-- Versions
------------------------------------------------------------------------------

-- +goose StatementBegin
create function open_revision() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    new.from_tx := open_transaction();
    return new;
end $$;
-- +goose StatementEnd
create trigger open_revision before insert on publications for each row execute function open_revision();
create trigger open_revision before insert on releases for each row execute function open_revision();

-- +goose StatementBegin
do $$
declare
    pair text[];
begin
    foreach pair slice 1 in array array[['indicators', 'indicator_history'], ['sources', 'source_history'],
            ['batches', 'batch_history'], ['batch_values', 'batch_value_history']] loop
        execute format('create trigger version_row before insert or update on %I for each row execute function version_row()', pair[1]);
        execute format('create trigger close_updated after update on %I referencing old table as old_rows
            for each statement execute function close_versions(%L)', pair[1], pair[2]);
        execute format('create trigger close_deleted after delete on %I referencing old table as old_rows
            for each statement execute function close_versions(%L)', pair[1], pair[2]);
        execute format('create trigger close_truncated before truncate on %I
            for each statement execute function close_all_versions(%L)', pair[1], pair[2]);
    end loop;
end $$;
-- +goose StatementEnd

------------------------------------------------------------------------------
-- The second lock
------------------------------------------------------------------------------

-- As before, with what is done to figures: analyse (read what is published for
-- the administration), figures (read exact ones), enter, check, publish. A grant
-- that names asset types is about assets alone.
-- +goose StatementBegin
create or replace function may(action text, area text, kind text) returns boolean
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
          and (g.types is null
               or action not in ('analyse', 'figures', 'enter', 'check', 'publish') and (kind = any(g.types) or kind = '' and action <> 'administer'))
          and action = any(case g.role
              when 'administrator' then array['read', 'read_full', 'edit', 'review', 'watch', 'override', 'administer',
                                              'analyse', 'figures', 'enter', 'check', 'publish']
              when 'pic' then array['read', 'read_full', 'edit', 'watch', 'analyse', 'figures', 'enter']
              when 'service' then array['read', 'read_full', 'edit', 'watch']
              when 'reviewer' then array['read', 'read_full', 'review', 'watch', 'analyse', 'figures', 'check']
              when 'dinsos' then array['read', 'watch', 'analyse', 'figures', 'enter', 'check', 'publish']
              when 'planner' then array['read', 'watch', 'analyse']
              else array['read', 'watch'] end));
end $$;
-- +goose StatementEnd

-- reach gives the areas where may(action, area, '') holds, as patterns of codes
-- and of places within. A table of many rows asks it once where may would be asked
-- for every row: 430,000 figures then take 0.2 s and not 6 s.
-- +goose StatementBegin
create function reach(action text) returns text[]
language plpgsql stable security definer set search_path = public, pg_temp as $$
declare
    who text := coalesce(current_setting('patok.account', true), '');
begin
    if may(action, '', '') then
        return '{%}';
    elsif who !~ '^\d{1,18}$' then
        return '{}';
    end if;
    return array(
        select p.pattern
        from (select distinct g.area_code as area from grants g where g.account_id = who::bigint and g.area_code ~ '^[0-9.]+$') g,
            unnest(array[g.area, g.area || '.%', g.area || '-%']) as p (pattern)
        where may(action, g.area, ''));
end $$;
-- +goose StatementEnd

-- may_analyse_some: what is published for the administration holds many areas;
-- the server shows of it those that somebody may analyse.
-- +goose StatementBegin
create function may_analyse_some() returns boolean
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if may('analyse', '', '') then
        return true;
    end if;
    return exists (
        select from grants g
        where g.account_id::text = current_setting('patok.account', true)
          and g.area_code is not null and may('analyse', g.area_code, ''));
end $$;
-- +goose StatementEnd

-- may_batch: rights over what belongs to a batch follow its area.
-- +goose StatementBegin
create function may_batch(action text, batch bigint) returns boolean
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    return may(action, coalesce((select b.area_code from batches b where b.id = batch), ''), '');
end $$;
-- +goose StatementEnd

alter table indicators enable row level security;
alter table indicators force row level security;
create policy see on indicators for select using (true);
create policy add on indicators for insert with check (may('administer', '', ''));
create policy change on indicators for update using (may('administer', '', ''));
create policy remove on indicators for delete using (may('administer', '', ''));

alter table indicator_history enable row level security;
alter table indicator_history force row level security;
create policy see on indicator_history for select using (true);
create policy add on indicator_history for insert with check (pg_trigger_depth() > 0);

alter table sources enable row level security;
alter table sources force row level security;
create policy see on sources for select using (true);
create policy add on sources for insert with check (may('administer', '', ''));
create policy change on sources for update using (may('administer', '', ''));
create policy remove on sources for delete using (may('administer', '', ''));

alter table source_history enable row level security;
alter table source_history force row level security;
create policy see on source_history for select using (true);
create policy add on source_history for insert with check (pg_trigger_depth() > 0);

alter table batches enable row level security;
alter table batches force row level security;
create policy see on batches for select using (area_code like any ((select reach('watch'))::text[]));
create policy add on batches for insert with check (may('enter', area_code, ''));
create policy change on batches for update using (may('enter', area_code, '') or may('check', area_code, ''));
create policy remove on batches for delete using (example and may('administer', '', ''));

alter table batch_history enable row level security;
alter table batch_history force row level security;
create policy see on batch_history for select using (area_code like any ((select reach('figures'))::text[]));
create policy add on batch_history for insert with check (pg_trigger_depth() > 0);

alter table batch_values enable row level security;
alter table batch_values force row level security;
create policy see on batch_values for select using (place like any ((select reach('figures'))::text[]));
create policy add on batch_values for insert with check (place like any ((select reach('enter'))::text[]));
create policy change on batch_values for update using (place like any ((select reach('enter'))::text[]));
create policy remove on batch_values for delete using (place like any ((select reach('enter'))::text[]));

alter table batch_value_history enable row level security;
alter table batch_value_history force row level security;
create policy see on batch_value_history for select using (place like any ((select reach('figures'))::text[]));
create policy add on batch_value_history for insert with check (pg_trigger_depth() > 0);

alter table batch_minutes enable row level security;
alter table batch_minutes force row level security;
create policy see on batch_minutes for select using (may_batch('figures', batch_id));
create policy add on batch_minutes for insert with check (may_batch('enter', batch_id) or may_batch('check', batch_id));
create policy change on batch_minutes for update using (may_batch('enter', batch_id) or may_batch('check', batch_id));

alter table batch_scans enable row level security;
alter table batch_scans force row level security;
create policy see on batch_scans for select using (may_batch('figures', batch_id));
create policy add on batch_scans for insert with check (may_batch('enter', batch_id) or may_batch('check', batch_id));
create policy change on batch_scans for update using (may_batch('enter', batch_id) or may_batch('check', batch_id));

alter table batch_events enable row level security;
alter table batch_events force row level security;
create policy see on batch_events for select using (may_batch('figures', batch_id));
create policy add on batch_events for insert with check (
    (may_batch('enter', batch_id) or may_batch('check', batch_id)) and (is_me(account_id) or may('administer', '', '')));

alter table batch_marks enable row level security;
alter table batch_marks force row level security;
create policy see on batch_marks for select using (may_batch('watch', batch_id));
create policy add on batch_marks for insert with check (may_batch('check', batch_id));
create policy change on batch_marks for update using (may_batch('check', batch_id));
create policy remove on batch_marks for delete using (may_batch('check', batch_id));

alter table publications enable row level security;
alter table publications force row level security;
create policy see on publications for select using (audience = 'public' or may_analyse_some());
create policy add on publications for insert with check (may('publish', area_code, ''));
create policy remove on publications for delete using (example and may('administer', '', ''));

alter table releases enable row level security;
alter table releases force row level security;
create policy see on releases for select using (true);
create policy add on releases for insert with check (may('administer', '', ''));
create policy remove on releases for delete using (example and may('administer', '', ''));

alter table release_files enable row level security;
alter table release_files force row level security;
create policy see on release_files for select using (audience = 'public' or may('analyse', area_code, ''));
create policy add on release_files for insert with check (may('administer', '', ''));

alter table imports enable row level security;
alter table imports force row level security;
create policy own on imports using (is_me(account_id) or may('administer', '', ''));

alter table scenarios enable row level security;
alter table scenarios force row level security;
create policy see on scenarios for select using (is_me(account_id) or shared and may('analyse', area_code, ''));
create policy add on scenarios for insert with check (is_me(account_id));
create policy change on scenarios for update using (is_me(account_id));
create policy remove on scenarios for delete using (is_me(account_id) or may('administer', '', ''));

alter table walkways enable row level security;
alter table walkways force row level security;
create policy see on walkways for select using (true);
create policy add on walkways for insert with check (may('administer', '', ''));
create policy remove on walkways for delete using (may('administer', '', ''));

-- +goose StatementBegin
do $$
begin
    if exists (select from pg_roles where rolname = 'patok_app') then
        grant select, insert, update, delete on indicators, sources, batches, batch_values, batch_minutes, batch_scans,
            batch_marks, imports, scenarios, walkways to patok_app;
        grant select, insert, delete on publications, releases to patok_app;
        grant select, insert on batch_events, release_files to patok_app;
        grant select on indicator_history, source_history, batch_history, batch_value_history, removed_publications to patok_app;
        grant usage, select on all sequences in schema public to patok_app;
    end if;
end $$;
-- +goose StatementEnd
