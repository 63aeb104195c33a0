package doctor

import (
	"fmt"
	"time"

	"networkmngr/internal/certificate"
)

// scarceTime is what a certificate should be valid for.
const scarceTime = 7 * 24 * time.Hour

// checkCertificate looks at the one that is named; one of the manager's own making is made
// anew in time.
func checkCertificate(s *subject) Result {
	const check, advice = "certificate", "name another one with --tls-cert and --tls-key, or have one made with --tls alone"
	if s.settings.TLSCert == "" {
		return Result{}
	}
	pair, err := certificate.Load(s.settings.TLSCert, s.settings.TLSKey)
	if err != nil {
		return fail(check, err.Error(), advice)
	}
	found := fmt.Sprintf("%s is valid until %s; %s", s.settings.TLSCert, pair.Ends().Format(time.DateOnly), pair.Fingerprint())
	if time.Until(pair.Ends()) < scarceTime {
		return warn(check, found, advice)
	}
	return pass(check, "%s", found)
}
