package daemon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"

	"networkmngr/internal/api/client"
	"networkmngr/internal/config"
	"networkmngr/internal/node"
	"networkmngr/internal/types"
)

const (
	peerAnswer     = 5 * time.Second // for a node to identify itself
	firstPeerRetry = 250 * time.Millisecond
	lastPeerRetry  = 30 * time.Second
)

var (
	errOtherNetwork = errors.New("is on another network")
	errOtherLab     = errors.New("is of another lab")
)

// asking asks other nodes for their ids: once each, so that no connection is
// kept, and directly, as they are addressed by this machine's view of the net.
var asking = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// seekPeers asks the nodes that --peers names for their ids, and has n connect
// to them. One that does not answer is asked again, less and less often, until
// ctx ends: it may start later.
func seekPeers(ctx context.Context, n *node.Node, settings config.NodeSettings, log hclog.Logger) {
	var seeking sync.WaitGroup
	for _, address := range settings.Peers {
		seeking.Go(func() {
			for wait := firstPeerRetry; ctx.Err() == nil; wait = min(2*wait, lastPeerRetry) {
				err := introduce(ctx, n, address, settings.Lab)
				if err == nil {
					return
				}
				log.Warn("peer does not answer", "address", address, "again-in", wait, "error", err)
				select {
				case <-time.After(wait):
				case <-ctx.Done():
				}
			}
		})
	}
	seeking.Wait()
}

func introduce(ctx context.Context, n *node.Node, address, lab string) error {
	ctx, cancel := context.WithTimeout(ctx, peerAnswer)
	defer cancel()
	info, err := client.NewNode("http://"+address, "", asking).Info(ctx)
	if err != nil {
		return err
	}
	if ours := n.Chain().Genesis().Params; info.Genesis != ours.GenesisID {
		return fmt.Errorf("%w: %s, ours is %s", errOtherNetwork, info.Network, ours.Name)
	}
	if info.Lab != lab {
		return fmt.Errorf("%w: %q, ours is %q; --lab joins one", errOtherLab, info.Lab, lab)
	}
	_, err = n.Register([]types.NodeInfo{info.NodeInfo})
	return err
}
