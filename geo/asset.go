package geo

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
)

// Placement is how an asset's point stands to the kelurahan that its PIC
// claims for it.
type Placement string

// The placements. Limits are NearMeters and ReasonMeters.
const (
	Unplaced Placement = "unplaced" // no point yet (belum dititik)
	Inside   Placement = "inside"   // in the claimed kelurahan
	Near     Placement = "near"     // at most NearMeters outside
	Reasoned Placement = "reasoned" // at most ReasonMeters outside, with a reason
	Held     Placement = "held"     // farther: kept unpublished for an administrator
	Override Placement = "override" // farther, and published by an administrator
)

// How far outside its claimed kelurahan a point is taken as it is, and with a
// reason. Boundaries are rarely exact: of points drawn inside one source's
// kelurahan of Kota Kediri, 13 % lie more than 25 m outside the other's.
const (
	NearMeters   = 25.0
	ReasonMeters = 200.0
)

// The marks that say why a person should look at an asset again.
const (
	MarkDuplicate = "possible_duplicate" // same type, near, and of similar name
	MarkTooMany   = "too_many"           // more active ones in the kelurahan than the type allows
)

// Asset is one facility point. Assets inside a snapshot are shared between
// readers and hold public fields only: nobody changes one, and Private is nil.
type Asset struct {
	ID          int64
	UUID        uuid.UUID // made by the client that created it
	Type        string
	TypeVersion int
	Name        string
	AreaCode    Code // the kelurahan that its PIC claims; rights follow it
	AreaLocated Code // the kelurahan that the point lies in; "" in none
	RT, RW      string
	Address     string
	Point       *orb.Point // nil: belum dititik
	AccuracyM   *float64   // of the GPS fix; nil for points not taken by GPS
	TakenBy     string     // gps, geser_peta, ketik, impor, tautan
	TakenAt     *time.Time
	Condition   string // baik, rusak_ringan, rusak_berat
	Operation   string // aktif, tidak_aktif, tutup, rencana
	Placement   Placement
	OutsideM    float64         // metres outside the claimed kelurahan
	Marks       []string        // sorted
	Attributes  json.RawMessage // public attributes, a JSON object
	Example     bool
	VerifiedAt  *time.Time
	Version     int64
	Revision    int64
	UpdatedAt   time.Time

	Private *Private // what the public never sees; nil unless it was asked for
}

// Private is the part of an asset that only those who may edit it see.
type Private struct {
	Internal        json.RawMessage // attributes of internal and restricted sensitivity
	Personal        json.RawMessage // attributes about a person, kept in an erasable table
	PlacementReason string
	Source          string
	Note            string
	VerifiedBy      string
	Proposals       []int64 // the open ones about it
}

// Published reports whether the public may see the asset.
func (a *Asset) Published() bool { return a.Placement != Held }

// KnownOperation reports whether an asset's operation may be this.
func KnownOperation(value string) bool { return slices.Contains(operationValues, value) }

// Values that the common fields take, in the order that forms show them.
var (
	takenByValues   = []string{"gps", "geser_peta", "ketik", "impor", "tautan"}
	conditionValues = []string{"baik", "rusak_ringan", "rusak_berat"}
	operationValues = []string{"aktif", "tidak_aktif", "tutup", "rencana"}
)
