package store

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Each query gives sentences about something that is wrong, or none.
var findingQueries = []string{
	`select format('trigger %s of table %s is disabled: changes go unseen', t.tgname, t.tgrelid::regclass)
from pg_trigger t join pg_class c on c.oid = t.tgrelid
where not t.tgisinternal and t.tgenabled in ('D', 'R') and c.relnamespace = 'public'::regnamespace`,
	`select format('table %s has policies and does not hold its owner to them: alter table %s force row level security', c.relname, c.relname)
from pg_class c where c.relnamespace = 'public'::regnamespace and not (c.relrowsecurity and c.relforcerowsecurity)
and exists (select from pg_policy p where p.polrelid = c.oid)`,
	`select format('role %s stands above row-level security: a server that works as it has no second lock', rolname)
from pg_roles where rolname in (session_user, 'patok_app') and (rolsuper or rolbypassrls)`,
	auditChainSQL,
	`select format('prepared transaction %s of %s holds locks since %s', gid, owner, prepared) from pg_prepared_xacts where database = current_database()`,
	`select format('setting %s is off: a crash may lose an acknowledged edit', name) from pg_settings
where name in ('fsync', 'full_page_writes', 'synchronous_commit') and setting = 'off'
and coalesce(current_setting('patok.volatile', true), '') <> 'yes'`,
	`select format('asset %s: placement is %s and should be %s', a.id, a.placement, p.placement)
from assets a, lateral place_asset(a.point, a.area_code, a.placement_reason) p
where p.placement <> a.placement and not (a.placement = 'override' and p.placement = 'held')
and not (a.placement = 'reasoned' and p.placement in ('held', 'outside_city') and a.placement_reason <> '') limit 100`,
	`select format('asset %s has no registered type %s', a.id, a.type) from assets a
where not exists (select from asset_types t where t.name = a.type) limit 100`,
	`select format('area %s has no parent %s', a.code, a.parent_code) from areas a
where a.parent_code is not null and not exists (select from areas p where p.code = a.parent_code) limit 100`,
	`select format('asset %s belongs to transaction %s, which has no revision', a.id, a.from_tx) from assets a
where not exists (select from revisions r where r.id = a.from_tx and r.revision is not null) limit 100`,
	`select format('revision %s is missing before %s', revision - 1, revision) from
(select revision, lag(revision) over (order by revision) as before from revisions where revision is not null) r
where before is distinct from revision - 1 and revision > 1 limit 100`,
}

// Findings looks for what plain SQL or an operator did against the rules that
// nodes rely on, and says each in a sentence. None is well.
func (s *Store) Findings(ctx context.Context) ([]string, error) {
	var all []string
	err := s.read(ctx, "store.Findings", itself, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `set local statement_timeout = 0`); err != nil {
			return err
		}
		for _, sql := range findingQueries {
			found, err := collect(ctx, tx, pgx.RowTo[string], sql)
			if err != nil {
				return err
			}
			all = append(all, found...)
		}
		return nil
	})
	return all, err
}
