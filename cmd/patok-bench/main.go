// Patok-bench measures Patok beside PostGIS: in one run, on one machine, on the
// same invented data. Ratios are what counts; the absolutes are this machine's.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is set by the build.
var version = "dev"

type commands struct {
	Run      runCmd      `cmd:"" default:"withargs" help:"Measure, and print one table (the default)."`
	National nationalCmd `cmd:"" help:"Load the national set, measure it against the figures to reach, and write a report."`
	Generate generateCmd `cmd:"" help:"Write the data of a run as files for patok import."`

	Version kong.VersionFlag `help:"Print the version."`
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

// environment is what commands write to.
type environment struct{ Stdout, Stderr io.Writer }

// progress tells the person at the terminal what goes on.
func (e *environment) progress(what string) { fmt.Fprintln(e.Stderr, "patok-bench:", what) }

// run is main without the process: it returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	var c commands
	helped := false
	parser, err := kong.New(&c,
		kong.Name("patok-bench"),
		kong.Description("Measures Patok beside PostGIS. The data is made anew from a seed, in a PostGIS of its own that is removed afterwards."),
		kong.Vars{"version": version},
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { helped = true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		fmt.Fprintln(stderr, "patok-bench:", err)
		return exitFailed
	}
	parsed, err := parser.Parse(args)
	if helped {
		return exitDone
	}
	if err != nil {
		fmt.Fprintln(stderr, "patok-bench:", err)
		fmt.Fprintln(stderr, "patok-bench: see patok-bench --help")
		return exitUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	parsed.BindTo(ctx, (*context.Context)(nil))
	err = parsed.Run(&environment{Stdout: stdout, Stderr: stderr})
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "patok-bench: stopped")
	default:
		fmt.Fprintln(stderr, "patok-bench:", err)
	}
	return exitFailed
}
