package cluster

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
)

// port is part of the socket's name only: nothing listens on TCP.
const port = 5432

// plainPath is what neither libpq (a comma separates hosts) nor postgresql.conf (quotes) would take apart.
var plainPath = regexp.MustCompile(`^[A-Za-z0-9._/@+-]+$`)

// socketLimit is the longest path that fits sockaddr_un, without the closing zero byte.
func socketLimit() int {
	if runtime.GOOS == "linux" {
		return 107
	}
	return 103
}

// socketDir returns the private folder that the socket goes into, and creates it.
func socketDir(f folder) (string, error) {
	dir := filepath.Join(f.root, "sock")
	if !fits(dir) {
		dir = shortDir(f)
	}
	if err := ownFolder(dir, f.runAs); err != nil {
		return "", fmt.Errorf("folder for the database socket: %w", err)
	}
	return dir, nil
}

func fits(dir string) bool {
	return len(socketPath(dir)) <= socketLimit() && plainPath.MatchString(dir)
}

func socketPath(dir string) string {
	return filepath.Join(dir, ".s.PGSQL."+strconv.Itoa(port))
}

// shortDir names a folder outside the data folder. Anybody may have made one of that name in /tmp before us:
// ownFolder accepts it only when it is a real folder, the cluster user's own, and closed to all others.
func shortDir(f folder) string {
	sum := sha256.Sum256([]byte(f.root))
	name := "patok-" + hex.EncodeToString(sum[:8])
	if os.Geteuid() == 0 {
		if info, err := os.Stat("/run"); err == nil && info.IsDir() {
			return filepath.Join("/run", name)
		}
	}
	return filepath.Join("/tmp", name)
}

// removeShortDir takes a socket folder outside the data folder away when nothing is in it any more.
func removeShortDir(f folder, dir string) {
	if filepath.Dir(dir) == f.root {
		return
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, os.ErrNotExist) {
		return // still in use, or not ours to remove: the next start checks it again
	}
}
