//go:build linux

package measure

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/shirou/gopsutil/v4/cpu"
	"github.com/shirou/gopsutil/v4/load"
	"github.com/spf13/pflag"
)

// Main runs a program until it is done, or is told to end, and ends the process.
func Main(run func(context.Context) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	Exit(run(ctx))
}

// Exit ends the process, which has failed if there is an error.
func Exit(err error) {
	if err == nil {
		os.Exit(0)
	}
	fmt.Fprintln(os.Stderr, filepath.Base(os.Args[0])+":", err)
	os.Exit(1)
}

// Options are the flags of every program that measures.
type Options struct{ Binary, Out, Only, Commit string }

// AddFlags registers the flags of a program.
func (o *Options) AddFlags(flags *pflag.FlagSet) {
	flags.StringVar(&o.Binary, "binary", "", "the networkmngr to measure")
	flags.StringVar(&o.Out, "out", "", "`file` for the table, beside standard output")
	flags.StringVar(&o.Commit, "commit", "unknown", "what binary was built from")
	flags.StringVar(&o.Only, "only", "", "`pattern` of the measurements to take: of the others, the file keeps what it has")
}

// Table is what a program measures, with what one must know to read it. Before Columns there
// is one for the measurement's name, and behind them one for when it was taken.
type Table struct {
	Title, Script string
	Columns       []string
	Notes         string // Markdown
	Parts         []Part
}

// Part takes one measurement, and returns its rows in Markdown.
type Part struct {
	Name string
	Take func(context.Context) (rows string, err error)
}

// Run takes the measurements that are asked for, and prints the table. After each it writes
// the table to a file, which keeps what it had of the others: so a long table can be taken
// in pieces. The error names the measurement that failed, or is that of the file.
func (t Table) Run(ctx context.Context, o Options) error {
	wanted, err := regexp.Compile(o.Only)
	if err != nil {
		return err
	}
	rows, err := t.read(o.Out)
	if err != nil {
		return err
	}
	for _, part := range t.Parts {
		if !wanted.MatchString(part.Name) {
			continue
		}
		if rows[part.Name], err = part.run(ctx, o.Commit); err != nil {
			return fmt.Errorf("%s: %w", part.Name, err)
		}
		if err := t.write(o.Out, rows); err != nil {
			return err
		}
	}
	fmt.Print(t.text(rows))
	return nil
}

// run takes the measurement, and returns its rows with its name and the circumstances: the
// load is the machine's over a minute.
func (p Part) run(ctx context.Context, commit string) (rows string, err error) {
	average, err := load.Avg()
	if err != nil {
		return "", err
	}
	began := time.Now()
	found, err := p.Take(ctx)
	if err != nil {
		return "", err
	}
	for row := range strings.Lines(found) {
		rows += fmt.Sprintf("| %s %s %s, %s, load %.2f |\n", p.Name, strings.TrimSpace(row), commit, began.UTC().Format(time.DateOnly), average.Load1)
	}
	fmt.Fprintf(os.Stderr, "%s took %s\n%s", p.Name, time.Since(began).Round(100*time.Millisecond), rows)
	return rows, nil
}

// read finds the rows of each part in a table that was written before; none without a file.
func (t Table) read(path string) (map[string]string, error) {
	rows := make(map[string]string)
	text, err := os.ReadFile(path)
	if path == "" || errors.Is(err, fs.ErrNotExist) {
		return rows, nil
	}
	for line := range strings.Lines(string(text)) {
		for _, part := range t.Parts {
			if strings.HasPrefix(line, "| "+part.Name+" |") {
				rows[part.Name] += line
			}
		}
	}
	return rows, err
}

// write writes the table to a file, if there is to be one.
func (t Table) write(path string, rows map[string]string) error {
	if path == "" {
		return nil
	}
	return os.WriteFile(path, []byte(t.text(rows)), 0o644)
}

// text is the whole table, as far as there are rows.
func (t Table) text(rows map[string]string) string {
	columns := slices.Concat([]string{"measurement"}, t.Columns, []string{"taken"})
	text := fmt.Sprintf("# %s\n\nBy `%s`, with %s, on %d × %s. *Taken* is of which commit, when, and at which load of the machine before; `--only` takes some anew.\n\n| %s |\n%s|\n",
		t.Title, t.Script, runtime.Version(), runtime.NumCPU(), processor(), strings.Join(columns, " | "), strings.Repeat("| --- ", len(columns)))
	for _, part := range t.Parts {
		text += rows[part.Name]
	}
	return text + t.Notes
}

// processor is the first processor's model.
func processor() string {
	processors, err := cpu.Info()
	if err != nil || len(processors) == 0 {
		return "processor unknown"
	}
	return processors[0].ModelName
}
