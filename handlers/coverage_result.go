package handlers

import (
	"encoding/json"
	"math"
	"strings"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/indicator"
	"github.com/patok-id/patok/geo/planning"
)

// maxDemandRows is how many RT a result lists; those beyond are its best served.
const maxDemandRows = 20_000

// coverageResult is the answer to a question. Measures without a value, such as
// a way where none leads, are null.
type coverageResult struct {
	AsOf     time.Time        `json:"as_of"`
	Revision int64            `json:"revision"`
	Request  json.RawMessage  `json:"request"` // a coverageRequest
	Total    coverageTotal    `json:"total"`
	Distance *coverageWays    `json:"distance"`
	Ratio    *coverageRatio   `json:"ratio"`
	Areas    []coverageArea   `json:"areas"`
	Demand   []coverageDemand `json:"demand,omitempty"`
	Sites    []coverageSite   `json:"sites,omitempty"`
	Siting   *coverageSiting  `json:"siting,omitempty"`
	Notes    []coverageNote   `json:"notes"`
}

// coverageTotal is of what has a point, but for Unlocated.
type coverageTotal struct {
	Weight         float64  `json:"weight"`
	Covered        float64  `json:"covered"`
	Share          *float64 `json:"share"`
	RT             int      `json:"rt"`
	RTCovered      int      `json:"rt_covered"`
	EstimatedShare *float64 `json:"estimated_share"`
	Unlocated      float64  `json:"unlocated"`
}

type coverageWays struct {
	P10 *float64 `json:"p10"`
	P25 *float64 `json:"p25"`
	P50 *float64 `json:"p50"`
	P75 *float64 `json:"p75"`
	P90 *float64 `json:"p90"`
	P95 *float64 `json:"p95"`
	Max *float64 `json:"max"`
}

// coverageRatio is in facilities per so many people; 1 meets the norm.
type coverageRatio struct {
	Mean float64 `json:"mean"`
	Min  float64 `json:"min"`
	Max  float64 `json:"max"`
	Per  float64 `json:"per"`
}

type coverageArea struct {
	Code       indicator.Place `json:"code"`
	Name       string          `json:"name"`
	Level      indicator.Level `json:"level"`
	Weight     float64         `json:"weight"`
	Covered    float64         `json:"covered"`
	Share      *float64        `json:"share"`
	RT         int             `json:"rt"`
	RTUnplaced int             `json:"rt_unplaced"`
	Unlocated  float64         `json:"unlocated"`
	NearestP50 *float64        `json:"nearest_p50"`
	Ratio      *float64        `json:"ratio"`
	Gap        float64         `json:"gap"`
	Rank       *int            `json:"rank"` // among the gaps of its level; null when all is covered
}

type coverageDemand struct {
	Place     indicator.Place  `json:"place"`
	Asset     int64            `json:"asset"`
	Name      string           `json:"name"`
	Lon       float64          `json:"lon"`
	Lat       float64          `json:"lat"`
	Weight    any              `json:"weight"` // a number, or how a hidden one is shown
	Estimated bool             `json:"estimated"`
	NearestM  *float64         `json:"nearest_m"`
	Nearest   *coverageNearest `json:"nearest"`
	Covered   bool             `json:"covered"`
	Ratio     *float64         `json:"ratio"`
	Rank      *int             `json:"rank"` // among the gaps; null when it is covered
}

type coverageNearest struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

type coverageSite struct {
	Rank         int                `json:"rank"`
	Lon          float64            `json:"lon"`
	Lat          float64            `json:"lat"`
	Candidate    *coverageCandidate `json:"candidate"` // null for a point of the grid
	Gain         float64            `json:"gain"`
	CoveredAfter float64            `json:"covered_after"`
	ShareAfter   float64            `json:"share_after"`
}

type coverageCandidate struct {
	Place indicator.Place `json:"place,omitempty"`
	Asset int64           `json:"asset"`
	Name  string          `json:"name"`
}

// coverageSiting says how good the sites are. Gap is how far at most the best
// choice is away, as a share of its gain; LowerBound and Needed are of the
// question how many sites cover all, null for the other.
type coverageSiting struct {
	Objective  string  `json:"objective"`
	Optimal    bool    `json:"optimal"`
	Gap        float64 `json:"gap"`
	LowerBound *int    `json:"lower_bound"`
	Needed     *int    `json:"needed"`
	Left       float64 `json:"left"` // weight that no candidate reaches
}

// coverageNote is what must be printed with a result.
type coverageNote struct {
	Code  string   `json:"code"`
	Text  string   `json:"text"`
	Count *float64 `json:"count"`
}

// rounded keeps so many decimals; nil for what is no number.
func rounded(v float64, decimals int) *float64 {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return nil
	}
	scale := math.Pow10(decimals)
	v = math.Round(v*scale) / scale
	return &v
}

func weightOf(v float64) float64 { return math.Round(v*100) / 100 }

// shareOf is the share of a located weight that is covered; nil of nothing.
func shareOf(part, of float64) *float64 {
	if of == 0 {
		return nil
	}
	return rounded(part/of, 4)
}

// tellCoverage makes the result of a question. detail adds what is below the
// kelurahan.
func tellCoverage(g *gathered, c *planning.Coverage, at *index.Snapshot, detail bool) *coverageResult {
	all := c.Places[0] // the whole comes first
	r := &coverageResult{AsOf: at.CommittedAt().UTC(), Revision: at.Revision(), Areas: []coverageArea{},
		Total: coverageTotal{Weight: weightOf(all.Weight), Covered: weightOf(all.Covered), Share: shareOf(all.Covered, all.Weight), RT: all.Points,
			RTCovered: all.CoveredPoints, EstimatedShare: shareOf(all.Estimated, all.Weight+all.Unlocated), Unlocated: weightOf(all.Unlocated)}}
	if ways := c.Quantiles; len(ways) == 7 {
		m := func(i int) *float64 { return rounded(ways[i].MetresM, 1) }
		r.Distance = &coverageWays{P10: m(0), P25: m(1), P50: m(2), P75: m(3), P90: m(4), P95: m(5), Max: m(6)}
	}
	if c.HasRatio {
		r.Ratio = ratioOf(g, c, all)
	}
	ranks := ranksOf(c)
	for _, s := range c.Places {
		switch s.Place.Level() {
		case indicator.Kecamatan, indicator.Kelurahan:
		case indicator.RW:
			if !detail {
				continue
			}
		default:
			continue
		}
		area := coverageArea{Code: s.Place, Name: placeName(at, s.Place), Level: s.Place.Level(), Weight: weightOf(s.Weight), Covered: weightOf(s.Covered),
			Share: shareOf(s.Covered, s.Weight), RT: s.Points + s.Unplaced, RTUnplaced: s.Unplaced, Unlocated: weightOf(s.Unlocated),
			NearestP50: rounded(s.MedianM, 1), Gap: weightOf(s.Gap()), Rank: ranks[s.Place]}
		if c.HasRatio {
			area.Ratio = rounded(s.Ratio, 3)
		}
		r.Areas = append(r.Areas, area)
	}
	if detail {
		r.Demand = tellDemand(g, c, at)
	}
	return r
}

// ranksOf ranks the gaps of each level by themselves.
func ranksOf(c *planning.Coverage) map[indicator.Place]*int {
	ranks := map[indicator.Place]*int{}
	for _, level := range []indicator.Level{indicator.Kecamatan, indicator.Kelurahan, indicator.RW} {
		for n, s := range c.Gaps(level) {
			rank := n + 1
			ranks[s.Place] = &rank
		}
	}
	return ranks
}

func ratioOf(g *gathered, c *planning.Coverage, all planning.Served) *coverageRatio {
	r := &coverageRatio{Mean: *rounded(all.Ratio, 3), Min: math.Inf(1), Per: g.norm.Ratio}
	for i, d := range g.demand {
		if d.Point != nil && d.Weight > 0 {
			r.Min, r.Max = min(r.Min, c.Reach[i].Ratio), max(r.Max, c.Reach[i].Ratio)
		}
	}
	if math.IsInf(r.Min, 1) {
		return nil
	}
	r.Min, r.Max = *rounded(r.Min, 3), *rounded(r.Max, 3)
	return r
}

// placeName is how people call a place.
func placeName(at *index.Snapshot, p indicator.Place) string {
	if _, within, ok := strings.Cut(string(p), "-"); ok {
		rw, rt, deeper := strings.Cut(within, "-")
		if deeper {
			return "RT " + rt + " RW " + rw
		}
		return "RW " + rw
	}
	if a := at.AreaByCode(geo.Code(p)); a != nil {
		return a.Name
	}
	return string(p)
}

// tellDemand lists the RT with a point: those that are not covered first, the
// most weight and then the farthest first, equal ones by place.
func tellDemand(g *gathered, c *planning.Coverage, at *index.Snapshot) []coverageDemand {
	order := c.Order(g.demand)
	list := make([]coverageDemand, 0, min(len(order), maxDemandRows))
	for n, i := range order[:min(len(order), maxDemandRows)] {
		d, reach := g.demand[i], c.Reach[i]
		row := coverageDemand{Place: d.Place, Asset: d.ID, Lon: (*d.Point)[0], Lat: (*d.Point)[1], Weight: weightOf(d.Weight),
			Estimated: d.Estimated, NearestM: rounded(reach.MetresM, 1), Covered: reach.Covered}
		if a := at.Asset(d.ID); a != nil {
			row.Name = a.Name
		}
		if shown := g.hidden[d.Place]; shown != "" && d.Place.Level() == indicator.RT {
			row.Weight = shown
		}
		if reach.Supply >= 0 {
			row.Nearest = &coverageNearest{ID: g.supply[reach.Supply].ID}
			if a := at.Asset(row.Nearest.ID); a != nil {
				row.Nearest.Name = a.Name
			}
		}
		if c.HasRatio {
			row.Ratio = rounded(reach.Ratio, 3)
		}
		if rank := n + 1; !reach.Covered && d.Weight > 0 {
			row.Rank = &rank
		}
		list = append(list, row)
	}
	return list
}
