package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	bolt "go.etcd.io/bbolt"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// transaction is a snapshot of the file, and the changes to it.
type transaction struct {
	store                           *Bolt
	tx                              *bolt.Tx
	meta, blocks, accounts          *bolt.Bucket
	balances, transactions, history *bolt.Bucket
	backlog                         *backlog // once read; see behind
}

var errNoBucket = errors.New("a bucket is missing")

func (t *transaction) openBuckets() error {
	for i, bucket := range []**bolt.Bucket{&t.meta, &t.blocks, &t.accounts, &t.balances, &t.transactions, &t.history} {
		if *bucket = t.tx.Bucket(buckets[i]); *bucket == nil {
			return damaged(t.store.path, errNoBucket)
		}
	}
	t.blocks.FillPercent = 1 // they come in order: half the file, and written faster
	return nil
}

// rollback ends the transaction, unless a commit has ended it. It reads no pages.
func (t *transaction) rollback() {
	if t.tx != nil {
		_ = t.tx.Rollback() // the only error says that it has ended
	}
}

// get calls use with the value at key, if there is one, which use must not retain.
func (t *transaction) get(bucket *bolt.Bucket, key []byte, use func(value []byte) error) (found bool, err error) {
	err = t.store.call(func() error {
		stored := bucket.Get(key)
		if found = stored != nil; !found {
			return nil
		}
		t.touched(stored)
		value, err := verifyChecksum(key, stored)
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

// touched counts the pages read to find a value.
func (t *transaction) touched(value []byte) { t.store.touched(t.tx, readAround+len(value)/pageSize) }

// find is get for a key that must exist; else the error is chain.ErrNotFound.
func (t *transaction) find(what string, bucket *bolt.Bucket, key []byte, use func(value []byte) error) error {
	found, err := t.get(bucket, key, use)
	if err == nil && !found {
		return fmt.Errorf("%s: %w", what, chain.ErrNotFound)
	}
	return err
}

// put appends the checksum to value, and owns it.
func (t *transaction) put(bucket *bolt.Bucket, key, value []byte) error {
	return t.store.call(func() error { return bucket.Put(key, appendChecksum(key, value)) })
}

func (t *transaction) remove(bucket *bolt.Bucket, key []byte) error {
	return t.store.call(func() error { return bucket.Delete(key) })
}

func (t *transaction) Tip() (chain.Ref, error) {
	tip, _, err := t.tip()
	return tip, err
}

func (t *transaction) Totals() (chain.Totals, error) {
	_, totals, err := t.tip()
	return totals, err
}

func (t *transaction) tip() (tip chain.Ref, totals chain.Totals, err error) {
	err = t.find("tip", t.meta, tipKey, func(value []byte) error {
		if len(value) != refSize+totalsSize {
			return errLength
		}
		tip, totals = decodeRef(value), decodeTotals(value[refSize:])
		return nil
	})
	return tip, totals, err
}

// Headers reads only the headers: they need no checksum, as their hash is in the
// key.
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

// nextHeader moves a cursor; header is nil for a diff.
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
		t.store.touched(t.tx, 1)
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
	err = t.UseBlock(at, func(encoded []byte) error {
		raw = bytes.Clone(encoded)
		return nil
	})
	return raw, err
}

// UseBlock implements chain.Reader.
func (t *transaction) UseBlock(at chain.Ref, use func(encoded []byte) error) error {
	return t.find("block "+at.ID.String(), t.blocks, blockKey(at, blockKind), use)
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

// MainAt implements chain.Reader.
func (t *transaction) MainAt(height uint64) (at chain.Ref, err error) {
	found := false
	err = t.store.call(func() error {
		cursor := t.blocks.Cursor()
		first := binary.BigEndian.AppendUint64(nil, height)
		for key, _ := cursor.Seek(first); bytes.HasPrefix(key, first) && !found; key, _ = cursor.Next() {
			if len(key) != refSize+1 {
				return damaged(t.store.path, errLength)
			}
			if key[refSize] == diffKind {
				at, found = decodeRef(key), true
			}
		}
		return nil
	})
	if err == nil && !found {
		err = fmt.Errorf("block %d of the main chain: %w", height, chain.ErrNotFound)
	}
	return at, err
}

func (t *transaction) PutBlock(at chain.Ref, b *types.Block) error {
	size := b.Size()
	value := b.AppendTo(make([]byte, 0, size+sumSize)) // with room for put
	if err := t.put(t.blocks, blockKey(at, blockKind), value); err != nil || size < spacedSize {
		return err
	}
	return t.putSpacers(at)
}

func (t *transaction) DeleteBlock(at chain.Ref) error {
	return errors.Join(t.remove(t.blocks, blockKey(at, blockKind)), t.removeSpacers(at))
}

func (t *transaction) PutDiff(at chain.Ref, diff consensus.Diff) error {
	return t.put(t.blocks, blockKey(at, diffKind), encodeDiff(diff))
}

func (t *transaction) DeleteDiff(at chain.Ref) error {
	return t.remove(t.blocks, blockKey(at, diffKind))
}

func (t *transaction) PutAccount(address types.Address, account consensus.Account) error {
	none := consensus.Account{}
	before, err := t.Account(address)
	if err != nil {
		return err
	}
	if err := t.rank(address, before, account); err != nil {
		return err
	}
	if account == none {
		return t.remove(t.accounts, address[:])
	}
	value := appendAccount(make([]byte, 0, accountSize+sumSize), account)
	return t.put(t.accounts, address[:], value)
}

// rank moves an account in the order of balances.
func (t *transaction) rank(address types.Address, before, after consensus.Account) error {
	none := consensus.Account{}
	if before != none && (after == none || before.Balance != after.Balance) {
		key := balanceKey(chain.AccountBalance{Balance: before.Balance, Address: address})
		if err := t.remove(t.balances, key); err != nil {
			return err
		}
	}
	if after != none && (before == none || before.Balance != after.Balance) {
		return t.put(t.balances, balanceKey(chain.AccountBalance{Balance: after.Balance, Address: address}), nil)
	}
	return nil
}

func (t *transaction) SetTip(at chain.Ref, totals chain.Totals) error {
	value := appendRef(make([]byte, 0, refSize+totalsSize+sumSize), at)
	return t.put(t.meta, tipKey, appendTotals(value, totals))
}

// Reorg implements chain.Reader.
func (t *transaction) Reorg() (under chain.Reorg, err error) {
	err = t.find("reorg", t.meta, reorgKey, func(value []byte) error {
		if len(value) != 2*refSize {
			return errLength
		}
		under = chain.Reorg{From: decodeRef(value), To: decodeRef(value[refSize:])}
		return nil
	})
	return under, err
}

func (t *transaction) PutReorg(under chain.Reorg) error {
	value := appendRef(make([]byte, 0, 2*refSize+sumSize), under.From)
	return t.put(t.meta, reorgKey, appendRef(value, under.To))
}

func (t *transaction) DeleteReorg() error { return t.remove(t.meta, reorgKey) }

// Invalidated implements chain.Reader.
func (t *transaction) Invalidated() (list []chain.Ref, err error) {
	_, err = t.get(t.meta, byHandKey, func(value []byte) error {
		if len(value)%refSize != 0 {
			return errLength
		}
		for ref := range slices.Chunk(value, refSize) {
			list = append(list, decodeRef(ref))
		}
		return nil
	})
	return list, err
}

// SetInvalidated implements chain.Writer.
func (t *transaction) SetInvalidated(list []chain.Ref) error {
	if len(list) == 0 {
		return t.remove(t.meta, byHandKey)
	}
	value := make([]byte, 0, len(list)*refSize+sumSize)
	for _, at := range list {
		value = appendRef(value, at)
	}
	return t.put(t.meta, byHandKey, value)
}

// sign writes the number of this commit, see lostCommits, and the version of the format.
func (t *transaction) sign() error {
	value := binary.BigEndian.AppendUint64(make([]byte, 0, commitSize+sumSize), uint64(t.tx.ID()))
	return errors.Join(
		t.put(t.meta, commitKey, value),
		t.store.call(func() error { return putVersion(t.meta) }),
	)
}
