package planning

import (
	"context"
)

// The enhanced two-step floating catchment area method of Luo, W. and Qi, Y.
// (2009), "An enhanced two-step floating catchment area (E2SFCA) method for
// measuring spatial accessibility to primary care physicians", Health & Place
// 15(4), 1100–1107. The catchment, here the norm's radius, has three zones of
// equal width with a Gaussian's weights.
var zoneWeights = [...]float64{1, 0.68, 0.22}

// zoneWeight is the weight of a way within the radius.
func zoneWeight(metres, radiusM float64) float64 {
	zones := float64(len(zoneWeights))
	zone := int(metres / radiusM * zones)
	if float64(zone)*radiusM >= metres*zones && zone > 0 { // a zone's far edge belongs to it
		zone--
	}
	return zoneWeights[min(zone, len(zoneWeights)-1)]
}

// ratios gives each demand with a point its accessibility. Step one: every
// facility's capacity over the people in its catchment, each times its zone's
// weight. Step two: every demand sums the ratios of the facilities that it
// lies in the catchment of, times the same weights. It is expressed in
// facilities per norm.Ratio people, so that 1 meets the norm; a facility of
// unknown capacity counts as one. Nothing is told when no people are known.
func (c *Coverage) ratios(ctx context.Context, demand []Demand, supply []Supply, norm Norm, ways Ways, told Progress) (bool, error) {
	if norm.Ratio <= 0 || norm.RadiusM <= 0 {
		return false, nil
	}
	points, at := located(demand)
	known := false
	for _, i := range at {
		known = known || demand[i].People > 0
	}
	if !known {
		return false, nil
	}
	err := ways.eachWithin(ctx, supplyPoints(supply), points, norm.RadiusM, told, func(j int, catchment []leg) error {
		people := 0.0
		for _, l := range catchment {
			people += demand[at[l.to]].People * zoneWeight(l.metres, norm.RadiusM)
		}
		if people == 0 {
			return nil
		}
		capacity := supply[j].Capacity
		if capacity == 0 {
			capacity = norm.Ratio
		}
		for _, l := range catchment {
			c.Reach[at[l.to]].Ratio += capacity / people * zoneWeight(l.metres, norm.RadiusM)
		}
		return nil
	})
	return true, err
}
