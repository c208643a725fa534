package cluster

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLongPath(t *testing.T) {
	dir := filepath.Join(place(t), strings.Repeat("kelurahan/", 12), "data, 2026")
	f, err := prepareFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	short := shortDir(f)
	t.Cleanup(func() { os.RemoveAll(short) })

	// Somebody else may wait in a public folder with that very name.
	elsewhere := filepath.Join(place(t), "elsewhere")
	if err := os.Mkdir(elsewhere, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, short); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), Options{DataDir: dir, Settings: quick()}); err == nil || !strings.Contains(err.Error(), short+" is not a folder") {
		t.Errorf("a symlink for the socket's folder: %v", err)
	}
	if err := os.Remove(short); err != nil {
		t.Fatal(err)
	}
	if err := ownFolder(short, f.runAs); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(short, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), Options{DataDir: dir, Settings: quick()}); err == nil || !strings.Contains(err.Error(), "is open to others") {
		t.Errorf("an open folder for the socket: %v", err)
	}
	if err := os.Remove(short); err != nil {
		t.Fatal(err)
	}

	c := open(t, Options{DataDir: dir})
	if c.sockDir != short {
		t.Errorf("the socket is in %s", c.sockDir)
	}
	if got := query(t, c, "select 1"); got != "1" {
		t.Errorf("got %q", got)
	}
	other := open(t, Options{DataDir: dir})
	if other.URL() != c.URL() || !strings.HasPrefix(c.URL(), "postgres://patok_app@/patok?host=") {
		t.Errorf("URLs %s and %s", other.URL(), c.URL())
	}
	shut(t, other)
	shut(t, c)
	if _, err := os.Lstat(short); !os.IsNotExist(err) {
		t.Errorf("the socket's folder is left: %v", err)
	}
}

func TestTraversable(t *testing.T) {
	dir := place(t)
	closed := filepath.Join(dir, "closed")
	inner := filepath.Join(closed, "inner")
	if err := os.MkdirAll(inner, 0o755); err != nil {
		t.Fatal(err)
	}
	stranger := account{uid: 64999, gid: 64999, name: "stranger"}
	if err := traversable(inner, stranger); err != nil {
		t.Errorf("an open path: %v", err)
	}
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	err := traversable(inner, stranger)
	if err == nil || !strings.Contains(err.Error(), closed) || !strings.Contains(err.Error(), "stranger") {
		t.Errorf("a closed path: %v", err)
	}
	owner := account{uid: os.Geteuid(), gid: os.Getegid(), name: "owner"}
	if err := traversable(inner, owner); err != nil {
		t.Errorf("the owner: %v", err)
	}
}

func TestFolderOpenToOthers(t *testing.T) {
	dir := filepath.Join(place(t), "data")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), Options{DataDir: dir}); err == nil || !strings.Contains(err.Error(), "chmod go-w") {
		t.Errorf("got: %v", err)
	}
	if _, err := Open(t.Context(), Options{}); err == nil {
		t.Error("no folder at all is accepted")
	}
}
