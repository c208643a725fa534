package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/patok-id/patok/geo"
)

func TestImportTimesAddUpByStep(t *testing.T) {
	var times importTimes
	times.begin()
	for _, step := range []geo.ImportStep{geo.StepRead, geo.StepRead, geo.StepWrite} {
		times.progress(geo.ImportProgress{Step: step})
		time.Sleep(time.Millisecond)
	}
	times.end()
	if len(times.steps) != 2 || times.steps[0].took < 2*time.Millisecond || times.total() < 3*time.Millisecond {
		t.Errorf("steps: %+v", times.steps)
	}
	if s := times.String(); !strings.HasPrefix(s, "read ") || !strings.Contains(s, ", write ") {
		t.Errorf("%q", s)
	}
}

func TestAnImportThatDidNotTakeEverythingIsAnError(t *testing.T) {
	if err := taken(geo.Report{New: 5}, 5, nil); err != nil {
		t.Error(err)
	}
	refused := errors.New("refused")
	for name, err := range map[string]error{
		"rows missing":   taken(geo.Report{New: 4}, 5, nil),
		"columns":        taken(geo.Report{New: 5, Ignored: []string{"x"}}, 5, nil),
		"import refused": taken(geo.Report{Verdicts: []geo.RowVerdict{{Row: 2}}}, 5, refused),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
