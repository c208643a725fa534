package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

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
