package manager

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
	"networkmngr/internal/manager/kept"
	"networkmngr/internal/manager/ports"
	"networkmngr/internal/manager/stream"
	"networkmngr/internal/snapshot"
)

// ErrLoad is wrapped by every error of Load. Its text is for the person who can mend it.
var ErrLoad = errors.New("cannot load the snapshot")

// OpenSnapshot opens a snapshot's file and reads what it says of itself. The caller calls
// end. The error is that of the file, or as that of [snapshot.Read].
func OpenSnapshot(path string) (from *snapshot.Reader, end func(), err error) {
	file, err := disk.Open(path)
	if err != nil {
		return nil, nil, err
	}
	if from, err = snapshot.Read(file, snapshot.DefaultLimits()); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("%s: %w", path, err), file.Close())
	}
	return from, func() { from.Close(); file.Close() }, nil
}

// Load makes a data folder of a snapshot, which a manager resumes as another lab: the
// copy and the network that it was taken of never meet. It returns the settings with that
// folder, a temporary one if they name none, and with its ports: if nobody has named one,
// the first that are free. After an error, which wraps ErrLoad, nothing is left. What a kill
// leaves is no network's (see halfLoaded), and is removed by the next load there.
func Load(path string, settings config.ManagerSettings) (loaded config.ManagerSettings, temporary bool, err error) {
	return load(path, loading{settings: settings, free: freeSpace})
}

func load(path string, l loading) (loaded config.ManagerSettings, temporary bool, err error) {
	temporary = l.settings.Data == ""
	if err := l.load(path); err != nil {
		l.discard()
		return l.settings, false, fmt.Errorf("%w: %w", ErrLoad, err)
	}
	return l.settings, temporary, nil
}

// loading is a snapshot that is being loaded.
type loading struct {
	settings config.ManagerSettings
	free     func(folder string) (bytes uint64, err error) // of its disk
	made     string                                        // the data folder, once it is ours
	lock     io.Closer                                     // of made
}

func (l *loading) load(path string) error {
	from, end, err := OpenSnapshot(path)
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
func (l *loading) choosePort(nodes int) error {
	if l.settings.PortSet {
		return l.checkPorts(l.settings.Port, nodes)
	}
	for first := l.settings.Port; first+nodes <= maxPort; first += nodes + 1 {
		err := l.checkPorts(first, nodes)
		if err == nil {
			l.settings.Port, l.settings.PortSet = first, true
			return nil
		}
		if !errors.Is(err, ports.ErrInUse) {
			return err
		}
	}
	return fmt.Errorf("%w: no %d in a row from %d on", errNoPort, nodes+1, l.settings.Port)
}

// checkPorts returns why the manager cannot have a port, or its nodes those after it.
func (l *loading) checkPorts(first, nodes int) error {
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
func (l *loading) unpack(from *snapshot.Reader) error {
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
func (l *loading) makeFolders(nodes int) error {
	err := os.Mkdir(filepath.Join(l.made, stream.LoadedFolder), 0o755)
	for i := range nodes {
		err = errors.Join(err, os.Mkdir(l.nodeFolder(i), 0o755))
	}
	return err
}

func (l *loading) nodeFolder(number int) string {
	return config.NodeFolder(l.made, l.settings.Port+1+number)
}

// place is where a file of a snapshot goes.
func (l *loading) place(path string) (string, error) {
	part, number, name := snapshot.Part(path)
	switch part {
	case "":
		return filepath.Join(l.made, datafolder.GenesisFile), nil
	case "nodes":
		return filepath.Join(l.nodeFolder(number), name), nil
	case "events":
		return filepath.Join(l.made, stream.LoadedFolder, name), stream.CheckPartName(name)
	}
	if !slices.Contains(keptNames, name) {
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
func (l *loading) finish(m *snapshot.Manifest) error {
	var removed []int
	for i, n := range m.Nodes {
		if n.Removed {
			removed = append(removed, l.settings.Port+1+i)
		}
	}
	data := folder{path: l.made}
	if err := data.setRemoved(removed); err != nil {
		return err
	}
	clocks := kept.In[clock.Lab](l.made, clockFile)
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
	if err := disk.Remove(filepath.Join(l.made, loadingFile)); err != nil {
		return err
	}
	return disk.RemoveLock(l.lock, filepath.Join(l.made, lockFile))
}
