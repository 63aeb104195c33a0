package server

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/chain"
	"networkmngr/internal/consensus"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/types"
	"networkmngr/internal/wallet"
)

// Ledger is what the blocks of a main chain come to; see [chain.Chain] for each
// method.
type Ledger interface {
	Totals() (chain.Totals, consensus.State)
	Accounts(addresses ...types.Address) (consensus.Accounts, chain.Ref, error)
	Richest(from chain.AccountBalance, limit int) (chain.Ranking, error)
	History(of types.Address, from chain.TxPosition, limit int) (chain.History, error)
	Transaction(id types.Hash) (chain.Located, chain.Ref, error)
}

// account answers for every address; one that was never paid has nothing.
func (s *Server) account(c *gin.Context) error {
	address, err := s.knownAccount(c.Param("address"))
	if err != nil {
		return err
	}
	return s.answerAccount(c, address)
}

func (s *Server) answerAccount(c *gin.Context, address types.Address) error {
	from, err := placeParameter(c)
	if err != nil {
		return err
	}
	limit, err := rowLimit(c)
	if err != nil {
		return err
	}
	account, pending, err := s.node.Pool.Account(address)
	if err != nil {
		return err
	}
	history, err := s.node.Ledger.History(address, from, limit)
	if err != nil {
		return err
	}
	people := s.people()
	answer := api.Account{
		Address: address, Name: s.nameOf(address), Node: people.nodes[address], Balance: account.Balance, Sequence: account.Sequence,
		Pending: append([]types.Transaction{}, pending...), History: []api.Movement{},
	}
	for i := range history.Transactions {
		m := movement(address, &history.Transactions[i], history.Tip)
		if m.Other != nil {
			m.OtherName = people.name(*m.Other)
		}
		answer.History = append(answer.History, m)
	}
	if next := history.Next; next != nil {
		answer.Next = cursor("%d-%d", next.Height, next.Position)
	}
	return httpserver.Answer(c, http.StatusOK, answer)
}

// knownAccount is parseAccount for a path, where a name of nobody is a thing
// that is not there.
func (s *Server) knownAccount(text string) (types.Address, error) {
	address, err := s.parseAccount(text)
	if errors.Is(err, wallet.ErrUnknownName) {
		return address, &api.Error{Status: http.StatusNotFound, Code: "unknown-name", Message: err.Error()}
	}
	return address, err
}

// nameOf is the name of an address, or empty.
func (s *Server) nameOf(address types.Address) string {
	name, _ := s.names.Name(address)
	return name
}

func cursor(format string, args ...any) *string {
	text := fmt.Sprintf(format, args...)
	return &text
}

// movement says what a transaction did to an account.
func movement(of types.Address, t *chain.Located, tip chain.Ref) api.Movement {
	m := api.Movement{
		ID: t.ID(), Type: t.Kind.String(), Direction: api.DirectionIn, Amount: t.Amount,
		Block: tipAt(t.Block), Position: t.Position,
		Timestamp: t.Header.Time, Time: time.Unix(int64(t.Header.Time), 0).UTC(),
		Confirmations: tip.Height - t.Block.Height + 1,
	}
	if t.Kind != types.Transfer {
		return m
	}
	sender := t.Sender()
	m.Fee, m.Other = t.Fee, &sender
	if sender == of {
		m.Direction, m.Other = api.DirectionOut, &t.Recipient
	}
	if sender == t.Recipient {
		m.Direction = api.DirectionSelf
	}
	return m
}

// placeParameter reads where a history's page starts.
func placeParameter(c *gin.Context) (chain.TxPosition, error) {
	text, given := c.GetQuery("from")
	if !given {
		return chain.Newest, nil
	}
	height, position, _ := strings.Cut(text, "-")
	h, heightErr := strconv.ParseUint(height, 10, 39)
	p, positionErr := strconv.ParseUint(position, 10, 16)
	if heightErr != nil || positionErr != nil {
		return chain.TxPosition{}, fmt.Errorf("%w: from is %.64q, want what an answer gave as next, such as 12-0", httpserver.ErrMalformed, text)
	}
	return chain.TxPosition{Height: h, Position: int(p)}, nil
}

// accounts lists the richest first.
func (s *Server) accounts(c *gin.Context) error {
	from, err := holdingParameter(c)
	if err != nil {
		return err
	}
	limit, err := rowLimit(c)
	if err != nil {
		return err
	}
	list, err := s.node.Ledger.Richest(from, limit)
	if err != nil {
		return err
	}
	answer := api.Accounts{
		Count: list.Totals.Accounts, Coins: s.node.Chain.Genesis().Params.CoinsAt(list.Tip.Height),
		Tip: tipAt(list.Tip), Accounts: []api.Balance{},
	}
	people := s.people()
	for _, a := range list.Accounts {
		answer.Accounts = append(answer.Accounts, api.Balance{
			Address: a.Address, Name: s.nameOf(a.Address), Node: people.nodes[a.Address], Balance: a.Balance, Sequence: a.Sequence,
		})
	}
	if next := list.Next; next != nil {
		answer.Next = cursor("%s-%s", next.Balance, next.Address)
	}
	return httpserver.Answer(c, http.StatusOK, answer)
}

// holdingParameter reads where a page of the richest starts.
func holdingParameter(c *gin.Context) (chain.AccountBalance, error) {
	text, given := c.GetQuery("from")
	if !given {
		return chain.First, nil
	}
	amount, address, _ := strings.Cut(text, "-")
	balance, amountErr := types.ParseAmount(amount)
	holder, addressErr := types.ParseAddress(address)
	if err := errors.Join(amountErr, addressErr); err != nil {
		return chain.AccountBalance{}, fmt.Errorf("%w: from is %.128q, want what an answer gave as next", httpserver.ErrMalformed, text)
	}
	return chain.AccountBalance{Balance: balance, Address: holder}, nil
}
