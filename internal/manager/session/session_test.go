package session_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/manager/session"
	"networkmngr/internal/types"
)

// mined is what came of a request that found a block at a height.
func mined(height uint64) api.MiningResult {
	return api.MiningResult{Node: "127.0.0.1:5000", Index: &height, Hash: new(types.Hash)}
}

// failed is what came of a request without a block.
func failed() api.MiningResult {
	return api.MiningResult{Node: "127.0.0.1:5000", Error: new("it has found no block")}
}

func Example() {
	s := session.New(session.Order{Mode: api.Turns, Rounds: 2}, 1)
	s.Add(mined(1))
	s.Add(failed())
	s.Finish(nil)
	s.Close()
	report := s.Report()
	fmt.Println(report.Message)
	fmt.Println(report.Mined, "block, up to height", report.Height)
	// Output:
	// 2 mining requests sent, 1 failed
	// 1 block, up to height 1
}

func TestWhoCutsASessionShortIsNamed(t *testing.T) {
	s := session.New(session.Order{Mode: api.Turns}, 1)
	s.Add(failed())
	s.Stop(session.ErrStopAsked)
	s.Stop(errors.New("too late"))
	require.Error(t, s.Context().Err())
	s.Finish([]api.NodeTip{{Error: new("the node does not answer")}})
	require.Equal(t, "1 mining request sent, 1 without a block; stopped by /stop/mining", s.Report().Message)
	require.Empty(t, s.Report().Tips, "tips of a session that was cut short may differ")
}

func TestTipsThatDifferAreTold(t *testing.T) {
	s := session.New(session.Order{Mode: api.Turns, Rounds: 1}, 1)
	one, other, height := types.Hash{1}, types.Hash{2}, uint64(4)
	s.Finish([]api.NodeTip{{Hash: &one, Index: &height}, {Hash: &other, Index: new(uint64(3))}, {Error: new("the node does not answer")}})
	require.Equal(t, "0 mining requests sent; the nodes' tips differ; the tip of 1 node is not known", s.Report().Message)
	require.Len(t, s.Report().Tips, 3)
	require.Equal(t, height, s.Report().Height)
}

func TestAnEndlessSessionKeepsItsLastResults(t *testing.T) {
	s := session.New(session.Order{Mode: api.Race}, 1)
	for height := range uint64(session.LastResults + 5) {
		s.Add(mined(height))
	}
	report := s.Report()
	require.Equal(t, session.LastResults+5, report.Sent)
	require.Len(t, report.Results, session.LastResults)
	require.Equal(t, uint64(5), *report.Results[0].Index)
}
