package types_test

import (
	"encoding/hex"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/types"
)

func mustHash(t *testing.T, s string) types.Hash {
	h, err := types.ParseHash(s)
	require.NoError(t, err)
	return h
}

// Headers of Bitcoin's main chain, as any block explorer shows them.
var bitcoinHeaders = []struct {
	name                 string
	version              int32
	previous, root       string
	time, bits, nonce    uint32
	encoding, headerHash string
}{
	{
		name: "0, the genesis block", version: 1, time: 1231006505, bits: 0x1d00ffff, nonce: 2083236893,
		previous: "0000000000000000000000000000000000000000000000000000000000000000",
		root:     "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b",
		encoding: "010000000000000000000000000000000000000000000000000000000000000000000000" +
			"3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c",
		headerHash: "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f",
	},
	{
		name: "1", version: 1, time: 1231469665, bits: 0x1d00ffff, nonce: 2573394689,
		previous: "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f",
		root:     "0e3e2357e806b6cdb1f70b54c3a3a17b6714ee1f0e68bebb44a74b1efd512098",
		encoding: "010000006fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000" +
			"982051fd1e4ba744bbbe680e1fee14677ba1a3c3540bf7b1cdb606e857233e0e61bc6649ffff001d01e36299",
		headerHash: "00000000839a8e6886ab5951d76f411475428afc90947ee320161bbf18eb6048",
	},
	{
		name: "100000", version: 1, time: 1293623863, bits: 0x1b04864c, nonce: 274148111,
		previous: "000000000002d01c1fccc21636b607dfd930d31d01c3a62104612a1719011250",
		root:     "f3e94742aca4b5ef85488dc37c06c3282295ffec960994b2c0d5ac2a25a95766",
		encoding: "0100000050120119172a610421a6c3011dd330d9df07b63616c2cc1f1cd0020000000000" +
			"6657a9252aacd5c0b2940996ecff952228c3067cc38d4885efb5a4ac4247e9f337221b4d4c86041b0f2b5710",
		headerHash: "000000000003ba27aa200b1cecaad478d2b00432346c3f1f3986da1afd33e506",
	},
	{
		name: "125552", version: 1, time: 1305998791, bits: 0x1a44b9f2, nonce: 2504433986,
		previous: "00000000000008a3a41b85b8b29ad444def299fee21793cd8b9e567eab02cd81",
		root:     "2b12fcf1b09288fcaff797d71e950e71ae42b91e8bdb2304758dfcffc2b620e3",
		encoding: "0100000081cd02ab7e569e8bcd9317e2fe99f2de44d49ab2b8851ba4a308000000000000" +
			"e320b6c2fffc8d750423db8b1eb942ae710e951ed797f7affc8892b0f1fc122bc7f5d74df2b9441a42a14695",
		headerHash: "00000000000000001e8d6829a8a21adc5d38d0a473b144b6765798e61f98bd1d",
	},
	{
		name: "574200, with version bits", version: 0x20000000, time: 1556771671, bits: 0x172c4e11, nonce: 2570383886,
		previous: "0000000000000000001a899a865d3e6f9fef7801b86c0dc1bdda8b2337c1ae75",
		root:     "7343589f88a866dee0247b29d1330467201e7eb9bb0001a01ac0922a983a9e52",
		encoding: "0000002075aec137238bdabdc10d6cb80178ef9f6f3e5d869a891a000000000000000000" +
			"529e3a982a92c01aa00100bbb97e1e20670433d1297b24e0de66a8889f5843735773ca5c114e2c170ef23499",
		headerHash: "0000000000000000001602407ac49862a7bca9d00f7f402db20b7be2f5de59d2",
	},
}

func TestHeaderIsBitcoins(t *testing.T) {
	for _, c := range bitcoinHeaders {
		t.Run(c.name, func(t *testing.T) {
			h := types.Header{
				Version: c.version, Previous: mustHash(t, c.previous), MerkleRoot: mustHash(t, c.root),
				Time: c.time, Bits: c.bits, Nonce: c.nonce,
			}
			raw := h.Encode()
			require.Equal(t, c.encoding, hex.EncodeToString(raw[:]))
			require.Equal(t, c.headerHash, h.Hash().String())
			decoded, err := types.DecodeHeader(raw[:])
			require.NoError(t, err)
			require.Equal(t, h, decoded)
		})
	}
}

func TestDecodeHeaderTakesExactly80Bytes(t *testing.T) {
	for size := range 200 {
		_, err := types.DecodeHeader(make([]byte, size))
		if size == types.HeaderSize {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, types.ErrEncoding, size)
		}
	}
}

func TestHeaderKeepsANegativeVersion(t *testing.T) {
	for _, version := range []int32{-1, math.MinInt32, math.MaxInt32} {
		raw := types.Header{Version: version}.Encode()
		h, err := types.DecodeHeader(raw[:])
		require.NoError(t, err)
		require.Equal(t, version, h.Version)
	}
}

func TestHeaderRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := drawHeader(t)
		raw := h.Encode()
		again, err := types.DecodeHeader(raw[:])
		require.NoError(t, err)
		require.Equal(t, h, again)
	})
}

// Every bit of the 80 bytes counts: proof of work on one header is none on
// another.
func TestHeaderHashCoversEveryByte(t *testing.T) {
	raw := sampleBlock().Header.Encode()
	seen := map[types.Hash]bool{sampleBlock().Hash(): true}
	for i := range raw {
		changed := raw
		changed[i] ^= 1
		h, err := types.DecodeHeader(changed[:])
		require.NoError(t, err)
		require.False(t, seen[h.Hash()], "byte %d", i)
		seen[h.Hash()] = true
	}
}
