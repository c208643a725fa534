package handlers

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/patok-id/patok/geo"
	"github.com/patok-id/patok/geo/index"
	"github.com/patok-id/patok/geo/indicator"
	"github.com/patok-id/patok/geo/planning"
)

// maxDemand is how many RT a question may be about.
const maxDemand = 200_000

// gathered is what a question is computed from.
type gathered struct {
	demand     []planning.Demand
	supply     []planning.Supply
	norm       planning.Norm
	typ        *geo.AssetType             // of the facilities
	hidden     map[indicator.Place]string // RT whose own figure is hidden, and how it is shown
	figures    *indicator.Publication     // that weights come from; nil for others
	untold     int                        // RT that no figure tells of
	noFamilies int
	noPeople   int
	example    bool
	left       leftOut
}

// leftOut counts facilities that do not count, and those in doubt.
type leftOut struct{ unplaced, inactive, closed, planned, stale int }

// assetsOf lists the assets of a type in an area, however many there are.
func assetsOf(ctx context.Context, at *index.Snapshot, typ string, area geo.Code) ([]*geo.Asset, error) {
	var assets []*geo.Asset
	for q := (geo.Query{Collection: typ, Area: area, Limit: geo.MaxLimit}); ; {
		page, err := at.Query(ctx, q)
		if err != nil {
			return nil, err
		}
		assets = append(assets, page.Assets...)
		if q.After = page.Next; q.After == 0 {
			return assets, nil
		}
	}
}

// gather reads the demand and the supply of a question from a snapshot, and its
// weights from what is published for the view.
func gather(ctx context.Context, q coverageRequest, at *index.Snapshot, catalog *indicator.Catalog, view *indicator.View, now time.Time) (*gathered, error) {
	g := &gathered{typ: at.Type(q.Supply.Type)}
	if g.typ == nil || at.Type(demandType) == nil {
		return nil, geo.NotFoundError("handlers.gather") // it left the registry meanwhile
	}
	g.norm = planning.Norm{RadiusM: q.RadiusM, Ratio: float64(g.typ.NormRatio)}
	if err := g.gatherSupply(ctx, q, at, now); err != nil {
		return nil, err
	}
	rts, err := g.gatherRT(ctx, q.Area, at)
	if err != nil {
		return nil, err
	}
	switch q.Demand.By {
	case byFamilies:
		g.demand = planning.Families(rts)
	case byPeople:
		g.demand = planning.People(rts)
	default:
		var told map[indicator.Place]float64
		if told, err = g.gatherFigures(q, catalog, view); err != nil {
			return nil, err
		}
		g.demand, g.untold = planning.Share(rts, told)
	}
	return g, nil
}

// gatherSupply takes the facilities of the whole map: those of the neighbours
// serve too. What is left out is counted in the question's area.
func (g *gathered) gatherSupply(ctx context.Context, q coverageRequest, at *index.Snapshot, now time.Time) error {
	assets, err := assetsOf(ctx, at, q.Supply.Type, "")
	if err != nil {
		return err
	}
	for _, a := range assets {
		counts := slices.Contains(q.Supply.Operation, cmp.Or(a.Operation, "aktif"))
		if a.Point != nil && counts {
			s := planning.Supply{ID: a.ID, Point: *a.Point}
			if q.Supply.Capacity != nil {
				s.Capacity = *q.Supply.Capacity
			}
			g.supply = append(g.supply, s)
		}
		if !a.AreaCode.Within(q.Area) {
			continue
		}
		switch {
		case !counts:
			g.left.count(a.Operation)
		case a.Point == nil:
			g.left.unplaced++
		case a.VerifiedAt == nil || now.Sub(*a.VerifiedAt) > time.Duration(g.typ.ConfirmDays)*24*time.Hour:
			g.left.stale++
		}
	}
	return nil
}

func (l *leftOut) count(operation string) {
	switch operation {
	case "tutup":
		l.closed++
	case "rencana":
		l.planned++
	default:
		l.inactive++
	}
}

// gatherRT reads the RT of an area that are not closed or only planned.
func (g *gathered) gatherRT(ctx context.Context, area geo.Code, at *index.Snapshot) ([]planning.RT, error) {
	assets, err := assetsOf(ctx, at, demandType, area)
	if err != nil {
		return nil, err
	}
	if len(assets) > maxDemand {
		return nil, &geo.Error{Kind: geo.TooLarge, Op: "handlers.gatherRT", Message: geo.Text{
			ID: fmt.Sprintf("Lebih dari %d RT sekaligus. Pilih wilayah yang lebih kecil.", maxDemand),
			EN: fmt.Sprintf("More than %d RT at once. Choose a smaller area.", maxDemand)}}
	}
	families := publicField(at.Type(demandType), "jumlah_kk")
	people := publicField(at.Type(demandType), "jumlah_jiwa_l") && publicField(at.Type(demandType), "jumlah_jiwa_p")
	rts := make([]planning.RT, 0, len(assets))
	for _, a := range assets {
		if a.Operation == "tutup" || a.Operation == "rencana" {
			continue
		}
		r := planning.RT{ID: a.ID, Place: placeOf(a), Point: a.Point}
		var numbers struct {
			Families *float64 `json:"jumlah_kk"`
			Men      *float64 `json:"jumlah_jiwa_l"`
			Women    *float64 `json:"jumlah_jiwa_p"`
		}
		if json.Unmarshal(a.Attributes, &numbers) == nil {
			if families {
				r.Families = numbers.Families
			}
			if people && numbers.Men != nil && numbers.Women != nil {
				sum := *numbers.Men + *numbers.Women
				r.People = &sum
			}
		}
		if r.Families == nil {
			g.noFamilies++
		}
		if r.People == nil {
			g.noPeople++
		}
		g.example = g.example || a.Example
		rts = append(rts, r)
	}
	return rts, nil
}

func publicField(t *geo.AssetType, name string) bool {
	f := t.Field(name)
	return f != nil && f.Sensitivity == geo.SensitivityPublic && !f.Personal
}

// placeOf is the place of an RT; its kelurahan when its numbers are not known.
func placeOf(a *geo.Asset) indicator.Place {
	if p, err := indicator.ParsePlace(string(a.AreaCode) + "-" + a.RW + "-" + a.RT); err == nil {
		return p
	}
	return indicator.Place(a.AreaCode)
}

// gatherFigures reads what the view shows of an indicator, from kelurahan down
// to RT. A hidden figure is as one that nobody told.
func (g *gathered) gatherFigures(q coverageRequest, catalog *indicator.Catalog, view *indicator.View) (map[indicator.Place]float64, error) {
	const op = "handlers.gatherFigures"
	period := q.Demand.Period
	if period == "" {
		period = newestPeriod(catalog, q)
	}
	editions, err := catalog.Find(q.Demand.Source, period, indicator.Place(q.Area))
	if err != nil {
		return nil, err
	}
	table := editions[len(editions)-1]
	g.figures, g.hidden = table.Internal, map[indicator.Place]string{}
	told := map[indicator.Place]float64{}
	for _, level := range []indicator.Level{indicator.Kelurahan, indicator.RW, indicator.RT} {
		alone, parts := q.Demand.Indicator.codes()
		for _, codes := range [][]string{parts, {alone}} {
			if len(codes) == 0 {
				continue
			}
			shown, err := view.Figures(table, indicator.Selection{Level: level, Within: indicator.Place(q.Area), Indicators: codes})
			if k := geo.KindOf(err); err != nil && k != geo.NotFound {
				return nil, err
			}
			if err == nil {
				g.addFigures(shown, told)
			}
		}
	}
	if len(told) == 0 && len(g.hidden) == 0 {
		return nil, geo.NotFoundError(op)
	}
	return told, nil
}

// newestPeriod is the newest period that a question's source published for its
// area.
func newestPeriod(catalog *indicator.Catalog, q coverageRequest) indicator.Period {
	for _, t := range catalog.Newest() {
		if area := indicator.Place(q.Area); t.Public.Source == q.Demand.Source && (t.Covers(area) || t.Public.Area.Within(area)) {
			return t.Public.Period
		}
	}
	return ""
}

// addFigures adds the sum of the columns of figures by place. One that is told
// replaces one that was hidden before.
func (g *gathered) addFigures(f *indicator.Figures, told map[indicator.Place]float64) {
	for i, p := range f.Places {
		sum, hidden := 0.0, ""
		known := true
		for _, c := range f.Columns {
			switch cell := c.Cells[i]; cell.State {
			case indicator.Shown:
				sum += cell.Value
			case indicator.Small:
				known, hidden = false, cmp.Or(hidden, fmt.Sprintf("<%d", f.Threshold))
			case indicator.Hidden:
				known, hidden = false, "*"
			default:
				known = false
			}
		}
		_, before := told[p]
		switch {
		case known:
			told[p] = sum
			delete(g.hidden, p)
		case hidden != "" && !before && p.Level() == indicator.RT:
			g.hidden[p] = hidden
		}
	}
}
