package manager

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"networkmngr/internal/config"
	"networkmngr/internal/datafolder"
)

// errOtherPorts means that the folder's nodes are not those that are wanted.
var errOtherPorts = errors.New("holds other nodes")

// Resumed returns the settings with the port that a data folder's network had, if nobody
// has named one: its nodes are on the ports after the manager's. The error is that of the
// file system.
func Resumed(settings config.ManagerSettings) (config.ManagerSettings, error) {
	if settings.PortSet || settings.Data == "" {
		return settings, nil
	}
	kept, err := keptIn(settings.Data)
	if errors.Is(err, fs.ErrNotExist) {
		return settings, nil
	}
	if len(kept) > 0 {
		settings.Port = kept[0] - 1
	}
	return settings, err
}

// checkKept refuses a folder of several networks, or of another one than is
// wanted, or of other nodes.
func checkKept(ctx context.Context, config Options, data *folder) error {
	if err := checkPortsKept(data.kept, data.starting); err != nil {
		return err
	}
	err := data.settle(ctx, config.Genesis)
	switch other := errors.Is(err, datafolder.ErrOther); {
	case other && config.Settings.Join != "":
		if following := data.settleToFollow(ctx, config.Genesis); following != nil {
			return fmt.Errorf("%w of --join %s: %w", err, config.Settings.Join, following)
		}
		return nil
	case other:
		err = fmt.Errorf("%w of --genesis %s: leave that out, or name another folder", err, config.Settings.Genesis)
	}
	return err
}

// checkPortsKept refuses a folder of which some nodes would stay behind while
// others start anew beside them. Fewer nodes than it holds are fine, and so are
// more: the new ones get the chain from the old.
func checkPortsKept(kept, wanted []int) error {
	if len(except(kept, wanted)) == 0 || len(except(wanted, kept)) == 0 {
		return nil
	}
	return fmt.Errorf("%w: on ports %s, not on %s: resume it without --port and --amount, or name another folder",
		errOtherPorts, ranges(kept), ranges(wanted))
}

// tellOfNew says which nodes are new in a folder that held others, which of it do not
// start, and which do though they were removed.
func (m *Manager) tellOfNew(data *folder) {
	if len(data.kept) == 0 {
		return
	}
	kept, out := ranges(data.kept), except(data.kept, data.starting)
	if fresh := except(data.starting, data.kept); len(fresh) > 0 {
		m.log.Info("nodes are new in the data folder", "folder", data.path, "ports", ranges(fresh), "kept", kept)
		m.tellNotice("new in the data folder, which held %s: %s", nodesOn(data.kept), nodesOn(fresh))
	}
	if len(out) > 0 {
		m.log.Info("nodes in the data folder do not start", "folder", data.path, "ports", ranges(out), "kept", kept)
	}
	if len(out) > 0 && !m.settings.AmountSet {
		m.tellNotice("removed or not fully added, and left out: %s; networkmngr nodes add PORT brings one back", nodesOn(out))
	}
	if back := except(data.removed, except(data.removed, data.starting)); len(back) > 0 {
		m.log.Info("removed nodes are back", "folder", data.path, "ports", ranges(back))
		m.tellNotice("removed before, and back, as the amount says: %s", nodesOn(back))
	}
}

// nodesOn names nodes by their ports.
func nodesOn(ports []int) string {
	if len(ports) == 1 {
		return fmt.Sprintf("the node on port %d", ports[0])
	}
	return "the nodes on ports " + ranges(ports)
}

// keptIn lists the ports of the nodes that have data in a folder, or at the end of a
// link there, in order.
func keptIn(path string) ([]int, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	var ports []int
	for _, entry := range entries {
		if port, ok := config.NodePort(entry.Name()); ok && isFolder(filepath.Join(path, entry.Name())) {
			ports = append(ports, port)
		}
	}
	slices.Sort(ports)
	return ports, nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// except returns the ports that are not among others.
func except(ports, others []int) []int {
	return slices.DeleteFunc(slices.Clone(ports), func(port int) bool { return slices.Contains(others, port) })
}

// ranges is an ordered list in short: "5000-5002, 5004".
func ranges(ports []int) string {
	var parts []string
	for len(ports) > 0 {
		run := 1
		for run < len(ports) && ports[run] == ports[0]+run {
			run++
		}
		part := fmt.Sprint(ports[0])
		if run > 1 {
			part += fmt.Sprintf("-%d", ports[run-1])
		}
		parts, ports = append(parts, part), ports[run:]
	}
	return strings.Join(parts, ", ")
}
