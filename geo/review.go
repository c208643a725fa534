package geo

import "time"

// Step is one look that a proposal needs before it is published.
type Step string

// The steps, in the order in which they follow each other.
const (
	StepKelurahan Step = "kelurahan" // the lurah
	StepKecamatan Step = "kecamatan" // the camat
	StepAgency    Step = "agency"    // the agency that looks after the type
)

// ReviewRule says through which steps the edits of some assets go. Without
// steps they are published at once.
type ReviewRule struct {
	Type  *string `json:"type"` // nil is every type
	Area  *Code   `json:"area"` // there and below it; nil is everywhere
	Steps []Step  `json:"steps"`
}

// ReviewRules are the city's rules. None is: everything at once.
type ReviewRules []ReviewRule

// For returns the steps for assets of a type in an area: those of the rule for
// the smallest area around it, and among several of the one that names the type.
func (rules ReviewRules) For(area Code, typ string) []Step {
	var steps []Step
	best := -1
	for _, r := range rules {
		weight := 0
		if r.Area != nil {
			if !area.Within(*r.Area) {
				continue
			}
			weight = 2 * len(*r.Area)
		}
		if r.Type != nil {
			if *r.Type != typ {
				continue
			}
			weight++
		}
		if weight > best {
			best, steps = weight, r.Steps
		}
	}
	return steps
}

// CanStep reports whether p may take a step for target at time now: the lurah
// by a reviewer's grant of the kelurahan, the camat by one of the kecamatan, the
// agency by one of a kabupaten or of more that names its types. An administrator
// over the area may take any.
func CanStep(p Principal, step Step, target Target, now time.Time) bool {
	if !Can(p, ActionReview, target, now) {
		return false
	}
	for _, g := range p.Grants {
		if !g.holds(target, now) {
			continue
		}
		level := g.AreaCode.Level()
		switch {
		case g.Role == RoleAdministrator,
			g.Role == RoleReviewer && step == StepKelurahan && level == LevelKelurahan,
			g.Role == RoleReviewer && step == StepKecamatan && level == LevelKecamatan,
			g.Role == RoleReviewer && step == StepAgency && level <= LevelKabupaten && g.Types != nil:
			return true
		}
	}
	return false
}
