package api

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/httpserver"
	"networkmngr/internal/types"
)

// mempool lists pending transfers, those first that a block would take first.
func (s *Server) mempool(c *gin.Context) error {
	from, limit, err := pageOf(c)
	if err != nil {
		return err
	}
	pool := s.node.Pool()
	httpserver.Answer(c, http.StatusOK, Mempool{
		Count: pool.Len(), Bytes: pool.Size(),
		Transactions: append([]types.Transaction{}, pool.List(from, limit)...),
	})
	return nil
}

// account answers for every address; one that was never paid has nothing.
func (s *Server) account(c *gin.Context) error {
	address, err := types.ParseAddress(c.Param("address"))
	if err != nil {
		return fmt.Errorf("%w: %w", httpserver.ErrMalformed, err)
	}
	account, pending, err := s.node.Pool().Account(address)
	if err != nil {
		return err
	}
	httpserver.Answer(c, http.StatusOK, Account{
		Address: address, Balance: account.Balance, Sequence: account.Sequence,
		Pending: append([]types.Transaction{}, pending...),
	})
	return nil
}
