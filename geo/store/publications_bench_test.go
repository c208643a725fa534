package store

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/geotest"
	"github.com/patok-id/patok/geo/indicator"
)

// provinceSQL makes 8,563 kelurahan in 664 kecamatan of 38 kabupaten, without
// boundaries.
const provinceSQL = `insert into areas (code, name, kind, derived)
select '35', 'Jawa Timur', 'provinsi', true
union all select '35.' || lpad(k::text, 2, '0'), 'Kabupaten', 'kabupaten', true from generate_series(1, 38) k
union all select '35.' || lpad(k::text, 2, '0') || '.' || lpad(c::text, 2, '0'), 'Kecamatan', 'kecamatan', true from generate_series(1, 38) k, generate_series(1, 18) c
union all select code, 'Desa', 'desa', true from (
    select '35.' || lpad(k::text, 2, '0') || '.' || lpad(c::text, 2, '0') || '.2' || lpad(d::text, 3, '0') as code
    from generate_series(1, 38) k, generate_series(1, 18) c, generate_series(1, 13) d order by 1 limit 8563) d`

// BenchmarkPublishProvince publishes 8,563 kelurahan with 30 indicators, the first
// table of a source, and loads it as a node does that starts.
func BenchmarkPublishProvince(b *testing.B) {
	owner, url := open(b)
	exec(b, owner, `delete from areas`)
	exec(b, owner, provinceSQL)
	app, err := Open(b.Context(), geotest.AppURL(b, url), Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(app.Close)
	conn := connect(b, url) // without a limit of time
	tellProvince(b, conn, "2025-Q3")
	for b.Loop() {
		exec(b, owner, `delete from publications`)
		start := time.Now()
		made, err := app.Publish(b.Context(), geo.System("bench"), indicator.PublicationRequest{Source: "dtsen", Period: "2025-Q3", Area: "35", Today: "2026-07-20"})
		if err != nil || made.Covered != 8563 {
			b.Fatalf("%+v %v", made, err)
		}
		b.ReportMetric(time.Since(start).Seconds(), "s-publish")
		start = time.Now()
		if _, err := app.Catalog(b.Context(), indicator.NewLive(nil).Catalog()); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(start).Seconds(), "s-load")
	}
}

// tellProvince closes a batch of every kelurahan with 27 figures, from which 3
// more follow. Later periods differ a little.
func tellProvince(b *testing.B, owner *pgx.Conn, period indicator.Period) {
	exec := func(sql string, args ...any) {
		if _, err := owner.Exec(b.Context(), sql, args...); err != nil {
			b.Fatal(err)
		}
	}
	exec(`insert into batches (area_code, period, source, steps) select code, $1, 'dtsen', '{dinsos}' from areas where level = 4`, period)
	exec(`insert into batch_values (batch_id, place, indicator, number)
select b.id, b.area_code, i.code, abs(hashtext(b.area_code || i.code)) % case when i.code like 'keluarga_%' then 160 else 90 end + abs(hashtext(b.area_code || i.code || $1)) % 3
from batches b, (select code from indicators where code ~ '^keluarga_(desil_\d+|belum_peringkat)$' and code !~ '_\d+_\d+$'
    union all (select code from indicators where definition ->> 'base' = 'keluarga' and code !~ '^keluarga' order by code)
    union all (select code from indicators where definition ->> 'dimension' = 'profil' order by code limit 9)) i where b.period = $1`, string(period))
	exec(`update batches set state = 'closed', closed_at = clock_timestamp() where period = $1`, period)
	exec(`analyze batches, batch_values`)
}
