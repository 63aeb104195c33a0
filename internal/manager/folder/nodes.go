package folder

import (
	"os"
	"path/filepath"
	"slices"

	"networkmngr/internal/config"
)

// Nodes lists the ports of the nodes that have data in a folder, or at the end of a
// link there, in order. The error is that of the file system.
func Nodes(path string) ([]int, error) {
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
