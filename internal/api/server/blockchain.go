package server

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/datafolder"
	"networkmngr/internal/genesis"
	"networkmngr/internal/httpserver"
)

var (
	// ErrRestart is why a server ends whose node starts again on another
	// network.
	ErrRestart = errors.New("the node restarts on another network, ask again in a moment")
	// errManaged means that a node's network is for its manager to change.
	errManaged = errors.New("this node is one of a network's")
)

func (s *Server) blockchain(c *gin.Context) error {
	return httpserver.Answer(c, http.StatusOK, s.figures())
}

// figures are the chain's.
func (s *Server) figures() api.Blockchain { return newBlockchain(s.node.Ledger.Totals()) }

func newBlockchain(totals chain.Totals, state consensus.State) api.Blockchain {
	params := state.Params()
	return api.Blockchain{
		Name: params.Name, Genesis: params.GenesisID, Height: state.Height,
		TotalTransactions: totals.Transactions, TotalAddresses: totals.Accounts,
		BlockTime: params.BlockTime, HalfLife: params.HalfLife, BlockReward: params.RewardAt(state.Height + 1),
		TotalWork: state.Work.Dec(),
	}
}

// setBlockchain has the node start again on another network, as long as its
// chain has not begun.
func (s *Server) setBlockchain(c *gin.Context) error {
	var form struct {
		genesis.Settings
		api.Figures
	}
	if err := httpserver.Decode(c, &form); err != nil {
		return err
	}
	if err := form.Check(s.figures()); err != nil {
		return err
	}
	if s.config.Manager != "" {
		return fmt.Errorf("%w: its manager changes all of them, with PUT %s/blockchain", errManaged, s.config.Manager)
	}
	ours := s.node.Chain.Genesis()
	genesis, err := form.Settings.Genesis(ours)
	if err != nil {
		return err
	}
	if genesis.Params.GenesisID == ours.Params.GenesisID {
		return httpserver.Answer(c, http.StatusOK, s.figures())
	}
	if err := s.restart(genesis); err != nil {
		return err
	}
	c.Header("Connection", "close")
	return httpserver.Answer(c, http.StatusOK, newBlockchain(totalsAt(genesis), genesis.State()))
}

// totalsAt are those of a chain that has not begun.
func totalsAt(genesis *consensus.Genesis) chain.Totals {
	return chain.Totals{Transactions: uint64(len(genesis.Block.Transactions)), Accounts: uint64(len(genesis.Diff()))}
}

// restart ends the node for good: what comes next has a server of its own.
func (s *Server) restart(genesis *consensus.Genesis) error {
	if err := datafolder.CheckUnbegun(s.node.Self().Address, s.node.Chain.Tip().Height); err != nil {
		return err
	}
	if !s.restarting.TryLock() {
		return fmt.Errorf("%w: somebody else changes the network", errBusy)
	}
	err := s.config.Restart(genesis)
	if err != nil {
		s.restarting.Unlock() // for another try, if the node goes on
	}
	return err
}
