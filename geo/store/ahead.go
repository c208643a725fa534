package store

import "iter"

// aheadBatch is how many rows are handed on at once.
const aheadBatch = 256

// ahead reads rows in a goroutine of its own, a little ahead of who takes them,
// so that a file is read while what was read is checked. next gives them one by
// one; more is false at the end. stop must be called: it ends the reading and
// waits for it.
func ahead[T any](rows iter.Seq2[T, error]) (next func() (row T, err error, more bool), stop func()) {
	type read struct {
		row T
		err error
	}
	batches, done := make(chan []read, 4), make(chan struct{})
	go func() {
		defer close(batches)
		var batch []read
		hand := func() bool {
			select {
			case batches <- batch:
				batch = make([]read, 0, aheadBatch)
				return true
			case <-done:
				return false
			}
		}
		for row, err := range rows {
			if batch = append(batch, read{row, err}); len(batch) >= aheadBatch && !hand() {
				return
			}
		}
		hand()
	}()
	var batch []read
	next = func() (row T, err error, more bool) {
		for len(batch) == 0 {
			if batch, more = <-batches; !more {
				return row, nil, false
			}
		}
		first := batch[0]
		batch = batch[1:]
		return first.row, first.err, true
	}
	stop = func() {
		close(done)
		for range batches { // until the goroutine closes it
		}
	}
	return next, stop
}
