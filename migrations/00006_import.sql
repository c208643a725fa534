-- +goose Up

-- What a bulk load would pay for a million times is settled once for its
-- statement; what may be written stays the same.

-- Who administers everything may write everywhere: that is found out once.
alter policy add on assets with check ((select may('administer', '', '')) or may_write(area_code, type));
alter policy change on assets using ((select may('administer', '', '')) or may_write(area_code, type))
    with check ((select may('administer', '', '')) or may_write(area_code, type));

-- check_asset is not called for the new row of a bulk load in which it would
-- change nothing: placed, with its first version and its transaction's id.
drop trigger check_asset on assets;
create trigger check_asset before insert on assets for each row
    when (not coalesce(current_setting('patok.placed', true) = 'yes' and new.version >= 1
        and current_setting('patok.tx', true) = pg_current_xact_id()::text || ':' || new.from_tx::text, false))
    execute function check_asset();
create trigger check_changed_asset before update on assets
    for each row execute function check_asset();

-- The highest id is read from its index, not from a second copy of all new rows.
drop trigger advance_asset_ids on assets;
-- +goose StatementBegin
create or replace function advance_asset_ids() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    highest bigint := (select max(id) from assets);
begin
    if highest > (select case when is_called then last_value else 0 end from assets_id_seq) then
        perform setval('assets_id_seq', highest);
    end if;
    return null;
end $$;
-- +goose StatementEnd
create trigger advance_asset_ids after insert on assets
    for each statement execute function advance_asset_ids();
