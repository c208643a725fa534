package main

import (
	"fmt"
	"io"
	"os"

	"github.com/patok-id/patok/geo"
)

// progress shows how far long work is: on a terminal in one line that is
// written over, elsewhere a line per step.
type progress struct {
	w        io.Writer
	file     string
	terminal bool
	step     string
	count    int
	written  bool
}

func newProgress(w io.Writer, file string) *progress {
	p := &progress{w: w, file: file}
	if f, ok := w.(*os.File); ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// linesEvery is after how many of what is counted a plain line is printed again.
const linesEvery = 100_000

// tell shows that step is under way, after count of what is counted.
func (p *progress) tell(step string, count int, counted string) {
	if p.terminal {
		fmt.Fprintf(p.w, "\r\x1b[K%s: %s, %d %s", p.file, step, count, counted)
		p.written = true
		return
	}
	if step == p.step && count < p.count+linesEvery {
		return
	}
	p.step, p.count = step, count
	fmt.Fprintf(p.w, "%s: %s, %d %s\n", p.file, step, count, counted)
}

// show is tell for an import: how many rows are read, or through the step.
func (p *progress) show(now geo.ImportProgress) {
	if now.Total > 0 {
		p.tell(string(now.Step), now.Rows*now.Done/now.Total, fmt.Sprintf("of %d rows", now.Rows))
		return
	}
	p.tell(string(now.Step), now.Rows, "rows")
}

// done clears the line.
func (p *progress) done() {
	if p.written {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
