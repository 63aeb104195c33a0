package server

import (
	"errors"
	"fmt"

	"networkmngr/internal/api"
	"networkmngr/internal/chain"
	"networkmngr/internal/mempool"
	"networkmngr/internal/types"
)

// maxLookback bounds how many transactions of a sender are looked through for the one
// that has used a number.
const maxLookback = 1000

// waiting says where a transfer of the mempool stands; false if it is not there.
func (s *Server) waiting(id types.Hash) (api.Transaction, bool) {
	found, waits := s.node.Pool.Get(id)
	answer := api.Transaction{Status: api.StatusPending, Transaction: found}
	if lacks, parked := s.node.Pool.Parked(id); parked {
		answer.Status, answer.Why = api.StatusParked, fmt.Sprintf("a reorg took from it what it needs: %v", lacks)
	}
	return answer, waits
}

// departed says what became of a transfer that waits no longer though no block holds
// it. The error wraps chain.ErrNotFound if nothing is remembered of it.
func (s *Server) departed(id types.Hash) (api.Transaction, error) {
	one, known := s.node.Pool.Departed(id)
	if !known {
		return api.Transaction{}, fmt.Errorf("%w: no block of the main chain holds transaction %s, and it is not pending here; "+
			"if it ever was, that is forgotten", chain.ErrNotFound, id)
	}
	answer := api.Transaction{Status: api.StatusDropped, Transaction: one.Transaction, Why: one.Why.Error()}
	if errors.Is(one.Why, mempool.ErrOtherNetwork) {
		return answer, nil
	}
	return answer, s.findRival(&answer, one.By)
}

// findRival looks for the transfer that has the number of the one in an answer: in the
// mempool, or on the main chain, where it is likely the one with the id by.
func (s *Server) findRival(answer *api.Transaction, by types.Hash) error {
	t := &answer.Transaction
	account, pending, err := s.node.Pool.Account(t.Sender())
	if err != nil {
		return err
	}
	if t.Sequence < account.Sequence {
		return s.overtaken(answer, by)
	}
	if ahead := t.Sequence - account.Sequence; ahead < uint64(len(pending)) {
		answer.Status, answer.By = api.StatusReplaced, new(pending[ahead].ID())
		answer.Why = fmt.Sprintf("its sender has sent another transfer with its number, %d: %s, which is pending", t.Sequence, answer.By)
	}
	return nil
}

func (s *Server) overtaken(answer *api.Transaction, by types.Hash) error {
	answer.Status = api.StatusOvertaken
	answer.Why = fmt.Sprintf("its number, %d, was used by another transfer of its sender", answer.Transaction.Sequence)
	rival, err := s.rival(&answer.Transaction, by)
	if errors.Is(err, chain.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	answer.By, answer.ByBlock = new(rival.ID()), new(tipAt(rival.Block))
	answer.Why += fmt.Sprintf(": %s in block %d", answer.By, rival.Block.Height)
	return nil
}

// rival is the transfer on the main chain that has the number of t. The error wraps
// chain.ErrNotFound if it is not among the newest.
func (s *Server) rival(t *types.Transaction, by types.Hash) (chain.Located, error) {
	found, _, err := s.node.Ledger.Transaction(by)
	if !errors.Is(err, chain.ErrNotFound) {
		return found, err
	}
	from := chain.Newest
	for range maxLookback / api.MaxRows {
		page, err := s.node.Ledger.History(t.Sender(), from, api.MaxRows)
		if err != nil {
			return chain.Located{}, err
		}
		for _, other := range page.Transactions {
			if other.PublicKey == t.PublicKey && other.Sequence == t.Sequence {
				return other, nil
			}
		}
		if page.Next == nil {
			break
		}
		from = *page.Next
	}
	return chain.Located{}, chain.ErrNotFound
}
