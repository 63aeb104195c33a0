package manager

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/disk"
	"networkmngr/internal/lastrun"
)

// recordStart says that the network stands. Without the record it still does,
// only harder to find.
func (m *Manager) recordStart() {
	m.recorded("token", m.writeToken())
	s := m.summary(m.data)
	logs, err := filepath.Abs(s.Logs)
	kept := ""
	if folder := m.stream.Folder(); folder != "" && err == nil {
		kept, err = filepath.Abs(folder)
	}
	if err == nil {
		err = m.recorder.Begin(lastrun.Record{
			State: api.Running, Software: m.config.Software, PID: os.Getpid(), URL: s.URL, StartedAt: m.began, ReadyAt: time.Now(),
			Logs: logs, LogFile: m.config.LogFile, Events: kept, Data: s.Data, Temporary: s.Temporary, TokenFile: s.TokenFile, Fingerprint: s.Fingerprint, Lab: m.settings.Lab,
			Settings: m.settings.Values(), Nodes: newNodes(m.own()),
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
	m.recorded("change of the nodes", m.recorder.Update(func(r *lastrun.Record) { r.Nodes = newNodes(m.own()) }))
}

// recordEnd says that nothing runs any more.
func (m *Manager) recordEnd() {
	if file := m.tokenFile(); file != "" {
		_ = os.Remove(file) // the token is of no use any more
	}
	m.recorded("end of the run", m.recorder.Update(func(r *lastrun.Record) {
		r.State, r.EndedAt, r.Nodes = lastrun.Ended, new(time.Now()), newNodes(m.own())
	}))
}
