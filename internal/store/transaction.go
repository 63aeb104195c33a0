package store

import (
	"bytes"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// transaction is one picture of the file, and the changes to it.
type transaction struct {
	store                  *Bolt
	tx                     *bolt.Tx
	meta, blocks, accounts *bolt.Bucket
}

var errNoBucket = errors.New("a bucket is missing")

func (t *transaction) openBuckets() error {
	t.meta, t.blocks, t.accounts = t.tx.Bucket(metaBucket), t.tx.Bucket(blocksBucket), t.tx.Bucket(accountsBucket)
	if t.meta == nil || t.blocks == nil || t.accounts == nil {
		return damaged(t.store.path, errNoBucket)
	}
	t.blocks.FillPercent = 1 // they come in order: half the file, and written faster
	return nil
}

// rollback ends the transaction, unless a commit has. It reads no pages.
func (t *transaction) rollback() {
	if t.tx != nil {
		_ = t.tx.Rollback() // the only error says that it has ended
	}
}

// get calls use with the value at key, which use must not keep. It reports
// whether there is one.
func (t *transaction) get(bucket *bolt.Bucket, key []byte, use func(value []byte) error) (found bool, err error) {
	err = t.store.call(func() error {
		sealed := bucket.Get(key)
		if found = sealed != nil; !found {
			return nil
		}
		value, err := unseal(key, sealed)
		if err == nil {
			err = use(value)
		}
		if err != nil {
			return damaged(t.store.path, err)
		}
		return nil
	})
	return found, err
}

// find is get for what must be there.
func (t *transaction) find(what string, bucket *bolt.Bucket, key []byte, use func(value []byte) error) error {
	found, err := t.get(bucket, key, use)
	if err == nil && !found {
		return fmt.Errorf("%s: %w", what, chain.ErrNotFound)
	}
	return err
}

// put takes over value, which is not sealed yet.
func (t *transaction) put(bucket *bolt.Bucket, key, value []byte) error {
	return t.store.call(func() error { return bucket.Put(key, seal(key, value)) })
}

func (t *transaction) remove(bucket *bolt.Bucket, key []byte) error {
	return t.store.call(func() error { return bucket.Delete(key) })
}

func (t *transaction) Tip() (tip chain.Ref, err error) {
	err = t.find("tip", t.meta, tipKey, func(value []byte) error {
		if len(value) != refSize {
			return errLength
		}
		tip = decodeRef(value)
		return nil
	})
	return tip, err
}

// Headers reads no more than the headers: they need no checksum of their own,
// as the hash in the key is theirs.
func (t *transaction) Headers(yield func(chain.Ref, types.Header) error) error {
	cursor := t.blocks.Cursor()
	for step := cursor.First; ; step = cursor.Next {
		at, header, end, err := t.nextHeader(step)
		if err != nil || end {
			return err
		}
		if header == nil {
			continue
		}
		if err := yield(at, *header); err != nil {
			return err
		}
	}
}

// nextHeader takes one step of a cursor; header is nil over a diff.
func (t *transaction) nextHeader(step func() (key, value []byte)) (at chain.Ref, header *types.Header, end bool, err error) {
	err = t.store.call(func() error {
		key, value := step()
		if key == nil {
			end = true
			return nil
		}
		if len(key) != refSize+1 {
			return damaged(t.store.path, errLength)
		}
		if key[refSize] != blockKind {
			return nil
		}
		at = decodeRef(key)
		h, err := types.DecodeHeader(value[:min(len(value), types.HeaderSize)])
		if err == nil && h.Hash() != at.ID {
			err = errChecksum
		}
		if err != nil {
			return damaged(t.store.path, err)
		}
		header = &h
		return nil
	})
	return at, header, end, err
}

func (t *transaction) Block(at chain.Ref) (raw []byte, err error) {
	err = t.find("block "+at.ID.String(), t.blocks, blockKey(at, blockKind), func(value []byte) error {
		raw = bytes.Clone(value)
		return nil
	})
	return raw, err
}

func (t *transaction) Diff(at chain.Ref) (diff consensus.Diff, err error) {
	err = t.find("diff of block "+at.ID.String(), t.blocks, blockKey(at, diffKind), func(value []byte) (err error) {
		diff, err = decodeDiff(value)
		return err
	})
	return diff, err
}

func (t *transaction) Account(address types.Address) (account consensus.Account, err error) {
	_, err = t.get(t.accounts, address[:], func(value []byte) error {
		if len(value) != accountSize {
			return errLength
		}
		account = decodeAccount(value)
		return nil
	})
	return account, err
}

func (t *transaction) PutBlock(at chain.Ref, b *types.Block) error {
	return t.put(t.blocks, blockKey(at, blockKind), b.Encode())
}

func (t *transaction) PutDiff(at chain.Ref, diff consensus.Diff) error {
	return t.put(t.blocks, blockKey(at, diffKind), encodeDiff(diff))
}

func (t *transaction) DeleteDiff(at chain.Ref) error {
	return t.remove(t.blocks, blockKey(at, diffKind))
}

func (t *transaction) PutAccount(address types.Address, account consensus.Account) error {
	if account == (consensus.Account{}) {
		return t.remove(t.accounts, address[:])
	}
	value := appendAccount(make([]byte, 0, accountSize+sumSize), account)
	return t.put(t.accounts, address[:], value)
}

func (t *transaction) SetTip(at chain.Ref) error {
	return t.put(t.meta, tipKey, appendRef(make([]byte, 0, refSize+sumSize), at))
}
