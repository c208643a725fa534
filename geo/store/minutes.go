package store

import (
	"context"
	"crypto/sha256"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/indicator"
)

const minutesSQL = `select m.batch_id, m.number, m.held_on::text, m.attendance, m.note,
coalesce(s.media_type, ''), coalesce(length(s.content), 0), s.hash, s.added_at, s.purged_at
from batch_minutes m left join batch_scans s on s.batch_id = m.batch_id where m.batch_id = any($1)`

func addMinutes(ctx context.Context, tx pgx.Tx, to map[int64]*indicator.Batch) error {
	rows, err := tx.Query(ctx, minutesSQL, slices.Collect(maps.Keys(to)))
	if err != nil {
		return err
	}
	var id int64
	var m indicator.Minutes
	var scan indicator.Scan
	var added *time.Time
	_, err = pgx.ForEachRow(rows, []any{&id, &m.Number, &m.HeldOn, &m.Attendance, &m.Note, &scan.MediaType, &scan.Bytes, &scan.Hash, &added, &scan.PurgedAt}, func() error {
		of := m
		if added != nil {
			picture := scan
			picture.AddedAt, picture.PurgedAt = added.UTC(), utc(scan.PurgedAt)
			of.Scan = &picture
		}
		to[id].Minutes = &of
		scan.Hash = nil
		return nil
	})
	return err
}

const putMinutesSQL = `insert into batch_minutes (batch_id, number, held_on, attendance, note) values (@batch, @number, @held_on::text::date, @attendance, @note)
on conflict (batch_id) do update set number = excluded.number, held_on = excluded.held_on, attendance = excluded.attendance, note = excluded.note`

// PutMinutes writes the minutes of a batch, for who may enter its figures while
// they can be entered.
//
// Errors, by kind: NotFound, Forbidden, Stale, Conflict, Invalid.
func (s *Store) PutMinutes(ctx context.Context, p geo.Principal, id, version int64, m indicator.Minutes) (*indicator.Batch, error) {
	const op = "store.PutMinutes"
	if err := geo.InvalidFields(op, m.Check(s.now())); err != nil {
		return nil, err
	}
	return s.changeMinutes(ctx, op, act{principal: p, kind: "edit"}, id, func(tx pgx.Tx, b *indicator.Batch) (string, map[string]any, error) {
		if err := s.mayWriteMinutes(p, b); err != nil {
			return "", nil, err
		}
		if err := sameBatch(b, p, version); err != nil {
			return "", nil, err
		}
		_, err := tx.Exec(ctx, putMinutesSQL, pgx.NamedArgs{"batch": id, "number": m.Number, "held_on": string(m.HeldOn), "attendance": m.Attendance, "note": m.Note})
		return "batch_minutes", map[string]any{"number": m.Number}, err
	})
}

func (s *Store) mayWriteMinutes(p geo.Principal, b *indicator.Batch) error {
	switch {
	case !indicator.CanEnter(p, b.Origin, b.AreaCode, s.now()):
		return notTheirs("store.mayWriteMinutes")
	case !b.Enterable():
		return notNow(b)
	}
	return nil
}

const touchBatchSQL = `update batches set changed_at = clock_timestamp() where id = $1`

// changeMinutes runs change on a batch that it locks, gives the batch its next
// version, and writes the audit line that change names.
func (s *Store) changeMinutes(ctx context.Context, op string, a act, id int64, change func(pgx.Tx, *indicator.Batch) (action string, detail map[string]any, err error)) (b *indicator.Batch, err error) {
	err = s.begin(ctx, op, a, func(tx pgx.Tx) error {
		if b, err = s.lockBatch(ctx, tx, a.principal, id); err != nil {
			return err
		}
		name, detail, err := change(tx, b)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, touchBatchSQL, id); err != nil {
			return err
		}
		if err := audit(ctx, tx, geo.AuditEntry{Actor: a.principal.Actor(), Action: name, Target: batchTarget(id), Detail: detail}); err != nil {
			return err
		}
		b, err = s.batch(ctx, tx, a.principal, id)
		return err
	})
	return b, err
}

const putScanSQL = `insert into batch_scans (batch_id, media_type, hash, content) values ($1, $2, $3, $4)
on conflict (batch_id) do update set media_type = excluded.media_type, hash = excluded.hash, content = excluded.content,
    added_at = clock_timestamp(), purged_at = null`

// PutScan keeps the picture of a batch's minutes, which must be there, without
// what a camera writes into it. Errors as of PutMinutes.
func (s *Store) PutScan(ctx context.Context, p geo.Principal, id int64, content []byte) (*indicator.Batch, error) {
	const op = "store.PutScan"
	mediaType, content, err := indicator.CleanScan(content)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(content)
	return s.changeMinutes(ctx, op, edited(p), id, func(tx pgx.Tx, b *indicator.Batch) (string, map[string]any, error) {
		if err := s.mayWriteMinutes(p, b); err != nil {
			return "", nil, err
		}
		held := map[int64]*indicator.Batch{id: b}
		if err := addMinutes(ctx, tx, held); err != nil {
			return "", nil, err
		}
		if b.Minutes == nil {
			return "", nil, invalid(op, "/minutes", "required", "Isi berita acaranya lebih dahulu.", "Fill in the minutes first.")
		}
		_, err := tx.Exec(ctx, putScanSQL, id, mediaType, hash[:], content)
		return "batch_scan", map[string]any{"media_type": mediaType, "bytes": len(content)}, err
	})
}

const scanSQL = `select media_type, content from batch_scans where batch_id = $1 and content is not null`

// Scan reads the picture of a batch's minutes, for who may read its figures;
// NotFound when there is none. The caller writes down who reads it.
func (s *Store) Scan(ctx context.Context, p geo.Principal, id int64) (mediaType string, content []byte, err error) {
	err = s.read(ctx, "store.Scan", p, func(tx pgx.Tx) error {
		if _, err := s.readable(ctx, tx, p, id); err != nil {
			return err
		}
		return tx.QueryRow(ctx, scanSQL, id).Scan(&mediaType, &content)
	})
	return mediaType, content, err
}

const purgeScanSQL = `update batch_scans set content = null, purged_at = clock_timestamp() where batch_id = $1 and content is not null`

// PurgeScan removes the picture of a batch's minutes for ever, in any state, for
// who may check there. Its hash stays.
//
// Errors, by kind: NotFound, Forbidden, Invalid (without a reason).
func (s *Store) PurgeScan(ctx context.Context, p geo.Principal, id int64, reason string) (*indicator.Batch, error) {
	const op = "store.PurgeScan"
	if reason == "" {
		return nil, invalid(op, "", "reason_required", "Tuliskan alasannya.", "Say why.")
	}
	return s.changeMinutes(ctx, op, act{principal: p, kind: "edit", reason: reason}, id, func(tx pgx.Tx, b *indicator.Batch) (string, map[string]any, error) {
		if !geo.Can(p, geo.ActionCheck, geo.Target{Area: b.AreaCode}, s.now()) {
			return "", nil, notTheirs(op)
		}
		tag, err := tx.Exec(ctx, purgeScanSQL, id)
		if err == nil && tag.RowsAffected() == 0 {
			err = geo.NotFoundError(op)
		}
		return "batch_scan_purged", map[string]any{"reason": reason}, err
	})
}
