package planning

import (
	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo/indicator"
)

// Demand is where people live who want a service: an RT, or what is known of a
// kelurahan without being known of its RT.
type Demand struct {
	ID        int64 // of the RT's asset; 0 for none
	Place     indicator.Place
	Point     *orb.Point // nil: counted, and on no map
	Weight    float64    // how many the question is about: families, people
	People    float64    // how many use the facilities, for the ratio; 0 is unknown
	Estimated bool       // Weight was shared out or filled in, not told
}

// Supply is a facility.
type Supply struct {
	ID       int64
	Point    orb.Point
	Capacity float64 // people that it is made for; 0 is unknown
}

// Norm is what good service means.
type Norm struct {
	RadiusM float64 // who lives farther is not covered
	Ratio   float64 // people per facility; 0 for none
	Source  string  // who says so
}

// Progress is told now and then which share of a run is done, from 0 to 1.
// nil is told nothing.
type Progress func(share float64)

func (p Progress) tell(done, of int) {
	if p != nil && of > 0 {
		p(float64(done) / float64(of))
	}
}

// Part is the progress of a stretch of a run.
func (p Progress) Part(from, to float64) Progress {
	if p == nil {
		return nil
	}
	return func(share float64) { p(from + (to-from)*share) }
}
