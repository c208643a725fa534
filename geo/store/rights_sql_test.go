package store

import (
	"errors"
	programs "os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/store/cluster"
	"github.com/patok-id/patok/migrations"
)

// The people of the tests with plain SQL, by their ids.
const (
	noAccount = ""
	picLor    = "1"
	picKidul  = "2"
	admin     = "3"
	adminHere = "4" // of the kecamatan that both kelurahan lie in
	lurahLor  = "5"
	newcomer  = "6" // without a grant
	picFar    = "7" // of the other kecamatan
)

// citySQL is two kecamatan with people, published and held assets, fields about
// people, proposals, progress, log-ins. LOR and KIDUL stand for the codes.
const citySQL = `
insert into areas (code, name, kind, derived) values ('35', 'Jawa Timur', 'provinsi', true), ('35.71', 'Kota Kediri', 'kota', true),
('35.71.01', 'Mojoroto', 'kecamatan', true), ('35.71.02', 'Kota', 'kecamatan', true);
insert into areas (code, name, kind, boundary) values
('LOR', 'Bandar Lor', 'kelurahan', st_multi(st_makeenvelope(112, -7.81, 112.01, -7.80, 4326))),
('KIDUL', 'Bandar Kidul', 'kelurahan', st_multi(st_makeenvelope(112.01, -7.81, 112.02, -7.80, 4326))),
('35.71.02.1001', 'Semampir', 'kelurahan', st_multi(st_makeenvelope(112.02, -7.81, 112.03, -7.80, 4326)));
insert into accounts (id, name) overriding system value values (1, 'pic-lor'), (2, 'pic-kidul'), (3, 'admin'), (4, 'admin-mojoroto'),
(5, 'lurah'), (6, 'baru'), (7, 'pic-semampir');
insert into grants (account_id, role, area_code) values (1, 'pic', 'LOR'), (2, 'pic', 'KIDUL'), (3, 'administrator', null),
(4, 'administrator', '35.71.01'), (5, 'reviewer', 'LOR'), (7, 'pic', '35.71.02.1001');
update accounts set title = 'Tuan' where true;
update grants set reason = 'mulai' where true;
insert into credentials (account_id, password_hash) select id, 'hash' from accounts;
insert into sessions (token_hash, account_id, expires_at) select sha256(name::bytea), id, now() + interval '1 hour' from accounts;
insert into tokens (token_hash, account_id, name) select sha256(name::bytea), id, 'alat' from accounts;
insert into invitations (token_hash, account_id, purpose, expires_at) select sha256(name::bytea), id, 'reset', now() + interval '1 hour' from accounts;
insert into idempotency_keys (account_id, key, request_hash, asset_id) select id, 'kunci', '\x', 11 from accounts;
insert into assets (id, type, name, area_code, point) values
(11, 'posyandu', 'Milik Lor', 'LOR', st_point(112.005, -7.805, 4326)), (12, 'posyandu', 'Milik Kidul', 'KIDUL', st_point(112.015, -7.805, 4326)),
(13, 'posyandu', 'Ditahan', 'KIDUL', st_point(112.002, -7.805, 4326)), (14, 'posyandu', 'Ditahan', 'LOR', st_point(112.018, -7.805, 4326)),
(15, 'posyandu', 'Di seberang batas', '35.71.02.1001', st_point(112.0199, -7.805, 4326));
update assets set note = 'diubah' where id in (13, 14);
insert into asset_personal select id, '{"ketua_nama": "Sri"}' from assets where id in (11, 12, 13);
insert into proposals (id, verb, type, uuid, name, area_code, to_area, input, base, steps, author_id) overriding system value values
(1, 'create', 'posyandu', gen_random_uuid(), 'Usul', 'LOR', 'LOR', '{}', '{}', '{kelurahan}', 1),
(2, 'create', 'posyandu', gen_random_uuid(), 'Usul', 'KIDUL', 'KIDUL', '{}', '{}', '{kelurahan}', 2);
insert into proposal_events (proposal_id, account_id, action) values (1, 1, 'sent'), (2, 2, 'sent');
insert into progress (area_code, type, target) values ('LOR', 'posyandu', 3), ('KIDUL', 'posyandu', 3);
insert into settings values ('basemap', '{}');
insert into audit (actor, action) values ('admin', 'uji');
select setval('accounts_id_seq', 100), setval('proposals_id_seq', 100);
`

var codes = strings.NewReplacer("LOR", "35.71.01.1001", "KIDUL", "35.71.01.1002")

// server is a connection that serves many people.
type server struct {
	t    *testing.T
	conn *pgx.Conn
}

// do runs one statement on behalf of account, takes it back, and returns how
// many rows it touched or found.
func (s server) do(account, sql string) (int64, error) {
	s.t.Helper()
	tx, err := s.conn.Begin(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	defer tx.Rollback(s.t.Context()) //nolint:errcheck // that is what it is for
	if _, err := tx.Exec(s.t.Context(), `select set_config('patok.account', $1, true)`, account); err != nil {
		s.t.Fatal(err)
	}
	tag, err := tx.Exec(s.t.Context(), codes.Replace(sql))
	return tag.RowsAffected(), err
}

func (s server) allows(account, sql string) {
	s.t.Helper()
	if n, err := s.do(account, sql); err != nil || n == 0 {
		s.t.Errorf("account %q must be able to: %s\n%d rows, %v", account, sql, n, err)
	}
}

// refuses wants a statement to break on a right, or to find nothing to change.
func (s server) refuses(account, sql string) {
	s.t.Helper()
	n, err := s.do(account, sql)
	var pg *pgconn.PgError
	switch {
	case err == nil && n == 0:
	case errors.As(err, &pg) && (pg.Code == "42501" || pg.Code == "PT411"):
	default:
		s.t.Errorf("account %q must not be able to: %s\n%d rows, %v", account, sql, n, err)
	}
}

// theirs are statements about what is Bandar Kidul's or somebody else's.
var theirs = []string{
	`insert into assets (type, name, area_code) values ('posyandu', 'x', 'KIDUL')`,
	`update assets set name = 'x' where area_code = 'KIDUL'`,
	`delete from assets where area_code = 'KIDUL'`,
	`update assets set area_code = 'LOR' where id = 12`, // from there to here
	`update assets set area_code = 'LOR' where id = 13`,
	`update assets set point = null where id = 13`,
	`insert into asset_personal values (15, '{}')`,
	`update asset_personal set fields = '{}' where asset_id in (12, 13)`,
	`delete from asset_personal where asset_id in (12, 13)`,
	`insert into proposals (verb, type, uuid, name, area_code, to_area, input, base, steps, author_id)
values ('create', 'posyandu', gen_random_uuid(), 'x', 'KIDUL', 'KIDUL', '{}', '{}', '{kelurahan}', 1)`,
	`update proposals set state = 'published' where id = 2`,
	`delete from proposals`,
	`insert into proposal_events (proposal_id, account_id, action) values (2, 1, 'approved')`,
	`update proposal_events set note = 'x'`,
	`delete from proposal_events`,
	`insert into progress (area_code, type) values ('KIDUL', 'rt')`,
	`update progress set declared = 'none' where area_code = 'KIDUL'`,
	`delete from progress`,
	`insert into accounts (name) values ('palsu')`,
	`update accounts set title = 'x'`,
	`update accounts set disabled_at = now() where id = 3`,
	`delete from accounts`,
	`insert into grants (account_id, role) values (1, 'administrator')`,
	`insert into grants (account_id, role, area_code) values (1, 'pic', 'KIDUL')`,
	`update grants set area_code = null`,
	`update grants set valid_until = now() where account_id = 3`,
	`delete from grants`,
	`insert into credentials (account_id) values (3) on conflict (account_id) do update set password_hash = 'x'`,
	`update credentials set password_hash = 'x' where account_id <> 1`,
	`delete from credentials where account_id <> 1`,
	`insert into sessions (token_hash, account_id, expires_at) values ('\x01', 3, now() + interval '1 hour')`,
	`update sessions set expires_at = now() + interval '1 year' where account_id <> 1`,
	`update sessions set view_as = 3`, // an administrator's eyes
	`update sessions set account_id = 3`,
	`delete from sessions where account_id <> 1`,
	`insert into tokens (token_hash, account_id, name) values ('\x01', 3, 'x')`,
	`update tokens set account_id = 3`,
	`delete from tokens where account_id <> 1`,
	`insert into invitations (token_hash, account_id, purpose, expires_at) values ('\x01', 3, 'reset', now() + interval '1 hour')`,
	`update invitations set used_at = null, expires_at = now() + interval '1 year'`,
	`delete from invitations`,
	`insert into idempotency_keys (account_id, key, request_hash, asset_id) values (3, 'x', '\x', 11)`,
	`delete from idempotency_keys where account_id <> 1`,
	`select from audit`,
	`update audit set actor = 'x'`,
	`delete from audit`,
	`truncate audit`,
	`insert into asset_history select a.*, 1, 'delete' from assets a limit 1`,
	`update asset_history set name = 'x'`,
	`delete from asset_history`,
	`insert into area_history select a.*, 1, 'delete' from areas a limit 1`,
	`update area_history set name = 'x'`,
	`delete from area_history`,
	`insert into asset_type_history select a.*, 1, 'delete' from asset_types a limit 1`,
	`delete from asset_type_history`,
	`insert into account_history select a.*, 1, 'delete' from accounts a limit 1`,
	`update account_history set title = 'x'`,
	`delete from account_history`,
	`insert into grant_history select g.*, 1, 'delete' from grants g limit 1`,
	`update grant_history set role = 'administrator'`,
	`delete from grant_history`,
	`insert into settings values ('review', '[]')`,
	`update settings set value = '[]'`,
	`delete from settings`,
	`insert into areas (code, name, kind, derived) values ('35.71.03', 'x', 'kecamatan', true)`,
	`update areas set name = 'x'`,
	`delete from areas`,
	`insert into area_overlaps values ('LOR', 'KIDUL', 1, st_point(112, -7, 4326))`,
	`insert into asset_types (name, position, definition) values ('warung', 99, '{}')`,
	`update asset_types set position = 1`,
	`delete from asset_types`,
}

// ours are statements about what is Bandar Lor's: its PIC's, and nobody's who
// is not logged in.
var ours = []string{
	`insert into assets (type, name, area_code) values ('posyandu', 'x', 'LOR')`,
	`update assets set name = 'x' where id = 11`,
	`update assets set name = 'x' where id = 14`,
	`delete from assets where id = 11`,
	`update asset_personal set fields = '{}' where asset_id = 11`,
	`insert into proposals (verb, type, uuid, name, area_code, to_area, input, base, steps, author_id)
values ('create', 'posyandu', gen_random_uuid(), 'x', 'LOR', 'LOR', '{}', '{}', '{kelurahan}', 1)`,
	`update proposals set state = 'withdrawn' where id = 1`,
	`insert into proposal_events (proposal_id, account_id, action) values (1, 1, 'withdrawn')`,
	`update progress set declared = 'complete' where area_code = 'LOR'`,
	`update credentials set password_hash = 'x' where account_id = 1`,
	`delete from sessions where account_id = 1`,
	`update tokens set revoked_at = now() where account_id = 1`,
	`insert into idempotency_keys (account_id, key, request_hash, asset_id) values (1, 'x', '\x', 11)`,
}

// unwritable are the tables that the server's own role may not touch, whoever
// acts; their owner's triggers do.
var unwritable = []string{
	`truncate assets`, `truncate accounts cascade`, `truncate proposals cascade`, `truncate asset_history`,
	`update revisions set actor = 'x'`, `delete from revisions`, `insert into revisions (actor) values ('x')`,
	`update revision_clock set revision = 1`, `delete from revision_clock`, `select new_epoch()`,
	`update audit_head set id = 0`, `delete from audit_head`, `insert into withdrawals values (1, 1)`,
}

// heldAsset is hidden from the server's role alone: who owns the schema looks by
// place, which row-level security would make a look at every row.
const heldAsset = `select from assets where id = 13`

// hidden is what somebody sees and the PIC of Bandar Lor does not.
var hidden = []struct{ who, sql string }{
	{picKidul, `select from asset_history where id = 13`},
	{picKidul, `select from asset_personal where asset_id = 12`},
	{picKidul, `select from asset_personal where asset_id = 13`},
	{picKidul, `select from proposals where id = 2`},
	{picKidul, `select from proposal_events where proposal_id = 2`},
	{picKidul, `select from progress where area_code = 'KIDUL'`},
	{picKidul, `select from credentials where account_id = 2`},
	{picKidul, `select from sessions where account_id = 2`},
	{picKidul, `select from tokens where account_id = 2`},
	{picKidul, `select from idempotency_keys where account_id = 2`},
	{picKidul, `select from account_history where id = 2`},
	{picKidul, `select from grant_history where account_id = 2`},
	{adminHere, `select from invitations where account_id = 2`},
	{admin, `select from invitations`},
	{admin, `select from audit`},
	{admin, `select from credentials where account_id = 3`},
}

// heldToPeople are statements as several people, which hold for a server that
// says who acts, whatever its role.
func heldToPeople(s server) {
	s.t.Helper()
	for _, sql := range ours {
		s.allows(picLor, sql)
	}
	for _, sql := range theirs {
		s.refuses(picLor, sql)
	}
	s.refuses(picLor, `update assets set area_code = 'KIDUL' where id = 11`) // from here to there
	s.refuses(picLor, `update proposals set to_area = '35.71.02.1001', area_code = '35.71.02.1001' where id = 1`)
	for _, h := range hidden {
		s.allows(h.who, h.sql)
		s.refuses(picLor, h.sql)
		s.refuses("0", h.sql)
	}
	for _, nobody := range []string{"0", newcomer, "999", "-1", "x", "1 or true", " 3", "3 "} {
		for _, sql := range ours {
			s.refuses(nobody, sql)
		}
	}
	for _, sql := range []string{
		`update accounts set disabled_at = now() where id = 1`, `update credentials set password_hash = 'x' where account_id = 2`,
		`insert into grants (account_id, role, area_code) values (6, 'pic', 'LOR')`, `insert into accounts (name) values ('baru2')`,
		`insert into invitations (token_hash, account_id, purpose, expires_at) values ('\x01', 6, 'reset', now() + interval '1 hour')`,
		`update areas set name = 'Bandar' where code = 'LOR'`, `update sessions set view_as = 1 where account_id = 4`,
	} {
		s.allows(adminHere, sql)
	}
	for _, sql := range []string{
		`update accounts set disabled_at = now() where id in (3, 7)`, `update credentials set password_hash = 'x' where account_id in (3, 7)`,
		`insert into grants (account_id, role) values (4, 'administrator')`, `insert into grants (account_id, role, area_code) values (6, 'pic', '35.71.02.1001')`,
		`insert into grants (account_id, role, area_code) values (6, 'pic', '35.71')`, `update grants set area_code = null where account_id = 1`,
		`insert into invitations (token_hash, account_id, purpose, expires_at) values ('\x01', 3, 'reset', now() + interval '1 hour')`,
		`delete from sessions where account_id in (3, 7)`, `select from invitations where account_id in (3, 7)`,
		`update areas set name = 'x' where code in ('35', '35.71', '35.71.02', '35.71.02.1001')`, `update settings set value = '[]'`,
		`select from audit`, `update sessions set view_as = 3 where account_id = 4`, `delete from accounts where id = 1`,
	} {
		s.refuses(adminHere, sql)
	}
	s.refuses(lurahLor, `update assets set name = 'x'`)
}

// TestServerHoldsToPeople: the server's own role can do for a person what the
// person may, and without one nothing.
func TestServerHoldsToPeople(t *testing.T) {
	url := geotest.Database(t)
	if _, err := connect(t, url).Exec(t.Context(), codes.Replace(citySQL)); err != nil {
		t.Fatal(err)
	}
	s := server{t, connect(t, geotest.AppURL(t, url))}
	heldToPeople(s)
	s.allows(picKidul, heldAsset)
	for _, who := range []string{picLor, "0", noAccount} {
		s.refuses(who, heldAsset)
	}
	for _, sql := range append(ours, theirs...) {
		s.refuses(noAccount, sql)
	}
	for _, h := range hidden {
		s.refuses(noAccount, h.sql)
	}
	for _, sql := range unwritable {
		for _, who := range []string{picLor, admin, "system"} {
			s.refuses(who, sql)
		}
	}
	t.Logf("%d statements refused to a PIC, %d to everybody", len(theirs)+len(hidden), len(unwritable))
	boundariesFollow(s)
	publishes(s)
}

// TestOwnerHoldsToPeople: so does the one role of a database office that owns
// its tables, but for held assets, which it can read. Without a person it is
// somebody with rights on the database.
func TestOwnerHoldsToPeople(t *testing.T) {
	url := geotest.OwnedDatabase(t)
	if _, err := migrations.Up(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	s := server{t, connect(t, url)}
	if _, err := s.conn.Exec(t.Context(), codes.Replace(citySQL)); err != nil {
		t.Fatal(err)
	}
	heldToPeople(s)
	for _, h := range hidden {
		s.allows(noAccount, h.sql)
	}
	boundariesFollow(s)
	publishes(s)
}

// boundariesFollow: an administrator of one kecamatan moves its border, and an
// asset of the next one is placed anew.
func boundariesFollow(s server) {
	s.t.Helper()
	err := pgx.BeginFunc(s.t.Context(), s.conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(s.t.Context(), `select set_config('patok.account', $1, true)`, adminHere); err != nil {
			return err
		}
		if _, err := tx.Exec(s.t.Context(), codes.Replace(`update areas set boundary = st_multi(st_makeenvelope(112.01, -7.81, 112.0195, -7.80, 4326)) where code = 'KIDUL'`)); err != nil {
			return err
		}
		var located, who string
		if err := tx.QueryRow(s.t.Context(), `select coalesce(area_located, ''), current_setting('patok.account') from assets where id = 15`).Scan(&located, &who); err != nil {
			return err
		}
		if located != "" || who != adminHere {
			s.t.Errorf("still located in %s, as %s", located, who)
		}
		var deg2 float64
		err := tx.QueryRow(s.t.Context(), `select st_area(boundary) from areas where code = '35.71'`).Scan(&deg2)
		if deg2 > 0.000296 { // it was 0.0003
			s.t.Errorf("the city's boundary did not follow: %v", deg2)
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// publishes: a reviewer writes what an open proposal names, and nothing else.
func publishes(s server) {
	s.t.Helper()
	for _, c := range []struct {
		proposal, sql string
		rows          int64
	}{
		{"1", `update assets set name = 'x' where id = 11`, 1},
		{"", `update assets set name = 'x' where id = 11`, 0},
		{"2", `update assets set name = 'x' where id = 11`, 0},
		{"1", `update assets set name = 'x' where id = 12`, 0},
	} {
		err := pgx.BeginFunc(s.t.Context(), s.conn, func(tx pgx.Tx) error {
			if _, err := tx.Exec(s.t.Context(), `select set_config('patok.account', $1, true), set_config('patok.proposal', $2, true)`, lurahLor, c.proposal); err != nil {
				return err
			}
			tag, err := tx.Exec(s.t.Context(), c.sql)
			if tag.RowsAffected() != c.rows {
				s.t.Errorf("proposal %q: %s: %d rows, want %d", c.proposal, c.sql, tag.RowsAffected(), c.rows)
			}
			return err
		})
		if err != nil {
			s.t.Fatal(err)
		}
	}
}

// TestABackupIsWhole: an ordinary owner, and even the server's own role, back up
// every row, also those that no policy shows to nobody.
func TestABackupIsWhole(t *testing.T) {
	bin, err := cluster.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	owned, shared := geotest.OwnedDatabase(t), geotest.Database(t)
	if _, err := migrations.Up(t.Context(), owned); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{{owned, owned}, {shared, geotest.AppURL(t, shared)}} {
		if _, err := connect(t, c[0]).Exec(t.Context(), codes.Replace(citySQL)); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "patok.dump")
		if err := cluster.Dump(t.Context(), bin, c[1], file); err != nil {
			t.Error(err)
			continue
		}
		script, err := programs.CommandContext(t.Context(), bin.Path("pg_restore"), "--data-only", "--file=-", file).Output()
		if err != nil {
			t.Fatal(err)
		}
		for text, rows := range map[string]int{"Ditahan": 4, "ketua_nama": 3, "alat": 7, "hash": 7, "uji": 1, "kunci": 7} {
			if n := strings.Count(string(script), "\t"+text) + strings.Count(string(script), `{"`+text); n != rows {
				t.Errorf("%q is in the backup %d times, want %d", text, n, rows)
			}
		}
	}
}
