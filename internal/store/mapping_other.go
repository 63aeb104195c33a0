//go:build !linux

package store

import bolt "go.etcd.io/bbolt"

// mapSize lets the map grow with the file: not every system can map what is
// not there yet.
const mapSize = 0

// release is for Linux, where what is mapped counts as the process's memory.
func release(*bolt.Tx) {}
