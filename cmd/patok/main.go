// Patok is a map of what every kelurahan has, and where: PostGIS holds the
// truth, memory answers, and a page on a phone keeps it true.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/patok-id/patok/geo"
)

// version is set by the build.
var version = "dev"

// commands is the command line. Every flag has a variable PATOK_FLAG_NAME, and
// every variable a twin PATOK_FLAG_NAME_FILE that names a file with the value.
type commands struct {
	Serve   serveCmd   `cmd:"" help:"Serve the map, the API and the tiles."`
	Migrate migrateCmd `cmd:"" help:"Bring the database's schema up to this version."`
	Demo    demoCmd    `cmd:"" help:"Make the example city, or give its example accounts new passwords."`
	Import  importCmd  `cmd:"" help:"Take in areas or assets from files."`
	Export  exportCmd  `cmd:"" help:"Write the tiles of the map, or the features of a collection, to a file."`
	User    userCmd    `cmd:"" help:"Create, invite, disable and list accounts."`
	Token   tokenCmd   `cmd:"" help:"Create, list and revoke bearer tokens for programs."`
	Release releaseCmd `cmd:"" help:"Make, list and verify releases."`
	Backup  backupCmd  `cmd:"" help:"Write the own cluster's database to a file."`
	Restore restoreCmd `cmd:"" help:"Replace the own cluster's database by a backup."`
	Doctor  doctorCmd  `cmd:"" help:"Compare the running node's memory with PostGIS, feature by feature."`
	Psql    psqlCmd    `cmd:"" help:"Open psql on the database."`

	Version kong.VersionFlag `help:"Print the version." env:"-"`
}

// exit codes: the command was done, was refused or failed, or was not understood.
const (
	exitDone = iota
	exitFailed
	exitUsage
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run is main without the process: it returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	if err := readFileVariables(os.Environ(), os.Setenv); err != nil {
		fmt.Fprintln(stderr, "patok:", err)
		return exitUsage
	}
	var c commands
	helped := false
	parser, err := kong.New(&c,
		kong.Name("patok"),
		kong.Description("An open map of what every kelurahan has, and where.\n\n"+
			"Every flag can be given as a variable: --data-dir is PATOK_DATA_DIR; PATOK_DATA_DIR_FILE names a file that holds it."),
		kong.DefaultEnvars("PATOK"),
		kong.Vars{"version": version},
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { helped = true }),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		fmt.Fprintln(stderr, "patok:", err)
		return exitFailed
	}
	parsed, err := parser.Parse(args)
	if helped {
		return exitDone
	}
	if err != nil {
		fmt.Fprintln(stderr, "patok:", err)
		fmt.Fprintln(stderr, "patok: see patok --help")
		return exitUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	env := &environment{Stdout: stdout, Stderr: stderr, Log: slog.New(slog.NewTextHandler(stderr, nil))}
	parsed.BindTo(ctx, (*context.Context)(nil))
	if err := parsed.Run(env); err != nil {
		report(stderr, err)
		return exitFailed
	}
	return exitDone
}

// environment is what commands write to.
type environment struct {
	Stdout, Stderr io.Writer
	Log            *slog.Logger
}

// errReported is returned by a command that has said what is wrong already.
var errReported = errors.New("reported")

// report prints err for the person at the terminal, with every broken rule.
func report(w io.Writer, err error) {
	if errors.Is(err, errReported) {
		return
	}
	e, ok := errors.AsType[*geo.Error](err)
	if !ok {
		fmt.Fprintln(w, "patok:", err)
		return
	}
	message := e.Message.EN
	if message == "" {
		message = e.Error()
	} else if e.Err != nil {
		message += " (" + e.Err.Error() + ")"
	}
	fmt.Fprintln(w, "patok:", message)
	for _, f := range e.Fields {
		fmt.Fprintf(w, "  %s: %s\n", f.Pointer, f.Message.EN)
	}
}

// readFileVariables sets PATOK_X from the file that PATOK_X_FILE names, so that
// secrets need not stand in an environment that others can read.
func readFileVariables(environ []string, set func(name, value string) error) error {
	for _, entry := range environ {
		name, path, _ := strings.Cut(entry, "=")
		target, isFile := strings.CutSuffix(name, "_FILE")
		if !isFile || !strings.HasPrefix(name, "PATOK_") || path == "" {
			continue
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := set(target, strings.TrimSpace(string(content))); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}
