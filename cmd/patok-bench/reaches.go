package main

import (
	"fmt"
	"io"
	"strings"
)

// writeReaches prints the machine, the figures to reach, and then every row.
func (r *report) writeReaches(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# Patok at the scale of the country\n\n%s, %s.\n\n", r.Date, r.Machine)
	fmt.Fprintf(&b, "%d assets in %d kelurahan, seed %d; %d rounds, in which each side went first in turn; median [min..max], ratios round by round. Client, servers and database share the machine; each node is a process of its own.\n\n",
		r.Dataset.Points, r.Dataset.Areas, r.Dataset.Seed, r.Rounds)
	fmt.Fprintf(&b, "*PostGIS* is ST_AsMVT, ST_AsGeoJSON, KNN and ST_Covers by prepared statements over %d connections, answered by a chi handler that packs as Patok does: what every server on PostGIS builds upon. %d connections ask at the same time, %d for tiles from the cache. *From memory* is the ratio that a chi handler reaches which has Patok's answers in memory and nothing to do: what this client, net/http and two cores leave room for.\n\n",
		peerClients, peerClients, cachedClients)
	b.WriteString("![Measured against what is to be reached](national.svg)\n\n| what | reach | measured | met | from memory |\n|---|---|---|---|---|\n")
	for _, line := range r.Rows {
		if line.Goal != "" {
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", line.subject(), line.Goal, line.measured(), verdict(line.Met), times(line.Memory))
		}
	}
	b.WriteString("\n## Everything that was measured\n\n| what | Patok | beside it | how many times better | |\n|---|---|---|---|---|\n")
	for _, line := range r.Rows {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", line.Name, line.ours(), line.beside(), line.ratio(), line.Note)
	}
	r.writeRecorded(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

// subject names a row together with what it is measured against.
func (r row) subject() string {
	if r.Reference == "" || r.Reach.of != ofRatio {
		return r.Name
	}
	return r.Name + ", against " + r.Reference
}

// measured is the figure that counts.
func (r row) measured() string {
	if r.Reach.of == ofRatio {
		return r.ratio()
	}
	return r.ours()
}

func verdict(met bool) string {
	if met {
		return "yes"
	}
	return "**no**"
}
