package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ServingError is returned by Open when another server holds the data folder.
type ServingError struct {
	Dir string // the data folder
	PID int    // 0 when unknown
}

func (e *ServingError) Error() string {
	who := "another patok server"
	if e.PID > 0 {
		who = fmt.Sprintf("another patok server (process %d)", e.PID)
	}
	return fmt.Sprintf("%s already runs on the data folder %s; stop it first, or give this one another --data-dir", who, e.Dir)
}

// Serving reports whether a server holds the data folder, and its process id.
// The id is 0 when nobody serves. A folder that does not exist yet is not served.
func Serving(dataDir string) (pid int, err error) {
	f, err := os.OpenFile(filepath.Join(dataDir, "serve.lock"), os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look at the server's lock: %w", err)
	}
	l := &lock{f: f}
	defer l.release()
	free, err := l.try(syscall.LOCK_SH)
	if err != nil || free {
		return 0, err
	}
	return l.pid(), nil
}

// lock is one open lock file. The kernel ties a flock to the open file, so two locks of one process exclude each other too.
type lock struct{ f *os.File }

// openLock opens or creates a lock file that belongs to the data folder's owner. It takes no lock yet.
func openLock(path string, owner account) (*lock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	if os.Geteuid() == 0 {
		if err := f.Chown(owner.uid, owner.gid); err != nil {
			f.Close()
			return nil, fmt.Errorf("open lock: %w", err)
		}
	}
	return &lock{f: f}, nil
}

// try takes the lock in the given mode (syscall.LOCK_SH or LOCK_EX) if that is possible at once.
// A lock that is already held is converted; when that fails, the old one may be lost.
func (l *lock) try(mode int) (bool, error) {
	for {
		err := syscall.Flock(int(l.f.Fd()), mode|syscall.LOCK_NB)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		default:
			return false, fmt.Errorf("lock %s: %w", l.f.Name(), err)
		}
	}
}

// acquire waits for the lock until ctx ends.
func (l *lock) acquire(ctx context.Context, mode int) error {
	for {
		ok, err := l.try(mode)
		if ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", l.f.Name(), context.Cause(ctx))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// release gives the lock up and closes the file. A nil lock is fine.
func (l *lock) release() {
	if l == nil {
		return
	}
	// Unlock in so many words: a child between fork and exec still has the file open.
	_ = syscall.Flock(int(l.f.Fd()), syscall.LOCK_UN)
	l.f.Close()
}

func (l *lock) writePID() error {
	if err := l.f.Truncate(0); err != nil {
		return err
	}
	_, err := l.f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

func (l *lock) pid() int {
	data, err := io.ReadAll(io.NewSectionReader(l.f, 0, 32))
	if err != nil {
		return 0
	}
	pid, _ := strconv.Atoi(strings.TrimSpace(string(data))) // 0, "unknown", when it is no number
	return pid
}

// lockServe makes this process the folder's only server. It waits a second, since Serving holds the lock for a moment.
func lockServe(ctx context.Context, f folder) (*lock, error) {
	l, err := openLock(filepath.Join(f.root, "serve.lock"), f.owner)
	if err != nil {
		return nil, err
	}
	waiting, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if err := l.acquire(waiting, syscall.LOCK_EX); err != nil {
		pid := l.pid()
		l.release()
		if ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
			return nil, err
		}
		return nil, &ServingError{Dir: f.root, PID: pid}
	}
	if err := l.writePID(); err != nil {
		l.release()
		return nil, fmt.Errorf("write %s: %w", l.f.Name(), err)
	}
	return l, nil
}
