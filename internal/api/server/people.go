package server

import (
	"fmt"
	"regexp"

	"github.com/gin-gonic/gin"

	"networkmngr/internal/api"
	"networkmngr/internal/httpserver"
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

// addressInText is a stretch of text that may be an address, in full.
var addressInText = regexp.MustCompile(`\bnm1[0-9a-z]{8,}\b`)

// named puts names beside the addresses in a text, such as "alice (nm1…)".
func (s *Server) named(text string) string {
	if !addressInText.MatchString(text) {
		return text
	}
	people := s.people()
	return addressInText.ReplaceAllStringFunc(text, func(found string) string {
		parsed, err := types.ParseAddress(found)
		if name := people.name(parsed); err == nil && name != "" {
			return fmt.Sprintf("%s (%s)", name, found)
		}
		return found
	})
}

// readable returns the names that the blocks and transactions of an answer carry: those
// that there are if the answer is for people, and otherwise none.
func (s *Server) readable(c *gin.Context) types.Namer {
	if !httpserver.Pretty(c) {
		return nil
	}
	return s.people().name
}

// readableBlocks returns blocks that carry the names of [Server.readable].
func (s *Server) readableBlocks(c *gin.Context, blocks []types.Block) []types.NamedBlock {
	names := s.readable(c)
	list := make([]types.NamedBlock, len(blocks))
	for i, b := range blocks {
		list[i] = types.NewNamedBlock(b, names) // the answer to mining has the last one up to three times
	}
	return list
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
