package handlers

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/exchange"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/indicator"
)

// figuresStore is what of published figures is not in memory.
type figuresStore interface {
	// Published reads what an older edition says, as far as p may read it.
	Published(ctx context.Context, p geo.Principal, t indicator.Published) (indicator.Published, error)
	// Publish publishes what the closed batches of an area say.
	Publish(ctx context.Context, p geo.Principal, r indicator.PublicationRequest) (indicator.PublicationReport, error)
	// ReleaseRevision is the revision that a release gave a name to; NotFound for an unknown one.
	ReleaseRevision(ctx context.Context, name string) (int64, error)
}

// figuresQuery is what a request asks of published figures.
type figuresQuery struct {
	source  string
	period  indicator.Period
	edition int // 0 is the newest
	release string
	indicator.Selection
}

// readFigures reads the parameters that every form of figures takes.
func readFigures(r *http.Request) (q figuresQuery, err error) {
	p, err := readParams(r, "indicators", "level", "area", "edition", "release")
	if err != nil {
		return q, err
	}
	q.source, q.Level = pathParam(r, "source"), indicator.Kelurahan
	if q.period, err = indicator.ParsePeriod(pathParam(r, "period")); err != nil {
		return q, geo.NotFoundError("handlers.readFigures")
	}
	if level, given := p["level"]; given {
		if q.Level = indicator.Level(level); !slices.Contains(indicator.Levels(), q.Level) {
			return q, invalidParameter("level", "harus provinsi, kabupaten, kecamatan, kelurahan, rw atau rt.", "must be provinsi, kabupaten, kecamatan, kelurahan, rw or rt.")
		}
	}
	if text := p["area"]; text != "" {
		if q.Within, err = indicator.ParsePlace(text); err != nil {
			return q, invalidParameter("area", "harus kode wilayah, RW atau RT.", "must be the code of an area, an RW or an RT.")
		}
	}
	return q, q.readChoice(p)
}

// readChoice reads which indicators and which edition are asked for.
func (q *figuresQuery) readChoice(p params) error {
	if text := p["indicators"]; text != "" {
		q.Indicators = strings.Split(text, ",")
		slices.Sort(q.Indicators)
		if unique := slices.Compact(slices.Clone(q.Indicators)); len(unique) < len(q.Indicators) || len(unique) > indicator.MaxIndicators {
			return invalidParameter("indicators", fmt.Sprintf("harus paling banyak %d indikator yang berbeda.", indicator.MaxIndicators),
				fmt.Sprintf("must be at most %d different indicators.", indicator.MaxIndicators))
		}
		q.Indicators = strings.Split(text, ",") // in the order that is asked for
	}
	if text, given := p["edition"]; given {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return invalidParameter("edition", "harus bilangan bulat mulai dari 1.", "must be a whole number from 1.")
		}
		q.edition = n
	}
	if q.release = p["release"]; q.release != "" && q.edition != 0 {
		return invalidParameter("release", "tidak dapat dipakai bersama edition.", "cannot be used with edition.")
	}
	return nil
}

// published returns the edition that is asked for, with what it says. Newer ones
// than the newest, and editions of a table that is not there, are NotFound.
func (s *Server) published(ctx context.Context, p geo.Principal, q figuresQuery) (indicator.Published, error) {
	editions, err := s.Figures.Catalog().Find(q.source, q.period, q.Within)
	if err != nil {
		return indicator.Published{}, err
	}
	at := len(editions) - 1
	switch {
	case q.edition > 0:
		at = slices.IndexFunc(editions, func(t indicator.Published) bool { return t.Edition() == q.edition })
	case q.release != "":
		revision, err := s.Store.ReleaseRevision(ctx, q.release)
		if err != nil {
			return indicator.Published{}, err
		}
		for at >= 0 && editions[at].Public.Revision > revision {
			at--
		}
	}
	switch {
	case at < 0:
		return indicator.Published{}, geo.NotFoundError("handlers.published")
	case editions[at].Public.Content == nil || editions[at].Internal.Content == nil:
		return s.Store.Published(ctx, p, editions[at])
	}
	return editions[at], nil
}

// figuresFor answers what p may see of what is asked for: the one way to published
// figures, whatever form they take.
func (s *Server) figuresFor(ctx context.Context, p geo.Principal, q figuresQuery) (*indicator.Figures, error) {
	t, err := s.published(ctx, p, q)
	if err != nil {
		return nil, err
	}
	return s.Figures.Catalog().For(p, s.Clock()).Figures(t, q.Selection)
}

// figuresForm is a form that figures are answered in.
type figuresForm struct {
	extension, mediaType string
	kept                 bool // the public's answers are kept: they follow from the publication alone
	write                func(*bytes.Buffer, *index.Snapshot, *indicator.Figures, *indicator.Source) error
}

// The forms.
var (
	figuresJSON = figuresForm{"json", typeJSON, true, func(b *bytes.Buffer, _ *index.Snapshot, f *indicator.Figures, _ *indicator.Source) error {
		b.Write(appendFigures(make([]byte, 0, 200+len(f.Places)*(40+6*len(f.Columns))), f))
		return nil
	}}
	figuresCSV = figuresForm{"csv", typeCSV, true, func(b *bytes.Buffer, _ *index.Snapshot, f *indicator.Figures, source *indicator.Source) error {
		return exchange.WriteCSV(b, exchange.PublishedTable(f, source))
	}}
	figuresXLSX = figuresForm{"xlsx", typeXLSX, true, func(b *bytes.Buffer, _ *index.Snapshot, f *indicator.Figures, source *indicator.Source) error {
		return exchange.WriteXLSX(b, exchange.PublishedTable(f, source))
	}}
	figuresGeoJSON = figuresForm{"geojson", typeGeoJSON, false, func(b *bytes.Buffer, at *index.Snapshot, f *indicator.Figures, _ *indicator.Source) error {
		return exchange.WritePublished(b, f, at.AreaByCode)
	}}
)

// figures answers published figures in a form: the administration's where p may
// analyse, everybody's elsewhere.
func (s *Server) figures(form figuresForm) action {
	return func(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
		q, err := readFigures(r)
		if err != nil {
			return err
		}
		if err := accepts(r, form.mediaType); err != nil {
			return err
		}
		t, err := s.published(r.Context(), p, q)
		if err != nil {
			return err
		}
		catalog := s.Figures.Catalog()
		view := catalog.For(p, s.Clock())
		build := func() ([]byte, error) {
			f, err := view.Figures(t, q.Selection)
			if err != nil {
				return nil, err
			}
			var body bytes.Buffer
			if err := form.write(&body, at, f, catalog.Source(q.source)); err != nil {
				return nil, geo.Wrap("handlers.figures", err)
			}
			return body.Bytes(), s.noteFigures(r, p, form, q, f)
		}
		h := w.Header()
		h.Add("Vary", "Authorization, Cookie")
		if form.extension != "json" {
			h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s_%s_%s.%s"`, q.source, strings.ToLower(string(q.period)), q.Level, form.extension))
		}
		if view.Public() && form.kept {
			h.Set("Cache-Control", "no-cache")
			return s.figuresKept.answer(w, r, catalog, form.mediaType, fmt.Sprint(form.extension, t.Public.ID, q.Selection), build)
		}
		h.Set("Cache-Control", "no-cache")
		if !view.Public() {
			h.Set("Cache-Control", "private, no-cache")
		}
		body, err := build()
		if err != nil {
			return err
		}
		writePacked(w, r, form.mediaType, pack(body))
		return nil
	}
}

// noteFigures logs that somebody takes the administration's figures away in a
// file.
func (s *Server) noteFigures(r *http.Request, p geo.Principal, form figuresForm, q figuresQuery, f *indicator.Figures) error {
	if form.extension == figuresJSON.extension || f.Audience == indicator.Public {
		return nil
	}
	return s.Store.Audit(r.Context(), geo.AuditEntry{Actor: p.Actor(), Action: "export", Target: q.source + "/" + string(q.period) + "." + form.extension,
		Detail: map[string]any{"rows": len(f.Places), "level": q.Level, "area": q.Within, "edition": f.Edition()}, Address: clientAddress(r)})
}
