package consensus_test

import (
	"crypto/ed25519"
	"fmt"
	"math/big"
	"slices"
	"testing"

	zip215 "github.com/hdevalence/ed25519consensus"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

// order is that of ed25519's base point (RFC 8032, section 5.1).
var order, _ = new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)

// smallOrder lists the 14 encodings of the eight points whose order divides
// eight that ZIP 215 tells nodes to take: every y with p added where that still
// fits in 255 bits, and either sign, also of an x of zero.
func smallOrder() [][32]byte {
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	y := orderEight(p)
	minus := func(n *big.Int) *big.Int { return new(big.Int).Sub(p, n) }
	one := big.NewInt(1)
	var list [][32]byte
	for _, y := range []*big.Int{big.NewInt(0), one, minus(one), y, minus(y), p, new(big.Int).Add(p, one)} {
		list = append(list, pointBytes(y, 0), pointBytes(y, 0x80))
	}
	return list
}

// orderEight is the y of a point of order eight. Twice the point has order
// four and y = 0, so x² = -y² by the doubling formula; with the curve's
// equation, d*y⁴ + 2y² - 1 = 0.
func orderEight(p *big.Int) *big.Int {
	d := new(big.Int).ModInverse(big.NewInt(121666), p)
	d.Mul(d, big.NewInt(-121665)).Mod(d, p)
	root := new(big.Int).ModSqrt(new(big.Int).Add(d, big.NewInt(1)), p)
	inverse := new(big.Int).ModInverse(d, p)
	for _, root := range []*big.Int{root, new(big.Int).Neg(root)} {
		square := new(big.Int).Sub(root, big.NewInt(1))
		square.Mul(square, inverse).Mod(square, p)
		if y := new(big.Int).ModSqrt(square, p); y != nil {
			return y
		}
	}
	panic("no point of order eight")
}

// pointBytes is y with the sign of x, as RFC 8032 encodes a point.
func pointBytes(y *big.Int, sign byte) [32]byte {
	b := littleEndian(y)
	b[31] |= sign
	return b
}

func littleEndian(n *big.Int) [32]byte {
	var b [32]byte
	n.FillBytes(b[:])
	slices.Reverse(b[:])
	return b
}

// edge is a transfer whose signature is (r, s), made without any private key.
func edge(key, r, s [32]byte, sequence uint64) types.Transaction {
	t := types.Transaction{
		Kind: types.Transfer, Sequence: sequence, Recipient: types.NamedAddress("bob"), Amount: 1, PublicKey: key,
	}
	copy(t.Signature[:], r[:])
	copy(t.Signature[32:], s[:])
	return t
}

// requireSameVerdict holds one signature against the other implementation, and
// returns the verdict.
func requireSameVerdict(t require.TestingT, tx *types.Transaction, genesis types.Hash) bool {
	want := zip215.Verify(tx.PublicKey[:], tx.SigningMessage(genesis), tx.Signature[:])
	err := consensus.CheckSignature(tx, genesis)
	require.Equal(t, want, err == nil, "key %x, signature %x", tx.PublicKey, tx.Signature)
	if err != nil {
		require.ErrorIs(t, err, consensus.ErrSignature)
		require.ErrorContains(t, err, tx.ID().String())
	}
	return want
}

// edges are the 14*14 pairs of key and R with s = 0: each fits any message, as
// eight times any of the points is nothing.
func edges() []types.Transaction {
	points := smallOrder()
	var list []types.Transaction
	for _, key := range points {
		for i, r := range points {
			list = append(list, edge(key, r, [32]byte{}, uint64(i)))
		}
	}
	return list
}

func TestSmallOrderEncodings(t *testing.T) {
	points := smallOrder()
	require.Len(t, points, 14)
	seen := map[[32]byte]bool{}
	for _, point := range points {
		require.False(t, seen[point])
		seen[point] = true
	}
}

func TestEdgeSignaturesOneByOne(t *testing.T) {
	genesis := types.Hash{7}
	for _, tx := range edges() {
		require.True(t, requireSameVerdict(t, &tx, genesis), "ZIP 215 takes it")
	}
}

// What ZIP 215 refuses: s not below the order, an s that does not fit, and a
// key or R that is no point or not the right one.
func TestRefusedSignaturesOneByOne(t *testing.T) {
	genesis := types.Hash{7}
	points := smallOrder()
	above := new(big.Int).Add(order, big.NewInt(1))
	for _, key := range points {
		for _, r := range points {
			for _, s := range []*big.Int{order, above, new(big.Int).Lsh(big.NewInt(1), 255)} {
				tx := edge(key, r, littleEndian(s), 0)
				require.False(t, requireSameVerdict(t, &tx, genesis))
			}
			tx := edge(key, r, [32]byte{1}, 0)
			require.False(t, requireSameVerdict(t, &tx, genesis))
		}
	}
	for y := range byte(64) { // some are no point, and only 0 and 1 have a small order
		key := edge([32]byte{y}, points[0], [32]byte{}, 0)
		require.Equal(t, y < 2, requireSameVerdict(t, &key, genesis), "key %d", y)
		r := edge(points[0], [32]byte{y}, [32]byte{}, 0)
		require.Equal(t, y < 2, requireSameVerdict(t, &r, genesis), "R %d", y)
	}
}

// s + order is the same s to those who do not look, and would give a transfer
// a second id.
func TestSecondSpellingOfASignatureIsRefused(t *testing.T) {
	n := newNetwork(t, description())
	genesis := n.genesis.Params.GenesisID
	tx := n.transfer("alice", 0, "bob", 1, 0)
	require.True(t, requireSameVerdict(t, &tx, genesis))
	s := scalarOf(&tx)
	setScalar(&tx, s.Add(s, order))
	require.False(t, requireSameVerdict(t, &tx, genesis))
}

func scalarOf(t *types.Transaction) *big.Int {
	b := slices.Clone(t.Signature[32:])
	slices.Reverse(b)
	return new(big.Int).SetBytes(b)
}

func setScalar(t *types.Transaction, s *big.Int) {
	b := littleEndian(s)
	copy(t.Signature[32:], b[:])
}

// edgeNetwork funds the accounts of the points of small order.
func edgeNetwork(t require.TestingT) *network {
	d := description()
	for _, point := range smallOrder() {
		d.Balances[types.AddressOf(point[:])] = types.Coin
	}
	return newNetwork(t, d)
}

// A node that checks a block's signatures together must come to the verdict of
// one that checks them one by one, or the two part ways.
func TestEdgeSignaturesInABatch(t *testing.T) {
	n := edgeNetwork(t)
	b := n.block(edges()...)
	require.NoError(t, n.apply(&b))

	for i, tx := range edges() {
		if tx.Sequence > 0 {
			continue // the first of each key is enough
		}
		n := edgeNetwork(t)
		good := n.transfer("alice", 0, "bob", 1, 0)
		b := n.block(good, tx)
		require.NoError(t, n.apply(&b), "edge %d", i)

		n = edgeNetwork(t)
		setScalar(&tx, order)
		b = n.block(good, tx)
		err := n.apply(&b)
		require.ErrorIs(t, err, consensus.ErrSignature, "edge %d", i)
		require.ErrorContains(t, err, tx.ID().String())
	}
}

// batch is a block's worth of good transfers by different people.
func (n *network) batch(size int) []types.Transaction {
	var list []types.Transaction
	for i := range size {
		from := people[i%len(people)]
		list = append(list, n.transfer(from, uint64(i/len(people)), "bob", 1, 0))
	}
	return list
}

// Sizes on both sides of those at which the batch changes its method.
func TestOneBadSignatureInABatchIsNamed(t *testing.T) {
	for _, size := range []int{1, 2, 94, 95, 200} {
		n := newNetwork(t, description())
		good := n.batch(size)
		for _, bad := range []int{0, size / 2, size - 1} {
			list := slices.Clone(good)
			list[bad].Signature[40] ^= 1
			b := n.block(list...)
			_, _, err := n.state.Apply(&b, n.touched(&b))
			require.ErrorIs(t, err, consensus.ErrSignature)
			require.ErrorContains(t, err, list[bad].ID().String(), "%d of %d", bad, size)
		}
		b := n.block(good...)
		require.NoError(t, n.apply(&b), "size %d", size)
	}
}

// Two signatures off by the same amount in opposite directions cancel in a
// plain sum; a batch must weigh them at random.
func TestBadSignaturesThatCancelAreRefused(t *testing.T) {
	n := newNetwork(t, description())
	list := n.batch(40)
	for i, step := range map[int]int64{3: 1, 17: -1} {
		s := scalarOf(&list[i])
		setScalar(&list[i], s.Add(s, big.NewInt(step)).Mod(s, order))
	}
	b := n.block(list...)
	require.ErrorIs(t, n.apply(&b), consensus.ErrSignature)
}

// Ordinary signatures, as Go's own implementation makes them, are good.
func TestStandardSignatures(t *testing.T) {
	n := newNetwork(t, description())
	genesis := n.genesis.Params.GenesisID
	for i := range 20 {
		tx := n.transfer(fmt.Sprintf("person %d", i), uint64(i), "bob", 1, 0)
		require.True(t, ed25519.Verify(tx.PublicKey[:], tx.SigningMessage(genesis), tx.Signature[:]))
		require.True(t, requireSameVerdict(t, &tx, genesis))
		require.False(t, requireSameVerdict(t, &tx, types.Hash{9}), "on another network")
	}
}

// TestTrustedFormsAreNotChecked: what is known to be good is passed over, and nothing
// else is.
func TestTrustedFormsAreNotChecked(t *testing.T) {
	b := breachBlock(breachNetwork(t))
	b.Transactions[1].Amount = 0
	b.MerkleRoot, _ = consensus.MerkleRoot(b.TransactionIDs())
	bad := b.Transactions[1].ID()
	require.ErrorIs(t, consensus.CheckBlock(&b), consensus.ErrZeroAmount)
	require.ErrorIs(t, consensus.CheckTrusting(&b, func(id types.Hash) bool { return id != bad }), consensus.ErrZeroAmount)
	require.NoError(t, consensus.CheckTrusting(&b, func(id types.Hash) bool { return id == bad }))
}

// TestTrustedSignaturesAreNotChecked: what is known to be good is passed over,
// and nothing else is.
func TestTrustedSignaturesAreNotChecked(t *testing.T) {
	n := breachNetwork(t)
	b := breachBlock(n)
	require.Greater(t, len(b.Transactions), 2)
	b.Transactions[1].Signature[0] ^= 1
	root, _ := consensus.MerkleRoot(b.TransactionIDs())
	b.MerkleRoot = root
	complete(&b)
	bad := b.Transactions[1].ID()
	_, _, err := n.state.Apply(&b, n.touched(&b))
	require.ErrorIs(t, err, consensus.ErrSignature)
	_, _, err = n.state.ApplyTrusting(&b, n.touched(&b), func(id types.Hash) bool { return id != bad })
	require.ErrorIs(t, err, consensus.ErrSignature)
	_, _, err = n.state.ApplyTrusting(&b, n.touched(&b), func(id types.Hash) bool { return id == bad })
	require.NoError(t, err)
}
