package store

import "os"

// How far ahead of the pages in use a file is made, in bytes.
const (
	reserveLeast = 64 << 10 // more than a commit of one block mostly needs
	reserveMost  = 4 << 20
)

// reserve writes zeros to the end of a file before it is needed. The disk then
// has the place, and a commit that fills it changes nothing but data: where
// place must be found first, each sync waits for the journal of the file system,
// which all nodes on a disk share. The steps double, so that small chains stay
// small.
type reserve struct {
	file *os.File
	end  int64 // up to here, place was asked for
}

// extend is called before a commit, by one at a time; used is where the file's
// last page in use ends. If the place cannot be had, the commit will tell, should
// it need it.
func (r *reserve) extend(used int64) {
	if used+reserveLeast <= r.end {
		return
	}
	from := max(used, r.end)
	r.end = used + min(max(used, 2*reserveLeast), reserveMost)
	_, _ = r.file.WriteAt(make([]byte, r.end-from), from)
}
