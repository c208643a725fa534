package store

import (
	"regexp"
	"testing"

	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/migrations"
)

// The further people of the tests about figures.
const (
	camat    = "11"
	camatFar = "12"
	dinsos   = "13"
	planner  = "14"
	ofTypes  = "15" // a reviewer of posyandu everywhere
)

// figuresSQL is a batch of each of three kelurahan, closed in Semampir.
const figuresSQL = `
insert into accounts (id, name) overriding system value values (11, 'camat'), (12, 'camat-kota'), (13, 'dinsos'), (14, 'bappeda'), (15, 'dinkes');
insert into grants (account_id, role, area_code, types) values (11, 'reviewer', '35.71.01', null), (12, 'reviewer', '35.71.02', null), (13, 'dinsos', '35.71', null),
(14, 'planner', null, null), (15, 'reviewer', null, '{posyandu}');
insert into batches (id, area_code, period, source, steps) overriding system value values (1, 'LOR', '2026-Q1', 'muskel', '{kelurahan,dinsos}'),
(2, 'KIDUL', '2026-Q1', 'muskel', '{kelurahan,dinsos}'), (3, '35.71.02.1001', '2026-Q1', 'muskel', '{dinsos}');
insert into batch_values (batch_id, place, indicator, number) values (1, 'LOR', 'keluarga', 10), (1, 'LOR-001-001', 'keluarga', 10),
(2, 'KIDUL', 'keluarga', 20), (2, 'KIDUL-001-001', 'keluarga', 20), (3, '35.71.02.1001', 'keluarga', 30);
update batch_values set number = number + 1 where true;
update batches set changed_at = now() where true;
insert into batch_minutes (batch_id, number, held_on, attendance) values (1, '1', '2026-04-09', 4), (2, '1', '2026-04-09', 4), (3, '1', '2026-04-09', 4);
insert into batch_scans (batch_id, media_type, hash, content) select id, 'application/pdf', '\x01', '\x01' from batches;
insert into batch_events (batch_id, account_id, action) select id, 1, 'created' from batches;
insert into batch_marks (batch_id, mark, dated) select id, 'verval', '2026-05-01' from batches;
update batches set state = 'closed' where id = 3;
select setval('batches_id_seq', 100);
`

// figureReads are the statements that look at what each of two kelurahan has; N
// stands for the batch.
var figureReads = []string{`select from batch_values where batch_id = N`, `select from batch_value_history where batch_id = N`, `select from batch_history where id = N`,
	`select from batch_minutes where batch_id = N`, `select from batch_scans where batch_id = N`, `select from batch_events where batch_id = N`}

// stateReads show how far it is.
var stateReads = []string{`select from batches where id = N`, `select from batch_marks where batch_id = N`}

// What who enters may write of it, who checks, and either.
var (
	figureEntries = []string{`update batch_values set number = 5 where batch_id = N`, `delete from batch_values where batch_id = N`,
		`insert into batch_values (batch_id, place, indicator, number) select id, area_code || '-002-001', 'keluarga', 1 from batches where id = N`,
		`insert into batches (area_code, period, source, steps) select area_code, '2026-Q2', 'muskel', '{dinsos}' from (values (1, 'LOR'), (2, 'KIDUL')) v (id, area_code) where id = N`}
	figureChecks = []string{`insert into batch_marks (batch_id, mark, dated) values (N, 'disahkan', '2026-05-02')`, `update batch_marks set number = '3' where batch_id = N`,
		`delete from batch_marks where batch_id = N`}
	eithers = []string{`update batches set state = 'sent' where id = N`, `update batch_minutes set number = '2' where batch_id = N`,
		`update batch_scans set content = null, purged_at = now() where batch_id = N`}
)

// figuresHeldToPeople asks for both kelurahan of one kecamatan as everybody.
func figuresHeldToPeople(s server) {
	s.t.Helper()
	for _, c := range []struct {
		who                         string
		batch                       string
		state, reads, enter, checks bool
	}{
		{picLor, "1", true, true, true, false}, {picLor, "2", false, false, false, false},
		{lurahLor, "1", true, true, false, true}, {lurahLor, "2", false, false, false, false},
		{camat, "1", true, true, false, true}, {camat, "2", true, true, false, true}, {camatFar, "1", false, false, false, false},
		{dinsos, "1", true, true, true, true}, {dinsos, "2", true, true, true, true}, {planner, "1", true, false, false, false},
		{ofTypes, "1", true, false, false, false}, {admin, "2", true, true, true, true}, {adminHere, "2", true, true, true, true},
		{picFar, "1", false, false, false, false}, {newcomer, "1", false, false, false, false}, {"0", "1", false, false, false, false},
	} {
		either := c.enter || c.checks
		for may, list := range map[*bool][]string{&c.state: stateReads, &c.reads: figureReads, &c.enter: figureEntries, &c.checks: figureChecks, &either: eithers} {
			for _, sql := range list {
				ask := s.refuses
				if *may {
					ask = s.allows
				}
				ask(c.who, replaceN(sql, c.batch))
			}
		}
	}
	s.refuses(picLor, `insert into batch_events (batch_id, account_id, action) values (1, 2, 'sent')`) // in another's name
	s.allows(picLor, `insert into batch_events (batch_id, account_id, action) values (1, 1, 'sent')`)
	s.refuses(dinsos, `delete from batches`)
	s.refuses(picLor, `update batches set area_code = 'KIDUL' where id = 1`)
	s.refuses(picLor, `insert into batch_values (batch_id, place, indicator, number) values (1, 'KIDUL', 'rtlh', 1)`)
	for _, sql := range []string{`insert into indicators (code, position, definition) values ('x', 1, '{}')`, `update indicators set position = 7`, `delete from sources`} {
		s.refuses(dinsos, sql)
		s.refuses(adminHere, sql)
	}
	s.allows(admin, `update indicators set position = 7`)
}

func replaceN(sql, batch string) string { return ofBatch.ReplaceAllString(sql, batch) }

var ofBatch = regexp.MustCompile(`\bN\b`)

// TestFiguresAreHeldToPeople: the server's own role, and one that owns its tables,
// show and write figures as the rights of who acts.
func TestFiguresAreHeldToPeople(t *testing.T) {
	shared, owned := geotest.Database(t), geotest.OwnedDatabase(t)
	if _, err := migrations.Up(t.Context(), owned); err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{shared, owned} {
		if _, err := connect(t, url).Exec(t.Context(), codes.Replace(citySQL+figuresSQL)); err != nil {
			t.Fatal(err)
		}
	}
	for name, url := range map[string]string{"the server's role": geotest.AppURL(t, shared), "an owner": owned} {
		t.Run(name, func(t *testing.T) { figuresHeldToPeople(server{t, connect(t, url)}) })
	}
	s := server{t, connect(t, geotest.AppURL(t, shared))}
	for _, sql := range append(append(append([]string{}, figureReads...), figureEntries...), eithers...) {
		s.refuses(noAccount, replaceN(sql, "1"))
	}
	for _, sql := range []string{`truncate batch_values`, `update batch_events set note = 'x'`, `delete from batch_events`, `update batch_value_history set number = 1`,
		`delete from batch_history`, `insert into indicator_history select i.*, 1, 'delete' from indicators i limit 1`} {
		for _, who := range []string{picLor, admin, "system"} {
			s.refuses(who, sql)
		}
	}
}
