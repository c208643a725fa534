package handlers

import (
	"strings"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/exchange"
	"github.com/patok-id/patok/geo/index"
)

// progressTable is the progress as an office keeps it: in Indonesian, times on
// the clock of now's zone. Its columns of area, type, target and due day can be
// changed and read in again as targets.
func progressTable(at *index.Snapshot, rows []*geo.Progress, now time.Time) exchange.Table {
	clock := func(t *time.Time) any {
		if t == nil {
			return nil
		}
		return t.In(now.Location())
	}
	return exchange.Table{Name: "Kemajuan", Columns: []exchange.Column{
		{Name: "Kode wilayah", Width: 15}, {Name: "Kelurahan/desa", Width: 22}, {Name: "Kecamatan", Width: 18}, {Name: "Jenis", Width: 20},
		{Name: "Target", Width: 8}, {Name: "Terdaftar", Width: 10}, {Name: "Dititik", Width: 10}, {Name: "Terkonfirmasi", Width: 13},
		{Name: "Dikembalikan", Width: 13}, {Name: "Menunggu diperiksa", Width: 12}, {Name: "Kegiatan terakhir", Width: 17},
		{Name: "Tenggat", Width: 12}, {Name: "Keadaan", Width: 20}, {Name: "Pernyataan", Width: 12},
		{Name: "Dinyatakan oleh", Width: 26}, {Name: "Dinyatakan pada", Width: 17}, {Name: "Disahkan oleh", Width: 26},
		{Name: "Disahkan pada", Width: 17}, {Name: "PIC", Width: 30},
	}, Rows: func(yield func([]any) bool) {
		for _, r := range rows {
			label := r.Type
			if t := at.Type(r.Type); t != nil {
				label = t.Label.ID
			}
			var target, due any
			if r.Target != nil {
				target = *r.Target
			}
			if r.Due != nil {
				due = *r.Due
			}
			var pics []string
			for _, who := range r.PIC {
				pics = append(pics, who.Title)
			}
			if !yield([]any{string(r.AreaCode), r.AreaName, r.District, label, target, r.Registered, r.Placed, r.Confirmed,
				r.Returned, r.Waiting, clock(r.LastActivity), due, progressState(r, geo.DateOf(now)), declarationWord(r.Declared),
				r.DeclaredBy, clock(r.DeclaredAt), r.ConfirmedBy, clock(r.ConfirmedAt), strings.Join(pics, ", ")}) {
				return
			}
		}
	}}
}

func declarationWord(d geo.Declaration) string {
	switch d {
	case geo.Complete:
		return "Lengkap"
	case geo.NoneHere:
		return "Tidak ada"
	}
	return ""
}

// progressState says in a word where a row stands.
func progressState(r *geo.Progress, today geo.Date) string {
	switch {
	case r.Done():
		return "Selesai"
	case r.Declared != "": // also after the due day: its PIC has done their part
		return "Menunggu pengesahan"
	case r.Late(today):
		return "Terlambat"
	case r.Registered > 0:
		return "Berjalan"
	}
	return "Belum mulai"
}
