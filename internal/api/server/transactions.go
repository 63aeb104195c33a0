package server

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/mempool"
	"networkmngr/internal/types"
)

// Pool is a node's mempool; see [mempool.Reader] for each method.
type Pool interface {
	Get(id types.Hash) (types.Transaction, bool)
	Parked(id types.Hash) (lacks error, parked bool)
	Departed(id types.Hash) (mempool.Departed, bool)
	Entries(from, limit int) ([]mempool.Entry, mempool.Status)
	Account(address types.Address) (consensus.Account, []types.Transaction, error)
	NextSequence(sender types.Address) (uint64, error)
}

// transaction answers with where a transaction stands.
func (s *Server) transaction(c *gin.Context) error {
	id, err := types.ParseHash(c.Param("id"))
	if err != nil {
		return fmt.Errorf("%w: transaction id: %w", httpserver.ErrMalformed, err)
	}
	prove, err := httpserver.Bool(c, "proof")
	if err != nil {
		return err
	}
	found, err := s.findTransaction(id)
	if err == nil && prove {
		found.Proof, err = s.prove(&found)
	}
	if err != nil {
		return err
	}
	found.Parties = s.people().parties(&found.Transaction)
	found.Why = s.named(found.Why)
	return httpserver.Answer(c, http.StatusOK, found)
}

// findTransaction looks at the chain once more if the mempool does not know the
// transaction: a block may have taken it in between.
func (s *Server) findTransaction(id types.Hash) (api.Transaction, error) {
	found, err := s.confirmed(id)
	if !errors.Is(err, chain.ErrNotFound) {
		return found, err
	}
	if found, waits := s.waiting(id); waits {
		return found, nil
	}
	if found, err = s.confirmed(id); !errors.Is(err, chain.ErrNotFound) {
		return found, err
	}
	return s.departed(id)
}

func (s *Server) confirmed(id types.Hash) (api.Transaction, error) {
	found, tip, err := s.node.Ledger.Transaction(id)
	if err != nil {
		return api.Transaction{}, err
	}
	return api.Transaction{
		Status: api.StatusConfirmed, Transaction: found.Transaction,
		Block: new(tipAt(found.Block)), Position: &found.Position,
		Confirmations: tip.Height - found.Block.Height + 1,
	}, nil
}

// prove returns what it takes to see, with no more than a header, that a
// transaction is in its block.
func (s *Server) prove(t *api.Transaction) (*api.Proof, error) {
	if t.Block == nil {
		return nil, &api.Error{
			Status: http.StatusConflict, Code: "not-confirmed",
			Message: fmt.Sprintf("transaction %s is in no block, so there is nothing to prove", t.Transaction.ID()),
		}
	}
	block, err := s.node.Chain.Block(t.Block.Hash)
	if err != nil {
		return nil, err
	}
	header := block.Header.Encode()
	proof := &api.Proof{
		Position: *t.Position, Siblings: []api.Sibling{},
		MerkleRoot: block.MerkleRoot, Header: hex.EncodeToString(header[:]),
	}
	position := proof.Position
	for _, hash := range consensus.MerkleProof(block.TransactionIDs(), position) {
		side := api.SideRight
		if position%2 == 1 {
			side = api.SideLeft
		}
		proof.Siblings = append(proof.Siblings, api.Sibling{Hash: hash, Side: side})
		position /= 2
	}
	return proof, nil
}

// mempool lists pending transfers, those first that a block would take first.
func (s *Server) mempool(c *gin.Context) error {
	from, limit, err := pageOf(c)
	if err != nil {
		return err
	}
	entries, status := s.node.Pool.Entries(from, limit)
	answer := api.Mempool{
		Count: status.Count, Bytes: status.Bytes, Memory: status.Memory,
		TotalFees: status.Fees, LeastFeeRate: status.LeastRate,
		Limits: api.MempoolLimits{
			Count: status.Limits.Count, Memory: status.Limits.Bytes, PerSender: status.Limits.PerSender,
			Seconds: status.Limits.Expiry.Seconds(),
		},
		Entries: []api.MempoolEntry{},
	}
	people, names := s.people(), s.readable(c)
	transactions := []types.NamedTransaction{}
	for _, e := range entries {
		answer.Entries = append(answer.Entries, api.MempoolEntry{
			ID: e.ID, Size: e.Size, FeeRate: float64(e.Fee) / float64(e.Size),
			Since: e.Added.UTC(), Age: e.Age.Seconds(), Parties: people.parties(&e.Transaction),
		})
		transactions = append(transactions, types.NamedTransaction{Transaction: e.Transaction, Names: names})
	}
	return httpserver.Answer(c, http.StatusOK, struct {
		api.Mempool
		Transactions []types.NamedTransaction `json:"transactions"`
	}{answer, transactions})
}
