// Package lastrun is run.json in a log folder, in which a manager leaves to other
// programs what is known of its run.
package lastrun

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/disk"
)

// file is beside the logs.
const file = "run.json"

// Ended is the state of a Record whose manager has left in order.
const Ended = "ended"

// Record tells other programs of a manager's last run, during it and after it.
// After a crash it says what was known before: State is Running, but there is
// no such process.
type Record struct {
	State     string          `json:"state"` // Running or Ended
	Software  string          `json:"software"`
	PID       int             `json:"pid"`        // of the manager
	URL       string          `json:"url"`        // of the manager
	StartedAt time.Time       `json:"started_at"` // before any node was
	ReadyAt   time.Time       `json:"ready_at"`   // when all of them stood
	EndedAt   *time.Time      `json:"ended_at"`   // null unless Ended
	Logs      string          `json:"logs"`       // folder, as an absolute path
	Data      string          `json:"data"`       // folder, as an absolute path
	Temporary bool            `json:"temporary"`
	TokenFile string          `json:"token_file,omitempty"` // as an absolute path; of a token that was made for this run
	Lab       string          `json:"lab"`                  // that the network is
	Settings  map[string]any  `json:"settings"`             // by name, without the token
	Nodes     []api.NodeState `json:"nodes"`
}

// Read reads what the last manager with this log folder left there; it returns nil if
// there was none. The error is that of the file system, or that of the content.
func Read(logs string) (*Record, error) {
	path := filepath.Join(logs, file)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	record := new(Record)
	if err == nil {
		err = json.Unmarshal(text, record)
	}
	if err != nil {
		return nil, fmt.Errorf("record of the last run, %s: %w", path, err)
	}
	return record, nil
}

// Recorder keeps a manager's Record on disk. Of several managers with one log
// folder, the one that started last has it. Its methods may be called from any
// goroutine.
type Recorder struct {
	Logs string // folder

	mu     sync.Mutex // guards record and the file
	record *Record    // nil before Begin
}

// Begin takes the file over. The error is that of the file system.
func (r *Recorder) Begin(record Record) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.record = &record
	return r.write()
}

// Update changes the record, if it was begun and the file is still ours. The error is
// that of the file system.
func (r *Recorder) Update(change func(*Record)) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.record == nil || !r.ours() {
		return nil
	}
	change(r.record)
	return r.write()
}

func (r *Recorder) ours() bool {
	there, err := Read(r.Logs)
	return err != nil || there == nil || there.PID == r.record.PID && there.StartedAt.Equal(r.record.StartedAt)
}

// write replaces the file as a whole, so that nobody reads a half of it.
func (r *Recorder) write() error {
	text, err := json.MarshalIndent(r.record, "", "  ")
	if err != nil {
		return err
	}
	return disk.WriteFile(filepath.Join(r.Logs, file), append(text, '\n'), 0o644)
}
