package store

import (
	"math"
	"syscall"

	bolt "go.etcd.io/bbolt"
)

// mapSize is the address space reserved for a file. It costs nothing else; to map
// a file that outgrew its map again, a writer would have to wait for all readers.
// Where address space is short, the map grows.
const mapSize = 64 << 30 & math.MaxInt

// release returns the memory of the file's pages to the kernel, which caches what
// it has room for. The caller is inside a transaction, so that the map stays.
func release(tx *bolt.Tx) {
	// If it fails, only the memory stays in use.
	_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, tx.DB().Info().Data, uintptr(tx.Size()), syscall.MADV_DONTNEED)
}
