package store

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sync"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

var _ chain.Store = (*Memory)(nil)

// Memory is a chain in memory. Updates exclude all other transactions.
type Memory struct {
	mu       sync.RWMutex // guards what follows
	tip      *chain.Ref
	totals   chain.Totals
	reorg    *chain.Reorg
	byHand   []chain.Ref          // invalidated; never changed in place
	blocks   map[chain.Ref][]byte // encodings, never changed
	diffs    map[chain.Ref]consensus.Diff
	main     map[uint64]chain.Ref // blocks with a diff, by height
	accounts map[types.Address]consensus.Account

	transactions map[types.Hash]chain.TxPosition
	history      map[types.Address][]chain.TxPosition // the oldest first
}

// NewMemory is an empty store.
func NewMemory() *Memory {
	return &Memory{
		blocks:   make(map[chain.Ref][]byte),
		diffs:    make(map[chain.Ref]consensus.Diff),
		main:     make(map[uint64]chain.Ref),
		accounts: make(map[types.Address]consensus.Account),

		transactions: make(map[types.Hash]chain.TxPosition),
		history:      make(map[types.Address][]chain.TxPosition),
	}
}

// View implements chain.Store. The error is fn's.
func (m *Memory) View(fn func(chain.Reader) error) error {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return fn(&memoryTransaction{Memory: m})
}

// Update implements chain.Store. The error is fn's; then nothing was changed.
func (m *Memory) Update(fn func(chain.Writer) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := &memoryTransaction{Memory: m}
	done := false
	defer func() {
		if !done { // fn may have panicked
			t.rollback()
		}
	}()
	if err := fn(t); err != nil {
		return err
	}
	done = true
	return nil
}

// memoryTransaction changes the store at once, and can undo it.
type memoryTransaction struct {
	*Memory
	undo []func()
}

func (t *memoryTransaction) rollback() {
	for _, f := range slices.Backward(t.undo) {
		f()
	}
}

// put sets m[key], or deletes it where value is nil, and notes in t how to undo
// that.
func put[K comparable, V any](t *memoryTransaction, m map[K]V, key K, value *V) {
	old, had := m[key]
	t.undo = append(t.undo, func() {
		if had {
			m[key] = old
		} else {
			delete(m, key)
		}
	})
	if value == nil {
		delete(m, key)
	} else {
		m[key] = *value
	}
}

func (t *memoryTransaction) Tip() (chain.Ref, error) {
	if t.tip == nil {
		return chain.Ref{}, fmt.Errorf("tip: %w", chain.ErrNotFound)
	}
	return *t.tip, nil
}

func (t *memoryTransaction) Totals() (chain.Totals, error) {
	if t.tip == nil {
		return chain.Totals{}, fmt.Errorf("tip: %w", chain.ErrNotFound)
	}
	return t.Memory.totals, nil
}

func (t *memoryTransaction) Headers(yield func(chain.Ref, types.Header) error) error {
	for _, at := range slices.SortedFunc(maps.Keys(t.blocks), compareRefs) {
		header, err := types.DecodeHeader(t.blocks[at][:types.HeaderSize])
		if err != nil {
			return err
		}
		if err := yield(at, header); err != nil {
			return err
		}
	}
	return nil
}

func compareRefs(a, b chain.Ref) int {
	return cmp.Or(cmp.Compare(a.Height, b.Height), bytes.Compare(a.ID[:], b.ID[:]))
}

func (t *memoryTransaction) Block(at chain.Ref) (raw []byte, err error) {
	err = t.UseBlock(at, func(encoded []byte) error {
		raw = bytes.Clone(encoded)
		return nil
	})
	return raw, err
}

func (t *memoryTransaction) UseBlock(at chain.Ref, use func(encoded []byte) error) error {
	encoded, ok := t.blocks[at]
	if !ok {
		return fmt.Errorf("block %s: %w", at.ID, chain.ErrNotFound)
	}
	return use(encoded)
}

func (t *memoryTransaction) Diff(at chain.Ref) (consensus.Diff, error) {
	diff, ok := t.diffs[at]
	if !ok {
		return nil, fmt.Errorf("diff of block %s: %w", at.ID, chain.ErrNotFound)
	}
	return slices.Clone(diff), nil
}

func (t *memoryTransaction) Account(address types.Address) (consensus.Account, error) {
	return t.accounts[address], nil
}

func (t *memoryTransaction) PutBlock(at chain.Ref, b *types.Block) error {
	raw := b.Encode()
	put(t, t.blocks, at, &raw)
	return nil
}

func (t *memoryTransaction) DeleteBlock(at chain.Ref) error {
	put(t, t.blocks, at, nil)
	return nil
}

func (t *memoryTransaction) PutDiff(at chain.Ref, diff consensus.Diff) error {
	diff = slices.Clone(diff)
	put(t, t.diffs, at, &diff)
	put(t, t.main, at.Height, &at)
	return nil
}

func (t *memoryTransaction) DeleteDiff(at chain.Ref) error {
	put(t, t.diffs, at, nil)
	if t.main[at.Height] == at {
		put(t, t.main, at.Height, nil)
	}
	return nil
}

func (t *memoryTransaction) PutAccount(address types.Address, account consensus.Account) error {
	if account == (consensus.Account{}) {
		put(t, t.accounts, address, nil)
	} else {
		put(t, t.accounts, address, &account)
	}
	return nil
}

func (t *memoryTransaction) SetTip(at chain.Ref, totals chain.Totals) error {
	tip, before := t.tip, t.totals
	t.undo = append(t.undo, func() { t.tip, t.totals = tip, before })
	t.tip, t.totals = &at, totals
	return nil
}

func (t *memoryTransaction) Reorg() (chain.Reorg, error) {
	if t.reorg == nil {
		return chain.Reorg{}, fmt.Errorf("reorg: %w", chain.ErrNotFound)
	}
	return *t.reorg, nil
}

func (t *memoryTransaction) PutReorg(under chain.Reorg) error {
	t.setReorg(&under)
	return nil
}

func (t *memoryTransaction) DeleteReorg() error {
	t.setReorg(nil)
	return nil
}

func (t *memoryTransaction) setReorg(under *chain.Reorg) {
	before := t.reorg
	t.undo = append(t.undo, func() { t.reorg = before })
	t.reorg = under
}

func (t *memoryTransaction) Invalidated() ([]chain.Ref, error) { return t.byHand, nil }

func (t *memoryTransaction) SetInvalidated(list []chain.Ref) error {
	before := t.byHand
	t.undo = append(t.undo, func() { t.byHand = before })
	t.byHand = slices.Clone(list)
	return nil
}
