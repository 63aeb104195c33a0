package manager

import (
	"fmt"
	"path/filepath"
	"time"
)

// Files of a certificate of the manager's own making, in a data folder that is kept. The
// nodes show the same one.
const (
	certificateBase = "tls"
	certificateFile = certificateBase + ".crt"
	keyFile         = certificateBase + ".key"
)

// openCertificate finds or makes what the manager and its nodes show, if they speak TLS. One
// that is made is kept where the next run finds it: in the data folder, or beside the logs
// if that is a temporary one. The error is an ErrCheck.
func (m *Manager) openCertificate() error {
	base := filepath.Join(m.data.path, certificateBase)
	if m.data.temporary {
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
	return m.trust.Know(pair.Fingerprint())
}
