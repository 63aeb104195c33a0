package clock

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseDrift(t *testing.T) {
	for text, want := range map[string]Drift{
		"0": 0, "0%": 0, "0.01%": 100_000, "100ppm": 100_000, "-50ppm": -50_000, "+20 ppm": 20_000, "1ppb": 1,
		"50%": MaxDrift, "-50%": -MaxDrift, "0.0000001%": 1, "1e-3%": 10_000,
	} {
		got, err := ParseDrift(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "1", "%", "ppm", "x%", "50.1%", "-51%", "1e300%", "inf%", "nan%", "0.01 percent", "5ms"} {
		_, err := ParseDrift(text)
		require.ErrorIs(t, err, ErrDrift, text)
	}
}

func TestADriftIsReadAsItIsWritten(t *testing.T) {
	seed := rand.Uint64()
	t.Log("seed", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for range 1000 {
		d := Drift(random.Int64N(2*int64(MaxDrift)+1)) - MaxDrift
		text, err := json.Marshal(d)
		require.NoError(t, err)
		var again Drift
		require.NoError(t, json.Unmarshal(text, &again), string(text))
		require.Equal(t, d, again, string(text))
	}
	require.Equal(t, "0.01%", Drift(100_000).String())
	require.Equal(t, "-0.005%", Drift(-50_000).String())
}
