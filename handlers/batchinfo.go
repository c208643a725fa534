package handlers

import (
	"encoding/hex"
	"net/http"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/indicator"
)

// batchInfo is a batch as somebody sees it who may: figures, minutes and events
// are null for who only watches.
type batchInfo struct {
	ID        int64                 `json:"id"`
	Version   int64                 `json:"version"`
	AreaCode  geo.Code              `json:"area_code"`
	AreaName  string                `json:"area_name"`
	Kind      geo.AreaKind          `json:"kind"`
	Period    indicator.Period      `json:"period"`
	Source    string                `json:"source"`
	Edition   int                   `json:"edition"`
	State     indicator.State       `json:"state"`
	Steps     []indicator.Step      `json:"steps"`
	Step      int                   `json:"step"`
	Reason    string                `json:"reason"`
	CreatedAt time.Time             `json:"created_at"`
	ChangedAt time.Time             `json:"changed_at"`
	SentAt    *time.Time            `json:"sent_at"`
	ClosedAt  *time.Time            `json:"closed_at"`
	Due       *geo.Date             `json:"due"`
	Late      bool                  `json:"late"`
	Figures   *toldInfo             `json:"figures"`
	Minutes   *minutesInfo          `json:"minutes"`
	Events    []batchEventInfo      `json:"events"`
	Marks     []markInfo            `json:"marks"`
	Can       indicator.BatchRights `json:"can"`
}

type toldInfo struct {
	Places int `json:"places"`
	Told   int `json:"told"`
}

type minutesInfo struct {
	Number     string    `json:"number"`
	HeldOn     geo.Date  `json:"held_on"`
	Attendance int       `json:"attendance"`
	Note       string    `json:"note"`
	Kind       string    `json:"kind"`
	Scan       *scanInfo `json:"scan"`
}

type scanInfo struct {
	MediaType string     `json:"media_type"`
	Bytes     int        `json:"bytes"`
	Hash      string     `json:"hash"`
	AddedAt   time.Time  `json:"added_at"`
	PurgedAt  *time.Time `json:"purged_at"`
}

type batchEventInfo struct {
	At     time.Time         `json:"at"`
	By     string            `json:"by"`
	Title  string            `json:"title"`
	Act    indicator.Act     `json:"action"`
	Step   indicator.Step    `json:"step"`
	Number string            `json:"number"`
	Dated  *geo.Date         `json:"dated"`
	Note   string            `json:"note"`
	Cells  map[string]string `json:"cells"`
}

type markInfo struct {
	Mark   string    `json:"mark"`
	Label  string    `json:"label"`
	Dated  geo.Date  `json:"dated"`
	Number string    `json:"number"`
	Note   string    `json:"note"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

// batchInfo shows batch b to p, whom the store let see it.
func (s *Server) batchInfo(r *http.Request, p geo.Principal, at *index.Snapshot, b *indicator.Batch) batchInfo {
	chosen := s.chosen(r.Context()).Figures
	due := chosen.Due(b.Source, b.Period)
	info := batchInfo{ID: b.ID, Version: b.Version, AreaCode: b.AreaCode, AreaName: b.AreaName, Kind: b.AreaKind, Period: b.Period, Source: b.Source,
		Edition: b.Edition, State: b.State, Steps: b.Steps, Step: b.Step, Reason: b.Reason, CreatedAt: b.CreatedAt, ChangedAt: b.ChangedAt,
		SentAt: b.SentAt, ClosedAt: b.ClosedAt, Due: orNull(due), Late: b.State.Late(due, geo.DateOf(s.cityTime(at))), Marks: []markInfo{}, Can: b.Rights(p, s.Clock())}
	for _, m := range b.Marks {
		info.Marks = append(info.Marks, markInfo{Mark: m.Mark, Label: chosen.Label(m.Mark).In(language(r)), Dated: m.Dated, Number: m.Number, Note: m.Note, By: m.By.Name, At: m.At})
	}
	if b.Told == nil {
		return info
	}
	info.Figures = &toldInfo{Places: b.Told.Places, Told: b.Told.Values}
	info.Minutes = minutesInfoOf(b)
	for _, e := range b.Events {
		event := batchEventInfo{At: e.At, By: e.By.Name, Title: e.By.Title, Act: e.Act, Step: e.Step, Number: e.Number, Dated: e.Dated, Note: e.Note, Cells: e.Cells}
		if e.Cells == nil {
			event.Cells = map[string]string{}
		}
		info.Events = append(info.Events, event)
	}
	return info
}

func minutesInfoOf(b *indicator.Batch) *minutesInfo {
	m := b.Minutes
	if m == nil {
		return nil
	}
	info := &minutesInfo{Number: m.Number, HeldOn: m.HeldOn, Attendance: m.Attendance, Note: m.Note, Kind: indicator.MeetingKind(b.AreaKind)}
	if m.Scan != nil {
		info.Scan = &scanInfo{MediaType: m.Scan.MediaType, Bytes: m.Scan.Bytes, Hash: hex.EncodeToString(m.Scan.Hash), AddedAt: m.Scan.AddedAt, PurgedAt: m.Scan.PurgedAt}
	}
	return info
}

// glanceInfo is one area in an overview.
type glanceInfo struct {
	AreaCode    geo.Code            `json:"area_code"`
	AreaName    string              `json:"area_name"`
	District    string              `json:"district"`
	Batch       *int64              `json:"batch"`
	State       indicator.State     `json:"state"` // none where nobody began
	Steps       []indicator.Step    `json:"steps"`
	Step        int                 `json:"step"`
	Edition     int                 `json:"edition"`
	Told        *int                `json:"told"`
	Expected    int                 `json:"expected"`
	Late        bool                `json:"late"`
	ChangedAt   *time.Time          `json:"changed_at"`
	Differences *int                `json:"differences"`
	Figures     map[string]*float64 `json:"figures"`
	Previous    map[string]*float64 `json:"previous"`
}

func glanceInfoOf(g *indicator.Glance, due, today geo.Date) glanceInfo {
	info := glanceInfo{AreaCode: g.AreaCode, AreaName: g.AreaName, District: g.District, State: "none", Steps: []indicator.Step{}}
	if b := g.Batch; b != nil {
		info.Batch, info.State, info.Steps, info.Step, info.Edition, info.ChangedAt = &b.ID, b.State, b.Steps, b.Step, b.Edition, &b.ChangedAt
	}
	info.Late = info.State.Late(due, today)
	if f := g.Figures; f != nil {
		info.Told, info.Expected, info.Differences = &f.Told, f.Expected, &f.Differences
		info.Figures, info.Previous = totalsInfo(f.Totals), totalsInfo(f.Before)
	}
	return info
}

// totalsInfo names every indicator of an overview; null where it is not told.
func totalsInfo(totals map[string]float64) map[string]*float64 {
	if totals == nil {
		return nil
	}
	info := map[string]*float64{}
	for _, code := range indicator.Glanced() {
		info[code] = nil
		if n, told := totals[code]; told {
			info[code] = &n
		}
	}
	return info
}
