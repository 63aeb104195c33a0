package protocol

import (
	"time"

	"networkmngr/internal/addrman"
)

// Config are an engine's settings.
type Config struct {
	Outbound int // links that the engine seeks; 0 makes none itself
	// Fast is how many peers are to send new blocks at once: one that is slow or silent
	// costs nothing then, and each further one sends what the others have sent.
	Fast int
	// NoRelay is for lessons: nothing is announced to peers, nor taken from them
	// unless a resolve asks for it. Their questions are answered.
	NoRelay bool

	HandshakeTimeout  time.Duration // from link to Hello
	RequestTimeout    time.Duration // for whatever a peer owes us
	PingInterval      time.Duration // between Pings, by which a missed announcement is made good
	ResolveTimeout    time.Duration // after which a resolve ends as it is
	DialPatience      time.Duration // see addressBook.yield
	RetryFirst        time.Duration // before a failed dial is tried again; doubles
	RetryMost         time.Duration // bound of the doubling
	ExtraPeerInterval time.Duration // between tries of one peer more than Outbound, on average
	FeelerInterval    time.Duration // between short links that show who is there, on average; 0 for none
	NewsInterval      time.Duration // between messages to one peer of nodes that are news, on average
	SelfInterval      time.Duration // between messages that tell a peer of this node, on average
	Ban               time.Duration // how long who sent invalid data stays out
	Discourage        time.Duration // how long who was of no use stays out the first time; doubles, up to Ban

	Addresses   addrman.Config // of what peers tell of other nodes
	Anchors     int            // peers that are dialled first after a restart
	OneOfAGroup bool           // no two links that the engine seeks go to one group
	RelayTo     int            // peers that are told of a node that is news

	Window         int // blocks that may be asked for ahead of the tip
	MaxArrived     int // bytes of blocks that wait to be verified
	MaxAdmitting   int // bytes of one peer's transfers that wait for the mempool's verdict; the largest must fit
	MaxHeadersOpen int // headers ahead of the tip before no more are asked for; one message's must fit

	Limits Limits // of what each peer may cost
}

// DefaultConfig suits a network on one machine as well as on many.
func DefaultConfig() Config {
	return Config{
		Outbound:          8,
		Fast:              3, // as in BIP 152
		HandshakeTimeout:  10 * time.Second,
		RequestTimeout:    20 * time.Second,
		PingInterval:      30 * time.Second,
		ResolveTimeout:    2 * time.Second,
		DialPatience:      200 * time.Millisecond,
		RetryFirst:        time.Second,
		RetryMost:         5 * time.Minute,
		ExtraPeerInterval: time.Minute,
		FeelerInterval:    2 * time.Minute,
		NewsInterval:      10 * time.Second,
		SelfInterval:      time.Hour,
		Ban:               10 * time.Minute,
		Discourage:        2 * time.Second,
		Addresses:         addrman.DefaultConfig(),
		Anchors:           2,
		OneOfAGroup:       true,
		RelayTo:           2,
		Window:            1024,
		MaxArrived:        32 << 20,
		MaxAdmitting:      512 << 10,
		MaxHeadersOpen:    20_000,
		Limits:            DefaultLimits(),
	}
}
