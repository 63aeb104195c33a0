package node

import (
	"fmt"
	"net"
	"time"

	"github.com/hashicorp/go-hclog"

	"networkmngr/internal/consensus"
	"networkmngr/internal/mining"
	"networkmngr/internal/netgroup"
)

// Config are a node's settings.
type Config struct {
	Folder     string // for identity, chain and known nodes
	Genesis    *consensus.Genesis
	Address    string            // of the node's HTTP API, host:port, as others reach it
	Host       string            // IP address that peers connect to; unspecified for all
	Advertise  net.IP            // that peers are told to dial in place of Host; nil for that
	P2PPort    int               // TCP, and UDP for QUIC; 0 takes the last one or any
	QUIC       bool              // listen on QUIC too
	Outbound   int               // peers that the node seeks itself
	MaxInbound int               // peers that may come by themselves
	Grouping   netgroup.Grouping // which nodes count as one party
	NoRelay    bool              // announce nothing, and catch up with peers only when asked to
	Threads    int               // that mine
	Lab        string            // that the node is of; empty for none
	Now        func() time.Time  // the wall clock; nil for the machine's
	Blocks     string            // folder for a JSON file of each block; empty for none

	BlockTemplate string            // what the names of these files begin with
	Software      string            // name, version and build, for the recording
	Faults        Faults            // from before the node listens and dials
	Retained      int               // transfers that wait no longer of which pending.jsonl keeps the last; 0 for 1,024
	Record        string            // file to write down in what the core is told; empty for none
	Busy          func()            // called with whatever the node is given to do; nil for nothing
	Background    mining.Background // of what searches for a block
	Logger        hclog.Logger
}

// listen returns the multiaddrs to listen on at port. Others dial them in this order: TCP
// first, as it is refused at once where nobody listens, while over QUIC only the time tells.
func (c *Config) listen(port int) ([]string, error) {
	ip := net.ParseIP(c.Host)
	if ip == nil {
		return nil, fmt.Errorf("host %q is not an IP address", c.Host)
	}
	family := "ip4"
	if ip.To4() == nil {
		family = "ip6"
	}
	addresses := []string{fmt.Sprintf("/%s/%s/tcp/%d", family, ip, port)}
	if c.QUIC {
		addresses = append(addresses, fmt.Sprintf("/%s/%s/udp/%d/quic-v1", family, ip, port))
	}
	return addresses, nil
}
