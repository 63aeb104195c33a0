package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"networkmngr/internal/config"
	"networkmngr/internal/disk"
	"networkmngr/internal/events"
	"networkmngr/internal/events/archive"
	"networkmngr/internal/lastrun"
	"networkmngr/internal/report"
	"networkmngr/internal/terminal"
)

// reportFlags are what "report" is told.
type reportFlags struct{ output, format string }

// toStdout is the output file that is none.
const toStdout = "-"

func reportCommand() *cobra.Command {
	var f reportFlags
	command := &cobra.Command{
		Use:   "report",
		Short: "Write a run's story as a page with pictures",
		Long: `Write a run's story as one page with its pictures, to read, print and hand in:
who mined what and whether that is fair, stale blocks against theory, block
times, how blocks spread, each reorg, what went wrong, and what is not known.

It is made from the events in the log folder: of the network that runs or ran
there last, which may have ended. The page needs nothing else and has no
script. As CSV, a line for each block; as JSON, the numbers of the page.

With --json, the report as JSON on standard output, in no file.`,
		Example: `  networkmngr report
  networkmngr report -o run.csv
  networkmngr report --format json -o - | jq '.stale.rate, .stale.law.rate'`,
	}
	flags := command.Flags()
	config.LogFlags(flags)
	flags.Lookup("manager").Usage = "`URL` of the manager whose run is told of, where several networks have this log folder"
	flags.StringVarP(&f.output, "output", "o", "", "`file` to write, or - for standard output (default report and the format, such as report.html)")
	flags.StringVar(&f.format, "format", "", "`format`: "+strings.Join(report.Forms, ", ")+" (default by the file's name, or html)")
	return printing(command, func(command *cobra.Command, out *terminal.Output) error {
		settings, err := config.LoadClient(command.Flags())
		if err != nil {
			return err
		}
		if err := f.complete(); err != nil {
			return err
		}
		made, err := makeReport(command.Context(), settings.Manager.Log.Folder, settings.URL)
		if err != nil {
			return err
		}
		if out.JSON {
			return out.Encode(made)
		}
		return f.write(made, out)
	})
}

// complete decides what is left open.
func (f *reportFlags) complete() error {
	ending := strings.TrimPrefix(strings.ToLower(filepath.Ext(f.output)), ".")
	switch {
	case f.format == "" && report.Known(ending):
		f.format = ending
	case f.format == "":
		f.format = report.HTML
	}
	if !report.Known(f.format) {
		return misuse(fmt.Errorf("--format %q: want %s", f.format, strings.Join(report.Forms, ", ")))
	}
	if f.output == "" {
		f.output = "report." + f.format
	}
	return nil
}

// makeReport folds the events of a run.
func makeReport(ctx context.Context, folder, manager string) (*report.Report, error) {
	record, err := recordOf(folder, manager)
	if err != nil {
		return nil, err
	}
	if record != nil && record.Events != "" {
		folder = record.Events
	}
	kept, err := archive.Read(folder, report.Types...)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, misuse(fmt.Errorf("no events are in the log folder %s, so no network has run with it: name another with --logs", folder))
	case err != nil:
		return nil, err
	}
	fold := report.NewFold()
	var last *events.NetworkUp
	for r := range kept {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if up, ok := r.Data.(events.NetworkUp); ok {
			last = &up
		}
		fold.Apply(&r.Event)
	}
	return fold.Report(report.Options{
		Made: time.Now(), Software: config.Software, Runs: record != nil && record.Runs(), Unknown: strange(record, last),
	}), nil
}

// recordOf is the record of the one run that is meant, nil if there is none.
func recordOf(folder, manager string) (*lastrun.Record, error) {
	scope, err := scopeOf(folder, manager)
	switch {
	case err != nil:
		return nil, err
	case len(scope.shown) > 1:
		return nil, ambiguous(scope.shown)
	case len(scope.shown) == 0:
		return nil, nil
	}
	return scope.shown[0], nil
}

// strange says that the events are not those of the run that is meant.
func strange(record *lastrun.Record, last *events.NetworkUp) []string {
	if record == nil || last == nil || record.PID == last.PID {
		return nil
	}
	return []string{fmt.Sprintf("The events are those of the manager at %s, process %d. Of the run at %s, process %d, none are here.",
		last.URL, last.PID, record.URL, record.PID)}
}

// write writes the file, and says so.
func (f *reportFlags) write(made *report.Report, out *terminal.Output) error {
	var text bytes.Buffer
	if err := made.Write(&text, f.format); err != nil {
		return err
	}
	if f.output == toStdout {
		_, err := out.Write(text.Bytes())
		return err
	}
	if err := disk.WriteFile(f.output, text.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	path, err := filepath.Abs(f.output)
	if err != nil {
		return err
	}
	out.Printf("%s: %s, %s, %s\n", f.output, terminal.Plural(len(made.Nodes), "node"),
		terminal.Plural(made.Totals.Known, "block"), terminal.Plural(made.Reorgs.Count(), "reorg"))
	if f.format == report.HTML {
		out.Printf("open it in a browser: file://%s\n", filepath.ToSlash(path))
	}
	return nil
}
