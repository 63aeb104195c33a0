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

// lostCommits returns a warning if commits are lost: the last one is gone, as goBack
// reports, or a damaged meta page has lost some. Then the library silently uses the other
// meta page, and with it an earlier commit. Pages that a commit wrote before its meta page
// stay in the file until others need the space.
func lostCommits(file *os.File, gone bool) (warning string, err error) {
	meta, before, err := lastMeta(file)
	if err != nil || before != nil && !gone {
		return "", err
	}
	left, leftErr := readRoot(file, meta.root)
	lost, err := newestRoot(file, meta.txid)
	if err := errors.Join(leftErr, err); err != nil || lost.commit == 0 && !gone {
		return "", err
	}
	why, was := "the newest meta page is damaged", ""
	if gone {
		why = "the machine went down before the last commit was on its disk"
	}
	if lost.commit > 0 {
		was = fmt.Sprintf("height %d was there, ", lost.tip.Height)
	}
	return fmt.Sprintf("%s: %sheight %d is what is left; the rest comes from peers", why, was, left.tip.Height), nil
}

// newestRoot finds what the file still says of the newest commit after another.
func newestRoot(file io.ReaderAt, after uint64) (newest rootPage, err error) {
	for page := uint64(2); ; page++ {
		found, err := readRoot(file, page)
		switch {
		case errors.Is(err, io.EOF):
			return newest, nil
		case err != nil:
			return newest, err
		case found.commit > max(after, newest.commit):
			newest = found
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
