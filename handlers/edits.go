package handlers

import (
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
)

// maxKeyBytes is the longest Idempotency-Key.
const maxKeyBytes = 200

// editor makes the edit that a request asks for.
type editor func(w http.ResponseWriter, r *http.Request, at *index.Snapshot) (geo.Edit, error)

// edit is the way of every change of an asset: the collection must exist and
// take changes, the caller be logged in; then the request is read, applied,
// and its result written.
func (s *Server) edit(read editor) http.HandlerFunc {
	apply := s.member(func(w http.ResponseWriter, r *http.Request, p geo.Principal, at *index.Snapshot) error {
		if err := contentCRS(r.Header.Get("Content-Crs")); err != nil {
			return err
		}
		why, err := reason(r)
		if err != nil {
			return err
		}
		e, err := read(w, r, at)
		if err != nil {
			return err
		}
		e.Type, e.Reason = pathParam(r, "collection"), why
		result, err := s.Store.Apply(r.Context(), p, e)
		if err != nil {
			return s.refused(e, err)
		}
		s.Follower.Wake()
		return s.writeResult(w, r, p, e, result)
	})
	return func(w http.ResponseWriter, r *http.Request) {
		name := pathParam(r, "collection")
		at := s.Live.Snapshot()
		switch {
		case at.Type(name) != nil, at.Epoch() == "":
			apply(w, r)
		case isCollection(at, name):
			s.methodNotAllowed(w, r)
		default:
			s.fail(w, r, geo.NotFoundError("handlers.edit"))
		}
	}
}

// refused says more of an edit that the store refused: a restore finds nothing
// deleted when the asset is there.
func (s *Server) refused(e geo.Edit, err error) error {
	a := s.Live.Snapshot().Asset(e.ID)
	if e.Verb == geo.VerbRestore && geo.KindOf(err) == geo.NotFound && a != nil && a.Type == e.Type {
		return &geo.Error{Kind: geo.Conflict, Op: "handlers.refused", Err: err, Message: geo.Text{
			ID: "Aset ini tidak terhapus.", EN: "This asset is not deleted."}}
	}
	return err
}

// writeResult answers an edit.
func (s *Server) writeResult(w http.ResponseWriter, r *http.Request, p geo.Principal, e geo.Edit, result geo.Result) error {
	if result.Proposal != nil {
		return s.writeProposal(w, r, http.StatusAccepted, p, s.Live.Snapshot(), result.Proposal)
	}
	h := w.Header()
	h.Set("Patok-Revision", strconv.FormatInt(result.Revision, 10))
	if result.Asset == nil {
		h.Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	status := http.StatusOK
	if result.Created {
		status = http.StatusCreated
		if !result.Asset.Published() {
			status = http.StatusAccepted
		}
	}
	if e.Verb == geo.VerbCreate {
		h.Set("Location", s.itemURL(r, result.Asset.Type, result.Asset.ID))
	}
	at, v := s.Live.Snapshot(), s.viewFor(p, result.Asset)
	if s.noteReading(r, p, at, result.Asset) != nil {
		v = public // it is done, and must be said
	}
	s.writeAsset(w, r, status, at, result.Asset, v)
	return nil
}

func (s *Server) createItem(w http.ResponseWriter, r *http.Request, _ *index.Snapshot) (geo.Edit, error) {
	e := geo.Edit{Verb: geo.VerbCreate}
	q, err := readParams(r, "allow_duplicate")
	if err != nil {
		return e, err
	}
	if e.AllowDuplicate, err = q.flag("allow_duplicate"); err != nil {
		return e, err
	}
	e.IdempotencyKey = r.Header.Get("Idempotency-Key")
	if len(e.IdempotencyKey) > maxKeyBytes || !validText(e.IdempotencyKey) {
		return e, badRequest("handlers.createItem", "Idempotency-Key paling panjang 200 huruf.", "Idempotency-Key may have at most 200 characters.")
	}
	e.Input, err = featureBody(w, r)
	return e, err
}

// featureBody reads a whole Feature from the body.
func featureBody(w http.ResponseWriter, r *http.Request) (geo.Input, error) {
	if err := contentType(r, typeGeoJSON, typeJSON); err != nil {
		return geo.Input{}, err
	}
	members, err := readJSON(w, r, maxBodyBytes)
	if err != nil {
		return geo.Input{}, err
	}
	return readFeature(members)
}

// existing begins an edit of the asset that the path names.
func existing(r *http.Request, at *index.Snapshot, verb geo.Verb) (geo.Edit, error) {
	e := geo.Edit{Verb: verb}
	if verb == geo.VerbReplace || verb == geo.VerbMerge || verb == geo.VerbRevert {
		q, err := readParams(r, "allow_duplicate")
		if err != nil {
			return e, err
		}
		if e.AllowDuplicate, err = q.flag("allow_duplicate"); err != nil {
			return e, err
		}
	} else if err := noParams(r); err != nil {
		return e, err
	}
	var err error
	if e.ID, err = featureID(r); err != nil {
		return e, err
	}
	current := int64(0)
	if a := at.Asset(e.ID); a != nil {
		current = a.Version
	}
	return e, ifMatch(r, current, &e)
}

func (s *Server) replaceItem(w http.ResponseWriter, r *http.Request, at *index.Snapshot) (geo.Edit, error) {
	e, err := existing(r, at, geo.VerbReplace)
	if err == nil {
		e.Input, err = featureBody(w, r)
	}
	return e, err
}

func (s *Server) patchItem(w http.ResponseWriter, r *http.Request, at *index.Snapshot) (geo.Edit, error) {
	e, err := existing(r, at, geo.VerbMerge)
	if err != nil {
		return e, err
	}
	if err := contentType(r, typeMergePatch); err != nil {
		return e, err
	}
	members, err := readJSON(w, r, maxBodyBytes)
	if err != nil {
		return e, err
	}
	e.Input, err = readPatch(members, e.ID)
	return e, err
}

func (s *Server) deleteItem(w http.ResponseWriter, r *http.Request, at *index.Snapshot) (geo.Edit, error) {
	e, err := existing(r, at, geo.VerbDelete)
	if err == nil {
		err = noBody(w, r)
	}
	return e, err
}

func (s *Server) restoreItem(w http.ResponseWriter, r *http.Request, at *index.Snapshot) (geo.Edit, error) {
	e, err := existing(r, at, geo.VerbRestore)
	if err == nil {
		err = noBody(w, r)
	}
	return e, err
}

func (s *Server) confirmItem(w http.ResponseWriter, r *http.Request, at *index.Snapshot) (geo.Edit, error) {
	e, err := existing(r, at, geo.VerbConfirm)
	if err == nil {
		err = noBody(w, r)
	}
	return e, err
}

// noBody refuses a body where none is read. An empty object, which some
// clients send, is let through.
func noBody(w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1024))
	if err != nil {
		return asError(err)
	}
	if text := strings.TrimSpace(string(body)); text != "" && text != "{}" {
		return badRequest("handlers.noBody", "Permintaan ini tidak memakai isi.", "This request takes no body.")
	}
	return nil
}
