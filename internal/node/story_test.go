package node

import (
	"bytes"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/chain/chaintest"
	"networkmngr/internal/logging/logtest"
	"networkmngr/internal/types"
)

// The log tells of a double spend and of whose block undid it, in one line; and each
// block's line names its miner.
func TestReorgIsLogged(t *testing.T) {
	w := newWorld(t)
	config, log := testConfig(t), &logtest.Buffer{}
	config.Logger = hclog.New(&hclog.LoggerOptions{Output: log})
	n, other := w.open(config), w.node()
	paid, again := pay(0, 1)[0], chaintest.Transfer(types.NamedKey("alice"), easy().Params.GenesisID, 0, types.NamedAddress("carol"), types.Coin, types.Coin)
	n.submit(paid)
	lost := n.mine(1)[0]
	other.submit(again)
	won := other.mine(2)
	introduce(n, other)
	w.awaitOneTip(n, other)
	line := func(part string) (found string) {
		w.until(part, func() bool {
			for text := range strings.Lines(log.String()) {
				if strings.Contains(text, part) {
					found = text
				}
			}
			return found != ""
		})
		return found
	}
	story := line("reorg: ")
	for _, part := range []string{
		"depth=1", "fork=0", "fork-hash=" + easy().Params.GenesisID.String(), "from=" + lost.Hash().String(), "to=" + won[1].Hash().String(),
		"returned=0", "overtaken=1", paid.ID().String() + " by " + again.ID().String() + " in block 1",
		"peer=" + other.Self().ID.String(), "miner=" + other.Account().String() + " miner-name=" + other.Self().Address,
	} {
		require.Contains(t, story, part)
	}
	for _, part := range []string{"block mined: ", "tip moved: height=1 "} {
		require.Contains(t, line(part), "miner="+n.Account().String()+" miner-name="+n.Self().Address)
	}
	require.Contains(t, line("tip moved: height=1 "), "transactions=2 applied=1 reverted=0")
	require.Equal(t, 1, bytes.Count([]byte(log.String()), []byte("reorg: ")))
}
