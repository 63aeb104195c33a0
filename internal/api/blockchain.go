package api

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/consensus"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/types"
	"networkmngr/internal/wallet"
)

// ErrStarted means that a chain is more than its genesis block, which its
// network's settings are part of.
var ErrStarted = errors.New("the chain has begun")

// Settings is the body of PUT /blockchain. What is nil stays as it is.
type Settings struct {
	Name        *string       `json:"name,omitempty"`
	BlockTime   *uint32       `json:"block_time,omitempty"` // seconds
	HalfLife    *uint32       `json:"half_life,omitempty"`  // seconds; follows the block time if nil
	BlockReward *types.Amount `json:"block_reward,omitempty"`
	Reward      *types.Amount `json:"reward,omitempty"` // another name of BlockReward
}

// ReadSettings reads them from a request's body. Its error wraps
// [httpserver.ErrMalformed].
func ReadSettings(c *gin.Context) (settings Settings, err error) {
	err = decode(c, &settings)
	return settings, err
}

// genesis is that of the network which a network becomes with these settings.
func (s Settings) genesis(of *consensus.Genesis) (*consensus.Genesis, error) {
	d := of.Description()
	if s.Name != nil {
		d.Name = *s.Name
	}
	if s.BlockTime != nil {
		d = d.WithBlockTime(*s.BlockTime)
	}
	if s.HalfLife != nil {
		if d.HalfLife = *s.HalfLife; d.HalfLife == 0 {
			return nil, fmt.Errorf("%w: half_life is 0, want 1 or more seconds", consensus.ErrParams)
		}
	}
	switch {
	case s.BlockReward != nil && s.Reward != nil:
		return nil, fmt.Errorf("%w: reward is another name of block_reward, want one of them", httpserver.ErrMalformed)
	case s.BlockReward != nil:
		d.Reward = *s.BlockReward
	case s.Reward != nil:
		d.Reward = *s.Reward
	}
	return d.Genesis()
}

func (s *Server) blockchain(c *gin.Context) error {
	httpserver.Answer(c, http.StatusOK, s.figures())
	return nil
}

// figures are the chain's.
func (s *Server) figures() Blockchain {
	totals, state := s.node.Chain().Totals()
	params := state.Params()
	return Blockchain{
		Name: params.Name, Genesis: params.GenesisID, Height: state.Height,
		TotalTransactions: totals.Transactions, TotalAddresses: totals.Accounts,
		BlockTime: params.BlockTime, HalfLife: params.HalfLife, BlockReward: params.RewardAt(state.Height + 1),
		TotalWork: state.Work.Dec(),
	}
}

// setBlockchain makes the node one of another network, as long as its chain has
// not begun. It is the only route that the exchange does not guard: it makes
// it.
func (s *Server) setBlockchain(c *gin.Context) error {
	settings, err := ReadSettings(c)
	if err != nil {
		return err
	}
	if !s.exchange.asking.TryLock() {
		return fmt.Errorf("%w: somebody else changes the network", errBusy)
	}
	defer s.exchange.asking.Unlock()
	ours := s.node.Chain().Genesis()
	genesis, err := settings.genesis(ours)
	if err != nil {
		return err
	}
	if genesis.Params.GenesisID != ours.Params.GenesisID {
		if err := s.become(genesis); err != nil {
			return err
		}
	}
	httpserver.Answer(c, http.StatusOK, s.figures())
	return nil
}

func (s *Server) become(genesis *consensus.Genesis) error {
	if height := s.node.Chain().Tip().Height; height > 0 {
		return fmt.Errorf("%w: its height is %d; settings change while it is 0, as the genesis block commits to them", ErrStarted, height)
	}
	return s.exchange.run(func() error {
		next, err := s.config.Become(genesis)
		if next != nil {
			s.node, s.names = next, wallet.NewNames(&next.Chain().Genesis().Block)
		}
		return err
	})
}
