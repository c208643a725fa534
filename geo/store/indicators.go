package store

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/indicator"
)

const (
	indicatorsSQL = `select code, definition from indicators order by position, code`
	sourcesSQL    = `select code, definition from sources order by position, code`
)

// Registry reads all indicators and sources.
func (s *Store) Registry(ctx context.Context) (r *indicator.Registry, err error) {
	err = s.read(ctx, "store.Registry", geo.Public, func(tx pgx.Tx) error {
		r, err = registry(ctx, tx)
		return err
	})
	return r, err
}

func registry(ctx context.Context, tx pgx.Tx) (*indicator.Registry, error) {
	indicators, err := collect(ctx, tx, scanDefinition(func(i *indicator.Indicator, code string) { i.Code = code }), indicatorsSQL)
	if err != nil {
		return nil, err
	}
	sources, err := collect(ctx, tx, scanDefinition(func(s *indicator.Source, code string) { s.Code = code }), sourcesSQL)
	if err != nil {
		return nil, err
	}
	return indicator.NewRegistry(indicators, sources), nil
}

// scanDefinition reads a code and the rest as JSON.
func scanDefinition[T any](name func(of *T, code string)) pgx.RowToFunc[*T] {
	return func(row pgx.CollectableRow) (*T, error) {
		var code string
		var definition []byte
		if err := row.Scan(&code, &definition); err != nil {
			return nil, err
		}
		v := new(T)
		err := json.Unmarshal(definition, v)
		name(v, code)
		return v, err
	}
}

// holdRegistrySQL lets one at a time change the registry: what it is checked
// against stays.
const holdRegistrySQL = `select from indicators order by code for update`

const putIndicatorSQL = `insert into indicators as i (code, position, definition)
values ($1, coalesce((select max(position) from indicators), 0) + 1, $2::jsonb - 'code')
on conflict (code) do update set definition = excluded.definition where i.definition is distinct from excluded.definition`

// PutIndicator adds an indicator to the registry, or changes the one with its
// code, for a principal who administers everything. Invalid names the members
// that are wrong. What says the same changes nothing.
func (s *Store) PutIndicator(ctx context.Context, p geo.Principal, i indicator.Indicator) error {
	const op = "store.PutIndicator"
	if !geo.Can(p, geo.ActionAdminister, geo.Target{}, s.now()) {
		return &geo.Error{Kind: geo.Forbidden, Op: op, Message: geo.Text{
			ID: "Hanya administrator seluruh wilayah yang dapat mengubah indikator.", EN: "Only an administrator of everything may change indicators."}}
	}
	definition, err := json.Marshal(i)
	if err != nil {
		return geo.Wrap(op, err)
	}
	return s.begin(ctx, op, edited(p), func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, holdRegistrySQL); err != nil {
			return err
		}
		all, err := registry(ctx, tx)
		if err != nil {
			return err
		}
		problems := all.Check(&i)
		if i.Counted != "" {
			var known bool
			if err := tx.QueryRow(ctx, `select exists (select from asset_types where name = $1)`, i.Counted).Scan(&known); err != nil {
				return err
			}
			if !known {
				problems = append(problems, geo.FieldError{Pointer: "/counted", Code: "unknown", Message: geo.Text{
					ID: "Jenis aset ini tidak terdaftar.", EN: "This asset type is not registered."}})
			}
		}
		if len(problems) > 0 {
			return geo.InvalidFields(op, problems)
		}
		tag, err := tx.Exec(ctx, putIndicatorSQL, i.Code, definition)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		return audit(ctx, tx, geo.AuditEntry{Actor: p.Actor(), Action: "indicator", Target: i.Code, Detail: map[string]any{"definition": json.RawMessage(definition)}})
	})
}

// figureSettings reads what the city chose for its figures.
func figureSettings(ctx context.Context, tx pgx.Tx) (indicator.Settings, error) {
	var raw []byte
	err := tx.QueryRow(ctx, `select value from settings where name = $1`, indicator.SettingName).Scan(&raw)
	if err != nil && !isNoRows(err) {
		return indicator.Settings{}, err
	}
	return indicator.ReadSettings(raw), nil
}
