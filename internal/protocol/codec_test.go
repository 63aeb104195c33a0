package protocol

import (
	"encoding/binary"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/types"
)

func TestEveryMessageComesBackWhole(t *testing.T) {
	for i, m := range samples() {
		require.Equal(t, kind(i), m.kind(), "a sample of each kind, in order")
		again, err := Decode(Encode(m))
		require.NoError(t, err)
		require.Equal(t, m, again)
	}
	require.Len(t, samples(), int(kindGetHave)+1)
}

func TestMessagesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMessage(t)
		frame := Encode(m)
		again, err := Decode(frame)
		require.NoError(t, err)
		// Bytes are compared, as empty lists come in two forms.
		require.IsType(t, m, again)
		require.Equal(t, frame, Encode(again))
	})
}

// Every frame is self-delimiting: no part of one, and nothing longer, is a
// message.
func TestTruncatedAndExtendedFrames(t *testing.T) {
	for _, m := range samples() {
		frame := Encode(m)
		for n := range frame {
			_, err := Decode(frame[:n])
			require.ErrorIs(t, err, ErrMessage, "%T cut to %d of %d bytes", m, n, len(frame))
		}
		for _, tail := range [][]byte{{0}, {0xff}, make([]byte, 100)} {
			_, err := Decode(append(slices.Clip(frame), tail...))
			require.ErrorIs(t, err, ErrMessage, "%T with %d bytes more", m, len(tail))
		}
	}
	_, err := Decode(nil)
	require.ErrorIs(t, err, ErrMessage)
}

// Traffic is counted by names that are those of the messages.
func TestKindsAreNamed(t *testing.T) {
	words := regexp.MustCompile("([a-z])([A-Z])")
	for _, m := range samples() {
		name := strings.ToLower(words.ReplaceAllString(reflect.TypeOf(m).Name(), "$1-$2"))
		require.Equal(t, name, Kinds()[KindOf(Encode(m))])
	}
	for _, frame := range [][]byte{nil, {}, {byte(kindGetHave) + 1}, {255}} {
		require.Equal(t, "other", Kinds()[KindOf(frame)])
	}
}

func TestUnknownKinds(t *testing.T) {
	for k := int(kindGetHave) + 1; k < 256; k++ {
		_, err := Decode([]byte{byte(k)})
		require.ErrorIs(t, err, ErrMessage)
	}
}

// Each list is taken at its bound and refused above it.
func TestListsAreBounded(t *testing.T) {
	for name, c := range map[string]struct {
		most int
		make func(n int) Message
	}{
		"locator":    {maxLocator, func(n int) Message { return GetHeaders{Locator: make([]types.Hash, n)} }},
		"headers":    {maxHeaders, func(n int) Message { return Headers{Headers: make([]types.Header, n)} }},
		"get blocks": {maxPeerBlocks, func(n int) Message { return GetBlocks{IDs: make([]types.Hash, n)} }},
		"blocks":     {maxPeerBlocks, func(n int) Message { return Blocks{Encoded: make([][]byte, n)} }},
		"not found":  {maxIDs, func(n int) Message { return NotFound{IDs: make([]types.Hash, n)} }},
		"short ids":  {maxTransactions, func(n int) Message { return Compact{ShortIDs: make([]ShortID, n)} }},
		"indexes":    {maxTransactions, func(n int) Message { return GetBlockTransactions{Indexes: make([]uint32, n)} }},
		"have short": {maxAnnounced, func(n int) Message { return HaveShort{ShortIDs: make([]ShortID, n)} }},
		"get have":   {maxAnnounced, func(n int) Message { return GetHave{ShortIDs: make([]ShortID, n)} }},
		"have":       {maxIDs, func(n int) Message { return Have{IDs: make([]types.Hash, n)} }},
		"get":        {maxIDs, func(n int) Message { return GetTransactions{IDs: make([]types.Hash, n)} }},
		"entries":    {maxEntries, func(n int) Message { return Addresses{Nodes: make([]types.NodeInfo, n)} }},
		"addresses":  {types.MaxP2P, func(n int) Message { return Addresses{Nodes: []types.NodeInfo{{P2P: make([]string, n)}}} }},
		"address":    {types.MaxAddressLen, func(n int) Message { return Addresses{Nodes: []types.NodeInfo{{Address: string(make([]byte, n))}}} }},
		"multiaddr": {types.MaxAddressLen, func(n int) Message {
			return Addresses{Nodes: []types.NodeInfo{{P2P: []string{string(make([]byte, n))}}}}
		}},
		"block bytes": {types.MaxBlockSize, func(n int) Message { return Blocks{Encoded: [][]byte{make([]byte, n)}} }},
	} {
		_, err := Decode(Encode(c.make(c.most)))
		require.NoError(t, err, name)
		_, err = Decode(Encode(c.make(c.most + 1)))
		require.ErrorIs(t, err, ErrMessage, name)
	}
}

// The largest messages of an honest node fit a frame.
func TestLargestMessagesFitAFrame(t *testing.T) {
	entry := types.NodeInfo{Address: string(make([]byte, types.MaxAddressLen))}
	for range types.MaxP2P {
		entry.P2P = append(entry.P2P, string(make([]byte, types.MaxAddressLen)))
	}
	large := types.Transaction{Kind: types.Transfer}
	large.Data = make([]byte, types.MaxTransactionSize-large.Size())
	list := slices.Repeat([]types.Transaction{large}, maxAnswerBytes/large.Size())
	for _, m := range []Message{
		Headers{Headers: make([]types.Header, maxHeaders)},
		Blocks{Encoded: [][]byte{make([]byte, maxAnswerBytes-1), make([]byte, types.MaxBlockSize)}},
		Addresses{Nodes: slices.Repeat([]types.NodeInfo{entry}, maxEntries)},
		Transactions{Transactions: list},
		BlockTransactions{Transactions: list},
		Have{IDs: make([]types.Hash, maxIDs)},
	} {
		require.LessOrEqual(t, len(Encode(m)), MaxFrame, "%T", m)
	}
}

// A frame that promises much and holds little costs what it holds.
func TestPromisesCostNothing(t *testing.T) {
	for k := range kindGetHave + 1 {
		frame := append([]byte{byte(k)}, make([]byte, 200)...)
		for at := 1; at+4 <= len(frame); at++ {
			lie := slices.Clone(frame)
			binary.BigEndian.PutUint32(lie[at:], 0xffff_ffff)
			require.Less(t, allocated(func() { _, _ = Decode(lie) }), 64<<10, "kind %d, at %d", k, at)
			binary.BigEndian.PutUint32(lie[at:], 0x1388_0000) // maxIDs
			require.Less(t, allocated(func() { _, _ = Decode(lie) }), 64<<10, "kind %d, at %d", k, at)
		}
	}
}

// What decoding takes is in proportion to the frame.
func TestDecodingIsInProportion(t *testing.T) {
	for _, frame := range [][]byte{
		Encode(Blocks{Encoded: make([][]byte, maxPeerBlocks)}), // all empty
		Encode(Transactions{Transactions: make([]types.Transaction, 20_000)}),
		Encode(Addresses{Nodes: make([]types.NodeInfo, maxEntries)}),
		Encode(Headers{Headers: make([]types.Header, maxHeaders)}),
		Encode(Have{IDs: make([]types.Hash, maxIDs)}),
	} {
		cost := allocated(func() { _, err := Decode(frame); require.NoError(t, err) })
		require.Less(t, cost, 40*len(frame)+(4<<10), "kind %d, %d bytes", frame[0], len(frame))
	}
}

func allocated(f func()) int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}

func FuzzDecode(f *testing.F) {
	for _, m := range samples() {
		frame := Encode(m)
		f.Add(frame)
		f.Add(frame[:len(frame)/2])
		f.Add(append(slices.Clip(frame), 0))
	}
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, frame []byte) {
		m, err := Decode(frame)
		if err != nil {
			require.ErrorIs(t, err, ErrMessage)
			require.Nil(t, m)
			return
		}
		require.Equal(t, frame, Encode(m))
	})
}
