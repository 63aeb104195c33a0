package command

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/links"
)

// All that can be asked of a link can be asked by a flag, and reads as it is written.
func TestEachFieldOfALinkHasAFlag(t *testing.T) {
	var link links.Link
	texts := map[string]string{
		"delay": "50ms", "jitter": "5ms", "shape": "pareto", "bandwidth": "8Mbit/s", "burst": "64kB", "loss": "1%",
		"loss-burst": "1%,25%,90%,0.1%", "drop": "0.1%", "cut": "silent", "flap": "5s/1m0s",
	}
	for _, flag := range linkFlags(&link) {
		require.NoError(t, flag.Set(texts[flag.name]), flag.name)
		require.Equal(t, texts[flag.name], flag.String())
	}
	fields := reflect.ValueOf(link)
	for i := range fields.NumField() {
		require.False(t, fields.Field(i).IsZero(), fields.Type().Field(i).Name)
	}
	require.Equal(t, links.LossBurst{P: 0.01, R: 0.25, H1: 0.9, K1: 0.001}, link.LossBurst)
}

func TestFlagsOfALinkThatAreRefused(t *testing.T) {
	var f flap
	require.ErrorContains(t, f.UnmarshalText([]byte("5s")), `"5s", want how long and in how much time, such as 5s/1m`)
	require.ErrorContains(t, f.UnmarshalText([]byte("5s/x")), `"x", want a time`)
	var b lossBurst
	require.NoError(t, b.UnmarshalText([]byte("1%,25%")))
	require.Equal(t, lossBurst{P: 0.01, R: 0.25}, b)
	require.ErrorContains(t, b.UnmarshalText([]byte("1%,1%,1%,1%,1%")), "has 5 shares, want at most 4: p,r,1-h,1-k")
	require.ErrorContains(t, b.UnmarshalText([]byte("1%,")), "want a share such as 1%")
}
