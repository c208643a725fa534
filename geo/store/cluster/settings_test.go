package cluster

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSettingsFollowMemory(t *testing.T) {
	for bytes, want := range map[int64]string{
		256 * mib:       "128MB",
		2 * 1024 * mib:  "512MB",
		64 * 1024 * mib: "1024MB",
	} {
		if got := settings(folder{}, "/s", bytes, nil)["shared_buffers"]; got != want {
			t.Errorf("%d MiB of memory: shared_buffers %s, not %s", bytes/mib, got, want)
		}
	}
	if got := settings(folder{}, "/s", 1, map[string]string{"port": "1"})["port"]; got != "1" {
		t.Errorf("an override is lost: %s", got)
	}
	if memory() < 64*mib {
		t.Errorf("this machine has %d bytes", memory())
	}
}

func TestWriteSettingsQuotes(t *testing.T) {
	dir := t.TempDir()
	me := account{uid: os.Geteuid(), gid: os.Getegid()}
	if err := writeSettings(dir, me, map[string]string{"a": `it's \ so`, "b": "x\ny"}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, settingsFile))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(string(data), "\na = 'it''s \\\\ so'\nb = 'x\\ny'\n") {
		t.Errorf("wrote %q", data)
	}
}
