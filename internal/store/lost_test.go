package store_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// A meta page that is damaged takes the last commit with it if it was the newer
// one: then the store says which heights that concerns.
func TestLostMetaPageIsToldOf(t *testing.T) {
	raw, last, before := sample(t)
	newer := 0
	if nativeUint64(raw[pageSize+16+48:]) > nativeUint64(raw[16+48:]) {
		newer = 1
	}
	for _, page := range []int{newer, 1 - newer} {
		damaged := bytes.Clone(raw)
		damaged[page*pageSize+16+20] ^= 1
		folder, path := place(t, damaged)
		s := open(t, folder)
		c, err := read(s)
		require.NoError(t, err)
		if page == newer {
			require.Equal(t, before.tip, c.tip)
			require.Contains(t, s.Warning(), path)
			require.Contains(t, s.Warning(), "height 25 was there, height 24 is what is left")
		} else {
			require.Equal(t, last.tip, c.tip)
			require.Empty(t, s.Warning())
		}
		require.NoError(t, s.Close())
	}
	folder, _ := place(t, raw)
	s := open(t, folder)
	require.Empty(t, s.Warning())
	require.NoError(t, s.Close())
}
