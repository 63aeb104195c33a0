//go:build linux

package measure

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
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
	flags.StringVar(&o.Only, "only", "", "`pattern` of the measurements to take, and write no file")
}

// Table is what a program measures, with what one must know to read it.
type Table struct {
	Title, Script  string
	Columns, Notes string // Markdown
	Parts          []Part
}

// Part takes one measurement, and returns its rows in Markdown.
type Part struct {
	Name string
	Take func(context.Context) (rows string, err error)
}

// Run takes the measurements that are asked for, prints the table, and writes it to a
// file. The error names the measurement that failed, or is that of the file.
func (t Table) Run(ctx context.Context, o Options) error {
	wanted, err := regexp.Compile(o.Only)
	if err != nil {
		return err
	}
	head, err := t.head(o)
	if err != nil {
		return err
	}
	var text strings.Builder
	text.WriteString(head)
	for _, part := range t.Parts {
		if !wanted.MatchString(part.Name) {
			continue
		}
		began := time.Now()
		rows, err := part.Take(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", part.Name, err)
		}
		fmt.Fprintf(os.Stderr, "%s took %s\n%s", part.Name, time.Since(began).Round(100*time.Millisecond), rows)
		text.WriteString(rows)
	}
	text.WriteString(t.Notes)
	fmt.Print(text.String())
	if o.Out == "" || o.Only != "" {
		return nil
	}
	return os.WriteFile(o.Out, []byte(text.String()), 0o644)
}

// head is the table's beginning, with the circumstances of its figures. The load is the
// machine's over a minute.
func (t Table) head(o Options) (string, error) {
	average, err := load.Avg()
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("# %s\n\nBy `%s`, of commit %s, on %s, with %s, %d × %s; load before the first %.2f.\n\n%s",
		t.Title, t.Script, o.Commit, time.Now().UTC().Format(time.DateOnly), runtime.Version(),
		runtime.NumCPU(), processor(), average.Load1, t.Columns), nil
}

// processor is the first processor's model.
func processor() string {
	processors, err := cpu.Info()
	if err != nil || len(processors) == 0 {
		return "processor unknown"
	}
	return processors[0].ModelName
}
