package main

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strings"
)

// The plot's measures, in pixels.
const (
	plotWidth  = 960
	plotLabels = 400 // for the names at the left
	plotLine   = 24
	plotTop    = 56
	plotRight  = 90
)

// writePlot draws how far each figure to reach is reached: a bar per row, from 1
// (just reached) to the left when it is missed and to the right when it is
// passed, on a logarithmic scale. Its colours hold on light and dark.
func (r *report) writePlot(w io.Writer) error {
	type bar struct {
		name, text string
		times      float64
	}
	var bars []bar
	low, high := 0.5, 2.0
	for _, line := range r.Rows {
		times, ok := line.reached()
		if !ok {
			continue
		}
		bars = append(bars, bar{line.subject(), line.Goal, times})
		low, high = min(low, times), max(high, times)
	}
	low, high = math.Pow(10, math.Floor(math.Log10(low)*2)/2), math.Pow(10, math.Ceil(math.Log10(high)*2)/2)
	at := func(times float64) float64 {
		return plotLabels + (plotWidth-plotLabels-plotRight)*math.Log(times/low)/math.Log(high/low)
	}
	height := plotTop + plotLine*len(bars) + 24
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="Measured against what is to be reached" font-family="system-ui, sans-serif" font-size="12">
<style>
text { fill: #1f2937 } .quiet { fill: #6b7280 } .page { fill: #ffffff } .line { stroke: #9ca3af } .met { fill: #0f766e } .missed { fill: #c2410c }
@media (prefers-color-scheme: dark) { text { fill: #e5e7eb } .quiet { fill: #9ca3af } .page { fill: #111827 } .line { stroke: #4b5563 } .met { fill: #2dd4bf } .missed { fill: #fb923c } }
</style>
<rect class="page" width="100%%" height="100%%"/>
<text x="%d" y="24" font-size="15">Measured, as a multiple of the figure to reach</text>
`, plotWidth, height, plotWidth, height, 16)
	for decade := math.Ceil(math.Log10(low)); decade <= math.Log10(high); decade++ {
		x := at(math.Pow(10, decade))
		fmt.Fprintf(&b, `<line class="line" stroke-dasharray="2 3" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/><text class="quiet" x="%.1f" y="%d" text-anchor="middle">%s×</text>`+"\n",
			x, x, plotTop-6, height-16, x, plotTop-10, plain(math.Pow(10, decade)))
	}
	for i, bar := range bars {
		class, from, to := "met", at(1), at(bar.times)
		if bar.times < 1 {
			class, from, to = "missed", to, from
		}
		y := plotTop + plotLine*i
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s <tspan class="quiet">%s</tspan></text><rect class="%s" x="%.1f" y="%d" width="%.1f" height="%d" rx="2"/><text x="%.1f" y="%d">%s×</text>`+"\n",
			plotLabels-8, y+15, escape(bar.name), escape(bar.text), class, from, y+4, max(1, to-from), plotLine-8, max(to, from)+6, y+15, digits(bar.times))
	}
	fmt.Fprintf(&b, `<line class="line" stroke-width="2" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/>`+"\n</svg>\n", at(1), at(1), plotTop-6, height-16)
	_, err := io.WriteString(w, b.String())
	return err
}

// reached is how many times over the row reaches its figure; more is better.
func (r row) reached() (float64, bool) {
	v := r.figure(r.Reach.of)
	switch {
	case r.Goal == "" || v <= 0:
		return 0, false
	case r.Reach.most > 0:
		return r.Reach.most / v, true
	case r.Reach.least > 0:
		return v / r.Reach.least, true
	}
	return 0, false
}

func escape(text string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(text)) //nolint:errcheck // a builder takes everything
	return b.String()
}
