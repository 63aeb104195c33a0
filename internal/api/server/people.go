package server

import (
	"networkmngr/internal/api"
	"networkmngr/internal/types"
	"networkmngr/internal/wallet"
)

// people tells who is behind an address, for people: a named account by its name,
// and a node's own by the HTTP address of the node.
type people struct {
	names *wallet.Names
	nodes map[types.Address]string
}

func (s *Server) people() people {
	p := people{s.names, map[types.Address]string{s.node.Account(): s.node.Self().Address}}
	for _, known := range s.node.Known() {
		p.nodes[known.ID.Account()] = known.Address
	}
	return p
}

// name returns who is behind an address, or nothing.
func (p people) name(address types.Address) string {
	if node := p.nodes[address]; node != "" {
		return node
	}
	name, _ := p.names.Name(address)
	return name
}

// parties names who pays in a transaction, and who is paid.
func (p people) parties(t *types.Transaction) api.Parties {
	parties := api.Parties{RecipientName: p.name(t.Recipient)}
	if t.Kind == types.Transfer {
		parties.SenderName = p.name(t.Sender())
	}
	return parties
}

// inBlocks returns the names of addresses in blocks, as far as they have any.
func (p people) inBlocks(blocks ...types.Block) map[string]string {
	named := make(map[string]string)
	note := func(address types.Address) {
		if name := p.name(address); name != "" {
			named[address.String()] = name
		}
	}
	for _, b := range blocks {
		for i := range b.Transactions {
			t := &b.Transactions[i]
			note(t.Recipient)
			if t.Kind == types.Transfer {
				note(t.Sender())
			}
		}
	}
	return named
}
