package protocol

import (
	"iter"
	"maps"
	"slices"

	"networkmngr/internal/recent"
	"networkmngr/internal/types"
)

// maxTaken is how many transfers of public blocks are remembered while blocks are withheld.
const maxTaken = 20_000

// secret is the mempool as peers are to take it. The transfers of withheld blocks are in no
// block that peers know: to them, they are pending here as they were before. Without that,
// whoever asks for one, or sees one asked for again, knows which blocks there are.
type secret struct {
	Pool
	transfers map[types.Hash]secretTransfer
	taken     recent.Set[types.Hash] // transfers of public blocks since the first that is withheld
}

type secretTransfer struct {
	block types.Hash
	*types.Transaction
}

func newSecret(pool Pool) *secret {
	return &secret{Pool: pool, transfers: make(map[types.Hash]secretTransfer), taken: recent.NewSet[types.Hash](maxTaken)}
}

// note sorts the transfers of a block that is news, while blocks are withheld. in.Secret was
// never pending for peers, but in.Instead.
func (s *secret) note(b *types.Block, withheld map[types.Hash]bool, in Publish) {
	switch {
	case withheld[b.Hash()]:
		s.withhold(b, in)
	case len(withheld) > 0:
		s.take(b)
	}
}

// withhold adds the transfers of a withheld block, but for those that a public one has too.
func (s *secret) withhold(b *types.Block, in Publish) {
	for i, id := range b.TransactionIDs()[1:] {
		transfer := &b.Transactions[i+1]
		if id == in.Secret {
			if transfer = in.Instead; transfer == nil {
				continue
			}
			id = transfer.ID()
		}
		if !s.taken.Has(id) {
			s.transfers[id] = secretTransfer{b.Hash(), transfer}
		}
	}
}

// keep forgets the transfers of blocks that are withheld no more.
func (s *secret) keep(withheld map[types.Hash]bool) {
	maps.DeleteFunc(s.transfers, func(_ types.Hash, t secretTransfer) bool { return !withheld[t.block] })
	if len(withheld) == 0 {
		s.taken = recent.NewSet[types.Hash](maxTaken)
	}
}

// take notes the transfers of a public block.
func (s *secret) take(b *types.Block) {
	for _, transfer := range b.TransactionIDs()[1:] {
		s.taken.Add(transfer)
		delete(s.transfers, transfer)
	}
}

func (s *secret) Has(id types.Hash) bool {
	_, here := s.transfers[id]
	return here || s.Pool.Has(id)
}

func (s *secret) All() iter.Seq2[types.Hash, *types.Transaction] {
	return func(yield func(types.Hash, *types.Transaction) bool) {
		for id, t := range s.transfers {
			if !yield(id, t.Transaction) {
				return
			}
		}
		for id, t := range s.Pool.All() {
			if _, here := s.transfers[id]; !here && !yield(id, t) {
				return
			}
		}
	}
}

func (s *secret) Len() int { return len(s.transfers) + s.Pool.Len() }

// IDs has those of the withheld blocks behind the others. A peer that gets a gap of a sender's
// sequence keeps what follows until that is filled.
func (s *secret) IDs(limit int) []types.Hash {
	ids := s.Pool.IDs(limit)
	for _, id := range slices.SortedFunc(maps.Keys(s.transfers), types.Hash.Compare) {
		if len(ids) < limit && !s.Pool.Has(id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// among are those of the transfers with these ids that withheld blocks have; nil for none.
func (s *secret) among(ids []types.Hash) (found map[types.Hash]*types.Transaction) {
	for _, id := range ids {
		if t, here := s.transfers[id]; here {
			if found == nil {
				found = make(map[types.Hash]*types.Transaction)
			}
			found[id] = t.Transaction
		}
	}
	return found
}
