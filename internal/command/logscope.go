package command

import (
	"cmp"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/config"
	"networkmngr/internal/lastrun"
)

// logScope says which of the networks with one log folder are asked about.
type logScope struct {
	shown  []*lastrun.Record // the one that is named, or those that run, or the last; none if nothing is recorded
	hidden []*lastrun.Record // the others, if one is named
}

// scopeOf takes the network whose manager is named by its URL, if one is.
func scopeOf(folder, manager string) (logScope, error) {
	all, err := lastrun.All(folder)
	if err != nil {
		return logScope{}, err
	}
	if manager == "" {
		return logScope{shown: lastOf(all)}, nil
	}
	for i, r := range slices.Backward(all) {
		if portOf(r.URL) == portOf(manager) {
			return logScope{[]*lastrun.Record{r}, slices.Delete(all, i, i+1)}, nil
		}
	}
	return logScope{}, misuse(fmt.Errorf("no run of a manager at %s is recorded in the log folder %s", manager, folder))
}

// lastOf returns the records of networks that run, or else the last one.
func lastOf(all []*lastrun.Record) []*lastrun.Record {
	if running := lastrun.Running(all); len(running) > 0 {
		return running
	}
	return all[max(len(all), 1)-1:]
}

func portOf(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return parsed.Port()
}

// start is when the first of the networks was started; zero if that is not known.
func (s logScope) start() (first time.Time) {
	for _, r := range s.shown {
		if first.IsZero() || r.StartedAt.Before(first) {
			first = r.StartedAt
		}
	}
	return first
}

// files says which files hold the logs of a node, by name or port, or of the manager, or
// of all if node is empty.
func (s logScope) files(node string) (wants func(file string) bool, err error) {
	port, err := s.port(node)
	if err != nil {
		return nil, err
	}
	return func(file string) bool {
		if s.hides(file) {
			return false
		}
		switch node {
		case "":
			return s.ofManager(file) || strings.HasPrefix(file, nodeLogPrefix)
		case "manager":
			return s.ofManager(file)
		default:
			return file == config.NodeLog(port)
		}
	}, nil
}

const nodeLogPrefix = "node-"

// port is that of the node that a name or an address means. Whatever else is asked for
// stays as it is.
func (s logScope) port(node string) (string, error) {
	if _, port, err := net.SplitHostPort(node); err == nil {
		return port, nil
	}
	var ports, managers []string
	for _, r := range s.shown {
		for _, n := range r.Nodes {
			if n.Name == node {
				ports, managers = append(ports, strconv.Itoa(n.Port)), append(managers, "--manager "+r.URL)
			}
		}
	}
	switch len(ports) {
	case 0:
		return node, nil
	case 1:
		return ports[0], nil
	}
	return "", misuse(fmt.Errorf("%d networks with this log folder have a node %s: name one with %s, or the node by its port",
		len(ports), node, strings.Join(managers, " or ")))
}

// ofManager reports whether a file is the log of a manager, or of the one that is named.
func (s logScope) ofManager(file string) bool {
	if len(s.hidden) > 0 {
		return file == cmp.Or(s.shown[0].LogFile, managerLogger+logSuffix)
	}
	return file == managerLogger+logSuffix || strings.HasPrefix(file, managerLogger+"-")
}

// hides reports whether a file is the log of a node of another network alone.
func (s logScope) hides(file string) bool { return hasNode(s.hidden, file) && !hasNode(s.shown, file) }

// hasNode reports whether a file is the log of a node of one of these networks.
func hasNode(records []*lastrun.Record, file string) bool {
	return slices.ContainsFunc(records, func(r *lastrun.Record) bool {
		return slices.ContainsFunc(r.Nodes, func(n api.NodeState) bool { return file == config.NodeLog(strconv.Itoa(n.Port)) })
	})
}
