package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/patok-id/patok/geo"
)

// maxVerdictsShown bounds what a person is asked to read; --json has all.
const maxVerdictsShown = 40

// terminalLanguage is the language of reasons on the terminal.
func terminalLanguage(getenv func(string) string) string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(name); v != "" {
			if strings.HasPrefix(v, "id") {
				return "id"
			}
			break
		}
	}
	return "en"
}

// printReport tells what became of a file, and lists the rows that a person
// should look at. failed is the error that refused the file.
func printReport(w io.Writer, r geo.Report, failed error, language string) {
	if failed != nil && r.Read == 0 {
		return // nothing was read: the error says it all
	}
	say := func(id, en string, args ...any) { fmt.Fprintf(w, geo.Text{ID: id, EN: en}.In(language)+"\n", args...) }
	for i, v := range r.Verdicts {
		if i == maxVerdictsShown {
			say("  … dan %d baris lagi; --json menampilkan semuanya", "  … and %d more rows; --json shows them all", len(r.Verdicts)-i+r.Unlisted)
			break
		}
		reasons := make([]string, len(v.Reasons))
		for k, reason := range v.Reasons {
			reasons[k] = reason.In(language)
		}
		fmt.Fprintf(w, "  %d  %s  %s: %s\n", v.Row, v.Outcome, v.Name, strings.Join(reasons, " "))
	}
	if len(r.Ignored) > 0 {
		say("  kolom yang tidak dipakai: %s", "  columns left out: %s", strings.Join(r.Ignored, ", "))
	}
	for _, mark := range slices.Sorted(maps.Keys(r.Marked)) {
		say("  ditandai %s: %d", "  marked %s: %d", mark, r.Marked[mark])
	}
	if r.OverlapCount > 0 {
		o := r.Overlaps[0]
		say("  %d batas bertumpang tindih, seluruhnya %.0f m²; yang terbesar %.0f m² antara %s dan %s di %.6f, %.6f",
			"  %d boundaries overlap by %.0f m² in all; the largest by %.0f m² between %s and %s at %.6f, %.6f",
			r.OverlapCount, r.OverlapM2, o.AreaM2, o.NameA, o.NameB, o.Place[0], o.Place[1])
	}
	say("%s: %d baris: %d baru, %d berubah, %d sama, %d ditolak, %d perlu diperiksa",
		"%s: %d rows: %d new, %d changed, %d unchanged, %d refused, %d to look at",
		r.File, r.Read, r.New, r.Changed, r.Unchanged, r.Refused, r.Doubtful)
	if r.Derived > 0 {
		say("  %d wilayah induk dibuat dari gabungan bawahannya", "  %d parents made from the union of their children", r.Derived)
	}
	if r.Removed > 0 {
		say("  %d data contoh dihapus", "  %d example features removed", r.Removed)
	}
	switch {
	case failed != nil && r.Revision == 0:
		say("Tidak ada yang diimpor.", "Nothing was imported.")
	case r.DryRun:
		say("Uji coba: tidak ada yang ditulis.", "Dry run: nothing was written.")
	case r.Revision == 0:
		say("Tidak ada yang berubah.", "Nothing changed.")
	default:
		say("Tersimpan sebagai revisi %d.", "Saved as revision %d.", r.Revision)
	}
}
