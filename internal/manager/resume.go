package manager

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"networkmngr/internal/config"
	"networkmngr/internal/datafolder"
	"networkmngr/internal/manager/folder"
	"networkmngr/internal/manager/ports"
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
	kept, err := folder.Nodes(settings.Data)
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
func checkKept(ctx context.Context, config Options, data *folder.Folder) error {
	if err := checkPortsKept(data.Kept, data.Starting); err != nil {
		return err
	}
	err := data.Settle(ctx, config.Genesis)
	switch other := errors.Is(err, datafolder.ErrOther); {
	case other && config.Settings.Join != "":
		if following := data.SettleToFollow(ctx, config.Genesis); following != nil {
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
	if len(ports.Except(kept, wanted)) == 0 || len(ports.Except(wanted, kept)) == 0 {
		return nil
	}
	return fmt.Errorf("%w: on ports %s, not on %s: resume it without --port and --amount, or name another folder",
		errOtherPorts, ports.Ranges(kept), ports.Ranges(wanted))
}

// tellOfNew says which nodes are new in a folder that held others, which of it do not
// start, and which do though they were removed.
func (m *Manager) tellOfNew(data *folder.Folder) {
	if len(data.Kept) == 0 {
		return
	}
	kept, out := ports.Ranges(data.Kept), ports.Except(data.Kept, data.Starting)
	if fresh := ports.Except(data.Starting, data.Kept); len(fresh) > 0 {
		m.log.Info("nodes are new in the data folder", "folder", data.Path, "ports", ports.Ranges(fresh), "kept", kept)
		m.tellNotice("new in the data folder, which held %s: %s", nodesOn(data.Kept), nodesOn(fresh))
	}
	if len(out) > 0 {
		m.log.Info("nodes in the data folder do not start", "folder", data.Path, "ports", ports.Ranges(out), "kept", kept)
	}
	if len(out) > 0 && !m.settings.AmountSet {
		m.tellNotice("removed or not fully added, and left out: %s; networkmngr nodes add PORT brings one back", nodesOn(out))
	}
	if back := ports.Except(data.Removed, ports.Except(data.Removed, data.Starting)); len(back) > 0 {
		m.log.Info("removed nodes are back", "folder", data.Path, "ports", ports.Ranges(back))
		m.tellNotice("removed before, and back, as the amount says: %s", nodesOn(back))
	}
}

// nodesOn names nodes by their ports.
func nodesOn(list []int) string {
	if len(list) == 1 {
		return fmt.Sprintf("the node on port %d", list[0])
	}
	return "the nodes on ports " + ports.Ranges(list)
}
