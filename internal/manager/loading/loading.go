// Package loading makes the data folder of a network from a snapshot.
package loading

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"networkmngr/internal/clock"
	"networkmngr/internal/config"
	"networkmngr/internal/datafolder"
	"networkmngr/internal/disk"
	"networkmngr/internal/manager/folder"
	"networkmngr/internal/manager/kept"
	"networkmngr/internal/manager/ports"
	"networkmngr/internal/manager/stream"
	"networkmngr/internal/snapshot"
)

// ErrLoad is wrapped by every error of Load. Its text is for the person who can mend it.
var ErrLoad = errors.New("cannot load the snapshot")

// Load makes a data folder of a snapshot, which a manager resumes as another lab: the
// copy and the network that it was taken of never meet. It returns the settings with that
// folder, a temporary one if they name none, and with its ports: if nobody has named one,
// the first that are free. After an error, which wraps ErrLoad, nothing is left. What a kill
// leaves is no network's (see folder.CheckLoaded), and is removed by the next load there.
func Load(path string, settings config.ManagerSettings) (loaded config.ManagerSettings, temporary bool, err error) {
	l := load{settings: settings, free: folder.FreeSpace}
	if err := l.run(path); err != nil {
		return l.settings, false, err
	}
	return l.settings, settings.Data == "", nil
}

// load is a snapshot that is being loaded.
type load struct {
	settings config.ManagerSettings
	free     func(folder string) (bytes uint64, err error) // of its disk
	made     string                                        // the data folder, once it is ours
	lock     io.Closer                                     // of made
}

// run loads a snapshot's file. After an error, an ErrLoad, nothing is left.
func (l *load) run(path string) error {
	if err := l.unpackFile(path); err != nil {
		l.discard()
		return fmt.Errorf("%w: %w", ErrLoad, err)
	}
	return nil
}

func (l *load) unpackFile(path string) error {
	from, end, err := snapshot.Open(path)
	if err != nil {
		return err
	}
	defer end()
	count := len(from.Manifest.Nodes)
	if count == 0 || count > config.MaxAmount {
		return fmt.Errorf("it has %d nodes, want 1 to %d", count, config.MaxAmount)
	}
	if err := l.choosePort(count); err != nil {
		return err
	}
	if err := l.makeFolder(); err != nil {
		return err
	}
	if err := l.checkSpace(from.Manifest); err != nil {
		return err
	}
	if err := l.unpack(from); err != nil {
		return err
	}
	return l.finish(from.Manifest)
}

// choosePort looks for free ports in a row. Those that somebody has named must be free too:
// the start would refuse them once the snapshot is unpacked.
func (l *load) choosePort(nodes int) error {
	if l.settings.PortSet {
		return l.checkPorts(l.settings.Port, nodes)
	}
	for first := l.settings.Port; first+nodes <= ports.Max; first += nodes + 1 {
		err := l.checkPorts(first, nodes)
		if err == nil {
			l.settings.Port, l.settings.PortSet = first, true
			return nil
		}
		if !errors.Is(err, ports.ErrInUse) {
			return err
		}
	}
	return fmt.Errorf("%w: no %d in a row from %d on", ports.ErrNone, nodes+1, l.settings.Port)
}

// checkPorts returns why the manager cannot have a port, or its nodes those after it.
func (l *load) checkPorts(first, nodes int) error {
	all := make([]int, nodes+1)
	for i := range all {
		all[i] = first + i
	}
	held, err := ports.Hold(l.settings.Host, all...)
	if err == nil {
		held.Free()
	}
	return err
}

// unpack writes the files in their places. Each is as it was written: the reader
// compares the sums.
func (l *load) unpack(from *snapshot.Reader) error {
	if err := l.makeFolders(len(from.Manifest.Nodes)); err != nil {
		return err
	}
	for {
		file, content, err := from.Next()
		if snapshot.IsEnd(err) {
			return nil
		}
		if err != nil {
			return err
		}
		place, err := l.place(file.Path)
		if err == nil {
			err = writeFrom(place, content)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", file.Path, err)
		}
	}
}

// makeFolders makes those of the nodes and of the events.
func (l *load) makeFolders(nodes int) error {
	err := os.Mkdir(filepath.Join(l.made, stream.LoadedFolder), 0o755)
	for i := range nodes {
		err = errors.Join(err, os.Mkdir(l.nodeFolder(i), 0o755))
	}
	return err
}

func (l *load) nodeFolder(number int) string {
	return config.NodeFolder(l.made, l.settings.Port+1+number)
}

// place is where a file of a snapshot goes.
func (l *load) place(path string) (string, error) {
	part, number, name := snapshot.Part(path)
	switch part {
	case "":
		return filepath.Join(l.made, datafolder.GenesisFile), nil
	case "nodes":
		return filepath.Join(l.nodeFolder(number), name), nil
	case "events":
		return filepath.Join(l.made, stream.LoadedFolder, name), stream.CheckPartName(name)
	}
	if !slices.Contains(folder.Copied, name) {
		return "", fmt.Errorf("%w: this program keeps no %s", snapshot.ErrFormat, name)
	}
	return filepath.Join(l.made, name), nil
}

// writeFrom makes a file, which is on disk when it returns.
func writeFrom(path string, content io.Reader) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	return errors.Join(err, file.Sync(), file.Close())
}

// finish writes down what follows from the manifest: which nodes were removed, that the
// network has rested since, and that its stream is one of its own. With its last step the
// folder is a network's.
func (l *load) finish(m *snapshot.Manifest) error {
	var removed []int
	for i, n := range m.Nodes {
		if n.Removed {
			removed = append(removed, l.settings.Port+1+i)
		}
	}
	if err := folder.SetRemoved(l.made, removed); err != nil {
		return err
	}
	clocks := kept.In[clock.Lab](l.made, folder.ClockFile)
	lab, _, err := clocks.Read()
	if err == nil && !lab.Stands {
		err = clocks.Write(lab.Rest(m.Created))
	}
	if err == nil {
		err = stream.SetNew(l.made)
	}
	for i := range m.Nodes {
		err = errors.Join(err, disk.SyncFolder(l.nodeFolder(i)))
	}
	if err = errors.Join(err, disk.SyncFolder(filepath.Join(l.made, stream.LoadedFolder)), disk.SyncFolder(l.made)); err != nil {
		return err
	}
	return folder.EndLoading(l.made, l.lock)
}
