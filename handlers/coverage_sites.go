package handlers

import (
	"context"

	"github.com/paulmach/orb"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/planning"
)

// maxCandidates is how many places for a site are compared; a grid of more
// grows coarser.
const maxCandidates = 20_000

// candidateSites are the places where a site may stand.
type candidateSites struct {
	points []orb.Point
	named  []*coverageCandidate // by point; nil within a grid
	stepM  float64              // of a grid
}

// candidatesFor lists the places of a question: RT with a point, assets of a
// type in its area, or the points of a grid that lie in it.
func candidatesFor(ctx context.Context, q coverageRequest, g *gathered, at *index.Snapshot) (candidateSites, error) {
	var c candidateSites
	if q.Sites.Candidates.kind == "grid" {
		points, stepM := planning.Grid(g.demand, q.RadiusM, maxCandidates)
		for _, p := range points {
			if inArea(at, p, q.Area) {
				c.points, c.named = append(c.points, p), append(c.named, nil)
			}
		}
		c.stepM = stepM
		return c, nil
	}
	typ := demandType
	if q.Sites.Candidates.kind == "type" {
		typ = q.Sites.Candidates.typ
	}
	assets, err := assetsOf(ctx, at, typ, q.Area)
	if err != nil {
		return c, err
	}
	for _, a := range assets {
		if a.Point == nil || a.Operation == "tutup" || a.Operation == "rencana" {
			continue
		}
		named := &coverageCandidate{Asset: a.ID, Name: a.Name}
		if typ == demandType {
			named.Place = placeOf(a)
		}
		c.points, c.named = append(c.points, *a.Point), append(c.named, named)
	}
	if len(c.points) > maxCandidates {
		return c, &geo.Error{Kind: geo.TooLarge, Op: "handlers.candidatesFor", Message: geo.Text{
			ID: "Terlalu banyak calon lokasi. Pilih wilayah yang lebih kecil, atau petak.", EN: "Too many candidates. Choose a smaller area, or a grid."}}
	}
	return c, nil
}

// inArea reports whether a point lies in an area; what lies in no area is the
// sea, or unknown.
func inArea(at *index.Snapshot, p orb.Point, area geo.Code) bool {
	for _, a := range at.Locate(p) {
		if a.Level == geo.LevelKelurahan && a.Code.Within(area) {
			return true
		}
	}
	return false
}

// site adds to a result where new facilities should stand.
func (r *coverageResult) site(ctx context.Context, q coverageRequest, g *gathered, at *index.Snapshot, ways planning.Ways, told planning.Progress) (stepM float64, err error) {
	c, err := candidatesFor(ctx, q, g, at)
	if err != nil {
		return 0, err
	}
	if q.Sites.Objective == toAll {
		fewest, err := planning.FewestSites(ctx, g.demand, g.supply, c.points, g.norm, ways, told)
		if err != nil {
			return 0, err
		}
		needed := len(fewest.Sites)
		r.Siting = &coverageSiting{Objective: toAll, Optimal: fewest.Optimal(), LowerBound: &fewest.AtLeast, Needed: &needed, Left: weightOf(fewest.Left)}
		if needed > 0 {
			r.Siting.Gap = *rounded(float64(needed-fewest.AtLeast)/float64(needed), 4)
		}
		r.tellSites(fewest.Siting, c)
		return c.stepM, nil
	}
	choice, err := planning.Choose(ctx, g.demand, g.supply, c.points, q.Sites.P, g.norm, ways, told)
	if err != nil {
		return 0, err
	}
	r.Siting = &coverageSiting{Objective: toCover, Optimal: choice.Optimal, Gap: *rounded(choice.Gap(), 4)}
	r.tellSites(choice.Siting, c)
	return c.stepM, nil
}

func (r *coverageResult) tellSites(s planning.Siting, c candidateSites) {
	r.Sites = []coverageSite{}
	for n, site := range s.Sites {
		p := c.points[site.Candidate]
		told := coverageSite{Rank: n + 1, Lon: roundCoordinate(p[0]), Lat: roundCoordinate(p[1]), Candidate: c.named[site.Candidate],
			Gain: weightOf(site.Gain), CoveredAfter: weightOf(site.After)}
		if share := shareOf(site.After, s.Total); share != nil {
			told.ShareAfter = *share
		}
		r.Sites = append(r.Sites, told)
	}
}
