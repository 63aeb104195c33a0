package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"networkmngr/internal/chain"
)

// commitSize is the size of a commit's number, which each commit writes beside the
// tip, to the same page.
const commitSize = 8

// lostCommits returns a warning if a damaged meta page has lost commits: the
// library silently uses the other meta page, and with it an earlier commit. Pages
// that a commit wrote before its meta page stay in the file until others need the
// space.
func lostCommits(file *os.File) (warning string, err error) {
	meta, whole, err := lastMeta(file)
	if err != nil || whole {
		return "", err
	}
	var now, best rootPage
	for page := uint64(2); ; page++ {
		found, err := readRoot(file, page)
		switch {
		case errors.Is(err, io.EOF):
			if best.commit == 0 {
				return "", nil
			}
			return fmt.Sprintf("the newest meta page is damaged: height %d was there, %d is what is left; the rest comes from peers",
				best.tip.Height, now.tip.Height), nil
		case err != nil:
			return "", err
		case found.commit == meta.txid:
			now = found
		case found.commit > max(meta.txid, best.commit):
			best = found
		}
	}
}

// rootPage is what a page of buckets says of the commit that wrote it; 0 is none.
type rootPage struct {
	commit uint64
	tip    chain.Ref
}

// readRoot reads a page, in use or not, if it is one of buckets. The error is the
// file's: io.EOF at its end.
func readRoot(file io.ReaderAt, page uint64) (found rootPage, err error) {
	raw := make([]byte, pageSize)
	if n, err := file.ReadAt(raw, int64(page)*pageSize); n < pageSize {
		return found, err
	}
	if binary.NativeEndian.Uint64(raw) != page || binary.NativeEndian.Uint16(raw[8:]) != leafPage {
		return found, nil
	}
	value := valueOf(raw, metaBucket)
	if len(value) < bucketHeaderSize+pageHeaderSize {
		return found, nil
	}
	inline := value[bucketHeaderSize:]
	commit, err := verifyChecksum(commitKey, valueOf(inline, commitKey))
	tip, tipErr := verifyChecksum(tipKey, valueOf(inline, tipKey))
	if err != nil || tipErr != nil || len(commit) != commitSize || len(tip) < refSize {
		return found, nil
	}
	return rootPage{binary.BigEndian.Uint64(commit), decodeRef(tip)}, nil
}

// valueOf finds a key on a leaf page, or nothing.
func valueOf(raw []byte, key []byte) []byte {
	elements, err := parse(0, raw, leafPage)
	if err != nil {
		return nil
	}
	for _, e := range elements {
		if string(e.key) == string(key) {
			return e.value
		}
	}
	return nil
}
