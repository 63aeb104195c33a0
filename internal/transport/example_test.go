package transport_test

import (
	"context"
	"crypto/ed25519"
	"fmt"

	"networkmngr/internal/transport"
	"networkmngr/internal/types"
)

// handler passes on each frame, and each new peer.
type handler struct {
	peers  chan types.NodeID
	frames chan string
}

func newHandler() handler { return handler{make(chan types.NodeID, 1), make(chan string, 1)} }

func (h handler) Connected(p transport.Peer)            { h.peers <- p.ID }
func (h handler) Disconnected(types.NodeID, error)      {}
func (h handler) Received(_ types.NodeID, frame []byte) { h.frames <- string(frame) }

// Two nodes link, and one sends the other a frame.
func Example() {
	ctx, stop := context.WithCancel(context.Background())
	start := func(seed byte, h handler) (node *transport.Transport, ended chan error) {
		config := transport.Default()
		config.Key = ed25519.NewKeyFromSeed(append(make([]byte, 31), seed))
		node, err := transport.New(config, h)
		if err != nil {
			panic(err)
		}
		ended = make(chan error, 1)
		go func() { ended <- node.Run(ctx) }()
		return node, ended
	}
	alice, bob := newHandler(), newHandler()
	from, aliceEnded := start(1, alice)
	to, bobEnded := start(2, bob)

	fmt.Println(from.Dial(ctx, to.Addrs()[0]))
	fmt.Println(from.Send(<-alice.peers, []byte("hello")))
	fmt.Println(<-bob.frames)

	stop()
	fmt.Println(<-aliceEnded, <-bobEnded)
	// Output:
	// <nil>
	// <nil>
	// hello
	// <nil> <nil>
}
