package consensus

import "networkmngr/internal/types"

// MerkleRoot is the root of Bitcoin's Merkle tree over ids: pairs are hashed
// together, and a lone last hash is paired with itself.
//
// That last step lets two different lists have one root (CVE-2012-2459): a
// list whose tail is repeated. duplicate reports that a pair has two equal
// hashes, which no honest list has; such a list must be refused.
func MerkleRoot(ids []types.Hash) (root types.Hash, duplicate bool) {
	if len(ids) == 0 {
		return types.Hash{}, false
	}
	level := ids
	for len(level) > 1 {
		for i := 0; i+1 < len(level); i += 2 {
			duplicate = duplicate || level[i] == level[i+1]
		}
		level = levelAbove(level)
	}
	return level[0], duplicate
}

// levelAbove hashes a level's pairs. A lone last hash is paired with itself.
func levelAbove(level []types.Hash) []types.Hash {
	above := make([]types.Hash, (len(level)+1)/2)
	for i := range above {
		above[i] = hashPair(level[2*i], level[min(2*i+1, len(level)-1)])
	}
	return above
}

// pairSize is the length of what an inner node of the tree is the hash of.
const pairSize = 2 * types.HashSize

func hashPair(left, right types.Hash) types.Hash {
	var pair [pairSize]byte
	copy(pair[:], left[:])
	copy(pair[types.HashSize:], right[:])
	return types.DoubleSHA256(pair[:])
}

// MerkleProof lists the hashes that lead from the id at position to the root:
// the sibling in each level of the tree, the leaves' first. Bit i of position
// is the side of the i-th: 0 is right, 1 left.
func MerkleProof(ids []types.Hash, position int) []types.Hash {
	var siblings []types.Hash
	for level := ids; len(level) > 1; level = levelAbove(level) {
		siblings = append(siblings, level[min(position^1, len(level)-1)])
		position /= 2
	}
	return siblings
}
