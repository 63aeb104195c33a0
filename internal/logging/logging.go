// Package logging writes and reads the log files of the manager and the nodes.
package logging

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/hashicorp/go-hclog"

	"networkmngr/internal/printable"
)

// timeFormat is RFC 3339 with milliseconds.
const timeFormat = "2006-01-02T15:04:05.000Z07:00"

// ErrLevel means that a name is not a log level's.
var ErrLevel = errors.New("unknown log level")

// Options says where log lines go, from which level on, and in what form.
type Options struct {
	Folder   string    // created if it is missing
	Level    string    // the least severe level that is written; see ParseLevel
	JSON     bool      // one JSON object a line instead of readable text
	Terminal io.Writer // gets every line too; nil for none
}

// Open returns a logger named name that appends to file in the folder, within
// MaxFileBytes. Each record is one line and one write, so that processes may share a
// file. If the file is renamed, the logger goes on in a new one. After the closer
// is closed, records go to the terminal only. The error wraps ErrLevel, or is that
// of the file system.
func Open(cfg Options, file, name string) (hclog.Logger, io.Closer, error) {
	level, err := ParseLevel(cfg.Level)
	if err != nil {
		return nil, nil, err
	}
	out, err := openFile(cfg.Folder, file)
	if err != nil {
		return nil, nil, fmt.Errorf("log file: %w", err)
	}
	logger := hclog.New(&hclog.LoggerOptions{
		Name:               name,
		Level:              level,
		Output:             sinks{out, cfg.Terminal, cfg.JSON},
		JSONFormat:         cfg.JSON,
		JSONEscapeDisabled: true,
		TimeFormat:         timeFormat,
	})
	return logger, out, nil
}

// ParseLevel reads a level's name: trace, debug, info, warn, error or off. The
// error wraps ErrLevel.
func ParseLevel(name string) (hclog.Level, error) {
	level := hclog.LevelFromString(name)
	if level == hclog.NoLevel {
		return level, fmt.Errorf("%w %q: want trace, debug, info, warn, error or off", ErrLevel, name)
	}
	return level, nil
}

// Begin writes the line that a run begins with, by which it is found in a file that
// holds several, whatever the level; only off has none.
func Begin(log hclog.Logger, software string) {
	if level := log.GetLevel(); level > hclog.Info && level != hclog.Off {
		log.SetLevel(hclog.Info)
		defer log.SetLevel(level)
	}
	log.Info("run begins", "software", software, "pid", os.Getpid())
}

// sinks are where one logger's lines go. If one fails, by a full disk or a closed
// terminal, the other still gets the line. All of a line is printable: peers and
// clients choose part of it, and users look at the file on a terminal.
type sinks struct {
	file     io.Writer
	terminal io.Writer // or nil
	json     bool
}

// Write writes one record.
func (s sinks) Write(event []byte) (int, error) {
	line := s.oneLine(event)
	_, err := s.file.Write(line)
	if s.terminal != nil {
		_, terminalErr := s.terminal.Write(line)
		err = errors.Join(err, terminalErr)
	}
	return len(event), err
}

// unfold undoes hclog's layout of values that have several lines, which is
// "key=\n  | first\n  | second\n": they become key=first\nsecond with the
// newline escaped.
var unfold = strings.NewReplacer("=\n  | ", "=", "\n  | ", `\n`, "\n", " ")

// oneLine returns the record as exactly one line.
func (s sinks) oneLine(event []byte) []byte {
	event = bytes.TrimRight(event, " \n")
	if s.json {
		return append(printable.JSON(event), '\n')
	}
	line := string(event)
	if strings.Contains(line, "\n") {
		line = unfold.Replace(line)
	}
	return append([]byte(printable.Text(line)), '\n')
}
