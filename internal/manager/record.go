package manager

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/disk"
)

// recordFile is beside the logs.
const recordFile = "run.json"

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

// ReadRecord reads what the last manager with this log folder left there. The
// error is an [os.ErrNotExist] if there was none.
func ReadRecord(logs string) (Record, error) {
	path := filepath.Join(logs, recordFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return Record{}, err
	}
	var r Record
	if err := json.Unmarshal(text, &r); err != nil {
		return Record{}, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// recorder keeps a manager's Record on disk. Of several managers with one log
// folder, the one that started last has it.
type recorder struct {
	folder string

	mu     sync.Mutex // guards record and the file
	record *Record    // nil before begin
}

// begin takes the file over.
func (r *recorder) begin(record Record) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.record = &record
	return r.write()
}

// update changes the record, if it was begun and the file is still ours.
func (r *recorder) update(change func(*Record)) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.record == nil || !r.ours() {
		return nil
	}
	change(r.record)
	return r.write()
}

func (r *recorder) ours() bool {
	there, err := ReadRecord(r.folder)
	return err != nil || there.PID == r.record.PID && there.StartedAt.Equal(r.record.StartedAt)
}

// write replaces the file as a whole, so that nobody reads a half of it.
func (r *recorder) write() error {
	text, err := json.MarshalIndent(r.record, "", "  ")
	if err != nil {
		return err
	}
	return disk.WriteFile(filepath.Join(r.folder, recordFile), append(text, '\n'), 0o644)
}

// recordStart says that the network stands. Without the record it still does,
// only harder to find.
func (m *Manager) recordStart() {
	m.recorded("token", m.writeToken())
	s := m.summary(m.data)
	logs, err := filepath.Abs(s.Logs)
	if err == nil {
		err = m.recorder.begin(Record{
			State: api.Running, Software: m.config.Software, PID: os.Getpid(), URL: s.URL, StartedAt: m.began, ReadyAt: time.Now(),
			Logs: logs, Data: s.Data, Temporary: s.Temporary, TokenFile: s.TokenFile, Lab: m.settings.Lab,
			Settings: m.settings.Values(), Nodes: newNodes(m.nodes()),
		})
	}
	m.recorded("run", err)
}

// tokenFile is the absolute path of the file with the token that was made for this
// run; empty if none was.
func (m *Manager) tokenFile() string {
	if !m.config.TokenMade {
		return ""
	}
	file, _ := filepath.Abs(filepath.Join(m.settings.Log.Folder, fmt.Sprintf("networkmngr-%d.token", m.settings.Port))) // or as good as that
	return file
}

// writeToken writes a token that was made where only its owner can read it.
func (m *Manager) writeToken() error {
	if !m.config.TokenMade {
		return nil
	}
	return disk.WriteFile(m.tokenFile(), []byte(m.settings.Token+"\n"), 0o600)
}

// recorded warns of what could not be written down.
func (m *Manager) recorded(what string, err error) {
	if err != nil {
		m.log.Warn(what+" is not recorded", "error", err)
	}
}

// recordNodes says how the nodes are now.
func (m *Manager) recordNodes() {
	m.recorded("change of the nodes", m.recorder.update(func(r *Record) { r.Nodes = newNodes(m.nodes()) }))
}

// recordEnd says that nothing runs any more.
func (m *Manager) recordEnd() {
	if file := m.tokenFile(); file != "" {
		_ = os.Remove(file) // the token is of no use any more
	}
	m.recorded("end of the run", m.recorder.update(func(r *Record) {
		r.State, r.EndedAt, r.Nodes = Ended, new(time.Now()), newNodes(m.nodes())
	}))
}
