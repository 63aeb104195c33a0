package protocol

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

func TestHandshake(t *testing.T) {
	s := newScript(t)
	id := types.NodeID{1}
	s.handle(Connected{Peer: id})
	require.Equal(t, s.helloOf(selfID, s.chain.Tip()), sent[Hello](s, id))
	require.Empty(t, s.engine.Ready())
	s.says(id, s.helloOf(id, s.chain.Tip()))
	sent[GetAddresses](s, id)
	s.quiet()
	require.Equal(t, []PeerStatus{{NodeInfo: entryOf(id), Type: Inbound, Claim: claimOf(s.chain.Tip()), Shown: claimOf(s.chain.Tip()), Since: s.now, SendsBlocks: true}}, s.engine.Ready())
	require.Equal(t, []types.NodeInfo{entryOf(id)}, s.engine.Known())
}

// A block that came between our Hello and the peer's is announced after both.
func TestTipMovesDuringTheHandshake(t *testing.T) {
	s := newScript(t)
	before := s.chain.Tip()
	id := s.link(1)
	b := s.mine()
	s.quiet()
	s.says(id, s.helloOf(id, before))
	require.Equal(t, headersOf(b), sent[Headers](s, id))
	s.tipMoved()
	require.Empty(t, sentAll[Compact](s, id))
}

func TestHandshakeRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Hello)
		reason error
		banned bool
	}{
		"version":  {func(m *Hello) { m.Version++ }, errVersion, false},
		"genesis":  {func(m *Hello) { m.Genesis[0]++ }, errOtherNetwork, false},
		"identity": {func(m *Hello) { m.Self.ID[0]++ }, errIdentity, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScript(t)
			id := s.link(1)
			m := s.helloOf(id, s.chain.Tip())
			c.change(&m)
			s.says(id, m)
			s.dropped(id, c.reason, c.banned)
			s.quiet()
			require.Empty(t, s.engine.Ready())
			require.Empty(t, s.engine.Known())
		})
	}
}

// What a node of another version says may have any form, which is no reason to ban it.
func TestAnotherVersionMayBeLaidOutInAnotherWay(t *testing.T) {
	known := Encode(Hello{Version: Version + 1})
	for name, c := range map[string]struct {
		frame  []byte
		reason error
		banned bool
	}{
		"shorter":          {known[:7], errVersion, false},
		"longer":           {append(known, 1, 2, 3), errVersion, false},
		"unknown greeting": {[]byte{200, 1}, errOutOfTurn, false},
		"nothing":          {nil, errOutOfTurn, false},
		"ours":             {Encode(Hello{Version: Version})[:50], ErrMessage, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScript(t)
			id := s.link(1)
			s.handle(Received{Peer: id, Frame: c.frame})
			s.dropped(id, c.reason, c.banned)
		})
	}
}

func TestHelloTwice(t *testing.T) {
	s := newScript(t)
	id := s.join(1, s.chain.Tip())
	s.says(id, s.helloOf(id, s.chain.Tip()))
	s.dropped(id, errOutOfTurn, false)
	s.quiet()
}

func TestMessageBeforeHello(t *testing.T) {
	for _, m := range samples() {
		if _, hello := m.(Hello); hello {
			continue
		}
		s := newScript(t)
		id := s.link(1)
		s.says(id, m)
		s.dropped(id, errOutOfTurn, false)
		s.quiet()
	}
}

func TestSilenceInsteadOfHello(t *testing.T) {
	s := newScript(t)
	id := s.link(1)
	s.wait(s.engine.config.HandshakeTimeout)
	s.quiet()
	s.wait(1)
	s.dropped(id, errSilent, false)
}

func TestMalformedFrame(t *testing.T) {
	s := newScript(t)
	id := s.join(1, s.chain.Tip())
	s.handle(Received{Peer: id, Frame: []byte{200}})
	s.dropped(id, ErrMessage, true)
	s.handle(Received{Peer: id, Frame: Encode(Ping{})}) // was under way
	s.quiet()
}

func TestPing(t *testing.T) {
	s := newScript(t)
	id := s.join(1, s.chain.Tip())
	s.says(id, Ping{Number: 42})
	require.Equal(t, Pong{Number: 42, Tip: claimOf(s.chain.Tip())}, sent[Pong](s, id))

	s.wait(s.engine.config.PingInterval - time.Second)
	s.quiet()
	s.wait(time.Second)
	ping := sent[Ping](s, id)
	s.wait(s.engine.config.RequestTimeout)
	s.quiet()
	s.says(id, Pong{Number: ping.Number, Tip: claimOf(s.chain.Tip())})
	s.wait(time.Second)
	s.quiet()

	s.wait(s.engine.config.PingInterval)
	sent[Ping](s, id)
	s.wait(s.engine.config.RequestTimeout + 1)
	s.dropped(id, errSilent, false)
}

// A peer's last answer is known, and its fastest, of which alone is told.
func TestAFasterAnswerIsTold(t *testing.T) {
	s := newScript(t)
	id := s.join(1, s.chain.Tip())
	for _, took := range []time.Duration{300, 400, 0, 200, 100} {
		s.wait(s.engine.config.PingInterval)
		number := sent[Ping](s, id).Number
		s.wait(took)
		s.says(id, Pong{Number: number, Tip: claimOf(s.chain.Tip())})
		require.Equal(t, Latency{max(took, 1), s.faster[len(s.faster)-1].Lowest}, s.engine.Ready()[0].Latency)
	}
	require.Equal(t, []Faster{{id, 300}, {id, 1}}, s.faster)
}

func TestPongThatNobodyAsked(t *testing.T) {
	s := newScript(t)
	id := s.join(1, s.chain.Tip())
	s.says(id, Pong{Tip: claimOf(s.chain.Tip())})
	s.dropped(id, errUnsolicited, false)

	id = s.join(2, s.chain.Tip())
	s.wait(s.engine.config.PingInterval)
	s.says(id, Pong{Number: sent[Ping](s, id).Number + 1})
	s.dropped(id, errUnsolicited, false)
}
