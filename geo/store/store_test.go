package store

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
)

func TestMain(m *testing.M) { geotest.Main(m) }

// square is the boundary of a kelurahan of the test city: 0.01° wide, its
// south-west corner at lon, lat.
func square(lon, lat float64) string {
	return fmt.Sprintf("st_multi(st_makeenvelope(%v, %v, %v, %v, 4326))", lon, lat, lon+0.01, lat+0.01)
}

// open gives a store on a new database with two kelurahan side by side:
// 35.71.01.1001 from 112.00 and 35.71.01.1002 from 112.01, both -7.81 to -7.80.
func open(t testing.TB) (*Store, string) {
	t.Helper()
	url := geotest.Database(t)
	s, err := Open(t.Context(), url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	exec(t, s, `insert into areas (code, name, kind, derived) values
('35', 'Jawa Timur', 'provinsi', true), ('35.71', 'Kota Kediri', 'kota', true), ('35.71.01', 'Mojoroto', 'kecamatan', true)`)
	exec(t, s, `insert into areas (code, name, kind, boundary) values
('35.71.01.1001', 'Bandar Lor', 'kelurahan', `+square(112, -7.81)+`), ('35.71.01.1002', 'Bandar Kidul', 'kelurahan', `+square(112.01, -7.81)+`)`)
	return s, url
}

func exec(t testing.TB, s *Store, sql string, args ...any) {
	t.Helper()
	if _, err := s.pool.Exec(t.Context(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func one[T any](t testing.TB, s *Store, sql string, args ...any) T {
	t.Helper()
	var v T
	if err := s.pool.QueryRow(t.Context(), sql, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

func principal(t testing.TB, s *Store, name string, role geo.Role, area geo.Code) geo.Principal {
	t.Helper()
	made, err := s.CreateAccounts(t.Context(), geo.System("test"), []geo.NewAccount{{Account: geo.Account{PasswordHash: "x",
		Principal: geo.Principal{Name: name, Title: name, Grants: []geo.Grant{{Role: role, AreaCode: area}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	return made[0].Principal
}

// properties makes an Input's properties from name, value pairs.
func properties(pairs ...any) map[string]json.RawMessage {
	m := map[string]json.RawMessage{}
	for i := 0; i < len(pairs); i += 2 {
		b, _ := json.Marshal(pairs[i+1])
		m[pairs[i].(string)] = b
	}
	return m
}

func at(lon, lat float64, pairs ...any) geo.Input {
	return geo.Input{HasGeometry: true, Geometry: &orb.Point{lon, lat}, Properties: properties(pairs...)}
}

func create(t testing.TB, s *Store, p geo.Principal, in geo.Input) geo.Result {
	t.Helper()
	r, err := s.Apply(t.Context(), p, geo.Edit{Verb: geo.VerbCreate, Type: "posyandu", Input: in, AllowDuplicate: true})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestStatementsPrepare holds every statement of the package against the schema.
func TestStatementsPrepare(t *testing.T) {
	s, url := open(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	statements := append([]string{durabilitySQL, clockSQL, loadTypesSQL, loadAreasSQL, loadAssetsSQL, digestAssetsSQL,
		digestAreasSQL, listAssetsSQL, listAreasSQL, revisionsSQL, changedTypesSQL, changedAreasSQL, changedAssetsSQL,
		deletedTypesSQL, deletedAreasSQL, deletedAssetsSQL, typeSQL, baseSQL, areasAtSQL, duplicatesSQL, othersSQL,
		committedSQL, confirmSQL, personalSQL, lastVersionSQL, restoreSQL, privateAssetSQL, doubtsSQL, tokenSQL, useTokenSQL,
		addTokenSQL, sessionSQL, touchSQL, sessionsSQL, surplusSessionsSQL, accountByNameSQL, accountBySSOSQL, accountByIDSQL, accountsByIDSQL,
		addGrantSQL, holdGrantSQL, grantByIDSQL, endGrantSQL, invitationSQL, useInvitationSQL, takeCodeSQL, accountVersionsSQL}, findingQueries...)
	statements = append(statements, tidySQL[:]...)
	statements = append(statements, revisionAtSQL, pastClockSQL, pastAssetSQL, pastOfTypeSQL, pastOfAllSQL, pastAreaSQL, pastOfLevelSQL, pastAllAreasSQL, pastMomentSQL,
		assetHistorySQL, areaHistorySQL, formerSQL, holdAreaSQL, revertAreaSQL, oneAreaSQL)
	statements = append(statements, rulesSQL, unpublishedSQL, waitingSQL, eventSQL, proposalsSQL, eventsSQL, presentSQL, deletedSQL, previewsSQL,
		lockProposalSQL, moveProposalSQL)
	statements = append(statements, indicatorsSQL, sourcesSQL, holdRegistrySQL, putIndicatorSQL, batchesByIDSQL, toldSQL, batchMarksSQL, batchEventsSQL, lockBatchSQL,
		lockBatchesSQL, batchVisibleSQL, editionsSQL, copyValuesSQL, createdSQL, batchValuesSQL, removeValuesSQL, writeBatchesSQL, heldMinutesSQL, removeMarkSQL,
		minutesSQL, touchBatchSQL, putScanSQL, scanSQL, purgeScanSQL, depthsSQL, reconciledValuesSQL, countPointsSQL)
	statements = append(statements, releasesSQL, releaseFilesSQL, releaseFileSQL, releaseContentSQL, releaseRevisionSQL, incompleteSQL, countTypesSQL,
		frozenTypeSQL, addReleaseSQL, addReleaseFileSQL, privateAssetsSQL, demoBatchesSQL, removeDemoBatchesSQL, removeDemoPublishedSQL, removeDemoReleasesSQL)
	for _, sql := range statements {
		if _, err := conn.Prepare(t.Context(), "", sql); err != nil {
			t.Errorf("%v in\n%s", err, sql)
		}
	}
	_ = s
}

func TestHistoryHasTheColumnsOfItsTable(t *testing.T) {
	s, _ := open(t)
	for table, history := range map[string]string{"areas": "area_history", "assets": "asset_history", "asset_types": "asset_type_history",
		"accounts": "account_history", "grants": "grant_history",
		"indicators": "indicator_history", "sources": "source_history", "batches": "batch_history", "batch_values": "batch_value_history"} {
		const columns = `select string_agg(column_name || ' ' || udt_name, ', ' order by ordinal_position) from information_schema.columns where table_name = $1`
		want := one[string](t, s, columns, table) + ", to_tx int8, closed_by text"
		if got := one[string](t, s, columns, history); got != want {
			t.Errorf("%s has\n%s, want\n%s", history, got, want)
		}
	}
}
