package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"

	"networkmngr/internal/chain"
)

// The layout of a bbolt file, version 2: bbolt's internal/common has it in
// structs, in the byte order of the machine.
const (
	magic       = 0xED0CDAED
	boltVersion = 2
	noFreelist  = ^uint64(0)

	pageHeaderSize   = 16 // id u64, flags u16, count u16, overflow u32
	elementSize      = 16 // branch: pos u32, key u32, page u64; leaf: flags u32, pos u32, key u32, value u32
	bucketHeaderSize = 16 // rootPage u64, sequence u64
	metaSize         = 64
	metaSumAt        = 56

	branchPage = 0x01
	leafPage   = 0x02
	bucketFlag = 0x01 // of a leaf's element
)

// errPage means that a page is not valid.
var errPage = errors.New("bad page")

func badPage(page uint64, format string, args ...any) error {
	return fmt.Errorf("%w %d: %s", errPage, page, fmt.Sprintf(format, args...))
}

// boltMeta is what a meta page says.
type boltMeta struct {
	root  uint64 // page of the bucket of buckets
	pages uint64 // in use or free; the rest of the file says nothing
	txid  uint64
	page  uint64 // where it stands
	sum   uint64
}

// home is where the library writes the meta page of a commit.
func (m boltMeta) home() uint64 { return m.txid % 2 }

// readMeta reads meta page 0 or 1. The error is errPage if it is not valid.
func readMeta(file io.ReaderAt, page uint64) (m boltMeta, err error) {
	var raw [metaSize]byte
	if _, err := file.ReadAt(raw[:], int64(page)*pageSize+pageHeaderSize); err != nil {
		return m, readError(page, err)
	}
	order := binary.NativeEndian
	sum := fnv.New64a()
	sum.Write(raw[:metaSumAt])
	if order.Uint32(raw[0:]) != magic || order.Uint32(raw[4:]) != boltVersion || order.Uint64(raw[metaSumAt:]) != sum.Sum64() {
		return m, badPage(page, "not a meta page")
	}
	if order.Uint32(raw[8:]) != pageSize || order.Uint64(raw[32:]) != noFreelist {
		return m, badPage(page, "made by another program")
	}
	return boltMeta{
		root: order.Uint64(raw[16:]), pages: order.Uint64(raw[40:]), txid: order.Uint64(raw[48:]), page: page, sum: sum.Sum64(),
	}, nil
}

// lastMeta returns the newer meta page of those that are valid, and the other one, or nil
// if it is not. A power failure may tear one: the other then has the state before. Of
// equals the last is the one that the next commit does not write.
func lastMeta(file io.ReaderAt) (last boltMeta, before *boltMeta, err error) {
	zero, err0 := readMeta(file, 0)
	one, err1 := readMeta(file, 1)
	switch {
	case err0 != nil && err1 != nil:
		return last, nil, err0
	case err0 != nil:
		return one, nil, nil
	case err1 != nil:
		return zero, nil, nil
	case one.txid > zero.txid || one.txid == zero.txid && one.home() == 1:
		return one, &zero, nil
	default:
		return zero, &one, nil
	}
}

// readError distinguishes a file that ends too early from a disk that fails.
func readError(page uint64, err error) error {
	if errors.Is(err, io.EOF) {
		return badPage(page, "the file is cut short")
	}
	return err
}

// verifier walks the tree of pages from the root.
type verifier struct {
	file    io.ReaderAt
	pages   uint64
	seen    []bool // by page
	bucket  string // that is being walked
	rows    map[string]uint64
	version uint32        // of the format, once read
	totals  *chain.Totals // once read
	backlog backlog
}

// verify reads all of the file, checks that the pages form a valid tree and that
// every value fits its checksum, and returns the version of the format. The error
// is errPage for bad content; any other one means that the file cannot be read.
func verify(file *os.File) (version uint32, err error) {
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	meta, _, err := lastMeta(file)
	if err != nil {
		return 0, err
	}
	if size := uint64(info.Size()); meta.pages > size/pageSize {
		return 0, fmt.Errorf("%w: the file has %d bytes, %d pages are in use", errPage, size, meta.pages)
	}
	v := &verifier{file: file, pages: meta.pages, seen: make([]bool, meta.pages), rows: make(map[string]uint64)}
	if err := v.walk(meta.root, span{}); err != nil {
		return 0, err
	}
	if v.version == 0 {
		return 0, fmt.Errorf("%w: no version of the format", errPage)
	}
	if !readable(v.version) {
		return v.version, nil
	}
	return v.version, v.checkTotals()
}

// checkTotals compares the rows with the last commit's counts: where a page was
// never written, an older one of its kind may be in its place.
func (v *verifier) checkTotals() error {
	if v.totals == nil {
		return nil // nothing is stored yet
	}
	v.rows[string(transactionsBucket)] += v.backlog.transactions
	for bucket, want := range map[string]uint64{
		string(accountsBucket): v.totals.Accounts, string(balancesBucket): v.totals.Accounts,
		string(transactionsBucket): v.totals.Transactions,
	} {
		if have := v.rows[bucket]; have != want {
			return fmt.Errorf("%w: %s has %d rows, %d are counted", errPage, bucket, have, want)
		}
	}
	return nil
}

// span is the range of keys that a page may hold: low and above, below high; nil
// is no bound.
type span struct{ low, high []byte }

func (s span) holds(key []byte) bool {
	return bytes.Compare(key, s.low) >= 0 && (s.high == nil || bytes.Compare(key, s.high) < 0)
}

// walk checks page id and all pages below it.
func (v *verifier) walk(id uint64, keys span) error {
	raw, err := v.read(id)
	if err != nil {
		return err
	}
	return v.check(id, raw, keys)
}

// read returns a page with its overflow, which no other page may contain.
func (v *verifier) read(id uint64) ([]byte, error) {
	if id < 2 || id >= v.pages {
		return nil, badPage(id, "not one of %d", v.pages)
	}
	raw := make([]byte, pageSize)
	if _, err := v.file.ReadAt(raw, int64(id)*pageSize); err != nil {
		return nil, readError(id, err)
	}
	if own := binary.NativeEndian.Uint64(raw); own != id {
		return nil, badPage(id, "says that it is %d", own)
	}
	overflow := uint64(binary.NativeEndian.Uint32(raw[12:]))
	if overflow >= v.pages-id {
		return nil, badPage(id, "runs over the end")
	}
	for at := id; at <= id+overflow; at++ {
		if v.seen[at] {
			return nil, badPage(at, "is part of two others")
		}
		v.seen[at] = true
	}
	if overflow == 0 {
		return raw, nil
	}
	raw = append(raw, make([]byte, overflow*pageSize)...)
	_, err := v.file.ReadAt(raw[pageSize:], int64(id+1)*pageSize)
	if err != nil {
		return nil, readError(id, err)
	}
	return raw, nil
}

// element is a page's entry for one key.
type element struct {
	key, value []byte // a branch has no values
	flags      uint32 // of a leaf's element
	child      uint64 // page that a branch's element leads to
}

// check checks a page's elements; raw may also be a small bucket that is inside
// its parent's page id.
func (v *verifier) check(id uint64, raw []byte, keys span) error {
	kind := binary.NativeEndian.Uint16(raw[8:])
	if kind != branchPage && kind != leafPage {
		return badPage(id, "neither branch nor leaf: flags %#x", kind)
	}
	elements, err := parse(id, raw, kind)
	if err != nil {
		return err
	}
	for i, low := 0, keys.low; i < len(elements); i++ {
		key := elements[i].key
		if !(span{low, keys.high}).holds(key) || i > 0 && bytes.Equal(key, low) {
			return badPage(id, "key %d is out of order", i)
		}
		low = key
	}
	if kind == branchPage {
		return v.checkBranch(id, elements, keys)
	}
	return v.checkLeaf(id, elements, keys)
}

// parse reads a page's elements. The library packs keys and values directly after
// the elements, and zeros after them: so a wrong count is detected.
func parse(id uint64, raw []byte, kind uint16) ([]element, error) {
	count := int(binary.NativeEndian.Uint16(raw[10:]))
	next := uint64(pageHeaderSize + count*elementSize)
	if next > uint64(len(raw)) {
		return nil, badPage(id, "%d elements do not fit", count)
	}
	list := make([]element, count)
	for i := range list {
		at := uint64(pageHeaderSize + i*elementSize)
		e, position, keySize, size := parseElement(raw[at:], kind)
		if at+position != next || keySize+size > uint64(len(raw))-next {
			return nil, badPage(id, "element %d is misplaced", i)
		}
		e.key = raw[next : next+keySize]
		e.value = raw[next+keySize : next+keySize+size]
		next += keySize + size
		list[i] = e
	}
	if rest := bytes.TrimLeft(raw[next:], "\x00"); len(rest) > 0 {
		return nil, badPage(id, "%d elements are not all", count)
	}
	return list, nil
}

// parseElement reads an element's fixed part. position counts from its start.
func parseElement(raw []byte, kind uint16) (e element, position, keySize, size uint64) {
	order := binary.NativeEndian
	if kind == branchPage {
		e.child = order.Uint64(raw[8:])
		return e, uint64(order.Uint32(raw)), uint64(order.Uint32(raw[4:])), 0
	}
	e.flags = order.Uint32(raw)
	return e, uint64(order.Uint32(raw[4:])), uint64(order.Uint32(raw[8:])), uint64(order.Uint32(raw[12:]))
}

func (v *verifier) checkBranch(id uint64, children []element, keys span) error {
	if len(children) == 0 {
		return badPage(id, "branch without children")
	}
	for i, e := range children {
		below := span{e.key, keys.high}
		if i+1 < len(children) {
			below.high = children[i+1].key
		}
		if err := v.walk(e.child, below); err != nil {
			return err
		}
	}
	return nil
}

// checkLeaf lets only a bucket's root be empty.
func (v *verifier) checkLeaf(id uint64, elements []element, keys span) error {
	if len(elements) == 0 && keys.low != nil {
		return badPage(id, "leaf without keys")
	}
	for _, e := range elements {
		if err := v.checkValue(id, e); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) checkValue(id uint64, e element) error {
	if e.flags == bucketFlag {
		v.bucket = string(e.key)
		return v.checkBucket(id, e.value)
	}
	v.rows[v.bucket]++
	plain, err := verifyChecksum(e.key, e.value)
	if err != nil || e.flags != 0 {
		return badPage(id, "key %x: flags %d: %v", e.key, e.flags, err)
	}
	switch {
	case v.bucket != string(metaBucket):
	case bytes.Equal(e.key, versionKey) && len(plain) == 4:
		v.version = binary.BigEndian.Uint32(plain)
	case bytes.Equal(e.key, tipKey) && len(plain) == refSize+totalsSize:
		totals := decodeTotals(plain[refSize:])
		v.totals = &totals
	case bytes.Equal(e.key, backlogKey):
		v.backlog, err = decodeBacklog(plain)
		if err != nil {
			return badPage(id, "key %x: %v", e.key, err)
		}
	}
	return nil
}

// checkBucket follows a bucket to its own root, or into the page that is part
// of its value.
func (v *verifier) checkBucket(id uint64, value []byte) error {
	if len(value) < bucketHeaderSize {
		return badPage(id, "bucket of %d bytes", len(value))
	}
	if root := binary.NativeEndian.Uint64(value); root != 0 {
		return v.walk(root, span{})
	}
	inline := value[bucketHeaderSize:]
	if len(inline) < pageHeaderSize {
		return badPage(id, "bucket of %d bytes", len(value))
	}
	return v.check(id, inline, span{})
}
