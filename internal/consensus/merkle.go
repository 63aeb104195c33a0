package consensus

import "networkmngr/internal/types"

// MerkleRoot is the root of Bitcoin's Merkle tree over ids: pairs are hashed
// together, and a lone last hash is paired with itself.
//
// That last step lets two different lists have one root (CVE-2012-2459): a
// list whose tail is repeated. duplicate reports that two equal hashes stood
// side by side as a pair, which no honest list has; such a list must be
// refused.
func MerkleRoot(ids []types.Hash) (root types.Hash, duplicate bool) {
	if len(ids) == 0 {
		return types.Hash{}, false
	}
	level := append([]types.Hash(nil), ids...)
	for len(level) > 1 {
		for i := 0; i+1 < len(level); i += 2 {
			duplicate = duplicate || level[i] == level[i+1]
		}
		if len(level)%2 == 1 {
			level = append(level, level[len(level)-1])
		}
		for i := range len(level) / 2 {
			level[i] = hashPair(level[2*i], level[2*i+1])
		}
		level = level[:len(level)/2]
	}
	return level[0], duplicate
}

// pairSize is the length of what an inner node of the tree is the hash of.
const pairSize = 2 * types.HashSize

func hashPair(left, right types.Hash) types.Hash {
	var pair [pairSize]byte
	copy(pair[:], left[:])
	copy(pair[types.HashSize:], right[:])
	return types.DoubleSHA256(pair[:])
}
