package server

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"networkmngr/internal/api"
	"networkmngr/internal/chain"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/types"
)

// blockID is the block that a path names: by the height of a block of the main chain, or by
// the hash, or the first digits of the hash, of a block of any branch. It is not the zero
// hash, which stands for none in what the node is asked.
func (s *Server) blockID(text string) (types.Hash, error) {
	switch {
	case len(text) == 2*types.HashSize:
		return wholeHash(text)
	case api.BeginsHash(text):
		return s.blockBeginning(strings.ToLower(text))
	}
	height, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return types.Hash{}, fmt.Errorf("%w: %q is neither a height nor a hash of %d hex digits, of which the first %d do if no other block has them",
			httpserver.ErrMalformed, text, 2*types.HashSize, api.MinHashDigits)
	}
	id, found := s.node.Chain.IDAt(height)
	if !found {
		return id, fmt.Errorf("%w: block %d, the chain's height is %d", httpserver.ErrNotFound, height, s.node.Chain.Tip().Height)
	}
	return id, nil
}

func wholeHash(text string) (types.Hash, error) {
	id, err := types.ParseHash(text)
	switch {
	case err != nil:
		return id, fmt.Errorf("%w: %w", httpserver.ErrMalformed, err)
	case id.IsZero():
		return id, fmt.Errorf("%w: block %s", httpserver.ErrNotFound, id)
	}
	return id, nil
}

// blockBeginning is the only block whose hash begins with these digits.
func (s *Server) blockBeginning(digits string) (types.Hash, error) {
	found := s.node.Chain.Beginning(digits, 2)
	for _, tip := range s.node.Tips() { // of some of which only headers have come
		if strings.HasPrefix(tip.ID.String(), digits) && !slices.Contains(found, tip.Ref) {
			found = append(found, tip.Ref)
		}
	}
	return onlyOne(found, digits)
}

func onlyOne(found []chain.Ref, digits string) (types.Hash, error) {
	switch len(found) {
	case 0:
		return types.Hash{}, fmt.Errorf("%w: no block whose hash begins with %s", httpserver.ErrNotFound, digits)
	case 1:
		return found[0].ID, nil
	}
	return types.Hash{}, fmt.Errorf("%w: several blocks begin with %s, among them %d (%s) and %d (%s); name more digits",
		httpserver.ErrMalformed, digits, found[0].Height, found[0].ID, found[1].Height, found[1].ID)
}
