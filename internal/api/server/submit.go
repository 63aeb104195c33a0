package server

import (
	"crypto/ed25519"
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
	"networkmngr/internal/wallet"
)

var (
	errWrongNetwork = errors.New("transfer is meant for another network")
	errSigningOff   = errors.New("this node signs for nobody")
	errNoKey        = errors.New("no key to sign with")
	errConfirmed    = errors.New("transfer is in a block already")
)

// transferRefusals are what is wrong with a posted transfer before the mempool
// sees it, the first that fits.
var transferRefusals = []httpserver.Refusal{
	{Err: types.ErrAmount, Status: http.StatusBadRequest, Code: "bad-amount"},
	{Err: types.ErrDepth, Status: http.StatusUnprocessableEntity, Code: "data-too-deep"},
	{Err: types.ErrIJSON, Status: http.StatusUnprocessableEntity, Code: "data-not-i-json"},
	{Err: errWrongNetwork, Status: http.StatusUnprocessableEntity, Code: "wrong-network"},
	{Err: errSigningOff, Status: http.StatusForbidden, Code: "signing-off"},
	{Err: errNoKey, Status: http.StatusUnprocessableEntity, Code: "no-key"},
	{Err: errConfirmed, Status: http.StatusConflict, Code: "already-confirmed"},
}

// submit hands a transfer to the node, and signs it first if it is unsigned.
func (s *Server) submit(c *gin.Context) error {
	submitted, err := s.accept(c)
	if err != nil {
		return err
	}
	return httpserver.Answer(c, http.StatusAccepted, submitted)
}

// accept reads a transfer and hands it to the node.
func (s *Server) accept(c *gin.Context) (api.Submitted, error) {
	id, err := s.submitRequest(c)
	if refused := httpserver.Find(transferRefusals, err); refused != nil {
		return api.Submitted{}, refused
	}
	if err != nil {
		return api.Submitted{}, err
	}
	location := "/transactions/" + id.String()
	c.Header("Location", location)
	return api.Submitted{Message: "transaction accepted, it waits for a block", ID: id, Location: location}, nil
}

func (s *Server) submitRequest(c *gin.Context) (types.Hash, error) {
	var request types.TransferRequest
	if err := httpserver.Decode(c, &request); err != nil {
		return types.Hash{}, err
	}
	if ours := s.genesis(); request.Network != nil && *request.Network != ours {
		return types.Hash{}, fmt.Errorf("%w: %s, this one's genesis block is %s", errWrongNetwork, request.Network, ours)
	}
	if request.Signed != nil {
		return s.submitSigned(*request.Signed)
	}
	return s.submitUnsigned(request.Unsigned)
}

// submitSigned tells one that is sent once more from one whose number another
// has used.
func (s *Server) submitSigned(t types.Transaction) (types.Hash, error) {
	id, err := t.ID(), s.node.Submit(t)
	if !errors.Is(err, consensus.ErrSequenceUsed) {
		return id, err
	}
	found, findErr := s.confirmed(id)
	if errors.Is(findErr, chain.ErrNotFound) {
		return id, err
	}
	if findErr != nil {
		return id, findErr
	}
	return id, fmt.Errorf("%w: %s is in block %d (%s)", errConfirmed, id, found.Block.Index, found.Block.Hash)
}

// genesis is the hash of the network's first block.
func (s *Server) genesis() types.Hash { return s.node.Chain.Genesis().Params.GenesisID }

func (s *Server) submitUnsigned(u *types.UnsignedTransfer) (types.Hash, error) {
	if !s.config.Sign {
		return types.Hash{}, fmt.Errorf("%w, as it is not bound to loopback: "+
			"send public_key and signature, or start it with --sign", errSigningOff)
	}
	sender, sign, err := s.signer(u.Sender)
	if err != nil {
		return types.Hash{}, fmt.Errorf("sender: %w", err)
	}
	recipient, err := s.parseAccount(u.Recipient)
	if err != nil {
		return types.Hash{}, fmt.Errorf("recipient: %w", err)
	}
	t := types.Transaction{Recipient: recipient, Amount: u.Amount, Fee: wallet.DefaultFee, Data: u.Data}
	if u.Fee != nil {
		t.Fee = *u.Fee
	}
	if u.Sequence != nil {
		t.Sequence = *u.Sequence
		sign(&t)
		return t.ID(), s.node.Submit(t)
	}
	return s.submitNext(t, sender, sign)
}

// signer returns the account that text means, and what signs for it.
func (s *Server) signer(text string) (types.Address, func(*types.Transaction), error) {
	address, err := s.parseAccount(text)
	if err != nil {
		return address, nil, err
	}
	if address == s.node.Account() {
		return address, s.node.Sign, nil
	}
	name, _ := s.names.Name(address)
	key, known := s.names.Key(name)
	if !known {
		return address, nil, fmt.Errorf("%w for %s: want a named account, this node's own, or public_key and signature", errNoKey, address)
	}
	return address, s.signWith(key), nil
}

func (s *Server) signWith(key ed25519.PrivateKey) func(*types.Transaction) {
	return func(t *types.Transaction) { t.Sign(key, s.genesis()) }
}

// parseAccount reads a name or an address. Besides the network's names there
// is one for this node's own account.
func (s *Server) parseAccount(text string) (types.Address, error) {
	if text == wallet.NodeName {
		return s.node.Account(), nil
	}
	return s.names.Parse(text)
}

// submitNext gives t the sender's next sequence number. If somebody else has
// used that meanwhile, it takes the one after it.
func (s *Server) submitNext(t types.Transaction, sender types.Address, sign func(*types.Transaction)) (types.Hash, error) {
	s.signing.Lock()
	defer s.signing.Unlock()
	for {
		next, err := s.node.Pool.NextSequence(sender)
		if err != nil {
			return types.Hash{}, err
		}
		t.Sequence = next
		sign(&t)
		if err = s.node.Submit(t); !outpaced(err) {
			return t.ID(), err
		}
	}
}

// outpaced reports whether err means that the sequence number, which was the
// next one when it was chosen, is not any more.
func outpaced(err error) bool {
	return errors.Is(err, consensus.ErrSequenceUsed) || errors.Is(err, consensus.ErrSequenceGap) ||
		errors.Is(err, mempool.ErrFeeTooLow)
}
