package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/patok-id/patok/geo/geotest"
)

// binary is the program that these tests run as its users do: as processes
// that can be killed.
var binary string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "patok-bin-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer os.RemoveAll(folder)
	binary = filepath.Join(folder, "patok")
	build := exec.Command("go", "build", "-o", binary, ".")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build patok: %v\n%s", err, out)
		os.Exit(1)
	}
	geotest.Main(m)
}

// dataDir is a folder for a cluster that its own user may reach, unlike a
// test's temporary folder.
func dataDir(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "patok-data-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		killPostgres(folder)
		os.RemoveAll(folder) //nolint:errcheck // a temporary folder
	})
	return filepath.Join(folder, "data")
}

// patok runs a command to its end and returns what it printed and its exit code.
func patok(t *testing.T, args ...string) (stdout string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, binary, args...)
	var out, errors bytes.Buffer
	command.Stdout, command.Stderr = &out, &errors
	err := command.Run()
	t.Logf("patok %s → %d\n%.2000s%.2000s", strings.Join(args, " "), command.ProcessState.ExitCode(), out.String(), errors.String())
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatal(err)
	}
	return out.String(), command.ProcessState.ExitCode()
}

// must is patok for a command that has to succeed.
func must(t *testing.T, args ...string) string {
	t.Helper()
	out, code := patok(t, args...)
	if code != 0 {
		t.Fatalf("patok %s: exit %d", strings.Join(args, " "), code)
	}
	return out
}

// process is a running server.
type process struct {
	t       *testing.T
	command *exec.Cmd
	url     string
	folder  string
	output  *output
	log     *safeBuffer
}

// safeBuffer is a buffer that may be read while a process writes to it.
type safeBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// output gathers what a process prints and tells when it is ready.
type output struct {
	text  safeBuffer
	ready chan string
}

var readyLine = regexp.MustCompile(`Patok is ready: (\S+)`)

func (o *output) Write(b []byte) (int, error) {
	n, err := o.text.Write(b)
	if m := readyLine.FindSubmatch(b); m != nil {
		o.ready <- string(m[1])
	}
	return n, err
}

// serve starts a server on a free port and waits until it is ready.
func serve(t *testing.T, folder string, args ...string) *process {
	t.Helper()
	args = append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)
	if folder != "" {
		args = append(args, "--data-dir", folder)
	}
	p := &process{t: t, folder: folder, command: exec.Command(binary, args...), output: &output{ready: make(chan string, 1)}}
	p.command.Stdout = p.output
	log := &safeBuffer{}
	p.log, p.command.Stderr = log, log
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("%s\n%.6000s%.6000s", strings.Join(args, " "), p.output.text.String(), log.String())
		}
	})
	select {
	case p.url = <-p.output.ready:
	case <-time.After(time.Minute):
		t.Fatalf("no server after a minute:\n%s", log.String())
	}
	return p
}

// kill is kill -9 of the server alone.
func (p *process) kill() {
	p.command.Process.Signal(syscall.SIGKILL) //nolint:errcheck // it may have ended
	p.command.Wait()                          //nolint:errcheck // it was killed
}

// stop asks the server to end and wants a clean exit.
func (p *process) stop() {
	p.t.Helper()
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	if err := p.command.Wait(); err != nil {
		p.t.Errorf("the server did not end cleanly: %v", err)
	}
}

// killPostgres is kill -9 of every PostgreSQL process of a cluster, as when the
// machine loses its power.
func killPostgres(folder string) int {
	killed := 0
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return 0
	}
	for _, e := range entries {
		var pid int
		if n, _ := fmt.Sscan(e.Name(), &pid); n != 1 {
			continue
		}
		if cwd, err := os.Readlink(filepath.Join("/proc", e.Name(), "cwd")); err == nil && strings.HasPrefix(cwd, folder) {
			if syscall.Kill(pid, syscall.SIGKILL) == nil {
				killed++
			}
		}
	}
	return killed
}

// answer is an HTTP answer read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (p *process) do(method, path, token, body string, headers ...string) (answer, error) {
	request, err := http.NewRequest(method, p.url+path, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/geo+json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{Timeout: 30 * time.Second}
	response, err := client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, content}, err
}

// get reads JSON into to and wants 200.
func (p *process) get(path string, to any, headers ...string) http.Header {
	p.t.Helper()
	a, err := p.do(http.MethodGet, path, "", "", headers...)
	if err != nil || a.status != http.StatusOK {
		p.t.Fatalf("GET %s: %d %s %v", path, a.status, a.body, err)
	}
	if err := json.Unmarshal(a.body, to); err != nil {
		p.t.Fatalf("GET %s: %v", path, err)
	}
	return a.header
}

// featureCollection is what tests look at in a FeatureCollection.
type featureCollection struct {
	NumberMatched int `json:"numberMatched"`
	Features      []struct {
		ID         int64          `json:"id"`
		Properties map[string]any `json:"properties"`
	} `json:"features"`
}

// square makes two kelurahan by plain SQL, an administrator with a token, and
// returns the token.
func square(t *testing.T, flags ...string) (token string) {
	t.Helper()
	must(t, append(append([]string{"psql"}, flags...), "--", "-v", "ON_ERROR_STOP=1", "-q",
		"-c", `insert into areas (code, name, kind, derived) values ('35', 'Jawa Timur', 'provinsi', true), ('35.71', 'Kota Kediri', 'kota', true), ('35.71.01', 'Mojoroto', 'kecamatan', true)`,
		"-c", `insert into areas (code, name, kind, boundary) values
('35.71.01.1001', 'Bandar Lor', 'kelurahan', st_multi(st_makeenvelope(112, -7.81, 112.01, -7.80, 4326))),
('35.71.01.1002', 'Bandar Kidul', 'kelurahan', st_multi(st_makeenvelope(112.01, -7.81, 112.02, -7.80, 4326)))`)...)
	must(t, append([]string{"user", "add", "admin", "--role", "administrator"}, flags...)...)
	var made struct{ Token string }
	if err := json.Unmarshal([]byte(must(t, append([]string{"token", "create", "--account", "admin", "--json"}, flags...)...)), &made); err != nil {
		t.Fatal(err)
	}
	return made.Token
}

// feature is the body of a posyandu.
func feature(uuid, name string, lon, lat float64) string {
	return fmt.Sprintf(`{"type":"Feature","geometry":{"type":"Point","coordinates":[%v,%v]},"properties":{"uuid":%q,"name":%q,"area_code":"35.71.01.1001"}}`, lon, lat, uuid, name)
}

// eventually tries until check is true; it fails after the time.
func eventually(t *testing.T, within time.Duration, what string, check func() bool) {
	t.Helper()
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if check() {
			return
		}
	}
	t.Fatalf("not within %s: %s", within, what)
}
