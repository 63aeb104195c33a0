package types_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/types"
)

// Published digests: SHA-256 twice over the empty input and over "hello".
func TestDoubleSHA256(t *testing.T) {
	for input, digest := range map[string]string{
		"":      "5df6e0e2761359d30a8275058e299fcc0381534545f55cf43e41983f5d4c9456",
		"hello": "9595c9df90075148eb06860365df33584b75bff782a510c6cd4883a419833d50",
	} {
		h := types.DoubleSHA256([]byte(input))
		require.Equal(t, digest, types.NodeID(h).String(), "in SHA-256's own order")
	}
}

func TestHashIsShownReversed(t *testing.T) {
	h := types.Hash{0: 0xab, 31: 0x01}
	require.Equal(t, "01"+strings.Repeat("00", 30)+"ab", h.String())
	require.Equal(t, byte(0xab), h[0], "String must not turn the hash around")
	require.False(t, h.IsZero())
	require.True(t, types.Hash{}.IsZero())
}

func TestParseHashRefuses(t *testing.T) {
	good := strings.Repeat("0a", types.HashSize)
	for name, s := range map[string]string{
		"empty":         "",
		"too short":     good[1:],
		"too long":      good + "0",
		"0x in front":   "0x" + good[2:],
		"no hex":        good[:63] + "g",
		"white space":   good[:63] + " ",
		"unicode digit": good[:61] + "１",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := types.ParseHash(s)
			require.Error(t, err)
			h := types.Hash{1, 2, 3}
			require.Error(t, h.UnmarshalText([]byte(s)))
			require.Equal(t, types.Hash{1, 2, 3}, h, "a refusal must leave the value alone")
		})
	}
}

func TestHashRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHash(t, "hash")
		for _, s := range []string{h.String(), strings.ToUpper(h.String())} {
			again, err := types.ParseHash(s)
			require.NoError(t, err)
			require.Equal(t, h, again)
		}
		var again types.Hash
		require.NoError(t, json.Unmarshal(plainJSON(t, h), &again))
		require.Equal(t, h, again)
	})
}

func TestNodeID(t *testing.T) {
	id := types.NodeIDOf(rfc8032Key(t))
	require.Equal(t, "21fe31dfa154a261626bf854046fd2271b7bed4b6abe45aa58877ef47f9721b9", id.String())
	require.Equal(t, "21fe31df", id.Short())
	require.Equal(t, types.AddressOf(rfc8032Key(t)), id.Account())

	var again types.NodeID
	require.NoError(t, json.Unmarshal(plainJSON(t, id), &again))
	require.Equal(t, id, again)
	for _, bad := range []string{"", id.String()[1:], id.String() + "0", "g" + id.String()[1:]} {
		require.ErrorContains(t, again.UnmarshalText([]byte(bad)), "node id")
		require.Equal(t, id, again, "a refusal must leave the value alone")
	}
}
