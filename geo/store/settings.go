package store

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// Setting reads a setting of the city; nil when it was never set.
func (s *Store) Setting(ctx context.Context, name string) (json.RawMessage, error) {
	var value []byte
	err := s.pool.QueryRow(ctx, `select value from settings where name = $1`, name).Scan(&value)
	if isNoRows(err) {
		return nil, nil
	}
	return value, mapError("store.Setting", err)
}

// SetSetting changes a setting for a principal who may administer everything.
func (s *Store) SetSetting(ctx context.Context, p geo.Principal, name string, value json.RawMessage) error {
	const op = "store.SetSetting"
	if p.Anonymous() {
		return &geo.Error{Kind: geo.Unauthorized, Op: op, Message: geo.Text{ID: "Masuk dahulu.", EN: "Log in first."}}
	}
	if !geo.Can(p, geo.ActionAdminister, geo.Target{}, s.now()) {
		return &geo.Error{Kind: geo.Forbidden, Op: op, Message: geo.Text{
			ID: "Hanya administrator yang dapat mengubah setelan.", EN: "Only an administrator may change settings."}}
	}
	return s.begin(ctx, op, edited(p), func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `insert into settings (name, value) values ($1, $2)
on conflict (name) do update set value = excluded.value`, name, []byte(value)); err != nil {
			return err
		}
		return audit(ctx, tx, geo.AuditEntry{Actor: p.Actor(), Action: "settings", Target: name, Detail: map[string]any{"value": value}})
	})
}
