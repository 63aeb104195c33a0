// Package certificate has the certificates that servers show, and judges those that
// clients are shown. A server is known by the fingerprint of its certificate, which
// somebody has read where the server runs, or by a name that an authority of this system
// vouches for (RFC 5280).
package certificate
