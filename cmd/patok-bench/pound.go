package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// sample is what one side did in one round.
type sample struct {
	PerSecond float64 // requests answered
	P50, P99  float64 // milliseconds
	Bytes     float64 // of an answer's body, on average
	Requests  int
	Failed    int // answers that were not 200
}

// load is what several clients ask for, again and again. The clients are this
// program's own: an answer is read to its end and dropped, and costs next to
// nothing here, so that two cores do not measure their client.
type load struct {
	base    string // http://host:port
	paths   []string
	clients int
	headers string // further ones, each with its line end
}

const gzipHeader = "Accept-Encoding: gzip\r\n"

// run asks for all paths in turn, and for all of them again until slice is over.
func (l load) run(ctx context.Context, slice time.Duration) (sample, error) {
	requests := make([][]byte, len(l.paths))
	host := strings.TrimPrefix(l.base, "http://")
	for i, path := range l.paths {
		requests[i] = []byte("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + l.headers + "\r\n")
	}
	type share struct {
		times  []time.Duration
		bytes  int
		failed int
		err    error
	}
	shares := make([]share, l.clients)
	var next, limit atomic.Int64
	limit.Store(1 << 62)
	var all sync.WaitGroup
	began := time.Now()
	for c := range shares {
		all.Go(func() {
			s := &shares[c]
			a, err := dial(ctx, host)
			if err != nil {
				s.err = err
				return
			}
			defer a.Close()
			for ctx.Err() == nil {
				i := next.Add(1) - 1
				if i > 0 && i%int64(len(requests)) == 0 && time.Since(began) >= slice {
					limit.CompareAndSwap(1<<62, i)
				}
				if i >= limit.Load() {
					return
				}
				asked := time.Now()
				status, size, err := a.ask(requests[i%int64(len(requests))], nil)
				if err != nil {
					s.err = fmt.Errorf("%s%s: %w", l.base, l.paths[i%int64(len(requests))], err)
					limit.Store(0)
					return
				}
				s.times = append(s.times, time.Since(asked))
				if s.bytes += size; status != http.StatusOK && status != http.StatusNoContent {
					s.failed++
				}
			}
		})
	}
	all.Wait()
	took := time.Since(began)
	var result sample
	var times []time.Duration
	bytes := 0
	for _, s := range shares {
		if s.err != nil {
			return result, s.err
		}
		times, bytes = append(times, s.times...), bytes+s.bytes
		result.Failed += s.failed
	}
	result.Requests = len(times)
	if len(times) > 0 {
		millis := slices.Sorted(slices.Values(inMillis(times)))
		result.P50, result.P99 = percentile(millis, 50), percentile(millis, 99)
		result.PerSecond = float64(len(times)) / took.Seconds()
		result.Bytes = float64(bytes) / float64(len(times))
	}
	return result, ctx.Err()
}

// asker is one connection of HTTP/1.1 (RFC 9112).
type asker struct {
	conn net.Conn
	r    *bufio.Reader
}

// answerLimit is how long an answer may take.
const answerLimit = 2 * time.Minute

func dial(ctx context.Context, host string) (*asker, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", host)
	if err != nil {
		return nil, err
	}
	return &asker{conn: conn, r: bufio.NewReaderSize(conn, 64<<10)}, nil
}

// Close ends the connection.
func (a *asker) Close() { a.conn.Close() } //nolint:errcheck // nothing is under way

// ask sends a request and reads its answer, whose body goes to body unless that
// is nil.
func (a *asker) ask(request []byte, body io.Writer) (status, size int, err error) {
	if err := a.conn.SetDeadline(time.Now().Add(answerLimit)); err != nil {
		return 0, 0, err
	}
	if _, err := a.conn.Write(request); err != nil {
		return 0, 0, err
	}
	line, err := a.r.ReadSlice('\n')
	if err != nil {
		return 0, 0, err
	}
	if len(line) < 13 {
		return 0, 0, fmt.Errorf("%q is no answer", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, 0, err
	}
	length, chunked := 0, false
	for {
		if line, err = a.r.ReadSlice('\n'); err != nil {
			return status, 0, err
		}
		if len(line) <= 2 {
			break
		}
		if v, ok := field(line, "content-length"); ok {
			if length, err = strconv.Atoi(v); err != nil {
				return status, 0, err
			}
		} else if v, ok := field(line, "transfer-encoding"); ok {
			chunked = v == "chunked"
		}
	}
	if chunked {
		size, err = a.chunks(body)
		return status, size, err
	}
	return status, length, a.take(length, body)
}

// field is the value of a header line when it has this name, in small letters.
func field(line []byte, name string) (string, bool) {
	if len(line) <= len(name) || line[len(name)] != ':' || line[0]|0x20 != name[0] || !strings.EqualFold(string(line[:len(name)]), name) {
		return "", false
	}
	return strings.TrimSpace(string(line[len(name)+1:])), true
}

// chunks reads a chunked body (RFC 9112 section 7.1).
func (a *asker) chunks(body io.Writer) (size int, err error) {
	for {
		line, err := a.r.ReadSlice('\n')
		if err != nil {
			return size, err
		}
		length, err := strconv.ParseInt(strings.TrimSpace(string(line)), 16, 32)
		if err != nil {
			return size, err
		}
		if err := a.take(int(length), body); err != nil {
			return size, err
		}
		if _, err := a.r.Discard(2); err != nil {
			return size, err
		}
		if length == 0 {
			return size, nil
		}
		size += int(length)
	}
}

func (a *asker) take(length int, body io.Writer) error {
	if body == nil {
		_, err := a.r.Discard(length)
		return err
	}
	n, err := io.CopyN(body, a.r, int64(length))
	if errors.Is(err, io.EOF) && int(n) < length {
		return io.ErrUnexpectedEOF
	}
	return err
}
