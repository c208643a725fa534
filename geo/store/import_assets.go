package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
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
		reader := &assetReader{run: r, types: map[string]*geo.AssetType{}, ignored: map[string]bool{},
			seen: map[uuid.UUID]int{}, ordinals: map[uuid.UUID]int{}}
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
		if err := r.markAssets(ctx); err != nil {
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

// assetReader checks the rows of a file and stages the good ones.
type assetReader struct {
	run      *importRun
	types    map[string]*geo.AssetType
	ignored  map[string]bool
	seen     map[uuid.UUID]int // the row of each uuid
	ordinals map[uuid.UUID]int // how often an identity was met
}

const stageAssetsSQL = `create temp table staged_assets (row int not null, uuid uuid not null, type text not null, type_version int not null,
name text not null, area_code text not null, rt text not null, rw text not null, address text not null, lon float8, lat float8,
accuracy_m float8, taken_by text not null, taken_at timestamptz, condition text not null, operation text not null, reason text not null,
attributes jsonb not null, internal jsonb not null, personal jsonb not null, source text not null, note text not null,
point geometry(Point, 4326) generated always as (st_setsrid(st_makepoint(lon, lat), 4326)) stored) on commit drop`

var stagedAssetColumns = []string{"row", "uuid", "type", "type_version", "name", "area_code", "rt", "rw", "address", "lon", "lat",
	"accuracy_m", "taken_by", "taken_at", "condition", "operation", "reason", "attributes", "internal", "personal", "source", "note"}

func (a *assetReader) stage(ctx context.Context, rows geo.AssetRows) error {
	r := a.run
	r.progress(geo.StepRead)
	if err := r.exec(ctx, stageAssetsSQL); err != nil {
		return err
	}
	pull, stop := iter.Pull2(rows)
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
	if failed != nil {
		return failed
	}
	return err
}

// take gives the staged values of a row, nil when it is refused.
func (a *assetReader) take(row geo.AssetRow) []any {
	name := textProperty(row.Input.Properties, "name")
	if row.Skipped != nil {
		a.run.skip(row.Row, name, *row.Skipped)
		return nil
	}
	if len(row.Refused) > 0 {
		a.run.refuse(row.Row, name, row.Refused...)
		return nil
	}
	t := a.types[row.Type]
	if t == nil {
		a.run.refuse(row.Row, name, geo.Text{
			ID: fmt.Sprintf("Jenis %q tidak terdaftar; sebutkan artinya dengan --map-type %s=JENIS.", row.Type, row.Type),
			EN: fmt.Sprintf("Type %q is not registered; say what it means with --map-type %s=TYPE.", row.Type, row.Type)})
		return nil
	}
	input := row.Input
	input.Properties = a.properties(t, row.Input.Properties)
	draft, err := geo.ApplyInput(nil, t, a.run.store.validator, geo.Edit{Verb: geo.VerbCreate, Type: t.Name, Input: input})
	if err != nil {
		a.run.refuse(row.Row, name, reasonsOf(err)...)
		return nil
	}
	asset := &draft.Asset
	if _, given := input.Properties["uuid"]; !given {
		asset.UUID = a.identity(row.SourceID, asset)
	}
	if first := a.seen[asset.UUID]; first > 0 {
		a.run.refuse(row.Row, name, geo.Text{
			ID: fmt.Sprintf("UUID yang sama dengan baris %d.", first), EN: fmt.Sprintf("The same UUID as row %d.", first)})
		return nil
	}
	a.seen[asset.UUID] = row.Row
	if _, given := input.Properties["operation"]; !given {
		asset.Operation = "" // the file says nothing of it
	}
	return stagedValues(row.Row, asset)
}

// properties leaves those that the type knows, with their cells understood.
func (a *assetReader) properties(t *geo.AssetType, all map[string]json.RawMessage) map[string]json.RawMessage {
	known := make(map[string]json.RawMessage, len(all))
	for name, raw := range all {
		if !t.Takes(name) {
			if len(a.ignored) < maxIgnored {
				a.ignored[name] = true
			}
			continue
		}
		if value := geo.Cell(t, name, raw); value != nil {
			known[name] = value
		}
	}
	return known
}

// identityNamespace is the name space of made-up identities (RFC 9562, version 5).
var identityNamespace = uuid.MustParse("8b6f3c1e-5d0a-5c57-9a63-7e2f04c1b9d2")

// identity makes the uuid that a row without one has in every import: by the
// owner's id, else by name and point, else by name and where it belongs. Equal
// rows are told apart by their order.
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
	id := uuid.NewSHA1(identityNamespace, []byte(strings.Join(key, "\x1f")))
	a.ordinals[id]++
	if n := a.ordinals[id]; n > 1 {
		id = uuid.NewSHA1(id, []byte(strconv.Itoa(n)))
	}
	return id
}

func floatKey(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

func stagedValues(row int, a *geo.Asset) []any {
	var lon, lat *float64
	if a.Point != nil {
		lon, lat = &a.Point[0], &a.Point[1]
	}
	p := a.Private
	return []any{row, [16]byte(a.UUID), a.Type, a.TypeVersion, a.Name, string(a.AreaCode), a.RT, a.RW, a.Address, lon, lat,
		a.AccuracyM, a.TakenBy, a.TakenAt, a.Condition, a.Operation, p.PlacementReason,
		a.Attributes, p.Internal, p.Personal, p.Source, p.Note}
}

func textProperty(properties map[string]json.RawMessage, name string) string {
	var s string
	if json.Unmarshal(properties[name], &s) != nil {
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
