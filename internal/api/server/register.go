package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/multiformats/go-multiaddr"
	"golang.org/x/sync/errgroup"

	"networkmngr/internal/api"
	"networkmngr/internal/certificate"
	"networkmngr/internal/httpclient"
	"networkmngr/internal/httpserver"
	"networkmngr/internal/netgroup"
	"networkmngr/internal/strictjson"
	"networkmngr/internal/types"
)

// What one registration may hold and cost.
const (
	maxEntries  = 4096
	maxAsked    = 256 // of them addresses that have to be asked
	askedAtOnce = 8
	askTimeout  = 5 * time.Second // for each
	fewNodes    = 8               // may be met before the answer
	askedAnswer = 4 << 20         // bytes, of a node that may be anybody's
)

// unreachable is the code of an error about a node that does not say who it is.
const unreachable = "node-unreachable"

// nodeReference is a NodeInfo, or only an HTTP address that leads to one.
type nodeReference types.NodeInfo

// UnmarshalJSON takes a node info, or the address alone as a string or in an
// object, where it may be called "peer" too.
func (m *nodeReference) UnmarshalJSON(text []byte) error {
	if text[0] == '"' {
		return strictjson.Unmarshal(text, &m.Address)
	}
	form := struct {
		*types.NodeInfo
		Peer string `json:"peer"`
	}{NodeInfo: (*types.NodeInfo)(m)}
	if err := strictjson.Unmarshal(text, &form); err != nil {
		return err
	}
	if form.Peer == "" {
		return nil
	}
	if m.Address != "" || !m.onlyAddress() {
		return fmt.Errorf("%w: \"peer\" is %q beside other keys, it is another name for \"address\" alone", httpserver.ErrMalformed, form.Peer)
	}
	m.Address = form.Peer
	return nil
}

// onlyAddress reports whether the node has to be asked for the rest.
func (m *nodeReference) onlyAddress() bool { return m.ID == types.NodeID{} && len(m.P2P) == 0 }

// nodeReferences is a list of references, bare or under "nodes".
type nodeReferences []nodeReference

// readNodes reads a list of references; the error is that of strictjson.Unmarshal.
func readNodes(text []byte) (list nodeReferences, err error) {
	if list, plain := plainNodes(string(text)); plain {
		return list, nil
	}
	err = strictjson.Unmarshal(text, &list)
	return list, err
}

func (l *nodeReferences) UnmarshalJSON(text []byte) error {
	if text[0] == '{' {
		var object struct {
			Nodes json.RawMessage `json:"nodes"`
		}
		if err := strictjson.Unmarshal(text, &object); err != nil {
			return err
		}
		text = object.Nodes
	}
	if len(text) == 0 || text[0] != '[' {
		return fmt.Errorf("%w: want a list of nodes, bare or under \"nodes\"", httpserver.ErrMalformed)
	}
	return l.read(text)
}

// isInteractive reports whether the list looks like a person's: a few addresses. Who
// adds nodes that way wants to speak of them next, as with POST /peers.
func (l nodeReferences) isInteractive() bool {
	return len(l) <= fewNodes && !slices.ContainsFunc(l, func(m nodeReference) bool { return !m.onlyAddress() })
}

// read stops where the list gets too long: in memory, a short reference takes
// many times its text.
func (l *nodeReferences) read(text []byte) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	if _, err := dec.Token(); err != nil {
		return strictjson.Malformed(err)
	}
	for dec.More() {
		if len(*l) == maxEntries {
			return fmt.Errorf("%w: at most %d nodes at a time", httpserver.ErrTooLarge, maxEntries)
		}
		var m nodeReference
		if err := dec.Decode(&m); err != nil {
			return fmt.Errorf("node %d: %w", len(*l), strictjson.Malformed(err))
		}
		*l = append(*l, m)
	}
	return nil
}

// newAsking makes the HTTP client that asks other nodes who they are.
func newAsking(trust *certificate.Trust) *http.Client {
	return httpclient.NewHTTP(trust, &http.Transport{MaxIdleConnsPerHost: 1, IdleConnTimeout: askTimeout})
}

// entries checks a list, asks for what is missing of it, and leaves out this
// node itself. Nothing is taken unless all is good.
func (s *Server) entries(ctx context.Context, list nodeReferences) ([]types.NodeInfo, error) {
	self := s.node.Self()
	var given, asked []types.NodeInfo
	for i, m := range list {
		entry, err := m.check()
		if err != nil {
			return nil, badNode(fmt.Sprintf("node %d: %v", i, err))
		}
		switch {
		case !m.onlyAddress():
			given = append(given, entry)
		case entry.Address != self.Address: // under another name of ours, we would answer
			asked = append(asked, entry)
		}
	}
	if len(asked) > maxAsked {
		return nil, fmt.Errorf("%w: %d addresses without an id, at most %d", httpserver.ErrTooLarge, len(asked), maxAsked)
	}
	if err := s.askAll(ctx, asked); err != nil {
		return nil, err
	}
	return others(self.ID, append(given, asked...)), nil
}

func badNode(message string) error {
	return &api.Error{Status: http.StatusUnprocessableEntity, Code: "bad-node", Message: message}
}

// others leaves out the node infos of the node with this id.
func others(id types.NodeID, entries []types.NodeInfo) []types.NodeInfo {
	list := []types.NodeInfo{}
	for _, e := range entries {
		if e.ID != id {
			list = append(list, e)
		}
	}
	return list
}

// askAll completes node infos of which only the address is known.
func (s *Server) askAll(ctx context.Context, entries []types.NodeInfo) error {
	group, asking := errgroup.WithContext(ctx)
	group.SetLimit(askedAtOnce)
	for i := range entries {
		group.Go(func() error { return s.ask(asking, &entries[i]) })
	}
	err := group.Wait()
	if ended := ctx.Err(); ended != nil {
		return ended
	}
	return err
}

// ask completes a node info with what its node says of itself. The address stays
// the one that was given, as it has just been seen to lead there.
func (s *Server) ask(ctx context.Context, e *types.NodeInfo) error {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	info, err := s.whoIs(ctx, e.Address)
	if err != nil {
		return &api.Error{
			Status: http.StatusUnprocessableEntity, Code: unreachable,
			Message: fmt.Sprintf("ask %s who it is: %v", e.Address, err),
		}
	}
	if ours := s.node.Chain.Genesis().Params; info.Genesis != ours.GenesisID {
		return badNode(fmt.Sprintf("%s is on network %q with genesis block %s, this node on %q with %s",
			e.Address, info.Network, info.Genesis, ours.Name, ours.GenesisID))
	}
	if info.Lab != s.config.Lab {
		return badNode(fmt.Sprintf("%s is of lab %q, this node of %q, and nodes of two labs never connect; --lab joins one", e.Address, info.Lab, s.config.Lab))
	}
	complete := nodeReference{ID: info.ID, Address: e.Address, P2P: info.P2P}
	if *e, err = complete.check(); err != nil {
		return badNode(fmt.Sprintf("%s says of itself: %v", e.Address, err))
	}
	if complete.onlyAddress() {
		return badNode(e.Address + " does not say who it is")
	}
	if self := s.node.Self(); info.ID == self.ID && info.Address != self.Address {
		return s.sameIdentity(e.Address, info.NodeInfo, "this node")
	}
	return s.checkTwin(ctx, e.Address, info.NodeInfo)
}

// whoIs asks the node at an address what it says of itself, without a token: the address may
// be anybody's.
func (s *Server) whoIs(ctx context.Context, address string) (api.Info, error) {
	asked := httpclient.Client{Base: s.config.Trust.URL(address), HTTP: s.asking, Most: askedAnswer}
	return httpclient.Call[api.Info](ctx, &asked, http.MethodGet, "/node/id", nil)
}

// checkTwin refuses a node if another one that this node knows has its id, and answers still:
// then it has not just moved.
func (s *Server) checkTwin(ctx context.Context, at string, said types.NodeInfo) error {
	for _, known := range s.node.Known() {
		if known.ID != said.ID || known.Address == said.Address || known.Address == at {
			continue
		}
		twin, err := s.whoIs(ctx, known.Address)
		if err == nil && twin.ID == said.ID && twin.Address != said.Address {
			return s.sameIdentity(at, said, known.Address)
		}
	}
	return nil
}

// sameIdentity refuses a node that has the key of another one.
func (s *Server) sameIdentity(at string, twin types.NodeInfo, of string) error {
	message := fmt.Sprintf("the node at %s, which calls itself %q, has the id of %s, %s: the folder of one is a copy of the other's; "+
		"end one and remove its identity.pem, and it makes another identity", at, twin.Address, of, twin.ID)
	s.log.Warn("two nodes have one identity", "error", message)
	return &api.Error{Status: http.StatusUnprocessableEntity, Code: "same-identity", Message: message}
}

// check returns the node info with a plain host:port, or says what is wrong.
func (m *nodeReference) check() (types.NodeInfo, error) {
	address, err := api.ParseAddress(m.Address)
	if err != nil {
		return types.NodeInfo{}, err
	}
	entry := types.NodeInfo{ID: m.ID, Address: address, P2P: m.P2P}
	if m.onlyAddress() {
		return entry, nil
	}
	return entry, m.checkIdentity()
}

func (m *nodeReference) checkIdentity() error {
	if m.ID == (types.NodeID{}) {
		return fmt.Errorf("id is missing beside p2p")
	}
	if len(m.P2P) == 0 || len(m.P2P) > types.MaxP2P {
		return fmt.Errorf("p2p has %d multiaddrs, want 1 to %d", len(m.P2P), types.MaxP2P)
	}
	for _, text := range m.P2P {
		if err := checkP2P(text); err != nil {
			return err
		}
	}
	return nil
}

// checkP2P checks that text is a multiaddr that says where and, at its end,
// whom.
func checkP2P(text string) error {
	if len(text) > types.MaxAddressLen {
		return fmt.Errorf("p2p has an address of %d bytes, at most %d", len(text), types.MaxAddressLen)
	}
	if at, err := netgroup.Parse(text); err == nil && at.Node != (types.NodeID{}) && endsInNode(text) {
		return nil // as most are: go-multiaddr, which knows more kinds, took five times as long
	}
	address, err := multiaddr.NewMultiaddr(text)
	if err != nil {
		return fmt.Errorf("p2p %q: %w", text, err)
	}
	where, who := multiaddr.SplitLast(address)
	if who == nil || who.Protocol().Code != multiaddr.P_P2P || len(where) == 0 {
		return fmt.Errorf("p2p %q does not say where and end in /p2p/ and a peer id", text)
	}
	return nil
}

// endsInNode reports whether the id of a node is the last part of a multiaddr that has one.
func endsInNode(text string) bool {
	const protocol = "/p2p/"
	at := strings.LastIndex(text, protocol)
	return at > 0 && !strings.Contains(text[at+len(protocol):], "/")
}
