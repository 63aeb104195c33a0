package chain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// Validation is what a replay of the main chain has found.
type Validation struct {
	Tip          Ref // of the chain that was replayed
	Blocks       uint64
	Transactions uint64
	Signatures   uint64
	Accounts     uint64
	Fault        *Fault // the first, if there is one
}

// Fault says where a chain is not what it should be.
type Fault struct {
	Ref
	Rule string // of consensus, or one of those below
	Err  error
}

// What can be wrong besides the rules of consensus.
var (
	errMissing  = errors.New("missing-block")
	errIdentity = errors.New("wrong-block")
	errDiff     = errors.New("wrong-diff")
	errIndex    = errors.New("wrong-index")
	errAccounts = errors.New("wrong-accounts")
	errTotals   = errors.New("wrong-totals")
	errCoins    = errors.New("wrong-coins")
)

// Validate replays the main chain from genesis: it reads each stored block,
// checks header, Merkle root, transactions and signatures, and applies it to
// accounts that start from nothing; then it compares what follows with all that
// the store says. It reads one picture, and holds up nobody. An error is ctx's
// or the store's.
func (c *Chain) Validate(ctx context.Context) (Validation, error) {
	v := &validator{c: c, ctx: ctx, accounts: make(consensus.Accounts)}
	err := c.view(func(r Reader, tip Ref) error {
		v.r, v.Tip = r, tip
		return v.run()
	})
	if fault := new(Fault); errors.As(err, &fault) {
		v.Fault, err = fault, nil
	}
	return v.Validation, err
}

// validator is a replay under way.
type validator struct {
	Validation
	c        *Chain
	ctx      context.Context // of the one call
	r        Reader
	state    consensus.State // after the last block
	accounts consensus.Accounts
	history  uint64 // rows that the blocks so far should have
}

func (v *validator) run() error {
	for height := uint64(0); height <= v.Tip.Height; height++ {
		if err := v.ctx.Err(); err != nil {
			return err
		}
		if err := v.replay(height); err != nil {
			return err
		}
	}
	if v.state.ID != v.Tip.ID {
		return v.fault(errIdentity, "the tip is %s, the main chain ends with %s", v.Tip.ID, v.state.ID)
	}
	return v.compare()
}

func (f *Fault) Error() string { return fmt.Sprintf("block %d (%s): %v", f.Height, f.ID, f.Err) }

// fault is one of the stored state, at the last block.
func (v *validator) fault(rule error, format string, args ...any) error {
	return faultAt(Ref{v.state.Height, v.state.ID}, rule, format, args...)
}

func faultAt(at Ref, rule error, format string, args ...any) error {
	return &Fault{at, rule.Error(), fmt.Errorf(format, args...)}
}

// replay takes the step to the block at height.
func (v *validator) replay(height uint64) error {
	at, b, err := v.read(height)
	if err != nil {
		return err
	}
	diff, err := v.apply(at, &b)
	if rule, broken := consensus.Broken(err); broken {
		return &Fault{at, string(rule), err}
	}
	if err != nil {
		return err
	}
	for _, change := range diff {
		v.accounts[change.Address] = change.After
	}
	v.Blocks++
	v.Transactions += uint64(len(b.Transactions))
	return errors.Join(v.checkDiff(at, diff), v.checkIndex(at, &b))
}

// read returns the main chain's block at height.
func (v *validator) read(height uint64) (at Ref, b types.Block, err error) {
	if at, err = v.r.MainAt(height); errors.Is(err, ErrNotFound) {
		return at, b, faultAt(Ref{Height: height}, errMissing, "the main chain has no block of this height")
	} else if err != nil {
		return at, b, err
	}
	raw, err := v.r.Block(at)
	if errors.Is(err, ErrNotFound) {
		return at, b, faultAt(at, errMissing, "the block is not stored")
	} else if err != nil {
		return at, b, err
	}
	if b, err = types.DecodeBlock(raw); err != nil {
		return at, b, faultAt(at, errIdentity, "%w", err)
	}
	b.Identify(b.TransactionIDs())
	if id := b.Hash(); id != at.ID {
		return at, b, faultAt(at, errIdentity, "what is stored hashes to %s", id)
	}
	return at, b, nil
}

// apply checks a block with all of its signatures. The genesis block is right
// if it is the network's.
func (v *validator) apply(at Ref, b *types.Block) (consensus.Diff, error) {
	if at.Height == 0 {
		genesis := v.c.genesis
		if !bytes.Equal(b.Encode(), genesis.Block.Encode()) {
			return nil, faultAt(at, consensus.ErrGenesis, "the genesis block of %s is %s", genesis.Params.Name, genesis.Params.GenesisID)
		}
		v.state = genesis.State()
		return genesis.Diff(), nil
	}
	if err := v.state.CheckHeader(b.Header); err != nil {
		return nil, err
	}
	if err := consensus.CheckBlock(b); err != nil {
		return nil, err
	}
	next, diff, err := v.state.ApplyChecked(b, touchedOf(b, v.accounts))
	if err != nil {
		return nil, err
	}
	transfers := consensus.Unverified(b, nil)
	if forged(batches(0, transfers), v.c.genesis.Params.GenesisID) != nil {
		return nil, consensus.CheckSignatures(transfers, v.c.genesis.Params.GenesisID)
	}
	v.Signatures += uint64(len(transfers))
	v.state = next
	return diff, nil
}

// touchedOf picks the accounts that b touches.
func touchedOf(b *types.Block, accounts consensus.Accounts) consensus.Accounts {
	touched := make(consensus.Accounts)
	for _, address := range consensus.Touched(b) {
		touched[address] = accounts[address]
	}
	return touched
}

func (v *validator) checkDiff(at Ref, diff consensus.Diff) error {
	have, err := v.r.Diff(at)
	if err != nil {
		return err
	}
	if !slices.Equal(have, diff) {
		return faultAt(at, errDiff, "the changes that are stored to undo the block are not its own")
	}
	return nil
}

// checkIndex looks up each transaction, and what its block adds to the history
// of each address.
func (v *validator) checkIndex(at Ref, b *types.Block) error {
	positions := make(map[types.Address][]TxPosition)
	for i, id := range b.TransactionIDs() {
		place := TxPosition{at.Height, i}
		places, err := v.r.Places(id)
		if err != nil {
			return err
		}
		if !slices.Contains(places, place) {
			return faultAt(at, errIndex, "transaction %d (%s) is not in the index", i, id)
		}
		recipient, sender := b.Transactions[i].Recipient, b.Senders()[i]
		positions[recipient] = append(positions[recipient], place)
		if sender != recipient {
			positions[sender] = append(positions[sender], place)
		}
	}
	for address, want := range positions {
		slices.Reverse(want)
		have, err := v.r.History(address, TxPosition{Height: at.Height + 1}, len(want))
		if err != nil {
			return err
		}
		if !slices.Equal(have, want) {
			return faultAt(at, errIndex, "the history of %s lacks some of its transactions", address)
		}
		v.history++
	}
	return nil
}

// compare holds what was replayed against what is stored.
func (v *validator) compare() error {
	totals, err := v.r.Totals()
	if err != nil {
		return err
	}
	if want := (Totals{v.Transactions, uint64(len(v.accounts))}); totals != want {
		return v.fault(errTotals, "counted are %d transactions and %d accounts, there are %d and %d",
			totals.Transactions, totals.Accounts, want.Transactions, want.Accounts)
	}
	rows, err := v.r.Rows()
	if err != nil {
		return err
	}
	if want := (Rows{totals.Accounts, totals.Accounts, totals.Transactions, v.history}); rows != want {
		return v.fault(errIndex, "the indexes have %+v rows, and should have %+v", rows, want)
	}
	return v.compareAccounts()
}

// compareAccounts goes through the accounts by balance.
func (v *validator) compareAccounts() error {
	const page = 1000
	var coins types.Amount
	for from := First; ; {
		list, err := v.r.Richest(from, page+1)
		if err != nil {
			return err
		}
		for _, h := range list[:min(page, len(list))] {
			if err := v.compareAccount(h); err != nil {
				return err
			}
			coins += h.Balance
			v.Accounts++
		}
		if len(list) <= page {
			break
		}
		from = list[page]
		if err := v.ctx.Err(); err != nil {
			return err
		}
	}
	if want := v.c.genesis.Params.CoinsAt(v.Tip.Height); coins != want || v.Accounts != uint64(len(v.accounts)) {
		return v.fault(errCoins, "%d accounts hold %s, %s were issued to %d", v.Accounts, coins, want, len(v.accounts))
	}
	return nil
}

func (v *validator) compareAccount(h AccountBalance) error {
	have, err := v.r.Account(h.Address)
	if err != nil {
		return err
	}
	if want := v.accounts[h.Address]; have != want || h.Balance != want.Balance {
		return v.fault(errAccounts, "%s has %s after %d transfers and stands at %s, replayed are %s after %d",
			h.Address, have.Balance, have.Sequence, h.Balance, want.Balance, want.Sequence)
	}
	return nil
}
