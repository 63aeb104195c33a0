package store

import "os"

// How far beyond the pages in use a file extends, in bytes.
const (
	minReserve = 64 << 10 // more than a commit of one block mostly needs
	// maxReserve is less than a full block needs: what such a block writes is much beside a
	// wait for the journal, and must not be written twice, first as zeros.
	maxReserve = 256 << 10
)

// preallocation writes zeros to the end of a file in advance. A commit that fills
// them changes nothing but data: where space must be allocated first, each sync
// waits for the journal of the file system, which all nodes on a disk share. The
// steps double, so that small chains stay small.
type preallocation struct {
	file *os.File
	end  int64 // of what was allocated
}

// extend is called before a commit, by one goroutine at a time; used is the end of
// the file's last page in use. If it fails, the commit fails too should it need
// the space.
func (r *preallocation) extend(used int64) {
	if used+minReserve <= r.end {
		return
	}
	from := max(used, r.end)
	r.end = used + min(max(used, 2*minReserve), maxReserve)
	for ; from < r.end; from += minReserve {
		_, _ = r.file.WriteAt(zeros[:min(minReserve, r.end-from)], from)
	}
}

// zeros is what unused space holds. It is no part of the heap, whose size decides when
// a node that starts collects its garbage for the first time.
var zeros [minReserve]byte
