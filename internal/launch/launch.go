// Package launch says, in words that fit processes, containers and machines
// alike, how nodes are started and ended: a [Launcher] starts a [Node] from a
// [Spec]. launch/process starts them as processes of this machine, launch/launchtest
// in a test's own process; one suite of tests is over both.
package launch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"

	"networkmngr/internal/types"
)

var (
	// ErrReported is wrapped by the error of a node that does not start, and says
	// itself why.
	ErrReported = errors.New("node reports")
	// ErrMisuse is an ErrReported that, as the node says, the person can mend.
	ErrMisuse = fmt.Errorf("%w", ErrReported)
)

// Spec says which node to start.
type Spec struct {
	Name string // of the node in its network, such as "n0"
	// Settings are the node's own, by name, as its flags and its settings file have
	// them, but for those that have a field here. What is left out is at its default.
	Settings map[string]string
	Token    string          // of the network; a secret. Empty for none
	Genesis  json.RawMessage // the network's description, the content of a genesis file
	Manager  string          // URL of the network's manager; empty for none
	// Crowd is about how many nodes of the network are to run where this one does; zero if
	// that is unknown.
	Crowd int
	// Faults are what is wrong on purpose with the node's links, from before it listens and
	// dials: the body of PUT /faults, as JSON. Nil is none.
	Faults json.RawMessage
	// Listener is on the node's host and port, so that nobody else takes the port
	// before the node does. The node gets a copy; who calls Start closes it afterwards.
	// It is nil for a node that is to listen by itself.
	Listener net.Listener
}

// A Launcher starts nodes, and has to do with the data that they leave.
type Launcher interface {
	// Start starts a node and returns it once it is ready. ctx bounds the start only.
	// A node that does not become ready leaves nothing running, and the error says
	// why in the node's own words; it wraps ErrMisuse if the person can mend that.
	Start(ctx context.Context, spec Spec) (Node, error)
	Data
}

// Data are what nodes leave. A place is where those of one node are, as
// Spec.Settings["data"] names it; no node that runs may use it meanwhile.
type Data interface {
	// Chains returns what chain there is at each of the places, and whose. It changes
	// nothing.
	Chains(ctx context.Context, places []string) ([]Chain, error)
	// RemoveChains removes the chains, and leaves all else, unless one of them holds
	// more than its genesis block. A next node there begins a chain on the network of
	// its Spec.
	RemoveChains(ctx context.Context, places []string) error
	// Discard removes all there is at each of the places, unless that holds what somebody
	// may have been told of: blocks, or transfers.
	Discard(ctx context.Context, places []string) error
}

// Chain is what the data of a node hold of a chain, and whose they are.
type Chain struct {
	ID      types.NodeID    `json:"id"`      // of the node; zero if it has none yet
	Genesis json.RawMessage `json:"genesis"` // the network's description; null if there is no chain
	Height  uint64          `json:"height"`
}

// A Node has been ready. Its methods may be called from any goroutine, at any
// time, and again.
type Node interface {
	Ready() Ready
	Done() <-chan struct{} // closed when the node has ended
	Exit() Exit            // waits for the end
	// Stop asks the node to end, a paused one too, ends it by force after grace, and
	// waits for the end.
	Stop(grace time.Duration) Exit
	// Kill ends the node by force, without any warning, and waits for the end.
	Kill() Exit
	// Pause has the node stand still, as it is, until Resume. It answers nothing, and
	// does not notice. Both are no error for a node that has ended.
	Pause() error
	Resume() error
	// Logs is the end of what the node has complained of beside its log file, at most
	// 16 KiB: why it ended, if that was a surprise for itself.
	Logs() string
}

// Ready is what a node says of itself once it serves.
type Ready struct {
	ID      types.NodeID `json:"id"`
	Address string       `json:"address"` // host:port of its HTTP API
	P2P     []string     `json:"p2p"`     // multiaddresses
	PID     int          `json:"pid"`
}

// Exit is how a node ended.
type Exit struct {
	Code   int            // 0 after a clean end; -1 if a signal ended it
	Signal syscall.Signal // what ended it; 0 if it ended by itself
	Forced bool           // killed by Stop, as its time had run out
	// Unknown says that the node was on a machine that is out of reach: whether it has ended
	// is not known.
	Unknown bool
}

// Clean reports whether the node ended by itself and without complaint.
func (e Exit) Clean() bool { return e.Code == 0 && !e.Unknown }

// String is for people: "exit status 0", "ended by signal 9 (killed)".
func (e Exit) String() string {
	switch {
	case e.Unknown:
		return "not known, as its machine does not answer"
	case e.Forced:
		return "killed, as it did not end in time"
	case e.Signal != 0:
		return fmt.Sprintf("ended by signal %d (%s)", int(e.Signal), e.Signal)
	default:
		return fmt.Sprintf("exit status %d", e.Code)
	}
}
