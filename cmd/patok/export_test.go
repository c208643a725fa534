package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// export runs the command with --json and returns what it wrote.
func export(t *testing.T, folder, file string, args ...string) (done exported, content []byte) {
	t.Helper()
	if err := json.Unmarshal([]byte(must(t, append([]string{"export", file, "--json", "--data-dir", folder}, args...)...)), &done); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if done.File != file || int64(len(content)) != done.Bytes || done.SHA256 != fmt.Sprintf("%x", sha256.Sum256(content)) {
		t.Errorf("%d bytes of %+v", len(content), done)
	}
	return done, content
}

// TestExport writes now, and the past by every name that it has, in every format.
func TestExport(t *testing.T) {
	folder, out := dataDir(t), t.TempDir()
	p := serve(t, folder)
	square(t, "--data-dir", folder)
	must(t, "psql", "--data-dir", folder, "--", "-q", "-c", `insert into assets (uuid, type, name, area_code, point)
select gen_random_uuid(), 'posyandu', 'Posyandu ' || n, '35.71.01.1001', st_setsrid(st_makepoint(112.001 + n / 1e5, -7.805), 4326) from generate_series(1, 300) n`)
	now, archive := export(t, folder, filepath.Join(out, "now.pmtiles"))
	if !bytes.HasPrefix(archive, []byte("PMTiles\x03")) || now.Tiles < 20 || now.Revision < 1 {
		t.Errorf("%+v", now)
	}
	csv := filepath.Join(out, "now.csv")
	features, table := export(t, folder, csv, "--format", "csv", "--collection", "posyandu")
	for form, path := range map[string]string{"csv": csv, "geojson": filepath.Join(out, "now.geojson"), "xlsx": filepath.Join(out, "now.xlsx")} {
		if form != "csv" {
			export(t, folder, path, "--format", form, "--collection", "posyandu")
		}
		a, err := p.do(http.MethodGet, "/api/collections/posyandu/items."+form, "", "", "Accept-Encoding", "identity",
			"Patok-Min-Revision", strconv.FormatInt(now.Revision, 10))
		if content, _ := os.ReadFile(path); err != nil || a.status != http.StatusOK || !bytes.Equal(a.body, content) {
			t.Errorf("%s: the API has %d bytes (%d), the file %d", form, len(a.body), a.status, len(content))
		}
	}
	if features.Rows != 300 {
		t.Errorf("%+v", features)
	}

	moment := time.Now().UTC().Format(time.RFC3339Nano)
	must(t, "release", "create", "2026", "--title", "Rilis", "--data-dir", folder)
	must(t, "psql", "--data-dir", folder, "--", "-q", "-c", `delete from assets where id % 3 = 0`, "-c", `update assets set name = 'Baru'`)
	later, _ := export(t, folder, filepath.Join(out, "later.pmtiles"))
	if later.SHA256 == now.SHA256 || later.Revision <= now.Revision {
		t.Errorf("%+v after %+v", later, now)
	}
	for i, when := range [][]string{{"--revision", strconv.FormatInt(now.Revision, 10)}, {"--datetime", moment}} {
		name := filepath.Join(out, strconv.Itoa(i))
		if _, past := export(t, folder, name+".pmtiles", when...); !bytes.Equal(past, archive) {
			t.Errorf("%v: the archive is another", when)
		}
		if _, past := export(t, folder, name+".csv", append(when, "--format", "csv", "--collection", "posyandu")...); !bytes.Equal(past, table) {
			t.Errorf("%v: the table is another", when)
		}
	}
	released, _ := export(t, folder, filepath.Join(out, "2026.pmtiles"), "--release", "2026")
	if released.Revision != now.Revision || released.Tiles != now.Tiles || released.Release != "2026" {
		t.Errorf("%+v is not %+v", released, now)
	}
	if _, file := export(t, folder, filepath.Join(out, "2026.csv"), "--release", "2026", "--format", "csv", "--collection", "posyandu"); !bytes.Equal(file, table) {
		t.Error("the released table is another")
	}
	few, _ := export(t, folder, csv, "--force", "--collection", "posyandu,kelurahan", "--min-zoom", "12", "--max-zoom", "13")
	if few.Tiles == 0 || few.Tiles >= now.Tiles {
		t.Errorf("%+v", few)
	}
	refusesExports(t, folder, out)
	killsExports(t, folder)
}

// refusesExports tries what must not be done; no file is touched.
func refusesExports(t *testing.T, folder, out string) {
	t.Helper()
	before, err := os.ReadDir(out)
	if err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]int{
		"now.pmtiles":             exitFailed,
		"x --collection taman":    exitFailed,
		"x --revision 100000":     exitFailed,
		"x --release 2031":        exitFailed,
		"x --datetime 1999-01-01": exitFailed,
		"nowhere/x":               exitFailed,
		"x --release 2026 --collection x --format csv": exitFailed,
		"x --format csv":       exitUsage,
		"x --datetime kemarin": exitUsage,
		"x --max-zoom 17":      exitUsage,
	} {
		words := strings.Fields(args)
		words[0] = filepath.Join(out, words[0])
		if printed, code := patok(t, append([]string{"export", "--data-dir", folder}, words...)...); code != want || printed != "" {
			t.Errorf("%s: exit %d, %s", args, code, printed)
		}
	}
	if after, err := os.ReadDir(out); err != nil || len(after) != len(before) {
		t.Errorf("%v: %v is not %v", err, after, before)
	}
}

// killsExports ends exports that are under way: no file is there afterwards,
// whole or in part.
func killsExports(t *testing.T, folder string) {
	t.Helper()
	out := t.TempDir()
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		read, write := full(t)
		command := exec.Command(binary, "export", filepath.Join(out, "city.pmtiles"), "--data-dir", folder)
		command.Stderr = write // its first word about how far it is waits for somebody to listen
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		eventually(t, 30*time.Second, "an archive under way", func() bool { return holdsNameless(command.Process.Pid, out) })
		if err := command.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		write.Close()
		said := new(bytes.Buffer)
		said.ReadFrom(read) //nolint:errcheck // it ends with the process
		if err := command.Wait(); err == nil {
			t.Errorf("%v: it went on to its end: %s", signal, strings.TrimLeft(said.String(), "."))
		}
		if left, err := os.ReadDir(out); err != nil || len(left) > 0 {
			t.Errorf("%v: left behind: %v %v", signal, left, err)
		}
	}
}

// full is a pipe that takes no more until it is read.
func full(t *testing.T) (read, write *os.File) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { read.Close(); write.Close() })
	if err := write.SetWriteDeadline(time.Now().Add(200 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = write.Write([]byte{'.'})
	}
	return read, write
}

// holdsNameless reports whether a process has a file of folder open that has no
// name any more.
func holdsNameless(pid int, folder string) bool {
	handles := fmt.Sprintf("/proc/%d/fd", pid)
	entries, _ := os.ReadDir(handles)
	for _, e := range entries {
		target, _ := os.Readlink(filepath.Join(handles, e.Name()))
		if strings.HasPrefix(target, folder) && strings.HasSuffix(target, "(deleted)") {
			return true
		}
	}
	return false
}
