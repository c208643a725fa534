package store

import (
	"strconv"
	"strings"
	"testing"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
)

// auditLines opens a store with a log of ten lines.
func auditLines(t *testing.T) *Store {
	t.Helper()
	s, _ := open(t)
	for i := range 10 {
		err := s.Audit(t.Context(), geo.AuditEntry{Actor: "admin", Action: "uji", Target: strconv.Itoa(i), Detail: map[string]any{"n": i}})
		if err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func chainFindings(t *testing.T, s *Store) []string {
	t.Helper()
	all, err := s.Findings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var about []string
	for _, f := range all {
		if strings.Contains(f, "audit l") {
			about = append(about, f)
		}
	}
	return about
}

// TestAuditChainTellsEveryTampering breaks the log in every way that somebody
// has who may do everything with the database, and hides it where they can.
func TestAuditChainTellsEveryTampering(t *testing.T) {
	const rehash = `update audit a set hash = audit_hash(a, (select hash from audit b where b.id = a.id - 1)) where id = `
	for name, c := range map[string]struct{ tamper, finding string }{
		"a changed actor":          {`update audit set actor = 'orang lain' where id = 5`, "audit line 5 is not what was written"},
		"a changed time":           {`update audit set at = at + interval '1 microsecond' where id = 5`, "audit line 5 is not what was written"},
		"a changed detail":         {`update audit set detail = '{"n": 9}' where id = 5`, "audit line 5 is not what was written"},
		"text moved between cells": {`update audit set actor = 'adminu', action = 'ji' where id = 5`, "audit line 5 is not what was written"},
		"a changed hash":           {`update audit set hash = '\x00' where id = 5`, "audit line 5 is not what was written"},
		"a line hashed anew":       {`update audit set actor = 'x' where id = 5; ` + rehash + `5`, "audit line 6 is not what was written"},
		"the last line anew":       {`update audit set actor = 'x' where id = 10; ` + rehash + `10`, "the audit log ends at line 10"},
		"a removed line":           {`delete from audit where id = 5`, "no line between 4 and 6"},
		"the first line removed":   {`delete from audit where id = 1`, "no line between 0 and 2"},
		"the tail cut off":         {`delete from audit where id > 7`, "the audit log ends at line 7 and not at line 10"},
		"everything gone":          {`truncate audit`, "the audit log ends at line 0 and not at line 10"},
		"a removed line, closed up": {`delete from audit where id = 5; update audit set id = id - 1 where id > 5; update audit_head set id = 9`,
			"audit line 5 is not what was written"},
		"an inserted line": {`update audit set id = -id where id > 5; insert into audit select 6, at, actor, 'sisipan', target, detail, address, hash from audit where id = 5;
update audit set id = 1 - id where id < 0; update audit_head set id = 11`, "audit line 6 is not what was written"},
		"an appended line": {`insert into audit select 11, at, actor, action, target, detail, address, hash from audit where id = 10`, "audit line 11 is not what was written"},
		"two lines in another order": {`update audit set id = -5 where id = 5; update audit set id = 5 where id = 6; update audit set id = 6 where id = -5`,
			"audit line 5 is not what was written"},
		"a head that was put back": {`update audit_head set id = 9, hash = (select hash from audit where id = 9)`, "the audit log ends at line 10 and not at line 9"},
		"no head":                  {`delete from audit_head`, "the head of the audit log is gone"},
	} {
		t.Run(name, func(t *testing.T) {
			s := auditLines(t)
			if f := chainFindings(t, s); len(f) > 0 {
				t.Fatalf("broken before anybody touched it: %v", f)
			}
			exec(t, s, `alter table audit disable trigger user`)
			for sql := range strings.SplitSeq(c.tamper, ";") {
				exec(t, s, sql)
			}
			exec(t, s, `alter table audit enable trigger user`)
			if f := chainFindings(t, s); !strings.Contains(strings.Join(f, "\n"), c.finding) {
				t.Errorf("found %q, want %q", f, c.finding)
			}
			if _, _, err := s.AuditHead(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestAuditIsOnlyAppendedTo: with its triggers in place nobody changes a line.
func TestAuditIsOnlyAppendedTo(t *testing.T) {
	s := auditLines(t)
	for _, sql := range []string{`update audit set actor = 'x' where id = 5`, `delete from audit where id = 5`, `truncate audit`} {
		if _, err := s.pool.Exec(t.Context(), sql); stateOf(err) != stateImmutable {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if f := chainFindings(t, s); len(f) > 0 {
		t.Error(f)
	}
}

// TestAuditHeadMovesWithEveryLine: the head is what to write down elsewhere.
func TestAuditHeadMovesWithEveryLine(t *testing.T) {
	s := auditLines(t)
	lines, hash, err := s.AuditHead(t.Context())
	if err != nil || lines != 10 || len(hash) != 64 {
		t.Fatalf("%d %s %v", lines, hash, err)
	}
	if err := s.Audit(t.Context(), geo.AuditEntry{Actor: "admin", Action: "uji"}); err != nil {
		t.Fatal(err)
	}
	if more, next, err := s.AuditHead(t.Context()); err != nil || more != 11 || next == hash {
		t.Errorf("%d %s %v", more, next, err)
	}
}

// BenchmarkAuditChain checks a log of 100,000 lines.
func BenchmarkAuditChain(b *testing.B) {
	s, _ := open(b)
	exec(b, s, `alter table audit disable trigger chain_audit`)
	exec(b, s, `do $$
declare
    line audit;
    head bytea := '\x';
begin
    for i in 1..100000 loop
        line := row(i, clock_timestamp(), 'orang-' || i % 46, 'login', 'orang-' || i, jsonb_build_object('n', i), '192.0.2.1', null);
        line.hash := audit_hash(line, head);
        head := line.hash;
        insert into audit select line.*;
    end loop;
    update audit_head set id = 100000, hash = head;
end $$`)
	for b.Loop() {
		rows, err := s.pool.Query(b.Context(), auditChainSQL)
		if err != nil {
			b.Fatal(err)
		}
		rows.Close()
		if rows.Err() != nil || rows.CommandTag().RowsAffected() != 0 {
			b.Fatalf("%d findings, %v", rows.CommandTag().RowsAffected(), rows.Err())
		}
	}
}

// TestAuditChainHoldsInParallel: lines of transactions that overlap, and of some
// that are taken back, make one chain without a gap.
func TestAuditChainHoldsInParallel(t *testing.T) {
	s, _ := open(t)
	done := make(chan error)
	for w := range 8 {
		go func() {
			var err error
			for i := range 25 {
				if err == nil {
					err = s.Audit(t.Context(), geo.AuditEntry{Actor: "orang", Action: "uji", Target: strconv.Itoa(w*100 + i)})
				}
				tx, e := s.pool.Begin(t.Context())
				if e != nil {
					err = e
					continue
				}
				if e := audit(t.Context(), tx, geo.AuditEntry{Actor: "orang", Action: "batal"}); e != nil {
					err = e
				}
				if e := tx.Rollback(t.Context()); e != nil {
					err = e
				}
			}
			done <- err
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if lines, _, err := s.AuditHead(t.Context()); err != nil || lines != 200 {
		t.Errorf("%d lines, %v", lines, err)
	}
	if f := chainFindings(t, s); len(f) > 0 {
		t.Error(f)
	}
}

// TestFindingsNameOpenLocks: what an operator may have switched off is said.
func TestFindingsNameOpenLocks(t *testing.T) {
	_, url := open(t)
	s, err := Open(t.Context(), geotest.AppURL(t, url), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	owner := connect(t, url)
	if f, err := s.Findings(t.Context()); err != nil || len(f) > 0 {
		t.Fatalf("%v, %v", f, err)
	}
	for _, c := range []struct{ broken, mend, finding string }{
		{`alter table grants no force row level security`, `alter table grants force row level security`, "table grants has policies"},
		{`alter table credentials disable row level security`, `alter table credentials enable row level security`, "table credentials has policies"},
		{`alter table audit disable trigger chain_audit`, `alter table audit enable trigger chain_audit`, "trigger chain_audit of table audit is disabled"},
		{`alter table grants disable trigger withdraw`, `alter table grants enable trigger withdraw`, "trigger withdraw of table grants is disabled"},
		{`alter table accounts enable replica trigger version_row`, `alter table accounts enable trigger version_row`, "trigger version_row of table accounts is disabled"},
	} {
		for _, sql := range []string{c.broken, c.mend} {
			if _, err := owner.Exec(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
			f, err := s.Findings(t.Context())
			if found := strings.Contains(strings.Join(f, "\n"), c.finding); err != nil || found != (sql == c.broken) {
				t.Errorf("after %s: %v, %v", sql, f, err)
			}
		}
	}
	above, err := Open(t.Context(), url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer above.Close()
	if f, err := above.Findings(t.Context()); err != nil || len(f) != 1 || !strings.Contains(f[0], "stands above row-level security") {
		t.Errorf("as a superuser: %v, %v", f, err)
	}
}
