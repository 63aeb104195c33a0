package api

import (
	"time"

	"networkmngr/internal/times"
	"networkmngr/internal/types"
)

// MaxApart is the longest time for which a node is kept out, or there is no link with it.
const MaxApart = 365 * 24 * time.Hour

// Bans answers GET /bans.
type Bans struct {
	Count int   `json:"count"` // of all
	Bans  []Ban `json:"bans"`  // those that end first first
}

// Ban keeps out a node, in both directions, or whoever comes in from some addresses.
type Ban struct {
	// ID is the node's; with Net, that of the node on whose account the addresses are
	// banned. It is null where no node is meant.
	ID     *types.NodeID `json:"id"`
	Net    string        `json:"net"` // addresses, as an IP prefix; empty for a ban of a node
	Until  time.Time     `json:"until"`
	Reason string        `json:"reason"`
	By     string        `json:"by"` // "hand", "rule" or "wait"
}

// BanRequest is the body of POST /bans. It names one of a node's id, the address of its
// HTTP server, and addresses.
type BanRequest struct {
	ID      *types.NodeID  `json:"id,omitempty"`
	Address string         `json:"address,omitempty"` // host:port, of a node that is known
	Net     string         `json:"net,omitempty"`     // an IP address or prefix
	For     times.Duration `json:"for,omitzero"`      // 24 hours if it is 0
	Reason  string         `json:"reason,omitempty"`
}

// Banned answers POST /bans.
type Banned struct {
	Message string `json:"message"`
	Ban     Ban    `json:"ban"`
}

// Unbanned answers DELETE /bans and DELETE /bans/:id.
type Unbanned struct {
	Message string `json:"message"`
	Lifted  []Ban  `json:"lifted"`
}
