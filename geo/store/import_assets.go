package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

// ImportAssets takes in the assets of a file, in one transaction. Each row
// passes the rules of Apply, and is new, changed or unchanged by its identity:
// its uuid, else its type with the owner's id, else its type, name and place.
// What a row leaves empty stays as it is, and what somebody edited since the
// last import stays too unless the file itself says something new. Points far
// outside their kelurahan are held; likely duplicates and too many of a kind are
// taken and marked; all of them are listed. Refused rows refuse the file unless
// o.SkipRefused: then the error is of kind Invalid and the report says which.
// p must be an administrator.
func (s *Store) ImportAssets(ctx context.Context, p geo.Principal, rows geo.AssetRows, o geo.ImportOptions) (geo.Report, error) {
	return s.runImport(ctx, "store.ImportAssets", assetImporter, p, o, func(ctx context.Context, r *importRun) error {
		types, err := collect(ctx, r.tx, scanType, loadTypesSQL)
		if err != nil {
			return err
		}
		reader := &assetReader{run: r, types: map[string]*geo.AssetType{}, ignored: map[string]bool{}}
		for _, t := range types {
			reader.types[t.Name] = t
		}
		if err := reader.stage(ctx, rows); err != nil {
			return err
		}
		r.report.Ignored = slices.Sorted(maps.Keys(reader.ignored))
		if err := r.compareAssets(ctx); err != nil {
			return err
		}
		if err := r.placeAssets(ctx); err != nil {
			return err
		}
		if err := r.markAssets(ctx, types); err != nil {
			return err
		}
		if err := r.refusal(); err != nil {
			return err
		}
		return r.writeAssets(ctx)
	})
}

// maxIgnored bounds how many unknown columns a report names.
const maxIgnored = 200

// assetReader checks the rows of a file and stages the good ones. It keeps
// nothing of a row, so that a file may have any number of them.
type assetReader struct {
	run     *importRun
	types   map[string]*geo.AssetType
	ignored map[string]bool
	known   map[string]json.RawMessage // the properties of the row under way
	values  []any                      // the same row as it is staged
	made    int                        // rows whose uuid was made
}

const stageAssetsSQL = `create temp table staged_assets (row int not null, uuid uuid not null, made boolean not null, type text not null, type_version int not null,
name text not null, area_code text not null, rt text not null, rw text not null, address text not null, lon float8, lat float8,
accuracy_m float8, taken_by text not null, taken_at timestamptz, condition text not null, operation text not null, reason text not null,
attributes jsonb not null, internal jsonb not null, personal jsonb not null, source text not null, note text not null,
point geometry(Point, 4326) generated always as (st_setsrid(st_makepoint(lon, lat), 4326)) stored) on commit drop`

var stagedAssetColumns = []string{"row", "uuid", "made", "type", "type_version", "name", "area_code", "rt", "rw", "address", "lon", "lat",
	"accuracy_m", "taken_by", "taken_at", "condition", "operation", "reason", "attributes", "internal", "personal", "source", "note"}

func (a *assetReader) stage(ctx context.Context, rows geo.AssetRows) error {
	r := a.run
	r.progress(geo.StepRead)
	if err := r.exec(ctx, stageAssetsSQL); err != nil {
		return err
	}
	pull, stop := ahead(rows)
	defer stop()
	var failed error
	next := func() ([]any, bool) {
		for {
			row, err, more := pull()
			if err != nil {
				failed = err
			}
			if !more || err != nil {
				return nil, false
			}
			if r.report.Read++; r.report.Read%5000 == 0 {
				r.progress(geo.StepRead)
			}
			if values := a.take(row); values != nil {
				return values, true
			}
		}
	}
	_, err := r.tx.CopyFrom(ctx, pgx.Identifier{"staged_assets"}, stagedAssetColumns, &copySource{next: next, err: &failed})
	if err = cmp.Or(failed, err); err != nil {
		return err
	}
	if err := r.exec(ctx, `analyze staged_assets (row, uuid, made, area_code)`); err != nil {
		return err
	}
	return a.tellApart(ctx)
}

// take gives the staged values of a row, nil when it is refused.
func (a *assetReader) take(row geo.AssetRow) []any {
	refuse := func(reasons ...geo.Text) []any {
		a.run.refuse(row.Row, textProperty(row.Input.Properties, "name"), reasons...)
		return nil
	}
	if row.Skipped != nil {
		a.run.skip(row.Row, textProperty(row.Input.Properties, "name"), *row.Skipped)
		return nil
	}
	if len(row.Refused) > 0 {
		return refuse(row.Refused...)
	}
	t := a.types[row.Type]
	if t == nil {
		return refuse(geo.Text{
			ID: fmt.Sprintf("Jenis %q tidak terdaftar; sebutkan artinya dengan --map-type %s=JENIS.", row.Type, row.Type),
			EN: fmt.Sprintf("Type %q is not registered; say what it means with --map-type %s=TYPE.", row.Type, row.Type)})
	}
	input := row.Input
	input.Properties = a.properties(t, row.Input.Properties)
	draft, err := geo.ApplyInput(nil, t, a.run.store.validator, geo.Edit{Verb: geo.VerbCreate, Type: t.Name, Input: input})
	if err != nil {
		return refuse(reasonsOf(err)...)
	}
	asset := &draft.Asset
	_, given := input.Properties["uuid"]
	if !given {
		asset.UUID = a.identity(row.SourceID, asset)
		a.made++
	}
	if _, given := input.Properties["operation"]; !given {
		asset.Operation = "" // the file says nothing of it
	}
	return a.staged(row.Row, !given, asset)
}

// properties leaves those that the type knows, with their cells understood. They
// are good until the next row.
func (a *assetReader) properties(t *geo.AssetType, all map[string]json.RawMessage) map[string]json.RawMessage {
	if a.known == nil {
		a.known = make(map[string]json.RawMessage, len(all))
	}
	clear(a.known)
	for name, raw := range all {
		if !t.Takes(name) {
			if len(a.ignored) < maxIgnored {
				a.ignored[name] = true
			}
			continue
		}
		if value := geo.Cell(t, name, raw); value != nil {
			a.known[name] = value
		}
	}
	return a.known
}

// identityNamespace is the name space of made-up identities (RFC 9562, version 5).
var identityNamespace = uuid.MustParse("8b6f3c1e-5d0a-5c57-9a63-7e2f04c1b9d2")

// identity makes the uuid that a row without one has in every import: by the
// owner's id, else by name and point, else by name and where it belongs.
func (a *assetReader) identity(sourceID string, asset *geo.Asset) uuid.UUID {
	source := asset.Private.Source
	if source == "" {
		source = a.run.o.Source
	}
	var key []string
	name := strings.ToLower(asset.Name)
	switch {
	case sourceID != "":
		key = []string{asset.Type, "id", source, sourceID}
	case asset.Point != nil:
		key = []string{asset.Type, "point", name, floatKey(asset.Point[0]), floatKey(asset.Point[1])}
	default:
		key = []string{asset.Type, "area", name, string(asset.AreaCode), asset.RT, asset.RW}
	}
	return uuid.NewSHA1(identityNamespace, []byte(strings.Join(key, "\x1f")))
}

func floatKey(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// staged gives the values of a row, good until the next one.
func (a *assetReader) staged(row int, made bool, asset *geo.Asset) []any {
	var lon, lat *float64
	if asset.Point != nil {
		lon, lat = &asset.Point[0], &asset.Point[1]
	}
	p := asset.Private
	a.values = append(a.values[:0], row, [16]byte(asset.UUID), made, asset.Type, asset.TypeVersion, asset.Name, string(asset.AreaCode),
		asset.RT, asset.RW, asset.Address, lon, lat, asset.AccuracyM, asset.TakenBy, asset.TakenAt, asset.Condition, asset.Operation, p.PlacementReason,
		asset.Attributes, p.Internal, p.Personal, p.Source, p.Note)
	return a.values
}

const (
	// Rows whose made uuids are equal, but for the first of each.
	alikeSQL = `select row, uuid, n from (
    select row, uuid, row_number() over (partition by uuid order by row) as n from staged_assets
    where made and uuid in (select uuid from staged_assets where made group by uuid having count(*) > 1)) d
where n > 1`
	renameSQL = `update staged_assets s set uuid = d.uuid from unnest($1::int[], $2::uuid[]) d(row, uuid) where s.row = d.row`

	dropSameSQL = `with dropped as (
    delete from staged_assets s using (select uuid, min(row) as first from staged_assets group by uuid having count(*) > 1) d
    where s.uuid = d.uuid and s.row > d.first
    returning s.row, s.name, d.first)
select row, name, first from dropped order by row`
)

// tellApart gives equal rows without a uuid ids by their order, and refuses a
// row whose uuid an earlier one has.
func (a *assetReader) tellApart(ctx context.Context) error {
	r := a.run
	if a.made > 1 {
		if err := a.rename(ctx); err != nil {
			return err
		}
	}
	rows, err := r.tx.Query(ctx, dropSameSQL)
	if err != nil {
		return err
	}
	var row, first int
	var name string
	_, err = pgx.ForEachRow(rows, []any{&row, &name, &first}, func() error {
		r.refuse(row, name, geo.Text{
			ID: fmt.Sprintf("UUID yang sama dengan baris %d.", first), EN: fmt.Sprintf("The same UUID as row %d.", first)})
		return nil
	})
	return err
}

func (a *assetReader) rename(ctx context.Context) error {
	rows, err := a.run.tx.Query(ctx, alikeSQL)
	if err != nil {
		return err
	}
	var list []int
	var ids [][16]byte
	var row, n int
	var id [16]byte
	_, err = pgx.ForEachRow(rows, []any{&row, &id, &n}, func() error {
		list, ids = append(list, row), append(ids, uuid.NewSHA1(id, []byte(strconv.Itoa(n))))
		return nil
	})
	if err == nil && len(list) > 0 {
		_, err = a.run.tx.Exec(ctx, renameSQL, list, ids)
	}
	return err
}

func textProperty(properties map[string]json.RawMessage, name string) string {
	s, plain := geo.PlainText(properties[name])
	if !plain && json.Unmarshal(properties[name], &s) != nil {
		return ""
	}
	return s
}

// reasonsOf tells every broken rule, with the property that broke it.
func reasonsOf(err error) []geo.Text {
	e, ok := errors.AsType[*geo.Error](err)
	if !ok {
		return []geo.Text{{ID: "Tidak dapat dibaca.", EN: "Cannot be read."}}
	}
	if len(e.Fields) == 0 {
		return []geo.Text{e.Message}
	}
	reasons := make([]geo.Text, len(e.Fields))
	for i, f := range e.Fields {
		what := strings.TrimPrefix(strings.TrimPrefix(f.Pointer, "/properties/"), "/")
		reasons[i] = geo.Text{ID: what + ": " + f.Message.ID, EN: what + ": " + f.Message.EN}
		if s, ok := f.Detail["suggestion"].([2]float64); ok {
			reasons[i].ID += fmt.Sprintf(" Mungkin maksudnya %g, %g.", s[0], s[1])
			reasons[i].EN += fmt.Sprintf(" Perhaps %g, %g is meant.", s[0], s[1])
		}
	}
	return reasons
}
