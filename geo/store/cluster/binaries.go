package cluster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The oldest versions that Patok's schema is written for.
const (
	minPostgres     = 15
	minPostGISMajor = 3
	minPostGISMinor = 3
)

// Errors that a person mends by installing a package. The wrapping error names the command.
var (
	ErrNoPostgres = errors.New("PostgreSQL is not installed")
	ErrNoPostGIS  = errors.New("the PostGIS extension is not installed")
)

// programs are what Patok runs from one installation.
var programs = []string{"postgres", "initdb", "pg_ctl", "pg_isready", "psql", "pg_dump", "pg_restore"}

// Binaries is one installed PostgreSQL.
type Binaries struct {
	Dir     string // folder of postgres, initdb, pg_ctl, psql, …
	Major   int    // 15, 16, …
	Share   string // where extension/postgis.control is looked for
	PostGIS string // default version of the extension, "" when it is not there
}

// Path returns the full path of one program.
func (b Binaries) Path(program string) string { return filepath.Join(b.Dir, program) }

// Find returns the newest installed PostgreSQL (15 or newer) that also has PostGIS (3.3 or newer).
//
// It looks in $PATOK_PG_BIN alone when that is set; otherwise where Debian, the PGDG packages and Homebrew
// install, and on PATH. The error wraps ErrNoPostgres or ErrNoPostGIS and names the command that helps.
func Find(ctx context.Context) (Binaries, error) {
	return newest(ctx, candidates())
}

// findMajor returns the installation that can open a data directory of this major version.
func findMajor(ctx context.Context, dirs []string, major int) (Binaries, error) {
	var without *Binaries
	for _, b := range installed(ctx, dirs) {
		if b.Major != major {
			continue
		}
		if b.hasPostGIS() {
			return b, nil
		}
		without = &b
	}
	install := fmt.Sprintf("sudo apt-get install --no-install-recommends postgresql-%d postgresql-%d-postgis-3", major, major)
	switch {
	case ctx.Err() != nil: // nothing is known of what was not looked at
		return Binaries{}, ctx.Err()
	case without != nil:
		return Binaries{}, without.missingPostGIS()
	}
	return Binaries{}, fmt.Errorf("%w in version %d, which this data folder was made with. Run: %s", ErrNoPostgres, major, install)
}

func newest(ctx context.Context, dirs []string) (Binaries, error) {
	found := installed(ctx, dirs)
	var usable []Binaries
	for _, b := range found {
		if b.Major >= minPostgres {
			usable = append(usable, b)
		}
	}
	for _, b := range usable {
		if b.hasPostGIS() {
			return b, nil
		}
	}
	switch {
	case ctx.Err() != nil:
		return Binaries{}, ctx.Err()
	case len(usable) > 0:
		return Binaries{}, usable[0].missingPostGIS()
	}
	const install = "sudo apt-get install --no-install-recommends postgresql postgresql-postgis"
	if len(found) > 0 {
		return Binaries{}, fmt.Errorf("%w in version %d or newer (found %d in %s). Run: %s",
			ErrNoPostgres, minPostgres, found[0].Major, found[0].Dir, install)
	}
	return Binaries{}, fmt.Errorf("%w (version %d or newer, with PostGIS; looked in %s). Run: %s",
		ErrNoPostgres, minPostgres, looked(dirs), install)
}

func looked(dirs []string) string {
	if len(dirs) == 0 {
		return "/usr/lib/postgresql and PATH"
	}
	return strings.Join(dirs, ", ")
}

func (b Binaries) missingPostGIS() error {
	have := "not in " + filepath.Join(b.Share, "extension")
	if b.PostGIS != "" {
		have = "found " + b.PostGIS
	}
	return fmt.Errorf("%w in version %d.%d or newer for PostgreSQL %d (%s). Run: sudo apt-get install --no-install-recommends postgresql-%d-postgis-3",
		ErrNoPostGIS, minPostGISMajor, minPostGISMinor, b.Major, have, b.Major)
}

func (b Binaries) hasPostGIS() bool {
	var major, minor int
	if n, _ := fmt.Sscanf(b.PostGIS, "%d.%d", &major, &minor); n != 2 {
		return false
	}
	return major > minPostGISMajor || major == minPostGISMajor && minor >= minPostGISMinor
}

// candidates lists folders that may hold PostgreSQL's programs.
func candidates() []string {
	if dir := os.Getenv("PATOK_PG_BIN"); dir != "" {
		return []string{dir}
	}
	var dirs []string
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",
		"/usr/pgsql-*/bin",
		"/usr/local/pgsql/bin",
		"/opt/homebrew/opt/postgresql@*/bin",
		"/opt/homebrew/bin",
		"/usr/local/opt/postgresql@*/bin",
	} {
		matches, _ := filepath.Glob(pattern) // the only error is a bad pattern
		dirs = append(dirs, matches...)
	}
	for _, program := range []string{"postgres", "pg_ctl"} {
		if path, err := exec.LookPath(program); err == nil {
			if real, err := filepath.EvalSymlinks(path); err == nil {
				path = real
			}
			dirs = append(dirs, filepath.Dir(path))
		}
	}
	if path, err := exec.LookPath("pg_config"); err == nil {
		if out, err := exec.Command(path, "--bindir").Output(); err == nil {
			dirs = append(dirs, strings.TrimSpace(string(out)))
		}
	}
	return dirs
}

// installed returns the complete installations among dirs, newest first, those with PostGIS before those without.
func installed(ctx context.Context, dirs []string) []Binaries {
	var found []Binaries
	seen := map[string]bool{}
	for _, dir := range dirs {
		if seen[dir] {
			continue
		}
		seen[dir] = true
		if b, ok := inspect(ctx, dir); ok {
			found = append(found, b)
		}
	}
	slices.SortStableFunc(found, func(a, b Binaries) int {
		return cmp.Or(cmp.Compare(b.Major, a.Major), cmp.Compare(b.PostGIS, a.PostGIS))
	})
	return found
}

var versionPattern = regexp.MustCompile(`PostgreSQL\) (\d+)`)

func inspect(ctx context.Context, dir string) (Binaries, bool) {
	for _, program := range programs {
		info, err := os.Stat(filepath.Join(dir, program))
		if err != nil || info.IsDir() || info.Mode()&0o111 == 0 {
			return Binaries{}, false
		}
	}
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return Binaries{}, false
	}
	match := versionPattern.FindSubmatch(out)
	if match == nil {
		return Binaries{}, false
	}
	b := Binaries{Dir: dir}
	b.Major, _ = strconv.Atoi(string(match[1])) // digits, by the pattern
	b.Share = shareDir(ctx, b)
	b.PostGIS = controlVersion(filepath.Join(b.Share, "extension", "postgis.control"))
	return b, true
}

// shareDir asks the installation's own pg_config; the plain one on PATH may belong to another version.
func shareDir(ctx context.Context, b Binaries) string {
	if out, err := exec.CommandContext(ctx, b.Path("pg_config"), "--sharedir").Output(); err == nil {
		return strings.TrimSpace(string(out))
	}
	debian := filepath.Join("/usr/share/postgresql", strconv.Itoa(b.Major))
	if _, err := os.Stat(debian); err == nil {
		return debian
	}
	return filepath.Join(filepath.Dir(b.Dir), "share")
}

var controlPattern = regexp.MustCompile(`(?m)^\s*default_version\s*=\s*'([^']+)'`)

// controlVersion reads default_version of an extension's control file, "" when there is none.
func controlVersion(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	if match := controlPattern.FindSubmatch(data); match != nil {
		return string(match[1])
	}
	return ""
}
