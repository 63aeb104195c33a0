package doctor

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/lastrun"
	"networkmngr/internal/processes"
)

// checkRecord tells of the last run, and whether it ended in order.
func checkRecord(s *subject) Result {
	const check = "last run"
	r := s.record
	switch {
	case r == nil:
		return pass(check, "none is recorded in %s", s.settings.Log.Folder)
	case s.running:
		return pass(check, "runs at %s, as process %d", r.URL, r.PID)
	case r.State == api.Running:
		found := fmt.Sprintf("process %d, started %s, is gone without having ended in order", r.PID, atTime(r.StartedAt))
		advice := "look at the end of its log: networkmngr logs --node manager"
		if r.Temporary {
			advice += "; its data is in " + r.Data
		}
		return warn(check, found, advice)
	case r.EndedAt == nil: // of another program's writing
		return pass(check, "ended in order")
	}
	return pass(check, "ended in order, %s", atTime(*r.EndedAt))
}

func atTime(t time.Time) string { return t.Local().Format(time.DateTime) }

// checkLeftovers looks for processes of a run whose manager is gone.
func checkLeftovers(s *subject) Result {
	const check = "processes"
	if s.record == nil || s.running {
		return pass(check, "none is left of an earlier run")
	}
	var left, perhaps []string // process numbers
	for _, node := range s.record.Nodes {
		switch processes.StateOf(node.PID, readyAt(s.record, node)) {
		case processes.Alive:
			left = append(left, strconv.Itoa(node.PID))
		case processes.Unknown:
			perhaps = append(perhaps, strconv.Itoa(node.PID))
		}
	}
	switch {
	case len(left) > 0:
		return fail(check, "left of an earlier run: "+strings.Join(left, ", "), "kill "+strings.Join(left, " "))
	case len(perhaps) > 0:
		return warn(check, "may be left of an earlier run: "+strings.Join(perhaps, ", "),
			"look what they are: ps -p "+strings.Join(perhaps, ","))
	}
	return pass(check, "none is left of an earlier run")
}

// readyAt is when a node's last process was ready: at the network's start, unless
// the node was added or restarted since.
func readyAt(r *lastrun.Record, node api.NodeState) time.Time {
	if len(node.Lives) == 0 {
		return r.ReadyAt
	}
	return node.Lives[len(node.Lives)-1].StartedAt
}
