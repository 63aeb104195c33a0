// Package lastrun is run.json in a log folder, in which a manager leaves to other
// programs what is known of its run.
package lastrun

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/disk"
	"networkmngr/internal/processes"
	"networkmngr/internal/strictjson"
)

const (
	file   = "run.json"   // is beside the logs
	others = "run-*.json" // a port is in the place of the star
)

// Ended is the state of a Record whose manager has left in order.
const Ended = "ended"

// Record tells other programs of a manager's run, during it and after it.
// After a crash it says what was known before: State is Running, but there is
// no such process.
type Record struct {
	State     string     `json:"state"` // Running or Ended
	Software  string     `json:"software"`
	PID       int        `json:"pid"`        // of the manager
	URL       string     `json:"url"`        // of the manager
	StartedAt time.Time  `json:"started_at"` // before any node was
	ReadyAt   time.Time  `json:"ready_at"`   // when all of them stood
	EndedAt   *time.Time `json:"ended_at"`   // null unless Ended
	Logs      string     `json:"logs"`       // folder, as an absolute path
	LogFile   string     `json:"log_file"`   // there, of the manager
	Events    string     `json:"events"`     // folder, as an absolute path; empty if none are kept
	Data      string     `json:"data"`       // folder, as an absolute path
	Temporary bool       `json:"temporary"`
	TokenFile string     `json:"token_file,omitempty"` // as an absolute path; of a token that was made for this run
	// Fingerprint is that of the certificate that the manager and its nodes show; absent
	// where they speak plain HTTP.
	Fingerprint string          `json:"fingerprint,omitempty"`
	Lab         string          `json:"lab"`      // that the network is
	Settings    map[string]any  `json:"settings"` // by name, without the token
	Nodes       []api.NodeState `json:"nodes"`
}

// Is reports whether the record is of a run.
func (r *Record) Is(run api.Run) bool { return r.PID == run.PID && r.StartedAt.Equal(run.StartedAt) }

// Runs reports whether the manager of the record still runs, as a process of this
// machine.
func (r *Record) Runs() bool {
	return r.State == api.Running && processes.StateOf(r.PID, r.StartedAt) == processes.Alive
}

// Read returns the record of the last run with this log folder, or nil if there was
// none: of those that still run or else of all, the one that started last. The error
// is that of the file system, or that of the content.
func Read(logs string) (*Record, error) {
	records, err := All(logs)
	if err != nil || len(records) == 0 {
		return nil, err
	}
	if running := Running(records); len(running) > 0 {
		records = running
	}
	return records[len(records)-1], nil
}

// Running returns those of the records whose managers still run.
func Running(records []*Record) []*Record {
	return slices.DeleteFunc(slices.Clone(records), func(r *Record) bool { return !r.Runs() })
}

// Beside returns those of the records whose managers still run at other addresses than
// url.
func Beside(records []*Record, url string) []*Record {
	return slices.DeleteFunc(Running(records), func(r *Record) bool { return r.URL == url })
}

// All returns what managers with this log folder have left there, in the order of
// their starts. The error is as that of Read.
func All(logs string) ([]*Record, error) {
	names, err := fs.Glob(os.DirFS(logs), others) // none where there is no folder
	if err != nil {
		return nil, err
	}
	var records []*Record
	for _, name := range append(names, file) {
		record, err := read(filepath.Join(logs, name))
		if err != nil {
			return nil, err
		}
		if record != nil {
			records = append(records, record)
		}
	}
	slices.SortStableFunc(records, func(a, b *Record) int { return a.StartedAt.Compare(b.StartedAt) })
	return records, nil
}

// read returns nil if there is no such file.
func read(path string) (*Record, error) {
	text, err := disk.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	record := new(Record)
	if err == nil {
		err = strictjson.Unmarshal(text, record)
	}
	if err != nil {
		return nil, fmt.Errorf("record of the last run, %s: %w", path, err)
	}
	return record, nil
}

// Recorder keeps a manager's Record on disk. The record is in run.json, unless that is
// of another manager that still runs: then it is in run-PORT.json, with the manager's
// port. Its methods may be called from any goroutine.
type Recorder struct {
	Logs string // folder

	mu     sync.Mutex // guards record and the files
	record *Record    // nil before Begin
}

// Begin writes the first record. The error is that of the file system.
func (r *Recorder) Begin(record Record) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.record = &record
	own, err := r.ownFile()
	if err != nil {
		return err
	}
	if err := os.Remove(own); err != nil && !errors.Is(err, fs.ErrNotExist) { // of an earlier run at this port
		return err
	}
	return r.write()
}

// Update changes the record, if it was begun. The error is that of the file system.
func (r *Recorder) Update(change func(*Record)) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.record == nil {
		return nil
	}
	change(r.record)
	return r.write()
}

// ownFile is the one that no manager at another port writes.
func (r *Recorder) ownFile() (string, error) {
	address, err := url.Parse(r.record.URL)
	if err != nil {
		return "", err
	}
	return filepath.Join(r.Logs, fmt.Sprintf("run-%s.json", address.Port())), nil
}

// path is where the record is: once in its own file, it stays there.
func (r *Recorder) path() (string, error) {
	own, err := r.ownFile()
	if err != nil {
		return "", err
	}
	shared := filepath.Join(r.Logs, file)
	there, err := read(shared)
	if taken := err == nil && there != nil && !there.Is(r.record.run()) && there.Runs(); taken || exists(own) {
		return own, nil
	}
	return shared, nil // what cannot be read is replaced
}

func (r *Record) run() api.Run { return api.Run{PID: r.PID, StartedAt: r.StartedAt} }

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// write replaces the file as a whole, so that nobody reads a half of it. It does not wait for
// the folder's names to be on disk, as who starts a network waits for the record: after a power
// failure the record of the run before may be back, and the processes of neither are there.
func (r *Recorder) write() error {
	text, err := json.MarshalIndent(r.record, "", "  ")
	if err != nil {
		return err
	}
	path, err := r.path()
	if err != nil {
		return err
	}
	return disk.WriteUnsynced(path, append(text, '\n'), 0o644)
}
