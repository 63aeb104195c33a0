package folder

import (
	"slices"

	"networkmngr/internal/manager/kept"
	"networkmngr/internal/manager/ports"
)

// removedFile lists the ports of the nodes that were taken out of the network, or are not
// yet of it: their data are there, and they do not start with it.
const removedFile = "removed.json"

// Removed are the ports of the nodes of a folder that were removed, as they are kept.
func Removed(path string) (removed []int, err error) {
	file := kept.In[[]int](path, removedFile)
	removed, _, err = file.Read()
	if err != nil {
		return nil, err
	}
	if err := ports.Check(removed); err != nil {
		return nil, file.Wrong(err)
	}
	return removed, nil
}

// SetRemoved writes down which nodes of a folder were removed, by their ports. The error is
// that of the file system.
func SetRemoved(path string, removed []int) error {
	file := kept.In[[]int](path, removedFile)
	if len(removed) == 0 {
		return file.Remove()
	}
	return file.Write(removed)
}

// NoteRemoved writes down that a node was removed. The error is that of Removed or SetRemoved.
func (f *Folder) NoteRemoved(port int) error {
	removed, err := Removed(f.Path)
	if err != nil || slices.Contains(removed, port) {
		return err
	}
	return SetRemoved(f.Path, append(removed, port))
}

// NoteReturned writes down that nodes are of the network again. The error is that of Removed
// or SetRemoved.
func (f *Folder) NoteReturned(returned ...int) error {
	removed, err := Removed(f.Path)
	if left := ports.Except(removed, returned); err == nil && len(left) < len(removed) {
		return SetRemoved(f.Path, left)
	}
	return err
}
