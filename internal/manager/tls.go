package manager

import (
	"fmt"
	"path/filepath"
	"time"

	"networkmngr/internal/lastrun"
	"networkmngr/internal/manager/folder"
)

// openCertificate finds or makes what the manager and its nodes show, if they speak TLS. One
// that is made is kept where the next run finds it: in the data folder, or beside the logs
// if that is a temporary one. The error is an ErrCheck.
func (m *Manager) openCertificate() error {
	base := filepath.Join(m.data.Path, folder.CertificateBase)
	if m.data.Temporary {
		base = filepath.Join(m.settings.Log.Folder, fmt.Sprintf("networkmngr-%d", m.settings.Port))
	}
	pair, made, err := m.settings.OpenCertificate(base)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCheck, err)
	}
	if m.pair = pair; pair == nil {
		return nil
	}
	m.log.Info("speaks TLS", "fingerprint", pair.Fingerprint(), "certificate", pair.CertFile, "ends", pair.Ends().Format(time.DateOnly), "made", made)
	m.trust.Own(pair)
	m.certified = pair.Fingerprint()
	pair.LogTo(m.log)
	return nil
}

// keepCertified tells others from time to time of another certificate. The first manager may
// take long to answer, and nothing else waits for that.
func (m *Manager) keepCertified() {
	m.everyLived(m.tellCertificate)
}

// tellCertificate notes another certificate than before where others learn of it: in the
// record of the run, and at the first manager, which is told again until it has taken it.
func (m *Manager) tellCertificate() {
	if now := m.pair.Fingerprint(); now != m.certified {
		m.certified = now
		m.tellNotice("another certificate is shown, until %s: %s", m.pair.Ends().Format(time.DateOnly), now)
		m.recorded("certificate", m.recorder.Update(func(r *lastrun.Record) { r.Fingerprint = now }))
		if m.first != nil {
			m.first.setFingerprint(now)
			m.uncertified = true
		}
	}
	if !m.uncertified {
		return
	}
	err := m.joinAgain()
	if m.uncertified = err != nil; err != nil {
		m.log.Warn("first manager does not know of another certificate", "error", err)
	}
}
