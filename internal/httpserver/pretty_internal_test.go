package httpserver

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Whatever the parts, the whole is what the standard library makes of it.
func TestIndenter(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for _, text := range []string{
		`{}`, `[]`, `0`, `"a"`, `null`, "{\"a\":1}\n", `{"a":{},"b":[],"c":[[],{}],"d":[1,2,{"e":null}]}`,
		`["{[,:]}","\"","\\","\\\"{",""]`, "[1,\n2]\n", " { \"a\" : [ true , -1.5e+3 ] } ", `{"ü":"<&> \u2028"}`,
	} {
		var want bytes.Buffer
		require.NoError(t, json.Indent(&want, []byte(text), "", "  "))
		for range 20 {
			var i indenter
			var got []byte
			for rest := []byte(text); len(rest) > 0; {
				n := 1 + random.IntN(len(rest))
				got, rest = i.append(got, rest[:n]), rest[n:]
			}
			require.Equal(t, string(bytes.TrimSpace(want.Bytes())), string(bytes.TrimSpace(got)))
		}
	}
}
