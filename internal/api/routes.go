package api

import (
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

func (s *Server) routes() []httpserver.Route {
	page := []string{"from", "limit"}
	return append([]httpserver.Route{
		{Methods: httpserver.Get, Path: "/healthz", Handle: s.healthz},
		{Methods: httpserver.Get, Path: "/node/id", Handle: s.info},
		{Methods: httpserver.GetPost, Path: "/shutdown", Handle: s.shutdown, Changes: true},

		{Methods: httpserver.Get, Path: "/chain", Handle: s.chain, Query: page},
		{Methods: httpserver.Post, Path: "/chain/replace", Handle: s.replaceChain, Changes: true, Body: chainBody, Time: chainTimeout},
		{Methods: httpserver.Get, Path: "/blockchain", Handle: s.blockchain},
		{Methods: httpserver.Get, Path: "/blocks", Handle: s.blocks, Query: page},
		{Methods: httpserver.Get, Path: "/blocks/:id", Handle: s.block},
		{Methods: httpserver.Post, Path: "/block/new", Handle: s.newBlock, Changes: true, Body: blockBody},
		{Methods: httpserver.GetPost, Path: "/mine", Handle: s.mine, Changes: true, Query: []string{"count"}},

		{Methods: httpserver.Post, Path: "/transactions", Handle: s.submit, Changes: true, Body: transactionBody},
		{Methods: httpserver.Get, Path: "/mempool", Handle: s.mempool, Query: page},
		{Methods: httpserver.Get, Path: "/accounts/:address", Handle: s.account},

		{Methods: httpserver.Post, Path: "/nodes/register", Handle: s.register, Changes: true, Body: nodesBody},
		{Methods: httpserver.Get, Path: "/peers", Handle: s.peers, Query: page},
		{Methods: httpserver.Post, Path: "/peers", Handle: s.addPeer, Changes: true, Body: smallBody},
	}, openapi.Routes(Description)...)
}
