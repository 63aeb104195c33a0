package command

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"networkmngr/internal/api"
)

// checkRecord tells of the last run, and whether it ended in order.
func checkRecord(p *patient) []finding {
	const check = "last run"
	r := p.record
	switch {
	case r == nil:
		return []finding{ok(check, "none is recorded in %s", p.settings.Log.Folder)}
	case p.running:
		return []finding{ok(check, "runs at %s, as process %d", r.URL, r.PID)}
	case r.State == api.Running:
		found := fmt.Sprintf("process %d, started %s, is gone without having ended in order", r.PID, atTime(r.StartedAt))
		advice := "look at the end of its log: networkmngr logs --node manager"
		if r.Temporary {
			advice += "; its data is in " + r.Data
		}
		return []finding{warn(check, found, advice)}
	}
	return []finding{ok(check, "ended in order, %s", atTime(*r.EndedAt))}
}

func atTime(t time.Time) string { return t.Local().Format(time.DateTime) }

// checkLeftovers looks for processes of a run whose manager is gone.
func checkLeftovers(p *patient) []finding {
	const check = "processes"
	if p.record == nil || p.running {
		return []finding{ok(check, "none is left of an earlier run")}
	}
	var left, perhaps []string
	for _, node := range p.record.Nodes {
		switch lives(node.PID, p.record.ReadyAt) {
		case alive:
			left = append(left, strconv.Itoa(node.PID))
		case unknown:
			perhaps = append(perhaps, strconv.Itoa(node.PID))
		}
	}
	switch {
	case len(left) > 0:
		return []finding{fail(check, "left of an earlier run: "+strings.Join(left, ", "), "kill "+strings.Join(left, " "))}
	case len(perhaps) > 0:
		return []finding{warn(check, "may be left of an earlier run: "+strings.Join(perhaps, ", "),
			"look what they are: ps -p "+strings.Join(perhaps, ","))}
	}
	return []finding{ok(check, "none is left of an earlier run")}
}
