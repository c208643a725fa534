package store

import (
	"errors"
	"testing"
)

func TestAhead(t *testing.T) {
	running := false
	rows := func(yield func(int, error) bool) {
		running = true
		defer func() { running = false }()
		for i := range 10_000 {
			if !yield(i, nil) {
				return
			}
		}
		yield(0, errors.New("the end is missing"))
	}
	next, stop := ahead(rows)
	for i := range 10_000 {
		if row, err, more := next(); row != i || err != nil || !more {
			t.Fatalf("%d came as %d, %v, %v", i, row, err, more)
		}
	}
	if _, err, more := next(); err == nil || !more {
		t.Error("the error was lost")
	}
	if _, err, more := next(); err != nil || more {
		t.Error("there is something behind the end")
	}
	stop()
	next, stop = ahead(rows)
	if row, _, _ := next(); row != 0 {
		t.Error(row)
	}
	if stop(); running {
		t.Error("the file is still being read")
	}
}
