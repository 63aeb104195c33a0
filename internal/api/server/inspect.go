package server

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/chain"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/types"
)

// Tree is the branches that a node knows of.
type Tree interface {
	Tips() []chain.Tip // every leaf of the block tree
	// Invalidate takes a block off the main chain by hand, with all that follows, and
	// Reconsider takes that back; see [chain.Chain.Invalidate].
	Invalidate(id types.Hash) (chain.Change, error)
	Reconsider(id types.Hash) (chain.Change, error)
	// LastStored is the last block up to one, perhaps known by its header alone, that is
	// stored.
	LastStored(id types.Hash) (at chain.Ref, known bool)
}

// tips lists the ends of all branches that are known.
func (s *Server) tips(c *gin.Context) error {
	all := s.node.Tips()
	part, err := page(c, all)
	if err != nil {
		return err
	}
	answer := api.Tips{Count: len(all), Tips: []api.ChainTip{}}
	for i := range part {
		answer.Tips = append(answer.Tips, api.ChainTip{
			Tip: tipAt(part[i].Ref), Status: string(part[i].Status), ByHand: part[i].ByHand,
			BranchLength: part[i].Branch, TotalWork: part[i].Work.Dec(),
		})
	}
	return httpserver.Answer(c, http.StatusOK, answer)
}

// validate replays the main chain. It takes all cores, so one is done at a
// time; a client that goes away ends its own.
func (s *Server) validate(c *gin.Context) error {
	if !s.validating.TryLock() {
		return fmt.Errorf("%w: the chain is being validated for somebody else", errBusy)
	}
	defer s.validating.Unlock()
	s.log.Info("validation started")
	began := time.Now()
	v, err := s.node.Chain.Validate(c.Request.Context())
	if err != nil {
		return err
	}
	took := time.Since(began)
	answer := validation(v, took)
	s.log.Info("validation ended", "valid", answer.Valid, "blocks", v.Blocks, "took", took)
	return httpserver.Answer(c, http.StatusOK, answer)
}

func validation(v chain.Validation, took time.Duration) api.Validation {
	answer := api.Validation{
		Message: fmt.Sprintf("all of the %d blocks are valid, and so is what is stored of them", v.Blocks),
		Valid:   v.Fault == nil, Tip: tipAt(v.Tip),
		Blocks: v.Blocks, Transactions: v.Transactions, Signatures: v.Signatures, Accounts: v.Accounts,
		Seconds: took.Seconds(),
	}
	if answer.Seconds > 0 {
		answer.BlocksPerSecond = float64(v.Blocks) / answer.Seconds
	}
	if fault := v.Fault; fault != nil {
		answer.Message = "the chain is not valid: " + fault.Error()
		answer.Fault = &api.Fault{
			Tip: tipAt(fault.Ref), Rule: fault.Rule, Message: fault.Err.Error(),
		}
	}
	return answer
}
