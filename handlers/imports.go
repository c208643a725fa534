package handlers

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/exchange"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/indicator"
)

const patternImport = "/api/imports/{import}"

// The limits of an import. What is sent is parsed from memory and never kept.
const (
	maxImportBytes   = 20 << 20 // of the file
	maxPlanBytes     = 1 << 20
	maxFormBytes     = maxImportBytes + maxPlanBytes + 64<<10 // with what parts them
	maxFileNameRunes = 200
	maxImports       = 4               // that are read at a time
	importTime       = 5 * time.Minute // instead of the server's usual limit
	maxImportWords   = 1000            // rows that an answer says something of
)

// importStore is what takes files in.
type importStore interface {
	// AreaNames lists every area, for files to be matched with.
	AreaNames(ctx context.Context) ([]geo.AreaName, error)
	// ImportFigures, ImportAssets and ImportAreas take in a file's rows, all or none;
	// Forbidden for those who may not, Invalid with a report for refused rows.
	ImportFigures(ctx context.Context, p geo.Principal, rows indicator.FileRows, o geo.ImportOptions) (indicator.ImportReport, error)
	ImportAssets(ctx context.Context, p geo.Principal, rows geo.AssetRows, o geo.ImportOptions) (geo.Report, error)
	ImportAreas(ctx context.Context, p geo.Principal, rows geo.AreaRows, o geo.ImportOptions) (geo.Report, error)
	// Receipts lists what p took in; who administers everything sees what all did.
	Receipts(ctx context.Context, p geo.Principal, before int64, limit int) (list []geo.Receipt, next int64, err error)
	// Receipt reads one; NotFound for those whose it is not.
	Receipt(ctx context.Context, p geo.Principal, id int64) (geo.Receipt, error)
	// UndoImport takes back what an import did.
	UndoImport(ctx context.Context, p geo.Principal, id int64, reason string) (geo.Undone, error)
}

// takesFiles gives an action the time that a large file needs, and keeps too many
// from being read at once.
func (s *Server) takesFiles(h action) action {
	return func(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
		defer s.imports.Add(-1)
		if s.imports.Add(1) > maxImports {
			return &geo.Error{Kind: geo.Unavailable, Op: "handlers.takesFiles", RetryAfter: 10 * time.Second, Message: geo.Text{
				ID: "Beberapa berkas sedang dibaca. Coba lagi sebentar lagi.", EN: "Several files are being read. Try again in a moment."}}
		}
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(importTime)) // not every connection has deadlines
		ctx, cancel := context.WithTimeout(r.Context(), importTime)
		defer cancel()
		return h(w, r.WithContext(ctx), p, at)
	}
}

// mayImport is nil when p may take in files of a kind somewhere.
func (s *Server) mayImport(p geo.Principal, what exchange.What) error {
	now := s.Clock()
	if geo.Can(p, geo.ActionAdminister, geo.Target{}, now) || what == exchange.WhatFigures && len(p.Reach(geo.ActionEnter, now)) > 0 {
		return nil
	}
	return &geo.Error{Kind: geo.Forbidden, Op: "handlers.mayImport", Message: geo.Text{
		ID: "Anda tidak berwenang mengimpor data ini.", EN: "You may not import this."}}
}

// references are what a file is read against.
func (s *Server) references(ctx context.Context, what exchange.What, at *index.Snapshot) (exchange.Reference, error) {
	ref := exchange.Reference{Types: at.Types(), Areas: exchange.NewGazetteer(nil)}
	if what != exchange.WhatFigures {
		return ref, nil
	}
	areas, err := s.Store.AreaNames(ctx)
	if err != nil {
		return ref, err
	}
	ref.Areas = exchange.NewGazetteer(areas)
	ref.Registry, err = s.Store.Registry(ctx)
	return ref, err
}

// inspectImport tells what a file holds, and proposes a plan for it. Nothing of
// it is kept.
func (s *Server) inspectImport(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	q, err := readParams(r, "what", "sheet", "source", "period")
	if err != nil {
		return err
	}
	kinds := []string{string(exchange.WhatFigures), string(exchange.WhatAssets), string(exchange.WhatAreas)}
	what, err := q.oneOf("what", kinds[0], kinds)
	if err != nil {
		return err
	}
	plan := exchange.Plan{What: exchange.What(what), Sheet: q["sheet"], Source: q["source"], Period: indicator.Period(q["period"])}
	if err := s.mayImport(p, plan.What); err != nil {
		return err
	}
	if err := contentType(r, typeCSV, typeXLSX, typeGeoJSON); err != nil {
		return err
	}
	name, err := url.PathUnescape(r.Header.Get("Patok-File"))
	if err != nil {
		return badRequest("handlers.inspectImport", "Patok-File harus berkode persen.", "Patok-File must be percent-encoded.")
	}
	content, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxImportBytes))
	if err != nil {
		return err
	}
	ref, err := s.references(r.Context(), plan.What, at)
	if err != nil {
		return err
	}
	found, err := exchange.Inspect(exchange.Bytes(fileName(name), content), plan, ref)
	if err != nil {
		return personalRefusal(err, language(r))
	}
	if plan.What == exchange.WhatFigures && !found.Plan.NamesAreas() {
		found.Plan.Area = s.onlyKelurahan(p)
	}
	return writePrivate(w, r, http.StatusOK, found)
}

// onlyKelurahan is the one kelurahan whose figures p may enter: a list of its RT
// need not say which. "" where there are more.
func (s *Server) onlyKelurahan(p geo.Principal) geo.Code {
	reach := p.Reach(geo.ActionEnter, s.Clock())
	if len(reach) != 1 || reach[0].AreaCode.Level() != geo.LevelKelurahan {
		return ""
	}
	return reach[0].AreaCode
}

// fileName is a name that a browser sent, without folders and signs that nobody
// can read.
func fileName(sent string) string {
	name := strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || c == utf8.RuneError {
			return -1
		}
		return c
	}, path.Base(strings.ReplaceAll(sent, `\`, "/")))
	if runes := []rune(name); len(runes) > maxFileNameRunes {
		name = string(runes[:maxFileNameRunes])
	}
	if name == "" || name == "." || name == "/" {
		return "berkas"
	}
	return name
}

// personalRefusal is the problem for a file that names persons; any other error
// is as it was.
func personalRefusal(err error, lang string) error {
	e, ok := errors.AsType[*geo.Error](err)
	if !ok || len(e.Fields) == 0 || e.Fields[0].Code != exchange.CodeIdentifier && e.Fields[0].Code != exchange.CodeByName {
		return err
	}
	columns, problems := make([]map[string]any, len(e.Fields)), make([]map[string]any, len(e.Fields))
	for i, f := range e.Fields {
		columns[i] = map[string]any{"name": f.Detail["column"], "code": f.Code, "rows": f.Detail["rows"], "message": f.Message.In(lang)}
		problems[i] = map[string]any{"pointer": f.Pointer, "code": f.Code, "message": f.Message.In(lang)}
	}
	return &refusal{status: http.StatusUnprocessableEntity, slug: "identifiers", detail: e.Message, extra: map[string]any{"columns": columns, "errors": problems}}
}

// importForm is what was sent to be taken in.
type importForm struct {
	plan exchange.Plan
	src  exchange.Source
	hash [sha256.Size]byte
}

// readImport reads the two parts of the form, in either order.
func readImport(w http.ResponseWriter, r *http.Request) (f importForm, err error) {
	const op = "handlers.readImport"
	if err := contentType(r, "multipart/form-data"); err != nil {
		return f, err
	}
	_, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return f, badRequest(op, "Formulir tidak dapat dibaca.", "The form cannot be read.")
	}
	var plan, file bool
	for reader := multipart.NewReader(http.MaxBytesReader(w, r.Body, maxFormBytes), parameters["boundary"]); ; {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			switch name := part.FormName(); {
			case name == "plan" && !plan:
				plan, err = true, readPlan(part, &f.plan)
			case name == "file" && !file:
				file, err = true, f.readFile(part)
			default:
				err = badRequest(op, "Formulir hanya berisi bagian plan dan file, masing-masing sekali.", "The form holds the parts plan and file, each once.")
			}
		}
		if _, ours := errors.AsType[*geo.Error](err); err != nil && !ours && asError(err).Kind == geo.Internal {
			err = badRequest(op, "Formulir tidak sampai utuh.", "The form did not arrive whole.")
		}
		if err != nil {
			return f, err
		}
	}
	if !plan || !file {
		return f, badRequest(op, "Formulir harus berisi bagian plan dan file.", "The form must hold the parts plan and file.")
	}
	return f, nil
}

func (f *importForm) readFile(part *multipart.Part) error {
	content, err := limited(part, maxImportBytes)
	if err != nil {
		return err
	}
	f.hash, f.src = sha256.Sum256(content), exchange.Bytes(fileName(part.FileName()), content)
	return nil
}

// limited reads at most most bytes of a part.
func limited(part io.Reader, most int64) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(part, most+1))
	if err == nil && int64(len(content)) > most {
		err = &geo.Error{Kind: geo.TooLarge, Op: "handlers.limited", Message: geo.Text{
			ID: "Berkas terlalu besar; paling besar 20 MB.", EN: "The file is too large; 20 MB is the most."}}
	}
	return content, err
}

func readPlan(part io.Reader, plan *exchange.Plan) error {
	const op = "handlers.readPlan"
	content, err := limited(part, maxPlanBytes)
	if err != nil {
		return err
	}
	if err := checkJSON(content); err != nil {
		return badRequest(op, "plan bukan JSON yang dapat diterima ("+err.Error()+").", "plan is not JSON that can be taken ("+err.Error()+").")
	}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(plan); err != nil {
		return badRequest(op, "plan tidak dikenal isinya.", "What plan says is not understood.")
	}
	if plan.Area != "" {
		if plan.Area, err = geo.ParseCode(string(plan.Area)); err != nil {
			return geo.InvalidFields(op, []geo.FieldError{{Pointer: "/area", Code: "area", Message: err.(*geo.Error).Message}}) //nolint:errorlint // ParseCode gives no other
		}
	}
	return nil
}

// importFile takes a file in, or tells with ?dry_run=true what it would do.
func (s *Server) importFile(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
	q, err := readParams(r, "dry_run", "skip_refused")
	if err != nil {
		return err
	}
	o := geo.ImportOptions{EveryRow: true}
	if o.DryRun, err = q.flag("dry_run"); err != nil {
		return err
	}
	if o.SkipRefused, err = q.flag("skip_refused"); err != nil {
		return err
	}
	if o.Reason, err = reason(r); err != nil {
		return err
	}
	if err := s.mayImport(p, exchange.WhatFigures); err != nil { // before anything is read
		return err
	}
	f, err := readImport(w, r)
	if err != nil {
		return err
	}
	if err := s.mayImport(p, f.plan.What); err != nil {
		return err
	}
	o.File, o.SHA256, o.Source = f.src.Name, f.hash[:], f.plan.Source
	report, err := s.takeIn(r.Context(), p, at, f, o)
	if err != nil {
		if report.Refused > 0 {
			return refusedRows(err, importInfoOf(report, language(r)))
		}
		return personalRefusal(err, language(r))
	}
	if report.Revision != 0 {
		s.Follower.Wake()
		w.Header().Set("Patok-Revision", strconv.FormatInt(report.Revision, 10))
	}
	return writePrivate(w, r, http.StatusOK, importInfoOf(report, language(r)))
}

// takeIn reads the file as its plan says, and takes it in.
func (s *Server) takeIn(ctx context.Context, p geo.Principal, at *index.Snapshot, f importForm, o geo.ImportOptions) (report indicator.ImportReport, err error) {
	ref, err := s.references(ctx, f.plan.What, at)
	if err != nil {
		return report, err
	}
	if err := geo.InvalidFields("handlers.takeIn", f.plan.Check(ref.Registry)); err != nil {
		return report, err
	}
	if f.plan.What == exchange.WhatFigures {
		return s.Store.ImportFigures(ctx, p, exchange.Figures(f.src, f.plan, ref), o)
	}
	if err := exchange.RefusePersonal(f.src, f.plan, ref); err != nil {
		return report, err
	}
	if f.plan.What == exchange.WhatAssets {
		report.Report, err = s.Store.ImportAssets(ctx, p, exchange.Assets(f.src, f.plan.AssetOptions()), o)
	} else {
		report.Report, err = s.Store.ImportAreas(ctx, p, exchange.Areas(f.src, f.plan.AreaOptions()), o)
	}
	return report, err
}
