package indicator

import (
	"slices"
	"strings"
	"time"

	"github.com/patok-id/patok/geo"
)

// Minutes are the berita acara of the meeting that agreed on a batch. They hold
// no names.
type Minutes struct {
	Number     string
	HeldOn     geo.Date
	Attendance int
	Note       string
	Scan       *Scan // nil without
}

// Scan is the picture of minutes.
type Scan struct {
	MediaType string
	Bytes     int
	Hash      []byte // SHA-256; stays when the content is purged
	AddedAt   time.Time
	PurgedAt  *time.Time
}

// maxAttendance bounds how many people are at a meeting.
const maxAttendance = 100_000

// Check lists what is wrong with minutes that are written at time now.
func (m Minutes) Check(now time.Time) []geo.FieldError {
	var problems []geo.FieldError
	if strings.TrimSpace(m.Number) == "" {
		problems = append(problems, problem("/number", "required", "Wajib diisi.", "Required."))
	}
	if m.HeldOn > geo.DateOf(now.Add(24*time.Hour)) { // some clocks are ahead
		problems = append(problems, problem("/held_on", "future", "Tanggal musyawarah belum tiba.", "The day of the meeting has not come."))
	}
	if m.Attendance < 1 || m.Attendance > maxAttendance {
		problems = append(problems, problem("/attendance", "range", "Jumlah hadirin paling sedikit 1.", "At least one person was there."))
	}
	return slices.Concat(problems, checkNumber(m.Number), checkText("/note", m.Note))
}

// MeetingKind names the meeting of an area: a desa's musdes, or a kelurahan's
// muskel.
func MeetingKind(kind geo.AreaKind) string {
	if kind == geo.Desa || kind == geo.DesaAdat {
		return "musdes"
	}
	return "muskel"
}
