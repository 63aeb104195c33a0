package doctor

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/lastrun"
	"networkmngr/internal/processes"
)

// checkRecord tells of the runs that go on, or else of the last one, and whether it
// ended in order.
func checkRecord(s *subject) Result {
	const check = "last run"
	if len(s.running) > 0 {
		return pass(check, "runs %s", strings.Join(places(s.running), ", another one "))
	}
	if len(s.records) == 0 {
		return pass(check, "none is recorded in %s", s.settings.Log.Folder)
	}
	r := s.records[len(s.records)-1]
	switch {
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

// places say where networks run.
func places(running []*lastrun.Record) (list []string) {
	for _, r := range running {
		list = append(list, fmt.Sprintf("at %s, as process %d", r.URL, r.PID))
	}
	return list
}

func atTime(t time.Time) string { return t.Local().Format(time.DateTime) }

// checkLeftovers looks for processes of runs whose managers are gone.
func checkLeftovers(s *subject) Result {
	const check = "processes"
	left, perhaps := s.leftovers()
	switch {
	case len(left) > 0:
		return fail(check, "left of an earlier run: "+strings.Join(left, ", "), "kill "+strings.Join(left, " "))
	case len(perhaps) > 0:
		return warn(check, "may be left of an earlier run: "+strings.Join(perhaps, ", "),
			"look what they are: ps -p "+strings.Join(perhaps, ","))
	}
	return pass(check, "none is left of an earlier run")
}

// leftovers returns the numbers of nodes' processes that are, or may be, without a manager.
func (s *subject) leftovers() (left, perhaps []string) {
	for _, record := range s.records {
		if slices.Contains(s.running, record) {
			continue
		}
		for _, node := range record.Nodes {
			switch processes.StateOf(node.PID, readyAt(record, node)) {
			case processes.Alive:
				left = append(left, strconv.Itoa(node.PID))
			case processes.Unknown:
				perhaps = append(perhaps, strconv.Itoa(node.PID))
			}
		}
	}
	return left, perhaps
}

// readyAt is when a node's last process was ready: at the network's start, unless
// the node was added or restarted since.
func readyAt(r *lastrun.Record, node api.NodeState) time.Time {
	if len(node.Lives) == 0 {
		return r.ReadyAt
	}
	return node.Lives[len(node.Lives)-1].StartedAt
}
