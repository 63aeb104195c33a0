package store_test

import (
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/store"
	"networkmngr/internal/types"
)

var seedFlag = flag.Uint64("seed", 0, "repeat a test with the seed that it printed; 0 takes a new one")

// newRand prints its seed, so that a failure can be repeated.
func newRand(t testing.TB) *rand.Rand {
	seed := *seedFlag
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("repeat with -seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

func open(t testing.TB, folder string) *store.Bolt {
	s, err := store.Open(folder)
	require.NoError(t, err)
	return s
}

// content is all that a store holds, read through its interface.
type content struct {
	tip      chain.Ref
	totals   chain.Totals
	rows     chain.Rows
	richest  []chain.AccountBalance
	headers  []types.Header
	blocks   []string
	diffs    []consensus.Diff
	accounts map[types.Address]consensus.Account
}

// read returns what s holds; accounts are those that its diffs name.
func read(s chain.Store) (content, error) {
	c := content{accounts: make(map[types.Address]consensus.Account)}
	err := s.View(func(r chain.Reader) (err error) {
		if c.tip, err = r.Tip(); err != nil && !errors.Is(err, chain.ErrNotFound) {
			return err
		}
		if c.totals, err = r.Totals(); err != nil && !errors.Is(err, chain.ErrNotFound) {
			return err
		}
		if c.rows, err = r.Rows(); err != nil {
			return err
		}
		if c.richest, err = r.Richest(chain.AccountBalance{Balance: math.MaxUint64}, math.MaxInt); err != nil {
			return err
		}
		return r.Headers(func(at chain.Ref, h types.Header) error {
			c.headers = append(c.headers, h)
			return c.readBlock(r, at)
		})
	})
	return c, err
}

func (c *content) readBlock(r chain.Reader, at chain.Ref) error {
	raw, err := r.Block(at)
	if err != nil {
		return err
	}
	c.blocks = append(c.blocks, string(raw))
	diff, err := r.Diff(at)
	if err != nil {
		return err
	}
	c.diffs = append(c.diffs, diff)
	for _, change := range diff {
		if c.accounts[change.Address], err = r.Account(change.Address); err != nil {
			return err
		}
	}
	return nil
}

// requireWhole checks that no step of a load is half there: the tip is the last
// block, and the first account's balance its height.
func (c *content) requireWhole(t testing.TB) {
	require.Len(t, c.headers, int(c.tip.Height))
	require.Len(t, c.diffs, int(c.tip.Height))
	require.Equal(t, chain.Totals{Transactions: c.rows.Transactions, Accounts: c.rows.Accounts}, c.totals)
	require.Len(t, c.richest, int(c.totals.Accounts))
	require.Equal(t, c.rows.Accounts, c.rows.Balances)
	if c.tip.Height > 0 {
		require.Equal(t, c.tip.ID, c.headers[len(c.headers)-1].Hash())
		require.Equal(t, types.Amount(c.tip.Height), c.accounts[types.Address{}].Balance)
	}
}

func (c *content) String() string {
	return fmt.Sprintf("%d blocks, %d accounts", len(c.blocks), len(c.accounts))
}

// load makes blocks and writes what a chain would of them, without its rules:
// each pays the zero address so that its balance is the height.
type load struct {
	rng       *rand.Rand
	addresses []types.Address
	block     types.Block
	height    uint64
	last      types.Hash // id of the block at height
	totals    chain.Totals
}

func newLoad(transfers, accounts int) *load {
	w := &load{rng: rand.New(rand.NewPCG(1, 2)), addresses: make([]types.Address, accounts)}
	for i := range w.addresses {
		binary.BigEndian.PutUint64(w.addresses[i][:], w.rng.Uint64())
	}
	w.block.Transactions = []types.Transaction{{Kind: types.Coinbase}}
	for i := range transfers {
		w.block.Transactions = append(w.block.Transactions, types.Transaction{Kind: types.Transfer, Amount: types.Amount(i)})
	}
	return w
}

func (w *load) fund(to chain.Writer) error {
	for _, a := range w.addresses {
		if err := to.PutAccount(a, consensus.Account{Balance: types.Coin}); err != nil {
			return err
		}
	}
	w.totals.Accounts = uint64(len(w.addresses))
	return nil
}

// goOn has the next block follow what a store holds.
func (w *load) goOn(c content) { w.height, w.last, w.totals = c.tip.Height, c.tip.ID, c.totals }

// write stores count blocks.
func (w *load) write(to chain.Writer, count int) error {
	for range count {
		w.height++
		w.block.Nonce++
		w.block.Previous = w.last
		for i := range w.block.Transactions {
			w.block.Transactions[i].Sequence = w.height
		}
		w.last = w.block.Hash()
		if err := w.step(to, chain.Ref{Height: w.height, ID: w.last}); err != nil {
			return err
		}
	}
	return nil
}

func (w *load) step(to chain.Writer, at chain.Ref) error {
	diff := consensus.Diff{{After: consensus.Account{Balance: types.Amount(w.height)}}}
	for range len(w.block.Transactions) - 1 {
		address := w.addresses[w.rng.IntN(len(w.addresses))]
		account, err := to.Account(address)
		if err != nil {
			return err
		}
		diff = append(diff, consensus.Change{Address: address, Before: account, After: consensus.Account{Balance: account.Balance + 1}})
	}
	for _, c := range diff {
		before, err := to.Account(c.Address)
		if err != nil {
			return err
		}
		if before == (consensus.Account{}) {
			w.totals.Accounts++
		}
		if err := to.PutAccount(c.Address, c.After); err != nil {
			return err
		}
	}
	w.totals.Transactions += uint64(len(w.block.Transactions))
	for _, err := range []error{
		to.PutDiff(at, diff), to.PutBlock(at, &w.block), to.Index(at.Height, &w.block), to.SetTip(at, w.totals),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

func nativeUint64(b []byte) uint64 { return binary.NativeEndian.Uint64(b) }
