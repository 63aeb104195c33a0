package server

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/types"
	"networkmngr/internal/wallet"
)

// search finds what a piece of text may mean here.
func (s *Server) search(c *gin.Context) error {
	text := strings.TrimSpace(c.Query("q")) // people paste more than they mean
	results, err := s.find(text)
	if err != nil {
		return err
	}
	if len(results) == 0 {
		return fmt.Errorf("%w: there is no block, transaction or account %q here", httpserver.ErrNotFound, text)
	}
	return httpserver.Answer(c, http.StatusOK, api.Found{Query: text, Results: results})
}

// find tells by its form what text can mean.
func (s *Server) find(text string) ([]api.Result, error) {
	if hash, err := types.ParseHash(text); err == nil {
		return s.findHash(hash)
	}
	if height, err := strconv.ParseUint(text, 10, 64); err == nil {
		return s.findHeight(height), nil
	}
	address, err := s.parseAccount(text)
	switch {
	case errors.Is(err, wallet.ErrUnknownName):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("%w: q is %.128q, want a hash, a height, an address or a name", httpserver.ErrMalformed, text)
	}
	return s.findAccount(address)
}

// findHash looks for a block of any branch, and a transaction.
func (s *Server) findHash(hash types.Hash) (results []api.Result, err error) {
	if h, known := s.node.Chain.Header(hash); known && h.Stored {
		results = append(results, s.foundBlock(h.Ref))
	}
	found, err := s.findTransaction(hash)
	if errors.Is(err, chain.ErrNotFound) {
		return results, nil
	}
	if err != nil {
		return nil, err
	}
	text := "pending transaction"
	switch found.Status {
	case api.StatusConfirmed:
		text = fmt.Sprintf("transaction of block %d", found.Block.Index)
	case api.StatusReplaced, api.StatusOvertaken, api.StatusDropped:
		text = "transaction that was " + found.Status
	}
	return append(results, api.Result{Type: "transaction", Path: "/transactions/" + hash.String(), Text: text}), nil
}

func (s *Server) findHeight(height uint64) []api.Result {
	id, found := s.node.Chain.IDAt(height)
	if !found {
		return nil
	}
	return []api.Result{s.foundBlock(chain.Ref{Height: height, ID: id})}
}

func (s *Server) foundBlock(at chain.Ref) api.Result {
	text := "block %d of the main chain"
	if id, _ := s.node.Chain.IDAt(at.Height); id != at.ID {
		text = "block %d of a branch that is not the main chain"
	}
	return api.Result{Type: "block", Path: "/blocks/" + at.ID.String(), Text: fmt.Sprintf(text, at.Height)}
}

// findAccount finds those that the chain has touched.
func (s *Server) findAccount(address types.Address) ([]api.Result, error) {
	accounts, _, err := s.node.Ledger.Accounts(address)
	if err != nil || accounts[address] == (consensus.Account{}) {
		return nil, err
	}
	text := "account"
	if name := s.nameOf(address); name != "" {
		text += " of " + name
	}
	return []api.Result{{Type: "account", Path: "/accounts/" + address.String(), Text: text}}, nil
}
