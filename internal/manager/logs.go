package manager

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"networkmngr/internal/api"
	"networkmngr/internal/config"
	"networkmngr/internal/httpserver/logs"
)

// newLogs are the logs of the manager and the nodes, as one.
func (m *Manager) newLogs() *logs.Logs {
	return logs.New(logs.Options{
		Folder: m.settings.Log.Folder, Files: m.logsOf, Began: func() time.Time { return m.began },
	})
}

// logsOf returns the names of the nodes, and the manager, whose logs are wanted, by the
// files of these: all, or those that a list names.
func (m *Manager) logsOf(list string) (map[string]string, error) {
	names := make(map[string]string)
	if list == "" {
		names[m.config.LogFile] = api.LogManager
		for _, member := range slices.Concat(m.fleet.Removed(), m.fleet.All()) {
			if member.Machine() == "" {
				names[config.NodeLog(strconv.Itoa(member.Port()))] = member.Name()
			}
		}
		return names, nil
	}
	for reference := range strings.SplitSeq(list, ",") {
		if reference == api.LogManager {
			names[m.config.LogFile] = api.LogManager
			continue
		}
		member, err := m.fleet.FindAny(m.local(reference))
		if err != nil {
			return nil, fmt.Errorf("%w; or %s", err, api.LogManager)
		}
		if there := member.Machine(); there != "" {
			return nil, fmt.Errorf("%w: %s, whose log %s/logs?node=%[2]s has", errElsewhere, member.Name(), there)
		}
		names[config.NodeLog(strconv.Itoa(member.Port()))] = member.Name()
	}
	return names, nil
}
