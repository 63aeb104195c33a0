package folder

import (
	"networkmngr/internal/bootstrap"
	"networkmngr/internal/datafolder"
	"networkmngr/internal/manager/linkfaults"
	"networkmngr/internal/manager/stream"
)

// What is in a data folder that a manager uses, besides which network it is of and the folders
// of its nodes.
const (
	lockFile = "manager.lock"
	labFile  = "lab"
	// restartFile has the restart policy of the last run, if one was ever set.
	restartFile = "restart"
	// ClockFile has the network's time: its clocks, and when it last lived.
	ClockFile = "clock.json"
	// PlanFile has the plan of the network's mining.
	PlanFile = "mining.json"
	// CertificateBase is how the files of a certificate of the manager's own making begin, in
	// a folder that is kept. The nodes show the same one.
	CertificateBase = "tls"
	certificateFile = CertificateBase + ".crt"
	keyFile         = CertificateBase + ".key"
)

// files are the names of those that a manager itself writes, beside the lock.
var files = []string{
	datafolder.GenesisFile, datafolder.IntentionFile, labFile, stream.FileName, removedFile, ClockFile, linkfaults.FileName,
	PlanFile, restartFile, bootstrap.FileName, certificateFile, keyFile,
}

// Copied are the names of those that a snapshot takes as they are. Of the others it has none: a
// copy is another lab, with a stream and a certificate of its own, the network's description has
// a place of its own, and which nodes were removed is in the manifest, as it is kept by their ports.
var Copied = []string{ClockFile, linkfaults.FileName, PlanFile, bootstrap.FileName}
