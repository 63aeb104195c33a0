package logging

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
)

// Record is one record, as read from a log file.
type Record struct {
	File    string // name
	Time    time.Time
	Level   hclog.Level
	Logger  string                     // "node-5000.http"
	Message string                     // in a text file, with the values after it
	Values  map[string]json.RawMessage // of a JSON file, by key; else empty
}

// parseLine reads a line in one of the forms that Open writes.
func parseLine(line []byte) (Record, bool) {
	if bytes.HasPrefix(line, []byte("{")) {
		return parseJSON(line)
	}
	return parseText(string(line))
}

// parseText reads "TIME [LEVEL]  LOGGER: MESSAGE".
func parseText(line string) (Record, bool) {
	stamp, rest, _ := strings.Cut(line, " ")
	at, err := time.Parse(time.RFC3339Nano, stamp) // which is faster than by timeFormat
	if err != nil {
		return Record{}, false
	}
	level, rest, found := strings.Cut(strings.TrimPrefix(rest, "["), "]")
	if !found {
		return Record{}, false
	}
	e := Record{Time: at, Level: hclog.LevelFromString(level), Message: strings.TrimLeft(rest, " ")}
	if logger, message, named := strings.Cut(e.Message, ": "); named && !strings.Contains(logger, " ") {
		e.Logger, e.Message = logger, message
	}
	return e, true
}

// parseJSON reads hclog's JSON form.
func parseJSON(line []byte) (Record, bool) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(line, &fields); err != nil {
		return Record{}, false
	}
	text := func(key string) (s string) {
		_ = json.Unmarshal(fields["@"+key], &s) // else empty
		return s
	}
	at, err := time.Parse(time.RFC3339Nano, text("timestamp"))
	if err != nil {
		return Record{}, false
	}
	e := Record{Time: at, Level: hclog.LevelFromString(text("level")), Logger: text("module"), Message: text("message"), Values: fields}
	maps.DeleteFunc(fields, func(key string, _ json.RawMessage) bool { return strings.HasPrefix(key, "@") })
	return e, true
}

// Text is the message with the values after it.
func (e Record) Text() string {
	if len(e.Values) == 0 {
		return e.Message
	}
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(e.Values)) {
		parts = append(parts, key+"="+plain(e.Values[key]))
	}
	return fmt.Sprintf("%s: %s", e.Message, strings.Join(parts, " "))
}

// plain is a value without quotes where none are needed.
func plain(value json.RawMessage) string {
	var s string
	if json.Unmarshal(value, &s) != nil || s == "" || strings.ContainsAny(s, " \t\n\"=") {
		return string(value)
	}
	return s
}
