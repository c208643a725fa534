package handlers

import (
	"encoding/hex"
	"net/http"
	"strconv"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/indicator"
)

// maxPublishBytes bounds the body of a request to publish.
const maxPublishBytes = 4 << 10

// publicationInfo is what everybody may know of an edition.
type publicationInfo struct {
	Source      string           `json:"source"`
	Period      indicator.Period `json:"period"`
	AreaCode    indicator.Place  `json:"area_code"`
	Edition     int              `json:"edition"`
	Threshold   int              `json:"threshold"`
	PublishedAt string           `json:"published_at"`
	Revision    int64            `json:"revision"`
	SHA256      string           `json:"sha256"` // of what everybody sees
}

// publications lists the editions of published figures, newest period first.
func (s *Server) publications(w http.ResponseWriter, r *http.Request, _ geo.Principal, _ *index.Snapshot) error {
	p, err := readParams(r, "source", "period")
	if err != nil {
		return err
	}
	list := []publicationInfo{}
	for _, t := range s.Figures.Catalog().Editions(p["source"], indicator.Period(p["period"])) {
		list = append(list, publicationInfo{Source: t.Public.Source, Period: t.Public.Period, AreaCode: t.Public.Area, Edition: t.Edition(),
			Threshold: t.Public.Threshold, PublishedAt: t.Public.PublishedAt.Format(time.RFC3339Nano), Revision: t.Public.Revision,
			SHA256: hex.EncodeToString(t.Public.SHA256)})
	}
	return writeJSON(w, r, http.StatusOK, map[string]any{"publications": list})
}

// publishedInfo is what publishing did, or would do.
type publishedInfo struct {
	Published  bool             `json:"published"`
	Edition    int              `json:"edition"`
	Revision   *int64           `json:"revision"`
	Covered    int              `json:"covered"`
	Expected   int              `json:"expected"`
	Incomplete []incompleteInfo `json:"incomplete"`
	Audiences  []audienceInfo   `json:"audiences"`
	Changed    int              `json:"changed"`
}

type incompleteInfo struct {
	AreaCode geo.Code `json:"area_code"`
	AreaName string   `json:"area_name"`
	State    string   `json:"state"` // of its newest batch; none without one
	Late     bool     `json:"late"`
}

type audienceInfo struct {
	Audience  indicator.Audience `json:"audience"`
	Threshold int                `json:"threshold"`
	Shown     int                `json:"shown"`
	Small     int                `json:"small"`
	Hidden    int                `json:"hidden"`
	Missing   int                `json:"missing"`
	Withheld  []string           `json:"withheld"`
}

// publish publishes what the closed batches of an area say, or tells what would
// come of it.
func (s *Server) publish(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	const op = "handlers.publish"
	if err := noParams(r); err != nil {
		return err
	}
	f, err := readFields(w, r, maxPublishBytes)
	if err != nil {
		return err
	}
	asked := indicator.PublicationRequest{Source: need[string](f, "source"), Period: indicator.Period(need[string](f, "period")), Today: geo.DateOf(s.cityTime(at))}
	area := need[string](f, "area_code")
	if dry := maybe[bool](f, "dry_run"); dry != nil {
		asked.DryRun = *dry
	}
	if area != "" {
		if asked.Area, err = geo.ParseCode(area); err != nil {
			f.bad("area_code", "code", "Bukan kode wilayah.", "Not the code of an area.")
		}
	}
	if err := f.done(op); err != nil {
		return err
	}
	report, err := s.Store.Publish(r.Context(), p, asked)
	if err != nil {
		return err
	}
	if report.Published {
		s.Follower.Wake()
	}
	return s.writePublished(w, r, report)
}

func (s *Server) writePublished(w http.ResponseWriter, r *http.Request, report indicator.PublicationReport) error {
	info := publishedInfo{Published: report.Published, Edition: report.Edition, Covered: report.Covered, Expected: report.Expected,
		Incomplete: []incompleteInfo{}, Audiences: []audienceInfo{}, Changed: report.Changed}
	if report.Published {
		info.Revision = &report.Revision
		w.Header().Set("Patok-Revision", strconv.FormatInt(report.Revision, 10))
	}
	for _, a := range report.Incomplete {
		state := string(a.State)
		if state == "" {
			state = "none"
		}
		info.Incomplete = append(info.Incomplete, incompleteInfo{a.AreaCode, a.AreaName, state, a.Late})
	}
	for _, a := range report.Audiences {
		info.Audiences = append(info.Audiences, audienceInfo{a.Audience, a.Threshold, a.Shown, a.Small, a.Hidden, a.Missing, a.Withheld})
	}
	return writePrivate(w, r, http.StatusOK, info)
}
