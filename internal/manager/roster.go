package manager

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"networkmngr/internal/config"
	"networkmngr/internal/fleet"
	"networkmngr/internal/manager/folder"
	"networkmngr/internal/manager/ports"
)

// errAllRemoved means that no node of a data folder is of its network any more.
var errAllRemoved = errors.New("all of its nodes were removed")

// startingPorts are those of the nodes that the network begins with: as many as are
// asked for or, if nobody has named a number, those that the data folder holds but for
// the removed ones. It returns an errAllRemoved if these are all.
func startingPorts(settings config.ManagerSettings) ([]int, error) {
	if settings.AmountSet || settings.Data == "" {
		return settings.NodePorts(), nil
	}
	kept, err := folder.Nodes(settings.Data)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if len(kept) == 0 || kept[0] != settings.Port+1 { // other ports are refused later
		return settings.NodePorts(), nil
	}
	removed, err := folder.Removed(settings.Data)
	if err != nil {
		return nil, err
	}
	left := ports.Except(kept, removed)
	if len(left) == 0 {
		last := kept[len(kept)-1]
		return nil, fmt.Errorf("%w: %s; --amount %d starts again what was removed", errAllRemoved, nodesOn(kept), last-settings.Port)
	}
	settings.Amount = len(left)
	return left, settings.Validate()
}

// roster makes a member for every node of the folder and every one that starts, with
// names in the order of their ports, and returns those that start.
func (m *Manager) roster(ctx context.Context) (members []*fleet.Member, err error) {
	var removed []*fleet.Member
	ports := slices.Concat(m.data.Kept, m.data.Starting)
	slices.Sort(ports)
	for _, port := range slices.Compact(ports) {
		member, err := m.newMember(ctx, port)
		if err != nil {
			return nil, err
		}
		switch {
		case slices.Contains(m.data.Starting, port):
			members = append(members, member)
		case slices.Contains(m.data.Removed, port):
			m.fleet.Remove(member, fleet.Asked)
			removed = append(removed, member)
		default:
			m.fleet.Remove(member, fleet.Spare)
		}
		m.lastPort = port
	}
	return members, m.readRemoved(ctx, removed)
}
