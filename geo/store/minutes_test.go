package store

import (
	"testing"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/indicator"
)

func TestMinutesAndTheirScan(t *testing.T) {
	c := newVillage(t)
	ctx := t.Context()
	b := ok(c.put(c.pic, c.open(c.pic, "muskel", "2026-Q1", ""), lor, "keluarga", 100))(c)
	_, err := c.app.PutScan(ctx, c.pic, b.ID, []byte("%PDF-1.7"))
	c.refused("a scan of no minutes", geo.Invalid, err)
	_, err = c.app.PutMinutes(ctx, c.pic, b.ID, b.Version, indicator.Minutes{Number: "", HeldOn: "2026-04-09", Attendance: 0})
	c.refused("minutes without a number", geo.Invalid, err)
	_, err = c.app.PutMinutes(ctx, c.lurah, b.ID, b.Version, indicator.Minutes{Number: "1", HeldOn: "2026-04-09", Attendance: 4})
	c.refused("minutes by the lurah", geo.Forbidden, err)
	b = c.minutes(c.pic, b)
	_, err = c.app.PutScan(ctx, c.pic, b.ID, []byte("Nama,NIK"))
	c.refused("a table as a scan", geo.Invalid, err)
	b = ok(c.app.PutScan(ctx, c.pic, b.ID, []byte("%PDF-1.7 isi")))(c)
	hash := b.Minutes.Scan.Hash
	if b.Minutes.Attendance != 42 || b.Minutes.HeldOn != "2026-04-09" || b.Minutes.Scan.Bytes != 12 || len(hash) != 32 {
		t.Fatalf("kept as %+v %+v", b.Minutes, b.Minutes.Scan)
	}
	if mediaType, content, err := c.app.Scan(ctx, c.camat, b.ID); mediaType != "application/pdf" || string(content) != "%PDF-1.7 isi" || err != nil {
		t.Errorf("read as %s %q, %v", mediaType, content, err)
	}
	b = c.must(c.pic, b, indicator.ActSent, "")
	_, err = c.app.PutScan(ctx, c.pic, b.ID, []byte("%PDF-1.7 lain"))
	c.refused("another scan while it is checked", geo.Conflict, err)
	_, err = c.app.PurgeScan(ctx, c.pic, b.ID, "ada nama")
	c.refused("purged by the PIC", geo.Forbidden, err)
	_, err = c.app.PurgeScan(ctx, c.lurah, b.ID, "")
	c.refused("purged without a reason", geo.Invalid, err)
	b = ok(c.app.PurgeScan(ctx, c.lurah, b.ID, "ada nama"))(c)
	if scan := b.Minutes.Scan; scan.PurgedAt == nil || scan.Bytes != 0 || string(scan.Hash) != string(hash) {
		t.Errorf("purged as %+v", scan)
	}
	_, _, err = c.app.Scan(ctx, c.camat, b.ID)
	c.refused("read when it is purged", geo.NotFound, err)
	if n := one[int](t, c.owner, `select count(*) from batch_scans where content is not null`); n != 0 {
		t.Error("the content is still there")
	}
}
