package main

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/patok-id/patok/geo/indicator"
)

// figureAreas is how many kelurahan and desa a large provinsi has.
const figureAreas = 8563

// measureFigures times what publishing a provinsi's figures costs: gathering
// them, and hiding what would tell about people, from the administration and
// from everybody.
func measureFigures(ctx context.Context, n *node, seed uint64, most, rounds int, progress func(string)) (row, error) {
	registry, err := n.store.Registry(ctx)
	if err != nil {
		return row{}, err
	}
	areas, values := provinsiFigures(seed, min(figureAreas, most))
	var indicators int
	times, err := timed(rounds, func() error {
		progress("publishing figures")
		exact := indicator.Gather(registry, areas, values)
		indicators = len(exact.Indicators)
		_, _, err := exact.Publish(ctx, indicator.DefaultSettings(), nil)
		return err
	})
	if err != nil {
		return row{}, err
	}
	return figureRow(fmt.Sprintf("publish %d kelurahan × %d indicators", min(figureAreas, most), indicators), unitMillis, times,
		"gathered and protected for both audiences, a first edition"), nil
}

// provinsiFigures invents families and people by desil, and who gets what.
func provinsiFigures(seed uint64, kelurahan int) ([]indicator.NamedPlace, []indicator.Value) {
	d := newDataset(datasetFlags{Points: 1, Areas: kelurahan, Seed: seed})
	var areas []indicator.NamedPlace
	for _, a := range d.parents() {
		areas = append(areas, indicator.NamedPlace{Place: indicator.Place(a.Code), Name: a.Name})
	}
	rnd := random(seed, forPoints)
	var values []indicator.Value
	for a := range d.kelurahan() {
		place := indicator.Place(a.Code)
		areas = append(areas, indicator.NamedPlace{Place: place, Name: a.Name})
		tell := func(code string, number int) {
			v := float64(number)
			values = append(values, indicator.Value{ValueKey: indicator.ValueKey{Place: place, Indicator: code}, Number: &v})
		}
		tellFigures(rnd, tell)
	}
	return areas, values
}

// tellFigures invents the figures of one kelurahan: the fewer families, the more
// numbers are small.
func tellFigures(rnd *rand.Rand, tell func(code string, number int)) {
	families := int(200 + 3000*rnd.Float64()*rnd.Float64())
	low := 0
	for desil := 1; desil <= 10; desil++ {
		n := int(float64(families) / 10 * (0.2 + 1.6*rnd.Float64()))
		tell(fmt.Sprintf("keluarga_desil_%d", desil), n)
		tell(fmt.Sprintf("individu_desil_%d", desil), n*3+rnd.IntN(n+1))
		if desil <= 4 {
			low += n
		}
	}
	unranked := rnd.IntN(15)
	tell("keluarga_belum_peringkat", unranked)
	tell("individu_belum_peringkat", unranked*3)
	tell("kpm_pkh", int(float64(low)*0.3*rnd.Float64()))
	tell("kpm_sembako", int(float64(low)*0.6*rnd.Float64()))
}
