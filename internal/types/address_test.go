package types_test

import (
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/types"
)

// The Bech32m strings of this file come from a program of their own, written
// after BIP 350 alone.
const knownAddress = "nm1y8lrrhap2j3xzcntlp2qgm7jyudhhm2txw3fvq"

func TestAddressOfAKnownKey(t *testing.T) {
	a := types.AddressOf(rfc8032Key(t))
	require.Equal(t, "21fe31dfa154a261626bf854046fd2271b7bed4b", hex.EncodeToString(a[:]))
	require.Equal(t, knownAddress, a.String())
	require.Equal(t, "nm1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqdnxqhy", types.Address{}.String())
}

// BIP 173: a decoder takes all lower or all upper case.
func TestShortAddress(t *testing.T) {
	a := types.Address{1, 2, 3}
	require.Equal(t, a.String()[:7]+"…"+a.String()[len(a.String())-4:], a.Short())
}

func TestParseAddressTakesEitherCase(t *testing.T) {
	want := types.AddressOf(rfc8032Key(t))
	for _, s := range []string{knownAddress, strings.ToUpper(knownAddress)} {
		a, err := types.ParseAddress(s)
		require.NoError(t, err)
		require.Equal(t, want, a)
	}
}

func TestParseAddressRefuses(t *testing.T) {
	for name, s := range map[string]string{
		"empty":                      "",
		"prefix alone":               "nm1",
		"no payload":                 "nm1fdhuv4",
		"mixed case":                 "NM1" + knownAddress[3:],
		"one letter upper":           knownAddress[:10] + strings.ToUpper(knownAddress[10:11]) + knownAddress[11:],
		"Bech32, not Bech32m":        "nm1y8lrrhap2j3xzcntlp2qgm7jyudhhm2tnjp9fz",
		"neither checksum":           "nm1y8lrrhap2j3xzcntlp2qgm7jyudhhm2tnjp9fr",
		"Bitcoin's prefix":           "bc1y8lrrhap2j3xzcntlp2qgm7jyudhhm2t9pczgp",
		"longer prefix":              "nmm1y8lrrhap2j3xzcntlp2qgm7jyudhhm2tgazn9z",
		"19 bytes":                   "nm1y8lrrhap2j3xzcntlp2qgm7jyudhhmghjnryl",
		"21 bytes":                   "nm1y8lrrhap2j3xzcntlp2qgm7jyudhhm2tqq9x8d2v",
		"31 groups":                  "nm1y8lrrhap2j3xzcntlp2qgm7jyudhhm2yhjqhj",
		"33 groups":                  "nm1y8lrrhap2j3xzcntlp2qgm7jyudhhm2tqu0gta0",
		"a witness version in front": "nm1py8lrrhap2j3xzcntlp2qgm7jyudhhm2t3usglz",
		"space in front":             " " + knownAddress,
		"space behind":               knownAddress + " ",
		"line end":                   knownAddress + "\n",
		"no separator":               strings.Replace(knownAddress, "1", "", 1),
		"second separator":           knownAddress[:20] + "1" + knownAddress[21:],
		"letter outside the charset": knownAddress[:20] + "b" + knownAddress[21:],
		"not ASCII":                  knownAddress[:20] + "é" + knownAddress[21:],
		"an upper case Kelvin sign":  strings.Replace(knownAddress, "hap", "\u212aap", 1),
		"zero byte":                  knownAddress[:20] + "\x00" + knownAddress[21:],
		"hex":                        strings.Repeat("0a", 20),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := types.ParseAddress(s)
			require.ErrorIs(t, err, types.ErrAddress)
			a := types.Address{1, 2}
			require.ErrorIs(t, a.UnmarshalText([]byte(s)), types.ErrAddress)
			require.Equal(t, types.Address{1, 2}, a, "a refusal must leave the value alone")
		})
	}
}

// Messages are the product's own, and say what is wrong with which value.
func TestParseAddressSaysWhatIsWrong(t *testing.T) {
	for s, want := range map[string]string{
		" alice":                `not an address: " alice", want 41 letters and digits that begin with nm1`,
		knownAddress + " ":      `not an address: "` + knownAddress + ` ", want 41 letters and digits that begin with nm1`,
		knownAddress[:40] + "p": `not an address: "` + knownAddress[:40] + `p", its checksum says that it is mistyped`,
	} {
		_, err := types.ParseAddress(s)
		require.EqualError(t, err, want)
	}
}

// The checksum finds every error in at most four characters; this tries all
// single ones and all swaps of neighbours.
func TestParseAddressFindsEveryTypo(t *testing.T) {
	const charset = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	for i := 3; i < len(knownAddress); i++ {
		for _, c := range charset {
			typo := knownAddress[:i] + string(c) + knownAddress[i+1:]
			_, err := types.ParseAddress(typo)
			require.Equal(t, typo == knownAddress, err == nil, typo)
		}
		swapped := knownAddress[:i-1] + knownAddress[i:i+1] + knownAddress[i-1:i] + knownAddress[i+1:]
		_, err := types.ParseAddress(swapped)
		require.Equal(t, swapped == knownAddress, err == nil, swapped)
	}
}

func TestAddressRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a, again types.Address
		drawBytes(t, a[:], "address")
		parsed, err := types.ParseAddress(a.String())
		require.NoError(t, err)
		require.Equal(t, a, parsed)
		require.NoError(t, json.Unmarshal(plainJSON(t, a), &again))
		require.Equal(t, a, again)
	})
}
