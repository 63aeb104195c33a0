package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
)

// The layout of a bbolt file, version 2: bbolt's internal/common has it in
// structs, in the byte order of the machine.
const (
	magic       = 0xED0CDAED
	boltVersion = 2
	noFreelist  = ^uint64(0)

	pageHeaderSize   = 16 // id u64, flags u16, count u16, overflow u32
	elementSize      = 16 // branch: pos u32, key u32, page u64; leaf: flags u32, pos u32, key u32, value u32
	bucketHeaderSize = 16 // root u64, sequence u64
	metaSize         = 64
	metaSumAt        = 56

	branchPage = 0x01
	leafPage   = 0x02
	bucketFlag = 0x01 // of a leaf's element
)

// errPage is wrapped by every refusal of what the file says.
var errPage = errors.New("bad page")

func bad(page uint64, format string, args ...any) error {
	return fmt.Errorf("%w %d: %s", errPage, page, fmt.Sprintf(format, args...))
}

// boltMeta is what a meta page says.
type boltMeta struct {
	root  uint64 // page of the bucket of buckets
	pages uint64 // in use or free; the rest of the file says nothing
	txid  uint64
}

// readMeta reads meta page 0 or 1, or says that it is not valid.
func readMeta(file io.ReaderAt, page uint64) (m boltMeta, err error) {
	var raw [metaSize]byte
	if _, err := file.ReadAt(raw[:], int64(page)*pageSize+pageHeaderSize); err != nil {
		return m, readError(page, err)
	}
	order := binary.NativeEndian
	sum := fnv.New64a()
	sum.Write(raw[:metaSumAt])
	if order.Uint32(raw[0:]) != magic || order.Uint32(raw[4:]) != boltVersion || order.Uint64(raw[metaSumAt:]) != sum.Sum64() {
		return m, bad(page, "not a meta page")
	}
	if order.Uint32(raw[8:]) != pageSize || order.Uint64(raw[32:]) != noFreelist {
		return m, bad(page, "made by another program")
	}
	return boltMeta{root: order.Uint64(raw[16:]), pages: order.Uint64(raw[40:]), txid: order.Uint64(raw[48:])}, nil
}

// lastMeta is the newer meta page of those that are valid. One may have been
// torn by a power failure: the other then has the state before.
func lastMeta(file io.ReaderAt) (boltMeta, error) {
	zero, err0 := readMeta(file, 0)
	one, err1 := readMeta(file, 1)
	switch {
	case err0 != nil && err1 != nil:
		return boltMeta{}, err0
	case err0 != nil || err1 == nil && one.txid > zero.txid:
		return one, nil
	default:
		return zero, nil
	}
}

// readError tells a file that ends too early from a disk that fails.
func readError(page uint64, err error) error {
	if errors.Is(err, io.EOF) {
		return bad(page, "the file is cut short")
	}
	return err
}

// verifier walks the tree of pages from the root.
type verifier struct {
	file    io.ReaderAt
	pages   uint64
	seen    []bool // by page
	version uint32 // of the format, once it was met
}

// verify reads all of the file and checks that the pages form the tree that
// they should and every value fits its checksum. It gives the version of the
// format. What is wrong with the content is errPage; other errors mean that
// the file cannot be read.
func verify(file *os.File) (version uint32, err error) {
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	meta, err := lastMeta(file)
	if err != nil {
		return 0, err
	}
	if size := uint64(info.Size()); meta.pages > size/pageSize {
		return 0, fmt.Errorf("%w: the file has %d bytes, %d pages are in use", errPage, size, meta.pages)
	}
	v := &verifier{file: file, pages: meta.pages, seen: make([]bool, meta.pages)}
	if err := v.walk(meta.root, span{}); err != nil {
		return 0, err
	}
	if v.version == 0 {
		return 0, fmt.Errorf("%w: no version of the format", errPage)
	}
	return v.version, nil
}

// span is the range of keys that a page may hold: from low on and below high;
// nil is no bound.
type span struct{ low, high []byte }

func (s span) holds(key []byte) bool {
	return bytes.Compare(key, s.low) >= 0 && (s.high == nil || bytes.Compare(key, s.high) < 0)
}

// walk checks page id and all that it leads to.
func (v *verifier) walk(id uint64, keys span) error {
	raw, err := v.read(id)
	if err != nil {
		return err
	}
	return v.check(id, raw, keys)
}

// read gives a page with its overflow, which nobody else may have led to.
func (v *verifier) read(id uint64) ([]byte, error) {
	if id < 2 || id >= v.pages {
		return nil, bad(id, "not one of %d", v.pages)
	}
	raw := make([]byte, pageSize)
	if _, err := v.file.ReadAt(raw, int64(id)*pageSize); err != nil {
		return nil, readError(id, err)
	}
	if own := binary.NativeEndian.Uint64(raw); own != id {
		return nil, bad(id, "says that it is %d", own)
	}
	overflow := uint64(binary.NativeEndian.Uint32(raw[12:]))
	if overflow >= v.pages-id {
		return nil, bad(id, "runs over the end")
	}
	for at := id; at <= id+overflow; at++ {
		if v.seen[at] {
			return nil, bad(at, "is part of two others")
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

// check looks at a page's elements; raw may also be a bucket so small that it
// lives inside its parent's page id.
func (v *verifier) check(id uint64, raw []byte, keys span) error {
	flags, count := binary.NativeEndian.Uint16(raw[8:]), int(binary.NativeEndian.Uint16(raw[10:]))
	if pageHeaderSize+count*elementSize > len(raw) {
		return bad(id, "%d elements do not fit", count)
	}
	switch flags {
	case branchPage:
		return v.checkBranch(id, raw, count, keys)
	case leafPage:
		return v.checkLeaf(id, raw, count, keys)
	default:
		return bad(id, "neither branch nor leaf: flags %#x", flags)
	}
}

func (v *verifier) checkBranch(id uint64, raw []byte, count int, keys span) error {
	list := make([][]byte, count+1) // of each child's lowest key, and the end
	list[count] = keys.high
	for i := range count {
		at := pageHeaderSize + i*elementSize
		pos, size := binary.NativeEndian.Uint32(raw[at:]), binary.NativeEndian.Uint32(raw[at+4:])
		key, ok := part(raw, at, uint64(pos), uint64(size))
		if !ok || !keys.holds(key) {
			return bad(id, "key %d is out of order", i)
		}
		keys.low, list[i] = after(key), key
	}
	if count == 0 {
		return bad(id, "branch without children")
	}
	for i := range count {
		child := binary.NativeEndian.Uint64(raw[pageHeaderSize+i*elementSize+8:])
		if err := v.walk(child, span{list[i], list[i+1]}); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) checkLeaf(id uint64, raw []byte, count int, keys span) error {
	for i := range count {
		at := pageHeaderSize + i*elementSize
		flags, pos := binary.NativeEndian.Uint32(raw[at:]), uint64(binary.NativeEndian.Uint32(raw[at+4:]))
		keySize, size := uint64(binary.NativeEndian.Uint32(raw[at+8:])), uint64(binary.NativeEndian.Uint32(raw[at+12:]))
		key, ok := part(raw, at, pos, keySize)
		if !ok || !keys.holds(key) {
			return bad(id, "key %d is out of order", i)
		}
		value, ok := part(raw, at, pos+keySize, size)
		if !ok {
			return bad(id, "value %d runs over the end", i)
		}
		keys.low = after(key)
		if err := v.checkValue(id, flags, key, value); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) checkValue(id uint64, flags uint32, key, value []byte) error {
	if flags == bucketFlag {
		return v.checkBucket(id, value)
	}
	plain, err := unseal(key, value)
	if err != nil || flags != 0 {
		return bad(id, "key %x: %v", key, err)
	}
	if bytes.Equal(key, versionKey) && len(plain) == 4 {
		v.version = binary.BigEndian.Uint32(plain)
	}
	return nil
}

// checkBucket follows a bucket to its own root, or into the page that is part
// of its value.
func (v *verifier) checkBucket(id uint64, value []byte) error {
	if len(value) < bucketHeaderSize {
		return bad(id, "bucket of %d bytes", len(value))
	}
	if root := binary.NativeEndian.Uint64(value); root != 0 {
		return v.walk(root, span{})
	}
	inline := value[bucketHeaderSize:]
	if len(inline) < pageHeaderSize {
		return bad(id, "bucket of %d bytes", len(value))
	}
	return v.check(id, inline, span{})
}

// part is size bytes of raw that begin pos behind the element at.
func part(raw []byte, at int, pos, size uint64) ([]byte, bool) {
	from := uint64(at) + pos
	if size > uint64(len(raw)) || from > uint64(len(raw))-size {
		return nil, false
	}
	return raw[from : from+size : from+size], true
}

// after is the lowest key above key.
func after(key []byte) []byte { return append(bytes.Clone(key), 0) }
