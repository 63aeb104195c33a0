package store

import (
	"math"
	"syscall"

	bolt "go.etcd.io/bbolt"
)

// mapSize is how much of the address space a file is given at once. Nothing
// else is spent on it; to map a file anew that outgrew its map, a writer would
// have to wait for all readers. Where addresses are short, the map grows.
const mapSize = 64 << 30 & math.MaxInt

// release gives the memory that holds the file's pages back to the kernel,
// which keeps what it has room for. Callers are inside a transaction, so that
// the file stays where it is mapped.
func release(tx *bolt.Tx) {
	// All that can go wrong is that the memory stays.
	_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, tx.DB().Info().Data, uintptr(tx.Size()), syscall.MADV_DONTNEED)
}
