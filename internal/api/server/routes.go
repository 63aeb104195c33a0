package server

import (
	"slices"
	"time"

	"networkmngr/internal/httpserver"
	"networkmngr/internal/httpserver/openapi"
)

// Most bytes that a request's body may have.
const (
	smallBody       = 4 << 10
	transactionBody = 256 << 10 // types.MaxTransactionSize, spread out by hand
	blockBody       = 8 << 20   // types.MaxBlockSize as JSON
	nodesBody       = 4 << 20   // maxEntries of the usual size
	chainBody       = 256 << 20
)

// chainTimeout is how long a whole chain may take to come.
const chainTimeout = 5 * time.Minute

// pageQuery is what a list's page is asked for by.
var pageQuery = []string{"from", "limit"}

func (s *Server) routes() []httpserver.Route {
	return slices.Concat(s.nodeRoutes(), s.chainRoutes(), s.peerRoutes(), s.tutorialRoutes(), openapi.Routes(Description))
}

func (s *Server) nodeRoutes() []httpserver.Route {
	return []httpserver.Route{
		{Methods: httpserver.Get, Path: "/", Handle: s.root},
		{Methods: httpserver.Get, Path: "/ws", Handle: s.listen},
		{Methods: httpserver.Get, Path: "/healthz", Handle: s.healthz, Probe: true},
		{Methods: httpserver.Get, Path: "/node/id", Handle: s.info, Query: pageQuery},
		s.metrics.Route(),
		s.feed.Route(),
		{Methods: httpserver.Get, Path: "/state", Handle: s.state},
		{Methods: httpserver.Get, Path: "/tip", Handle: s.tip},
		{Methods: httpserver.GetPost, Path: "/shutdown", Handle: s.shutdown, Changes: true},
	}
}

// chainRoutes are of blocks, mining and transfers.
func (s *Server) chainRoutes() []httpserver.Route {
	return []httpserver.Route{
		{Methods: httpserver.Get, Path: "/chain", Handle: s.chain, Query: pageQuery},
		{Methods: httpserver.Post, Path: "/chain/replace", Handle: s.replaceChain, Changes: true, Body: chainBody, Alone: true, Time: chainTimeout},
		{Methods: httpserver.GetPost, Path: "/chain/sync", Handle: s.syncChain, Changes: true},
		{Methods: httpserver.Get, Path: "/chain/tips", Handle: s.tips, Query: pageQuery},
		{Methods: httpserver.Get, Path: "/chain/validate", Handle: s.validate},
		{Methods: httpserver.Get, Path: "/blockchain", Handle: s.blockchain},
		{Methods: httpserver.Put, Path: "/blockchain", Handle: s.setBlockchain, Changes: true, Body: smallBody},
		{Methods: httpserver.Get, Path: "/blocks", Handle: s.blocks, Query: pageQuery},
		{Methods: httpserver.Get, Path: "/blocks/:id", Handle: s.block, Query: []string{"details"}},
		{Methods: httpserver.Post, Path: "/blocks/:id/invalidate", Handle: s.invalidate, Changes: true},
		{Methods: httpserver.Post, Path: "/blocks/:id/reconsider", Handle: s.reconsider, Changes: true},
		{Methods: httpserver.Post, Path: "/block/new", Handle: s.newBlock, Changes: true, Body: blockBody},
		{Methods: httpserver.Get, Path: "/mine", Handle: s.mine, Changes: true, Query: []string{"count", "from"}},
		{Methods: httpserver.Post, Path: "/mine", Handle: s.mine, Changes: true, Query: []string{"count", "from"}, Body: transactionBody},
		{Methods: httpserver.Get, Path: "/mining", Handle: s.mining},
		{Methods: httpserver.Put, Path: "/mining", Handle: s.setMining, Changes: true, Body: smallBody, Query: []string{"check"}},
		{Methods: httpserver.Get, Path: "/snapshot", Handle: s.snapshot, Changes: true},
		{Methods: httpserver.Get, Path: "/clock", Handle: s.clock},
		{Methods: httpserver.Put, Path: "/clock", Handle: s.setClock, Changes: true, Body: smallBody},

		{Methods: httpserver.Post, Path: "/transactions", Handle: s.submit, Changes: true, Body: transactionBody},
		{Methods: httpserver.Get, Path: "/transactions/:id", Handle: s.transaction, Query: []string{"proof"}},
		{Methods: httpserver.Get, Path: "/mempool", Handle: s.mempool, Query: pageQuery},
		{Methods: httpserver.Get, Path: "/accounts", Handle: s.accounts, Query: pageQuery},
		{Methods: httpserver.Get, Path: "/accounts/:address", Handle: s.account, Query: pageQuery},
		{Methods: httpserver.Get, Path: "/search", Handle: s.search, Query: []string{"q"}},
	}
}

// peerRoutes are of other nodes and the links with them.
func (s *Server) peerRoutes() []httpserver.Route {
	return []httpserver.Route{
		{Methods: httpserver.Post, Path: "/nodes/register", Handle: s.register, Changes: true, Body: nodesBody},
		{Methods: httpserver.Post, Path: "/nodes/forget", Handle: s.forget, Changes: true, Body: nodesBody},
		{Methods: httpserver.Post, Path: "/nodes/redial", Handle: s.redial, Changes: true, Body: nodesBody},
		{Methods: httpserver.Get, Path: "/peers", Handle: s.peers, Query: pageQuery},
		{Methods: httpserver.Post, Path: "/peers", Handle: s.addPeer, Changes: true, Body: smallBody},
		{Methods: httpserver.Delete, Path: "/peers", Handle: s.disconnectAll, Changes: true, Query: []string{"for"}},
		{Methods: httpserver.Delete, Path: "/peers/:id", Handle: s.disconnectOne, Changes: true, Query: []string{"for"}},
		{Methods: httpserver.Get, Path: "/addresses", Handle: s.addressTables, Query: []string{"table", "group", "source", "from", "limit"}},
		{Methods: httpserver.Get, Path: "/bans", Handle: s.bans, Query: pageQuery},
		{Methods: httpserver.Post, Path: "/bans", Handle: s.banBy, Changes: true, Body: smallBody},
		{Methods: httpserver.Delete, Path: "/bans", Handle: s.unbanAll, Changes: true, Query: []string{"net"}},
		{Methods: httpserver.Delete, Path: "/bans/:id", Handle: s.unbanOne, Changes: true},
		{Methods: httpserver.Get, Path: "/links", Handle: s.links},
		{Methods: httpserver.Get, Path: "/faults", Handle: s.faults},
		{Methods: httpserver.Put, Path: "/faults", Handle: s.setFaults, Changes: true, Body: nodesBody},
	}
}

// tutorialRoutes are the names that tutorials use.
func (s *Server) tutorialRoutes() []httpserver.Route {
	return []httpserver.Route{
		{Methods: httpserver.Post, Path: "/mineBlock", AliasOf: "POST /mine", Handle: s.mineData},
		{Methods: httpserver.Post, Path: "/create-transaction", AliasOf: "POST /transactions", Handle: s.createTransaction},
		{Methods: httpserver.Post, Path: "/transactions/new", AliasOf: "POST /transactions", Handle: s.createTransaction},
		{Methods: httpserver.Get, Path: "/transactionPool", AliasOf: "GET /mempool"},
		{Methods: httpserver.Get, Path: "/balance", AliasOf: "GET /accounts/:address", Handle: s.ownAccount},
		{Methods: httpserver.Post, Path: "/", AliasOf: "POST /peers", Handle: s.greet, BodyOptional: true},
		{Methods: httpserver.Get, Path: "/nodes", AliasOf: "POST /peers", Handle: s.listNodes, BodyOptional: true, Query: []string{"limit"}},
		{Methods: httpserver.Post, Path: "/register-node", AliasOf: "POST /peers", Handle: s.registerNode},
		{Methods: httpserver.Post, Path: "/addPeer", AliasOf: "POST /peers", Handle: s.addPeerStatus},
		{Methods: httpserver.Get, Path: "/sync-chain", AliasOf: "GET /chain/sync", Handle: s.syncWholeChain},
		{Methods: httpserver.Get, Path: "/nodes/resolve", AliasOf: "GET /chain/sync", Handle: s.syncWholeChain},
	}
}
