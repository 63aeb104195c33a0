package consensus_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// breach is one way to break a valid block.
type breach struct {
	name   string
	change func(n *network, b *types.Block)
	finish func(*types.Block) // after the change, so that the intended rule is what breaks
	rule   consensus.Rule
}

// asIs leaves a changed block with its old root and nonce.
func asIs(*types.Block) {}

// breachNetwork stands at height 12, alice having made one transfer, so that a
// sequence can be used and a median has its full span.
func breachNetwork(t require.TestingT) *network {
	n := newNetwork(t, description())
	n.mine(n.transfer("alice", 0, "bob", 1*types.Coin, 0))
	for n.state.Height < 12 {
		n.mine()
	}
	return n
}

// breachBlock is the valid block that the table breaks. Its transfers: 1 and 2
// alice's, 3 spends what 2 paid, 4 to its own sender.
func breachBlock(n *network) types.Block {
	data := n.signed("alice", types.Transaction{
		Sequence: 2, Recipient: types.NamedAddress("erin"), Amount: 5 * types.Coin,
		Fee: 7, Data: []byte(`{"note":"ü"}`),
	})
	return n.block(
		n.transfer("alice", 1, "bob", 2*types.Coin, 1),
		data,
		n.transfer("erin", 0, "miner", 5*types.Coin, 0),
		n.transfer("dave", 0, "dave", 1000*types.Coin-3, 3),
	)
}

// again signs transfer i of b once more after change has altered it.
func again(i int, signer string, change func(*types.Transaction)) func(*network, *types.Block) {
	return func(n *network, b *types.Block) {
		change(&b.Transactions[i])
		b.Transactions[i] = n.signed(signer, b.Transactions[i])
	}
}

// coinbase alters the coinbase.
func coinbase(change func(*types.Transaction)) func(*network, *types.Block) {
	return func(_ *network, b *types.Block) { change(&b.Transactions[0]) }
}

// header alters the header.
func header(change func(*types.Header)) func(*network, *types.Block) {
	return func(_ *network, b *types.Block) { change(&b.Header) }
}

// replace puts other transfers into the block, and pays their fees.
func replace(transfers func(n *network) []types.Transaction) func(*network, *types.Block) {
	return func(n *network, b *types.Block) { *b = n.unsealed(transfers(n)...) }
}

// jsonText is a JSON string of so many bytes.
func jsonText(size int) []byte { return []byte(`"` + strings.Repeat("x", size-2) + `"`) }

var headerBreaches = []breach{
	{"hash above the target", func(*network, *types.Block) {}, spoil, consensus.ErrProofOfWork},
	{"bits easier than the floor", header(func(h *types.Header) { h.Bits = 0x2100ffff }), solve, consensus.ErrBits},
	{"bits harder than due", header(func(h *types.Header) { h.Bits = 0x203fffff }), solve, consensus.ErrBits},
	{"bits negative", header(func(h *types.Header) { h.Bits = 0x1fffffff }), asIs, consensus.ErrBits},
	{"bits zero", header(func(h *types.Header) { h.Bits = 0 }), asIs, consensus.ErrBits},
	{"bits too wide", header(func(h *types.Header) { h.Bits = 0xff7fffff }), asIs, consensus.ErrBits},
	{"another parent", header(func(h *types.Header) { h.Previous[0] ^= 1 }), solve, consensus.ErrParent},
	{"the grandparent as parent", func(n *network, b *types.Block) {
		b.Previous = n.blocks[n.state.Height-1].Hash()
	}, solve, consensus.ErrParent},
	{"time at the median", func(n *network, b *types.Block) { b.Time = n.state.MedianTimePast() }, solve, consensus.ErrTimeTooOld},
	{"time zero", header(func(h *types.Header) { h.Time = 0 }), solve, consensus.ErrTimeTooOld},
	{"time past the limit by a second", func(n *network, b *types.Block) {
		b.Time += uint32(n.state.Params().MaxFuture()/time.Second) + 1
	}, solve, consensus.ErrTimeTooNew},
	{"time at its end", header(func(h *types.Header) { h.Time = math.MaxUint32 }), solve, consensus.ErrTimeTooNew},
}

var bodyBreaches = []breach{
	{"a byte more than a block may have", replace(func(n *network) []types.Transaction {
		return n.fill(types.MaxBlockSize + 1)
	}), complete, consensus.ErrBlockSize},
	{"no transactions", func(_ *network, b *types.Block) { b.Transactions = nil }, complete, consensus.ErrNoCoinbase},
	{"a transfer first", func(_ *network, b *types.Block) { b.Transactions = b.Transactions[1:] }, complete, consensus.ErrNoCoinbase},
	{"two coinbases", func(_ *network, b *types.Block) {
		second := b.Transactions[0]
		second.Amount = 0
		b.Transactions = append(b.Transactions, second)
	}, complete, consensus.ErrExtraCoinbase},
	{"a kind that is none", func(_ *network, b *types.Block) { b.Transactions[2].Kind = 7 }, complete, consensus.ErrExtraCoinbase},
	{"root flipped", header(func(h *types.Header) { h.MerkleRoot[31] ^= 0x80 }), solve, consensus.ErrMerkleRoot},
	{"transfers swapped", func(_ *network, b *types.Block) {
		b.Transactions[1], b.Transactions[4] = b.Transactions[4], b.Transactions[1]
	}, asIs, consensus.ErrMerkleRoot},
	{"transaction as long as a pair of hashes", coinbase(func(t *types.Transaction) {
		t.Data = jsonText(2*types.HashSize - t.Size())
	}), complete, consensus.ErrMerkleRoot},
	{"last transfer repeated under the same root", func(_ *network, b *types.Block) {
		b.Transactions = append(b.Transactions, b.Transactions[4])
	}, asIs, consensus.ErrDuplicateLeaf},
}

var formBreaches = []breach{
	{"transfer a byte too long", again(1, "alice", func(t *types.Transaction) {
		t.Data = jsonText(types.MaxTransactionSize - t.Size() + 1)
	}), complete, consensus.ErrTransactionLen},
	{"coinbase a byte too long", coinbase(func(t *types.Transaction) {
		t.Data = jsonText(types.MaxTransactionSize - t.Size() + 1)
	}), complete, consensus.ErrTransactionLen},
	{"amount zero", again(1, "alice", func(t *types.Transaction) { t.Amount = 0 }), complete, consensus.ErrZeroAmount},
	{"amount above the bound", again(1, "alice", func(t *types.Transaction) { t.Amount = types.MaxAmount + 1 }), complete, consensus.ErrAmountRange},
	{"fee above the bound", again(1, "alice", func(t *types.Transaction) { t.Fee = math.MaxUint64 }), complete, consensus.ErrAmountRange},
	{"amount and fee above the bound", again(1, "alice", func(t *types.Transaction) {
		t.Amount, t.Fee = types.MaxAmount, 1
	}), complete, consensus.ErrAmountRange},
	{"coinbase above the bound", coinbase(func(t *types.Transaction) { t.Amount = math.MaxUint64 }), complete, consensus.ErrAmountRange},
	{"data that is no JSON", again(2, "alice", func(t *types.Transaction) { t.Data = []byte(`{"a":`) }), complete, consensus.ErrData},
	{"data with white space", again(2, "alice", func(t *types.Transaction) { t.Data = []byte(`{"a": 1}`) }), complete, consensus.ErrData},
	{"data of two values", again(2, "alice", func(t *types.Transaction) { t.Data = []byte(`1 2`) }), complete, consensus.ErrData},
	{"data null", again(2, "alice", func(t *types.Transaction) { t.Data = []byte(`null`) }), complete, consensus.ErrData},
	{"data not UTF-8", again(2, "alice", func(t *types.Transaction) { t.Data = []byte("\"\xff\"") }), complete, consensus.ErrData},
	{"data with a number beyond a double", again(2, "alice", func(t *types.Transaction) { t.Data = []byte(`1e400`) }), complete, consensus.ErrData},
	{"data with half a surrogate pair", again(2, "alice", func(t *types.Transaction) { t.Data = []byte(`"\ud800"`) }), complete, consensus.ErrData},
	{"data with a key twice", again(2, "alice", func(t *types.Transaction) { t.Data = []byte(`{"a":1,"\u0061":1}`) }), complete, consensus.ErrData},
	{"data nested without end", again(2, "alice", func(t *types.Transaction) {
		t.Data = []byte(strings.Repeat("[", 60_000))
	}), complete, consensus.ErrData},
	{"coinbase data with a long number", coinbase(func(t *types.Transaction) {
		t.Data = []byte(strings.Repeat("1", 41))
	}), complete, consensus.ErrData},
	{"coinbase data that is no JSON", coinbase(func(t *types.Transaction) { t.Data = []byte("hello") }), complete, consensus.ErrData},
}

var coinBreaches = []breach{
	{"height below", coinbase(func(t *types.Transaction) { t.Sequence-- }), complete, consensus.ErrHeight},
	{"height above", coinbase(func(t *types.Transaction) { t.Sequence++ }), complete, consensus.ErrHeight},
	{"a unit too much", coinbase(func(t *types.Transaction) { t.Amount++ }), complete, consensus.ErrReward},
	{"a unit too little", coinbase(func(t *types.Transaction) { t.Amount-- }), complete, consensus.ErrReward},
	{"a fee that nobody gets", func(_ *network, b *types.Block) { b.Transactions[0].Amount -= b.Transactions[2].Fee }, complete, consensus.ErrReward},
	{"a transfer of an earlier block", func(n *network, b *types.Block) {
		b.Transactions = append(b.Transactions, n.blocks[1].Transactions[1])
	}, complete, consensus.ErrSequenceUsed},
	{"a sequence twice in a block", again(2, "alice", func(t *types.Transaction) { t.Sequence = 1 }), complete, consensus.ErrSequenceUsed},
	{"a sequence left out", again(2, "alice", func(t *types.Transaction) { t.Sequence = 3 }), complete, consensus.ErrSequenceGap},
	{"the last sequence there is", again(2, "alice", func(t *types.Transaction) { t.Sequence = math.MaxUint64 }), complete, consensus.ErrSequenceGap},
	{"transfers of one sender in the wrong order", func(_ *network, b *types.Block) {
		b.Transactions[1], b.Transactions[2] = b.Transactions[2], b.Transactions[1]
	}, complete, consensus.ErrSequenceGap},
	{"amount a unit above the balance", again(4, "dave", func(t *types.Transaction) { t.Amount, t.Fee = 1000*types.Coin+1, 0 }), complete, consensus.ErrOverspend},
	{"fee a unit above what is left", again(4, "dave", func(t *types.Transaction) { t.Fee++ }), complete, consensus.ErrOverspend},
	{"spent before it was received", func(_ *network, b *types.Block) {
		b.Transactions[2], b.Transactions[3] = b.Transactions[3], b.Transactions[2]
	}, complete, consensus.ErrOverspend},
	{"the block's own reward spent", func(n *network, b *types.Block) {
		*b = n.unsealed(n.transfer("erin", 0, "bob", 1, 0))
		b.Transactions[0].Recipient = types.NamedAddress("erin")
	}, complete, consensus.ErrOverspend},
	{"an account that was never paid", func(n *network, b *types.Block) {
		*b = n.unsealed(n.transfer("nobody", 0, "bob", 1, 0))
	}, complete, consensus.ErrOverspend},
}

var signatureBreaches = []breach{
	{"signature's first half altered", func(_ *network, b *types.Block) { b.Transactions[3].Signature[0] ^= 1 }, complete, consensus.ErrSignature},
	{"signature's second half altered", func(_ *network, b *types.Block) { b.Transactions[3].Signature[32] ^= 1 }, complete, consensus.ErrSignature},
	{"recipient altered after signing", func(_ *network, b *types.Block) { b.Transactions[1].Recipient[0] ^= 1 }, complete, consensus.ErrSignature},
	{"amount altered after signing", func(_ *network, b *types.Block) { b.Transactions[1].Amount-- }, complete, consensus.ErrSignature},
	{"data altered after signing", func(_ *network, b *types.Block) { b.Transactions[2].Data = []byte(`{"note":"u"}`) }, complete, consensus.ErrSignature},
	{"data removed after signing", func(_ *network, b *types.Block) { b.Transactions[2].Data = nil }, complete, consensus.ErrSignature},
	{"signed for another network", func(n *network, b *types.Block) {
		b.Transactions[4].Sign(types.NamedKey("dave"), types.Hash{1})
	}, complete, consensus.ErrSignature},
	{"signed with another key", func(n *network, b *types.Block) {
		key := b.Transactions[4].PublicKey
		b.Transactions[4] = n.signed("alice", b.Transactions[4])
		b.Transactions[4].PublicKey = key
	}, complete, consensus.ErrSignature},
	{"not signed", func(_ *network, b *types.Block) { b.Transactions[1].Signature = [64]byte{} }, complete, consensus.ErrSignature},
}

func breaches() []breach {
	return slices.Concat(headerBreaches, bodyBreaches, formBreaches, coinBreaches, signatureBreaches)
}

// fill is as many transfers as make a block of exactly size bytes.
func (n *network) fill(size int) []types.Transaction {
	var list []types.Transaction
	left := size - (&types.Block{Transactions: []types.Transaction{{Kind: types.Coinbase}}}).Size()
	bare := (&types.Transaction{Kind: types.Transfer}).Size()
	for sequence := n.accounts[types.NamedAddress("alice")].Sequence; left > 0; sequence++ {
		next := min(left, types.MaxTransactionSize)
		if left-next > 0 && left-next < bare+2 {
			next -= bare + 2 // leave room for a last one
		}
		list = append(list, n.signed("alice", types.Transaction{
			Sequence: sequence, Recipient: types.NamedAddress("bob"), Amount: 1, Data: jsonText(next - bare),
		}))
		left -= next
	}
	return list
}

// judge is what a node thinks of a block, its clock at the valid block's time.
func judge(n *network, b *types.Block, now time.Time) error {
	if err := n.state.Params().CheckFuture(b.Header, now); err != nil {
		return err
	}
	_, _, err := n.state.Apply(b, n.touched(b))
	return err
}

func TestEveryRuleRefusesItsBreach(t *testing.T) {
	n := breachNetwork(t)
	unbroken := breachBlock(n)
	now := time.Unix(int64(unbroken.Time), 0)
	require.NoError(t, judge(n, &unbroken, now))

	for _, row := range breaches() {
		t.Run(row.name, func(t *testing.T) {
			b := breachBlock(n)
			row.change(n, &b)
			row.finish(&b)
			err := judge(n, &b, now)
			require.ErrorIs(t, err, row.rule)
			rule, ok := consensus.Broken(err)
			require.True(t, ok)
			require.Equal(t, row.rule, rule)
			require.NotEqual(t, string(row.rule), err.Error(), "the message must say more than the rule")
		})
	}
}

// A body that is not the header's says nothing against the header; whatever
// else is wrong with a block does.
func TestMutated(t *testing.T) {
	mutated := []consensus.Rule{consensus.ErrMerkleRoot, consensus.ErrDuplicateLeaf}
	for _, rule := range rulesInSource(t) {
		require.Equal(t, slices.Contains(mutated, rule), consensus.Mutated(fmt.Errorf("block 7: %w", rule)), "%s", rule)
	}
	require.False(t, consensus.Mutated(nil))
}

// With any transactions but its own, a good header must not be to blame.
func TestForeignTransactionsAreMutations(t *testing.T) {
	n := breachNetwork(t)
	for _, row := range slices.Concat(bodyBreaches, formBreaches, coinBreaches, signatureBreaches) {
		foreign := breachBlock(n)
		row.change(n, &foreign)
		b := breachBlock(n)
		b.Transactions = foreign.Transactions
		if root, _ := consensus.MerkleRoot(b.TransactionIDs()); root == b.MerkleRoot && row.rule != consensus.ErrDuplicateLeaf {
			continue // it was the header that the row changed
		}
		require.True(t, consensus.Mutated(consensus.CheckBlock(&b)), row.name)
	}
}

// rulesElsewhere are broken by something other than a block.
var rulesElsewhere = []consensus.Rule{consensus.ErrGenesis}

func TestEveryRuleHasABreach(t *testing.T) {
	covered := slices.Clone(rulesElsewhere)
	for _, row := range breaches() {
		covered = append(covered, row.rule)
	}
	rules := rulesInSource(t)
	require.Greater(t, len(rules), 15)
	for _, rule := range rules {
		require.Contains(t, covered, rule)
	}
	require.Len(t, slices.Compact(slices.Sorted(slices.Values(rules))), len(rules), "two rules with one text")
}

func TestRulesListsAll(t *testing.T) { require.Equal(t, rulesInSource(t), consensus.Rules()) }

// rulesInSource reads the constants of type Rule out of rule.go.
func rulesInSource(t *testing.T) []consensus.Rule {
	file, err := parser.ParseFile(token.NewFileSet(), "rule.go", nil, 0)
	require.NoError(t, err)
	var rules []consensus.Rule
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || len(spec.Values) == 0 || fmt.Sprint(spec.Type) != "Rule" {
			return true
		}
		text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		require.NoError(t, err)
		rules = append(rules, consensus.Rule(text))
		return true
	})
	return rules
}

func TestBrokenOfOtherErrors(t *testing.T) {
	for _, err := range []error{nil, consensus.ErrParams, types.ErrEncoding} {
		_, ok := consensus.Broken(err)
		require.False(t, ok, "%v", err)
	}
}

func TestBoundsThatAreStillAllowed(t *testing.T) {
	n := breachNetwork(t)
	t.Run("a block of the greatest size", func(t *testing.T) {
		b := n.block(n.fill(types.MaxBlockSize)...)
		require.Equal(t, types.MaxBlockSize, b.Size())
		require.NoError(t, n.apply(&b))
	})
	t.Run("a second above the median", func(t *testing.T) {
		b := n.unsealed()
		b.Time = n.state.MedianTimePast() + 1
		complete(&b)
		require.NoError(t, n.apply(&b))
	})
	for _, limit := range []struct {
		name     string
		halfLife uint32 // seconds
		want     time.Duration
	}{
		{"a half-life ahead", 60, time.Minute},
		{"two hours ahead", 2 * 86400, 2 * time.Hour},
	} {
		t.Run(limit.name, func(t *testing.T) {
			p := &consensus.Params{HalfLife: limit.halfLife}
			h := types.Header{Time: 1_700_000_000}
			now := time.Unix(int64(h.Time), 0)
			require.NoError(t, p.CheckFuture(h, now.Add(-limit.want)))
			require.ErrorIs(t, p.CheckFuture(h, now.Add(-limit.want-time.Second)), consensus.ErrTimeTooNew)
		})
	}
	t.Run("any extra nonce", func(t *testing.T) {
		b := n.unsealed()
		b.Transactions[0].ExtraNonce = [types.ExtraNonceSize]byte{0xff, 7: 0xff}
		complete(&b)
		require.NoError(t, n.apply(&b))
	})
	t.Run("any version", func(t *testing.T) {
		b := n.unsealed()
		b.Version = math.MinInt32
		complete(&b)
		require.NoError(t, n.apply(&b))
	})
	t.Run("the miner spends and is paid", func(t *testing.T) {
		before := n.accounts[types.NamedAddress("miner")]
		b := n.block(n.transfer("miner", before.Sequence, "miner", 1, before.Balance-1))
		require.NoError(t, n.apply(&b))
		after := n.accounts[types.NamedAddress("miner")]
		require.Equal(t, before.Sequence+1, after.Sequence)
		require.Equal(t, before.Balance+n.genesis.Params.Reward, after.Balance)
	})
}
