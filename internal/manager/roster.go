package manager

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"networkmngr/internal/config"
	"networkmngr/internal/fleet"
	"networkmngr/internal/manager/kept"
)

// removedFile lists the ports of the nodes that were taken out of the network, or are not
// yet of it: their data are there, and they do not start with it.
const removedFile = "removed.json"

// errAllRemoved means that no node of a data folder is of its network any more.
var errAllRemoved = errors.New("all of its nodes were removed")

// startingPorts are those of the nodes that the network begins with: as many as are
// asked for or, if nobody has named a number, those that the data folder holds but for
// the removed ones. It returns an errAllRemoved if these are all.
func startingPorts(settings config.ManagerSettings) ([]int, error) {
	if settings.AmountSet || settings.Data == "" {
		return settings.NodePorts(), nil
	}
	kept, err := keptIn(settings.Data)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if len(kept) == 0 || kept[0] != settings.Port+1 { // other ports are refused later
		return settings.NodePorts(), nil
	}
	removed, err := removedIn(settings.Data)
	if err != nil {
		return nil, err
	}
	left := except(kept, removed)
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
	ports := slices.Concat(m.data.kept, m.data.starting)
	slices.Sort(ports)
	for _, port := range slices.Compact(ports) {
		member, err := m.newMember(ctx, port)
		if err != nil {
			return nil, err
		}
		switch {
		case slices.Contains(m.data.starting, port):
			members = append(members, member)
		case slices.Contains(m.data.removed, port):
			m.fleet.Remove(member, fleet.Asked)
			removed = append(removed, member)
		default:
			m.fleet.Remove(member, fleet.Spare)
		}
		m.lastPort = port
	}
	return members, m.readRemoved(ctx, removed)
}

// removedPorts are those of the nodes of a folder that were removed, as they are kept.
func removedPorts(path string) kept.File[[]int] { return kept.In[[]int](path, removedFile) }

// removedIn lists the ports of the nodes of a folder that were removed.
func removedIn(path string) (ports []int, err error) {
	file := removedPorts(path)
	ports, _, err = file.Read()
	if err != nil {
		return nil, err
	}
	if err := checkPorts(ports); err != nil {
		return nil, file.Wrong(err)
	}
	return ports, nil
}

// checkPorts refuses what is no port, and a port that is there twice.
func checkPorts(ports []int) error {
	for i, port := range ports {
		switch {
		case port < 1 || port > maxPort:
			return fmt.Errorf("%d is no port, want 1 to %d", port, maxPort)
		case slices.Contains(ports[:i], port):
			return fmt.Errorf("port %d is there twice", port)
		}
	}
	return nil
}

// setRemoved writes down which nodes were removed.
func (f *folder) setRemoved(ports []int) error {
	if len(ports) == 0 {
		return removedPorts(f.path).Remove()
	}
	return removedPorts(f.path).Write(ports)
}

// noteRemoved writes down that a node was removed.
func (f *folder) noteRemoved(port int) error {
	removed, err := removedIn(f.path)
	if err != nil || slices.Contains(removed, port) {
		return err
	}
	return f.setRemoved(append(removed, port))
}

// noteReturned writes down that nodes are of the network again.
func (f *folder) noteReturned(ports ...int) error {
	removed, err := removedIn(f.path)
	if left := except(removed, ports); err == nil && len(left) < len(removed) {
		return f.setRemoved(left)
	}
	return err
}
