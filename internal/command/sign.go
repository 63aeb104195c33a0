package command

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"

	"networkmngr/internal/api/client"
	"networkmngr/internal/genesis"
	"networkmngr/internal/types"
	"networkmngr/internal/wallet"
)

// errNoKey means that nothing here signs for an account.
var errNoKey = errors.New("no key to sign with")

// signer signs a transfer for one network.
type signer struct {
	network  types.Hash // of the genesis block
	key      ed25519.PrivateKey
	transfer types.Transaction // to be signed
	client   *client.Node      // that knows the next sequence number; nil if it is given
}

// signer works out all that is to be signed but the sequence number. It asks a
// node only for what the flags do not say.
func (s *sending) signer(ctx context.Context, n *network) (*signer, error) {
	transfer, err := s.transfer()
	if err != nil {
		return nil, err
	}
	made := &signer{transfer: transfer}
	if !s.offline() {
		node, err := n.node(ctx, *s.node)
		if err != nil {
			return nil, err
		}
		made.client = n.at(node)
	}
	genesis, err := s.genesisBlock(ctx, made.client)
	if err != nil {
		return nil, err
	}
	if made.network, err = s.networkOf(genesis); err != nil {
		return nil, misuse(err)
	}
	if err := s.name(ctx, made, wallet.NewNames(genesis)); err != nil {
		return nil, err
	}
	if s.given("sequence") {
		made.client = nil
	}
	return made, nil
}

// transfer is what the flags say without knowing a network.
func (s *sending) transfer() (t types.Transaction, err error) {
	t.Sequence = s.sequence
	if t.Amount, err = types.ParseAmount(s.amount); err != nil {
		return t, fmt.Errorf("--amount: %w", err)
	}
	if t.Fee, err = types.ParseAmount(s.fee); err != nil {
		return t, fmt.Errorf("--fee: %w", err)
	}
	if t.Data, err = types.CompactJSON([]byte(s.data)); err != nil {
		return t, fmt.Errorf("--data: %w", err)
	}
	return t, nil
}

// genesisBlock is that of the file, or else of the node. Without both it is the
// built-in network's, if that is the one which is named, or an empty one, which
// names no account.
func (s *sending) genesisBlock(ctx context.Context, node *client.Node) (*types.Block, error) {
	if s.genesis != "" {
		network, err := genesis.Load(s.genesis)
		if err != nil {
			return nil, misuse(err)
		}
		return &network.Block, nil
	}
	if node != nil {
		block, err := node.Block(ctx, "0")
		return &block, err
	}
	if dev := genesis.Dev(); dev.Params.GenesisID.String() == s.network {
		return &dev.Block, nil
	}
	return new(types.Block), nil
}

// checkNetwork returns an error for a --network that is no hash.
func (s *sending) checkNetwork() error {
	if s.network == "" {
		return nil
	}
	if _, err := types.ParseHash(s.network); err != nil {
		return fmt.Errorf("--network: %w", err)
	}
	return nil
}

// networkOf is the network that is named, or that of the genesis block.
func (s *sending) networkOf(genesis *types.Block) (types.Hash, error) {
	if s.network == "" {
		return genesis.Hash(), nil
	}
	named, err := types.ParseHash(s.network)
	if err != nil {
		return named, err
	}
	if s.genesis != "" && named != genesis.Hash() {
		return named, fmt.Errorf("--network %s is not that of --genesis %s, which is %s", named, s.genesis, genesis.Hash())
	}
	return named, nil
}

// name fills in the recipient and the key of the sender.
func (s *sending) name(ctx context.Context, made *signer, names *wallet.Names) (err error) {
	if made.transfer.Recipient, err = s.own.parse(names, s.to); err != nil {
		return misuse(fmt.Errorf("--to: %w", err))
	}
	sender, err := s.own.parse(names, s.from)
	if err != nil {
		return misuse(fmt.Errorf("--from: %w", err))
	}
	name, _ := names.Name(sender)
	var known bool
	if made.key, known = names.Key(name); known {
		return nil
	}
	account, err := s.own.Find(sender.String())
	if errors.Is(err, wallet.ErrNoAccount) {
		return misuse(fmt.Errorf("--from %s: %w: %w", s.from, errNoKey, err))
	}
	if err == nil {
		made.key, err = s.own.open(ctx, account)
	}
	return err
}

// sign signs with the next sequence number, if none is given.
func (s *signer) sign(ctx context.Context) (types.SignedTransfer, error) {
	if s.client != nil {
		account, err := s.client.Account(ctx, types.AddressOfKey(s.key))
		if err != nil {
			return types.SignedTransfer{}, err
		}
		s.transfer.Sequence = account.NextSequence()
	}
	signed := types.SignedTransfer{Network: s.network, Transaction: s.transfer}
	signed.Sign(s.key, s.network)
	return signed, nil
}
