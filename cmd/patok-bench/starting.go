package main

import (
	"context"
	"fmt"
	"time"
)

const (
	startSeconds = 12
	residentMB   = 1200
)

// measureServing starts nodes, one after the other, as processes of their own.
func measureServing(ctx context.Context, s *stage) ([]row, error) {
	var started, resident, peak []float64
	settling := 5 * s.Slice / 2
	for range min(s.Rounds, 3) {
		node, err := s.start(ctx)
		if err != nil {
			return nil, err
		}
		started = append(started, node.started.Seconds())
		select {
		case <-ctx.Done():
		case <-time.After(settling):
		}
		m, err := node.memory()
		node.Close()
		if err != nil {
			return nil, err
		}
		resident, peak = append(resident, float64(m.Resident)/1e6), append(peak, float64(m.Peak)/1e6)
	}
	note := fmt.Sprintf("%d assets and %d kelurahan, from the start of the process until it serves", s.Points, s.Areas)
	return []row{
		figureRow("start until ready", unitSeconds, started, note).toReach(atMost(startSeconds)),
		figureRow("resident memory of the node", unitMB, resident, fmt.Sprintf("VmRSS, %v after the start", settling)).toReach(atMost(residentMB)),
		figureRow("resident memory of the node at its peak", unitMB, peak, "VmHWM: while it loads"),
	}, ctx.Err()
}
