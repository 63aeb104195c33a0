package consensus_test

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/consensus"
	"networkmngr/internal/types"
)

func TestMerkleRootOfBitcoinBlocks(t *testing.T) {
	for _, block := range bitcoinBlocks {
		if block.txids == nil {
			continue
		}
		ids := make([]types.Hash, len(block.txids))
		for i, text := range block.txids {
			var err error
			ids[i], err = types.ParseHash(text)
			require.NoError(t, err)
		}
		root, duplicate := consensus.MerkleRoot(ids)
		require.Equal(t, bitcoinHeader(t, block.header).MerkleRoot, root, "height %d", block.height)
		require.False(t, duplicate, "height %d", block.height)
	}
}

// leaves are n different hashes.
func leaves(n int) []types.Hash {
	list := make([]types.Hash, n)
	for i := range list {
		list[i] = types.DoubleSHA256(binary.LittleEndian.AppendUint32(nil, uint32(i)))
	}
	return list
}

// merkle is the tree as it is defined, from the root down: height levels over
// ids, where a missing right half is the left one again.
func merkle(ids []types.Hash, height int) types.Hash {
	if height == 0 {
		return ids[0]
	}
	half := min(1<<(height-1), len(ids))
	left := merkle(ids[:half], height-1)
	right := left
	if len(ids) > half {
		right = merkle(ids[half:], height-1)
	}
	return types.DoubleSHA256(slices.Concat(left[:], right[:]))
}

func TestMerkleRootAgainstRecursion(t *testing.T) {
	root, duplicate := consensus.MerkleRoot(nil)
	require.True(t, root.IsZero())
	require.False(t, duplicate)
	for n := 1; n <= 130; n++ {
		height := 0
		for 1<<height < n {
			height++
		}
		ids := leaves(n)
		root, duplicate := consensus.MerkleRoot(ids)
		require.Equal(t, merkle(ids, height), root, "%d leaves", n)
		require.False(t, duplicate, "%d leaves", n)
		require.Equal(t, leaves(n), ids, "the input was changed")
	}
}

// Repeating a tail is the one way to another list with the same root
// (CVE-2012-2459). Some repetitions keep the root; each of those is flagged.
func TestEveryRepeatedTailUnderOneRootIsFlagged(t *testing.T) {
	found := 0
	for n := 1; n <= 40; n++ {
		ids := leaves(n)
		want, _ := consensus.MerkleRoot(ids)
		for tail := 1; tail <= n; tail++ {
			for times := 1; len(ids)+times*tail <= 64; times++ {
				longer := append(slices.Clone(ids), slices.Repeat(ids[n-tail:], times)...)
				root, duplicate := consensus.MerkleRoot(longer)
				if root == want {
					require.True(t, duplicate, "%d leaves, the last %d repeated %d times", n, tail, times)
					found++
				}
			}
		}
	}
	require.Greater(t, found, 40, "the known repetitions must be among those tried")
}

func TestTheKnownRepetitions(t *testing.T) {
	// By definition: as long as a level is odd, its last subtree stands twice.
	for n := 1; n <= 40; n++ {
		for width := 1; width < n; width *= 2 {
			if n%width != 0 || n/width%2 == 0 {
				continue
			}
			ids := leaves(n)
			want, _ := consensus.MerkleRoot(ids)
			root, duplicate := consensus.MerkleRoot(append(ids, ids[n-width:]...))
			require.Equal(t, want, root, "%d leaves, the last %d repeated", n, width)
			require.True(t, duplicate, "%d leaves, the last %d repeated", n, width)
		}
	}
}

// A transaction of 64 bytes is also a pair of hashes: were one allowed, a block
// could be made whose header also fits a shorter list (CVE-2017-12842).
func TestATransactionThatIsAPairOfHashesIsRefused(t *testing.T) {
	short := types.Transaction{Kind: types.Coinbase}
	short.Data = jsonText(2*types.HashSize - short.Size())
	encoded := short.AppendTo(nil)
	pair := []types.Hash{types.Hash(encoded[:types.HashSize]), types.Hash(encoded[types.HashSize:])}
	b := types.Block{Transactions: []types.Transaction{short}}
	b.MerkleRoot, _ = consensus.MerkleRoot(pair)
	root, _ := consensus.MerkleRoot(b.TransactionIDs())
	require.Equal(t, b.MerkleRoot, root, "two lists, one root")
	require.True(t, consensus.Mutated(consensus.CheckBlock(&b)))
}

// What a block's transactions hash to is worked out once, and holds for no other header.
func TestCommitmentIsCheckedOnce(t *testing.T) {
	b := newNetwork(t, description()).block()
	require.NoError(t, consensus.CheckBlock(&b))
	require.False(t, b.HasRoot(b.MerkleRoot), "its transactions may still be changed")
	b.Identify(b.TransactionIDs())
	require.NoError(t, consensus.CheckBlock(&b))
	require.True(t, b.HasRoot(b.MerkleRoot))
	b.MerkleRoot[0] ^= 1
	require.ErrorIs(t, consensus.CheckBlock(&b), consensus.ErrMerkleRoot)
	require.False(t, b.HasRoot(b.MerkleRoot))
}

// Whatever else is done to a list shows in its root.
func TestMerkleRootCommitsToTheList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := leaves(rapid.IntRange(2, 40).Draw(t, "n"))
		want, _ := consensus.MerkleRoot(ids)
		i := rapid.IntRange(0, len(ids)-1).Draw(t, "i")
		j := rapid.IntRange(0, len(ids)-1).Draw(t, "j")
		if i == j {
			ids = slices.Delete(ids, i, i+1)
		} else {
			ids[i], ids[j] = ids[j], ids[i]
		}
		root, _ := consensus.MerkleRoot(ids)
		require.NotEqual(t, want, root)
	})
}

// proves reports whether siblings lead from id at position to root. A hash that
// is its own left sibling stands only where a list's tail is repeated, which no
// honest list is, so there is no position beyond the last.
func proves(id types.Hash, position int, siblings []types.Hash, root types.Hash) bool {
	for _, sibling := range siblings {
		left, right := id, sibling
		if position%2 == 1 {
			left, right = sibling, id
		}
		if position%2 == 1 && left == right {
			return false
		}
		id = types.DoubleSHA256(append(left[:], right[:]...))
		position /= 2
	}
	return position == 0 && id == root
}

// Each leaf of each size of tree has a proof, and nothing else has it.
func TestMerkleProofOfEachLeaf(t *testing.T) {
	for n := 1; n <= 40; n++ {
		ids := leaves(n)
		root, _ := consensus.MerkleRoot(ids)
		for position, id := range ids {
			proof := consensus.MerkleProof(ids, position)
			require.True(t, proves(id, position, proof, root), "%d of %d", position, n)
			for other := range 2 * n {
				require.Equal(t, other == position, proves(id, other, proof, root), "%d as %d of %d", position, other, n)
			}
			require.False(t, proves(id, position, append(proof, id), root))
			if len(proof) > 0 {
				require.False(t, proves(id, position, proof[:len(proof)-1], root))
				require.False(t, proves(id, position, proof[1:], root))
			}
		}
	}
}

func TestMutatedMerkleProofFails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := leaves(rapid.IntRange(1, 3000).Draw(t, "leaves"))
		position := rapid.IntRange(0, len(ids)-1).Draw(t, "position")
		root, _ := consensus.MerkleRoot(ids)
		id, proof := ids[position], consensus.MerkleProof(ids, position)
		require.True(t, proves(id, position, proof, root))
		changed := rapid.IntRange(-2, len(proof)-1).Draw(t, "changed")
		bit := rapid.IntRange(0, 8*types.HashSize-1).Draw(t, "bit")
		for i, h := range append([]*types.Hash{&id, &root}, pointers(proof)...) {
			if i-2 == changed {
				h[bit/8] ^= 1 << (bit % 8)
			}
		}
		require.False(t, proves(id, position, proof, root))
	})
}

func pointers(list []types.Hash) (pointers []*types.Hash) {
	for i := range list {
		pointers = append(pointers, &list[i])
	}
	return pointers
}

// The tail of a list, repeated, has the same root but no proofs (CVE-2012-2459).
func TestRepeatedTailHasNoProof(t *testing.T) {
	for n := 1; n <= 40; n++ {
		ids := leaves(n)
		root, _ := consensus.MerkleRoot(ids)
		for tail := 1; tail <= n; tail++ {
			longer := append(slices.Clone(ids), ids[n-tail:]...)
			if same, _ := consensus.MerkleRoot(longer); same != root {
				continue
			}
			for position := n; position < len(longer); position++ {
				proof := consensus.MerkleProof(longer, position)
				require.False(t, proves(longer[position], position, proof, root), "%d of %d", position, n)
			}
		}
	}
}
