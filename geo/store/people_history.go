package store

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// accountVersionsSQL gives every version of an account and of its grants, each
// row's oldest first: what it held, and the revisions that began and ended it. A
// version that its own transaction closed was never seen.
const accountVersionsSQL = `with versions as (
select 'account' as kind, id, version, from_tx, null::bigint as to_tx, '' as closed_by, created_at as at,
    jsonb_build_object('name', name, 'title', title, 'sso', sso, 'disabled_at', disabled_at) as fields
from accounts where id = $1
union all select 'account', id, version, from_tx, to_tx, closed_by, created_at,
    jsonb_build_object('name', name, 'title', title, 'sso', sso, 'disabled_at', disabled_at)
from account_history where id = $1 and to_tx <> from_tx
union all select 'grant', id, version, from_tx, null, '', valid_from,
    jsonb_build_object('role', role, 'area_code', area_code, 'types', types, 'from', valid_from, 'until', valid_until, 'reason', reason)
from grants where account_id = $1
union all select 'grant', id, version, from_tx, to_tx, closed_by, valid_from,
    jsonb_build_object('role', role, 'area_code', area_code, 'types', types, 'from', valid_from, 'until', valid_until, 'reason', reason)
from grant_history where account_id = $1 and to_tx <> from_tx)
select v.kind, v.id, v.closed_by, v.fields,
    coalesce(b.revision, 0), coalesce(b.committed_at, v.at, 'epoch'), coalesce(b.actor, ''), coalesce(b.reason, ''),
    coalesce(e.revision, 0), coalesce(e.committed_at, 'epoch'), coalesce(e.actor, ''), coalesce(e.reason, '')
from versions v left join lateral (select r.* from revisions r where r.id = v.from_tx limit 1) b on true
left join lateral (select r.* from revisions r where r.id = v.to_tx limit 1) e on true
order by v.kind, v.id, v.version`

// accountVersion is a row of accountVersionsSQL.
type accountVersion struct {
	kind     string
	id       int64
	closedBy string
	fields   map[string]json.RawMessage
	began    moment
	ended    moment
}

// moment is a revision, who made it, and why.
type moment struct {
	revision      int64
	at            time.Time
	actor, reason string
}

func (m *moment) targets() []any { return []any{&m.revision, &m.at, &m.actor, &m.reason} }

func scanAccountVersion(row pgx.CollectableRow) (accountVersion, error) {
	var v accountVersion
	var fields []byte
	if err := row.Scan(slices.Concat([]any{&v.kind, &v.id, &v.closedBy, &fields}, v.began.targets(), v.ended.targets())...); err != nil {
		return v, err
	}
	return v, json.Unmarshal(fields, &v.fields)
}

// AccountHistory tells every change of an account that by manages and of its
// grants, the newest first: about limit entries of revisions before after (0 for
// all), where one revision's entries stay together. next is the after of the
// page that follows, 0 when there is none.
func (s *Store) AccountHistory(ctx context.Context, by geo.Principal, id, after int64, limit int) (entries []geo.AccountEntry, next int64, err error) {
	var versions []accountVersion
	err = s.read(ctx, "store.AccountHistory", by, func(tx pgx.Tx) error {
		if _, err := s.account(ctx, tx, by, id); err != nil {
			return err
		}
		var err error
		versions, err = collect(ctx, tx, scanAccountVersion, accountVersionsSQL, id)
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	changes := changesOf(versions)
	slices.SortStableFunc(changes, func(a, b dated) int { return int(b.revision - a.revision) })
	last := int64(-1)
	for _, c := range changes {
		if after != 0 && c.revision >= after {
			continue
		}
		if len(entries) >= limit && c.revision != last {
			return entries, last, nil
		}
		entries, last = append(entries, c.entry), c.revision
	}
	return entries, 0, nil
}

// dated is an entry with its revision.
type dated struct {
	revision int64
	entry    geo.AccountEntry
}

// changesOf compares each version with the one before.
func changesOf(versions []accountVersion) []dated {
	var changes []dated
	add := func(v accountVersion, m moment, op geo.Operation, before, after map[string]json.RawMessage) {
		changes = append(changes, dated{m.revision, geo.AccountEntry{At: m.at.UTC(), Actor: m.actor, Reason: m.reason,
			Kind: v.kind, ID: v.id, Op: op, Changes: fieldChanges(before, after)}})
	}
	for i, v := range versions {
		if i > 0 && versions[i-1].kind == v.kind && versions[i-1].id == v.id {
			add(v, v.began, geo.Update, versions[i-1].fields, v.fields)
		} else {
			add(v, v.began, geo.Create, nil, v.fields)
		}
		if v.closedBy == "delete" {
			add(v, v.ended, geo.Delete, v.fields, nil)
		}
	}
	return changes
}

// fieldChanges lists by name the fields whose values differ; null is no value.
func fieldChanges(before, after map[string]json.RawMessage) []geo.FieldChange {
	var changes []geo.FieldChange
	value := func(fields map[string]json.RawMessage, name string) json.RawMessage {
		if v := fields[name]; !bytes.Equal(v, []byte("null")) {
			return v
		}
		return nil
	}
	names := map[string]bool{}
	for _, fields := range []map[string]json.RawMessage{before, after} {
		for name := range fields {
			names[name] = true
		}
	}
	for name := range names {
		if b, a := value(before, name), value(after, name); !bytes.Equal(b, a) {
			changes = append(changes, geo.FieldChange{Field: name, Before: b, After: a})
		}
	}
	slices.SortFunc(changes, func(a, b geo.FieldChange) int { return cmp.Compare(a.Field, b.Field) })
	return changes
}
