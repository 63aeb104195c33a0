// Package doctor examines a machine and what the last run has left on it:
// whether a network could run well here, and if not, what to do. It changes
// nothing and prints nothing.
package doctor

import (
	"fmt"

	"networkmngr/internal/config"
	"networkmngr/internal/lastrun"
)

// The grades of a Result.
const (
	Passed = "ok"
	Warned = "warn" // works, perhaps not well
	Failed = "fail" // does not work
)

// Result is what one check has found.
type Result struct {
	Check  string `json:"check"`
	Grade  string `json:"grade"` // "ok", "warn" or "fail"
	Found  string `json:"found"`
	Advice string `json:"advice"` // what to do; empty if the check passed
}

func pass(check, format string, args ...any) Result {
	return Result{Check: check, Grade: Passed, Found: fmt.Sprintf(format, args...)}
}

func warn(check, found, advice string) Result { return Result{check, Warned, found, advice} }
func fail(check, found, advice string) Result { return Result{check, Failed, found, advice} }

// subject is what is examined: a network that would start with these settings,
// and the last runs with the same log folder.
type subject struct {
	settings config.ManagerSettings
	records  []*lastrun.Record // of the last runs with the log folder, the last one last
	running  []*lastrun.Record // those of them that go on
}

// checks are made one after the other. One that this system does not allow returns
// the zero Result.
var checks = []func(*subject) Result{
	checkRecord, checkLeftovers, checkPorts, checkCertificate, checkLogs, checkData, checkLocks, checkFiles, checkMemory, checkClock,
}

// Examine makes all checks for a network with these settings. There is a result
// for each check that this system allows.
func Examine(settings config.ManagerSettings) []Result {
	s := &subject{settings: settings}
	var results []Result
	records, err := lastrun.All(settings.Log.Folder)
	if err != nil {
		results = append(results, warn("last run", err.Error(), "remove the file"))
	}
	s.records, s.running = records, lastrun.Running(records)
	for _, check := range checks {
		if result := check(s); result != (Result{}) {
			results = append(results, result)
		}
	}
	return results
}
