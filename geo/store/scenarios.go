package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
)

const scenarioColumns = `s.id, c.id, c.name, c.title, s.name, s.area_code, s.shared, s.request, s.revision, s.created_at, s.changed_at, s.version`

func scenarioTargets(x *geo.Scenario) []any {
	return []any{&x.ID, &x.By.ID, &x.By.Name, &x.By.Title, &x.Name, &x.AreaCode, &x.Shared, &x.Request, &x.Revision, &x.CreatedAt, &x.ChangedAt, &x.Version}
}

const scenariosSQL = `select ` + scenarioColumns + ` from scenarios s join accounts c on c.id = s.account_id
where (@before = 0 or s.id < @before) order by s.id desc`

// Scenarios lists p's own and those that are shared with p, where p may
// analyse the area, newest first and without their results. before is the last
// id of the page before, 0 for the first; next is that of this one, 0 when there
// are no more.
func (s *Store) Scenarios(ctx context.Context, p geo.Principal, before int64, limit int) (list []*geo.Scenario, next int64, err error) {
	err = s.read(ctx, "store.Scenarios", p, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, scenariosSQL, pgx.NamedArgs{"before": before})
		if err != nil {
			return err
		}
		all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*geo.Scenario, error) {
			var x geo.Scenario
			err := row.Scan(scenarioTargets(&x)...)
			return &x, err
		})
		for _, x := range all {
			if !s.seesScenario(p, x) {
				continue
			}
			if len(list) == limit {
				next = list[limit-1].ID
				break
			}
			list = append(list, x)
		}
		return err
	})
	return list, next, err
}

// seesScenario reports whether p may read a scenario: those who made it too
// must still be allowed to analyse its area.
func (s *Store) seesScenario(p geo.Principal, x *geo.Scenario) bool {
	return (x.By.ID == p.AccountID || x.Shared) && geo.Can(p, geo.ActionAnalyse, geo.Target{Area: x.AreaCode}, s.now())
}

const scenarioSQL = `select ` + scenarioColumns + `, s.result from scenarios s join accounts c on c.id = s.account_id where s.id = $1`

// Scenario reads one whole; NotFound for who may not see it.
func (s *Store) Scenario(ctx context.Context, p geo.Principal, id int64) (*geo.Scenario, error) {
	var x geo.Scenario
	err := s.read(ctx, "store.Scenario", p, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, scenarioSQL, id).Scan(append(scenarioTargets(&x), &x.Result)...)
	})
	if err == nil && !s.seesScenario(p, &x) {
		err = geo.NotFoundError("store.Scenario")
	}
	if err != nil {
		return nil, err
	}
	return &x, nil
}

const (
	addScenarioSQL = `insert into scenarios (account_id, name, area_code, shared, request, result, revision)
values (@account, @name, @area, @shared, @request, @result, @revision) returning id`
	countScenariosSQL = `select count(*) from scenarios where account_id = $1`
)

// AddScenario keeps a scenario of p, who may analyse its area, and returns it
// without its result.
func (s *Store) AddScenario(ctx context.Context, p geo.Principal, x geo.Scenario) (*geo.Scenario, error) {
	const op = "store.AddScenario"
	if !geo.Can(p, geo.ActionAnalyse, geo.Target{Area: x.AreaCode}, s.now()) {
		return nil, &geo.Error{Kind: geo.Forbidden, Op: op, Message: geo.Text{
			ID: "Anda tidak berwenang menganalisis wilayah ini.", EN: "You may not analyse this area."}}
	}
	var made geo.Scenario
	err := s.begin(ctx, op, edited(p), func(tx pgx.Tx) error {
		var kept int
		if err := tx.QueryRow(ctx, countScenariosSQL, p.AccountID).Scan(&kept); err != nil {
			return err
		}
		if kept >= geo.MaxScenarios {
			return conflict(fmt.Sprintf("Anda sudah menyimpan %d skenario. Hapus yang tidak dipakai lagi.", kept),
				fmt.Sprintf("You keep %d scenarios already. Delete those that you no longer need.", kept))
		}
		var id int64
		if err := tx.QueryRow(ctx, addScenarioSQL, pgx.NamedArgs{"account": p.AccountID, "name": x.Name, "area": string(x.AreaCode),
			"shared": x.Shared, "request": x.Request, "result": x.Result, "revision": x.Revision}).Scan(&id); err != nil {
			return err
		}
		return tx.QueryRow(ctx, scenarioSQL, id).Scan(append(scenarioTargets(&made), &made.Result)...)
	})
	return &made, err
}

const changeScenarioSQL = `update scenarios set name = coalesce($2, name), shared = coalesce($3, shared), changed_at = clock_timestamp(), version = version + 1
where id = $1 and version = $4`

// ChangeScenario changes name or sharing of p's own; NotFound for another's,
// and Stale for another version than it has.
func (s *Store) ChangeScenario(ctx context.Context, p geo.Principal, id int64, change geo.ScenarioChange) (*geo.Scenario, error) {
	const op = "store.ChangeScenario"
	var x geo.Scenario
	err := s.begin(ctx, op, edited(p), func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, scenarioSQL, id).Scan(append(scenarioTargets(&x), &x.Result)...); err != nil {
			return err
		}
		if !s.seesScenario(p, &x) {
			return geo.NotFoundError(op)
		}
		if x.By.ID != p.AccountID {
			return othersScenario(op)
		}
		done, err := tx.Exec(ctx, changeScenarioSQL, id, change.Name, change.Shared, change.Version)
		if err != nil {
			return err
		}
		if done.RowsAffected() == 0 {
			return &geo.Error{Kind: geo.Stale, Op: op, Message: geo.Text{
				ID: "Skenario ini sudah diubah. Muat ulang dahulu.", EN: "This scenario was changed. Load it again first."}}
		}
		return tx.QueryRow(ctx, scenarioSQL, id).Scan(append(scenarioTargets(&x), &x.Result)...)
	})
	return &x, err
}

func othersScenario(op string) error {
	return &geo.Error{Kind: geo.Forbidden, Op: op, Message: geo.Text{
		ID: "Hanya pembuatnya yang dapat mengubah skenario ini.", EN: "Only who made this scenario may change it."}}
}

// RemoveScenario deletes p's own, or as an administrator of everything anybody's.
func (s *Store) RemoveScenario(ctx context.Context, p geo.Principal, id int64) error {
	const op = "store.RemoveScenario"
	return s.begin(ctx, op, edited(p), func(tx pgx.Tx) error {
		var x geo.Scenario
		if err := tx.QueryRow(ctx, scenarioSQL, id).Scan(append(scenarioTargets(&x), &x.Result)...); err != nil {
			return err
		}
		if !s.seesScenario(p, &x) {
			return geo.NotFoundError(op)
		}
		if x.By.ID != p.AccountID && !geo.Can(p, geo.ActionAdminister, geo.Target{}, s.now()) {
			return othersScenario(op)
		}
		_, err := tx.Exec(ctx, `delete from scenarios where id = $1`, id)
		return err
	})
}
