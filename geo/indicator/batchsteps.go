package indicator

import (
	"slices"
	"time"

	"github.com/patok-id/patok/geo"
)

// Step is one look that a batch needs until it is closed.
type Step string

// The steps, in the order in which they follow each other.
const (
	StepKelurahan Step = "kelurahan" // the lurah or kepala desa
	StepKecamatan Step = "kecamatan" // the camat
	StepDinsos    Step = "dinsos"    // Dinas Sosial
)

// BatchRights is what somebody may do with a batch as it stands.
type BatchRights struct {
	Enter    bool `json:"enter"` // put in figures
	Send     bool `json:"send"`
	Approve  bool `json:"approve"` // take the step that waits
	Return   bool `json:"return"`
	Withdraw bool `json:"withdraw"`
	Correct  bool `json:"correct"` // open the next edition
	Mark     bool `json:"mark"`
	Minutes  bool `json:"minutes"` // write them, and add their scan
	Purge    bool `json:"purge"`   // remove the scan
}

// byRole reports whether one grant of p that allows action in an area is of one
// of the roles; fits may ask more of it.
func byRole(p geo.Principal, action geo.Action, area geo.Code, now time.Time, fits func(geo.Grant) bool) bool {
	return slices.ContainsFunc(p.Grants, func(g geo.Grant) bool {
		one := p
		one.Grants = []geo.Grant{g}
		return fits(g) && geo.Can(one, action, geo.Target{Area: area}, now)
	})
}

// CanEnter reports whether p may put figures of a source of this origin into an
// area's batch at time now: what comes from the centre goes through Dinsos.
func CanEnter(p geo.Principal, origin Origin, area geo.Code, now time.Time) bool {
	return byRole(p, geo.ActionEnter, area, now, func(g geo.Grant) bool {
		return origin != FromCentre || g.Role == geo.RoleDinsos || g.Role == geo.RoleAdministrator
	})
}

// CanStep reports whether p may take a step in an area at time now: the lurah by
// a reviewer's grant of the kelurahan, the camat by one of the kecamatan, Dinsos
// by its role. An administrator over the area may take any.
func CanStep(p geo.Principal, step Step, area geo.Code, now time.Time) bool {
	return byRole(p, geo.ActionCheck, area, now, func(g geo.Grant) bool {
		level := g.AreaCode.Level()
		return g.Role == geo.RoleAdministrator ||
			g.Role == geo.RoleReviewer && step == StepKelurahan && level == geo.LevelKelurahan ||
			g.Role == geo.RoleReviewer && step == StepKecamatan && level == geo.LevelKecamatan ||
			g.Role == geo.RoleDinsos && step == StepDinsos
	})
}

// SeenBy reports whether p may know of the batch and its state.
func (b *Batch) SeenBy(p geo.Principal, now time.Time) bool {
	return geo.Can(p, geo.ActionWatch, geo.Target{Area: b.AreaCode}, now)
}

// ReadBy reports whether p may read its figures, minutes and events.
func (b *Batch) ReadBy(p geo.Principal, now time.Time) bool {
	return geo.Can(p, geo.ActionFigures, geo.Target{Area: b.AreaCode}, now)
}

// Rights is what p may do with the batch at time now. Nobody takes a step for
// what they put in or sent.
func (b *Batch) Rights(p geo.Principal, now time.Time) BatchRights {
	enter := CanEnter(p, b.Origin, b.AreaCode, now)
	check := geo.Can(p, geo.ActionCheck, geo.Target{Area: b.AreaCode}, now)
	step := b.Waits() && !b.WrittenBy(p) && CanStep(p, b.Steps[b.Step], b.AreaCode, now)
	return BatchRights{
		Enter: enter && b.Enterable(), Send: enter && b.Enterable(), Minutes: enter && b.Enterable(),
		Approve: step, Return: step,
		Withdraw: enter && b.Open(),
		Correct:  enter && b.State == Closed && b.Newest,
		Mark:     check && b.State != Withdrawn,
		Purge:    check && b.Minutes != nil && b.Minutes.Scan != nil && b.Minutes.Scan.PurgedAt == nil,
	}
}

// After is the state that the batch comes to by an act, and the step that waits
// then. What allows the act is for Rights to say. Closing is the approval of the
// last step; sending begins at the first.
func (b *Batch) After(act Act) (State, int) {
	switch act {
	case ActSent:
		return Sent, 0
	case ActApproved:
		if b.Step+1 == len(b.Steps) {
			return Closed, b.Step
		}
		return Checking, b.Step + 1
	case ActReturned:
		return Returned, 0
	case ActWithdrawn:
		return Withdrawn, b.Step
	}
	return b.State, b.Step
}

// Lacks lists what a batch that says these values lacks to be sent.
func Lacks(r *Registry, values []Value, minutes bool) []geo.FieldError {
	var problems []geo.FieldError
	if minutes {
		problems = append(problems, problem("/minutes", "required", "Isi berita acara musyawarah lebih dahulu.", "Fill in the minutes of the meeting first."))
	}
	if !slices.ContainsFunc(values, func(v Value) bool { return v.Number != nil }) {
		problems = append(problems, problem("/values", "required", "Belum ada angka yang diisi.", "No figure is put in yet."))
	}
	for _, d := range Differences(r, values) {
		if !d.Explained() {
			problems = append(problems, problem("/values/"+string(d.Place)+"/"+d.Indicator, "difference",
				"Angka ini tidak sama dengan jumlah rinciannya. Perbaiki atau jelaskan.", "This is not the sum of its parts. Correct it, or explain."))
		}
	}
	return problems[:min(len(problems), maxProblems)]
}
