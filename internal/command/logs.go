package command

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/spf13/cobra"

	"networkmngr/internal/config"
	"networkmngr/internal/logging"
	"networkmngr/internal/printable"
	"networkmngr/internal/terminal"
)

// lookAgain is how often files are looked at that may grow.
const lookAgain = 100 * time.Millisecond

// logQuery is what the flags of "logs" ask for.
type logQuery struct {
	follow             bool
	node, level, match string
	since              string
}

// logForm is an event as "logs --json" prints it, one on each line.
type logForm struct {
	Time    time.Time                  `json:"time"`
	Level   string                     `json:"level"`
	Logger  string                     `json:"logger"`  // "node-5000.http"
	Message string                     `json:"message"` // of a text log, with its values
	Values  map[string]json.RawMessage `json:"values"`  // of a JSON log, else empty
	File    string                     `json:"file"`
}

func logsCommand() *cobra.Command {
	var q logQuery
	command := &cobra.Command{
		Use:   "logs",
		Short: "Show the logs of the manager and the nodes as one, by time",
		Long: `Show the logs of the manager and the nodes as one, by time: those of the last
run, unless --since says otherwise. The network need not run. Where several
networks run with this log folder, all of their logs are shown, or those of the
one that --manager names.

With --json, one object on each line: time, level, logger, message, values (of a
JSON log; in one of text they are part of the message) and file.`,
		Example: `  networkmngr logs -f
  networkmngr logs --node n3 --level warn
  networkmngr logs --grep 'reverted=[1-9]' --since all
  networkmngr logs --since 10m --json | jq -r .message`,
	}
	flags := command.Flags()
	config.LogFlags(flags)
	flags.BoolVarP(&q.follow, "follow", "f", false, "go on with what comes, until Ctrl-C")
	node := nodeFlag(command, "a node's `name` or port, or manager, for its log alone", "manager")
	flags.StringVar(&q.level, "level", "trace", "least severe `level`: trace, debug, info, warn or error")
	flags.StringVar(&q.match, "grep", "", "only what matches the regular `expression`")
	flags.StringVar(&q.since, "since", "", "a `time`, an age such as 10m, or all (default the last start)")
	command = printing(command, func(command *cobra.Command, out *terminal.Output) error {
		settings, err := config.LoadClient(command.Flags())
		if err != nil {
			return err
		}
		q.node = *node
		notice := func(text string) { command.PrintErrln(printable.Text(command.CommandPath() + ": " + text)) }
		return showLogs(command.Context(), settings.Manager.Log.Folder, settings.URL, q, out, notice)
	})
	flags.Lookup("json").Usage = "print JSON lines"
	return command
}

func showLogs(ctx context.Context, folder, manager string, q logQuery, out *terminal.Output, notice func(text string)) error {
	if _, err := os.Stat(folder); err != nil {
		return misuse(fmt.Errorf("log folder: %w", err))
	}
	scope, err := scopeOf(folder, manager)
	if err != nil {
		return err
	}
	filter, err := q.filter(scope.start(), time.Now())
	if err != nil {
		return err
	}
	wants, err := scope.files(q.node)
	if err != nil {
		return err
	}
	if err := q.checkNode(folder, wants); err != nil {
		return err
	}
	reader := logging.NewReader(folder, wants)
	defer reader.Close()
	return readLogs(ctx, reader, q.follow, notice, func(e logging.Record) error {
		if !filter.Takes(&e) {
			return nil
		}
		return printEntry(out, e)
	})
}

// checkNode refuses a node without a log in the folder: it is of another machine, or of no
// network here. Who follows may wait for a node that comes.
func (q logQuery) checkNode(folder string, wants func(file string) bool) error {
	if q.node == "" || q.follow {
		return nil
	}
	files, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(files, func(file os.DirEntry) bool { return wants(file.Name()) }) {
		return misuse(fmt.Errorf("the log folder %s has no log of %s", folder, q.node))
	}
	return nil
}

// readLogs shows what a reader has, and what comes, if it is to follow, until ctx ends.
func readLogs(ctx context.Context, reader *logging.Reader, follow bool, notice func(text string), show func(logging.Record) error) error {
	said := 0 // of the files that are skipped
	for {
		err := reader.Read(ctx, show)
		for ; said < len(reader.Skipped()); said++ {
			one := reader.Skipped()[said]
			notice(fmt.Sprintf("%s is left out: %v", one.File, one.Why))
		}
		switch {
		case follow && ctx.Err() != nil:
			return nil
		case err != nil || !follow:
			return err
		}
		select {
		case <-time.After(lookAgain):
		case <-ctx.Done():
			return nil
		}
	}
}

// filter is of what is told since a run's start, unless something else is asked for.
func (q logQuery) filter(began, now time.Time) (logging.Filter, error) {
	level, err := logging.ParseLevel(q.level)
	if err != nil {
		return logging.Filter{}, misuse(fmt.Errorf("--level: %w", err))
	}
	f := logging.Filter{Level: level}
	if q.match != "" {
		if f.Match, err = regexp.Compile(q.match); err != nil {
			return f, misuse(fmt.Errorf("--grep: %w", err))
		}
	}
	f.Since, err = q.start(began, now)
	return f, err
}

// start is the time of the oldest event that is shown.
func (q logQuery) start(began, now time.Time) (time.Time, error) {
	switch q.since {
	case "all":
		return time.Time{}, nil
	case "":
		return began.Truncate(time.Millisecond), nil
	}
	if age, err := time.ParseDuration(q.since); err == nil && age >= 0 {
		return now.Add(-age), nil
	}
	for _, layout := range []string{time.RFC3339, time.DateTime, time.DateOnly, time.TimeOnly} {
		if at, err := time.ParseInLocation(layout, q.since, time.Local); err == nil {
			if layout == time.TimeOnly {
				at = at.AddDate(now.Year(), int(now.Month())-1, now.Day()-1)
			}
			return at, nil
		}
	}
	return time.Time{}, misuse(fmt.Errorf("--since %q: want an age such as 10m, a time such as %s, or all", q.since, now.Format(time.RFC3339)))
}

// printEntry prints an event on a line.
func printEntry(out *terminal.Output, e logging.Record) error {
	if out.JSON {
		return out.EncodeLine(logForm{
			Time: e.Time, Level: e.Level.String(), Logger: e.Logger, Message: e.Message, File: e.File,
			Values: maps.Collect(maps.All(e.Values)), // an object, also where there are none
		})
	}
	level := fmt.Sprintf("%-5s", strings.ToUpper(e.Level.String()))
	text := strings.ReplaceAll(e.Text(), "\t", "    ") // of a stack trace
	out.Printf("%s %s %s %s\n", out.Paint(terminal.Faint, clock(e.Time, time.Now())),
		out.Paint(levelColour(e.Level), level), out.Paint(terminal.Bold, e.Logger), text)
	return out.Finish(nil)
}

// clock is a time with as much of a date as it takes.
func clock(at, now time.Time) string {
	const layout = "15:04:05.000"
	at, now = at.Local(), now.Local()
	if at.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return at.Format(layout)
	}
	return at.Format(time.DateOnly + " " + layout)
}

func levelColour(level hclog.Level) terminal.Colour {
	switch {
	case level >= hclog.Error:
		return terminal.Red
	case level == hclog.Warn:
		return terminal.Yellow
	case level == hclog.Info:
		return terminal.Green
	default:
		return terminal.Faint
	}
}
