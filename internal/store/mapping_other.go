//go:build !linux

package store

import bolt "go.etcd.io/bbolt"

// mapSize lets the map grow with the file: not every system can map beyond a
// file's end.
const mapSize = 0

// release is for Linux, where mapped pages count as the process's memory.
func release(*bolt.Tx) {}
