package store

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo/geotest"
)

// The trigger is spared for rows in which it would change nothing. Whoever says
// that rows are placed, and lies about the rest, is held to it as ever.
func TestSparedTriggerHoldsTheRules(t *testing.T) {
	_, url := open(t)
	conn, err := pgx.Connect(t.Context(), geotest.AppURL(t, url))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	insert := `insert into assets (type, name, area_code, point, placement, version, from_tx, marks)
values ('posyandu', 'A', '35.71.01.1001', st_point(112.015, -7.805, 4326), 'inside', `
	for _, c := range []struct{ placed, tx, values, want string }{
		// Not said to be placed: the trigger places, whatever the row says. 112.015 is in the other kelurahan.
		{"", "", `1, 1, '{}')`, "held 1 t"},
		{"", "own", `1, (select open_transaction()), '{}')`, "held 1 t"},
		{"no", "own", `1, (select open_transaction()), '{}')`, "held 1 t"},
		// Said to be placed: no version before the first, no other transaction's id.
		{"yes", "own", `0, (select open_transaction()), '{}')`, "inside 1 t"},
		{"yes", "own", `null, (select open_transaction()), '{}')`, "inside 1 t"},
		{"yes", "own", `1, (select open_transaction()) - 1, '{}')`, "inside 1 t"},
		{"yes", "1:1", `1, 1, '{}')`, "inside 1 t"}, // another transaction's setting
		{"yes", "", `1, 1, '{}')`, "inside 1 t"},
		{"yes", "own", `1, (select open_transaction()), '{}')`, "inside 1 t"},
	} {
		tx, err := conn.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(t.Context(), `select set_config('patok.account', 'system', true), set_config('patok.placed', $1, true), set_config('patok.tx', $2, true)`, c.placed, c.tx); err != nil {
			t.Fatal(err)
		}
		if c.tx == "own" {
			if _, err := tx.Exec(t.Context(), `select open_transaction()`); err != nil {
				t.Fatal(err)
			}
		}
		var got string
		err = tx.QueryRow(t.Context(), insert+c.values+` returning concat_ws(' ', placement, version, from_tx = open_transaction())`).Scan(&got)
		if err != nil || got != c.want {
			t.Errorf("placed %q, tx %q, %s: %q, want %q; %v", c.placed, c.tx, c.values, got, c.want, err)
		}
		if err := tx.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// An id that somebody brings along is not given out again, the first one either.
func TestIDsGoOnAfterTheHighest(t *testing.T) {
	s, _ := open(t)
	const row = `insert into assets (id, type, name, area_code) values ($1, 'rt', 'A', '35.71.01.1001')`
	const next = `insert into assets (type, name, area_code) values ('rt', 'A', '35.71.01.1001') returning id`
	exec(t, s, row, 1)
	if id := one[int64](t, s, next); id != 2 {
		t.Errorf("the next id after 1 is %d", id)
	}
	exec(t, s, row, 40)
	exec(t, s, row, 7)
	if id := one[int64](t, s, next); id != 41 {
		t.Errorf("the next id after 40 is %d", id)
	}
}
