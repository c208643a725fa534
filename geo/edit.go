package geo

import (
	"encoding/json"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
)

// Verb is what an edit asks for.
type Verb string

// The verbs.
const (
	VerbCreate  Verb = "create"
	VerbReplace Verb = "replace" // the whole feature; what is left out is emptied
	VerbMerge   Verb = "merge"   // RFC 7396 over the feature
	VerbDelete  Verb = "delete"
	VerbRestore Verb = "restore" // brings a deleted asset back as a new version
	VerbRevert  Verb = "revert"  // brings a former version back as a new one
	VerbConfirm Verb = "confirm" // "still there": sets verified_at and verified_by
	VerbUpdate  Verb = "update"  // what a Proposal says of everything that changes an asset
)

// Edit is one change that somebody asks for.
type Edit struct {
	Verb           Verb
	Type           string // the asset type's name
	ID             int64  // of the asset; 0 with VerbCreate
	IfVersion      int64  // the version that was read; 0 = none named (NoVersion unless AnyVersion)
	AnyVersion     bool   // If-Match: * — whatever the version, as long as the asset exists
	Input          Input  // with VerbCreate, VerbReplace, VerbMerge
	Version        int64  // with VerbRevert: the version to bring back
	AllowDuplicate bool   // the caller looked at the candidates and says it is another
	IdempotencyKey string // with VerbCreate: repeats return the first result
	Reason         string // why; kept with the revision
}

// Input is a feature as a client sends it: unchecked. Properties may hold
// everything that a feature's properties hold; read-only ones are ignored.
type Input struct {
	HasGeometry bool       // geometry was named, be it null
	Geometry    *orb.Point // nil: null
	Properties  map[string]json.RawMessage
}

// Result is what became of an Edit.
type Result struct {
	Asset    *Asset // in the private view; nil after VerbDelete
	Revision int64  // the database's revision that holds it
	Created  bool   // false when a repeated create returned the first result

	Proposal *Proposal // what waits for review instead of being done; the rest is empty then
}

// Draft is an asset as an edit leaves it, checked by everything that needs no
// database: fields, schema, and values. Placement, version and marks are the
// store's.
type Draft struct {
	Asset      Asset // with Private set
	PointMoved bool  // the point differs from the base's
}

// NewUUID makes a client-side id (version 7, so that ids sort by time).
func NewUUID() uuid.UUID {
	id, err := uuid.NewV7()
	if err != nil {
		return uuid.New() // NewV7 fails only when the system has no randomness
	}
	return id
}
