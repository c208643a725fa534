package cluster

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestInterruptedInitialize(t *testing.T) {
	dir := filepath.Join(place(t), "data")
	cmd := second(t, dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if making, _ := filepath.Glob(filepath.Join(dir, initPrefix+"*", "PG_VERSION")); len(making) > 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("initdb never began")
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // "signal: killed", as wanted
	if _, err := os.Stat(filepath.Join(dir, "pg")); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("a half-made data directory is in place: %v", err)
	}
	c := open(t, Options{DataDir: dir})
	if got := query(t, c, "select 1"); got != "1" {
		t.Errorf("got %q", got)
	}
}

func TestForeignDataDirectory(t *testing.T) {
	dir := place(t)
	if err := os.MkdirAll(filepath.Join(dir, "pg", "holiday"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), Options{DataDir: dir})
	if err == nil || !strings.Contains(err.Error(), "no PostgreSQL data directory") {
		t.Errorf("got: %v", err)
	}
}
