package times

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOfTwoTimes(t *testing.T) {
	one, two := time.Unix(1, 0), time.Unix(2, 0)
	require.Equal(t, two, Later(one, two))
	require.Equal(t, two, Later(two, one))
	require.Equal(t, one, Earlier(one, two))
	require.Equal(t, one, Earlier(two, one))
	require.Zero(t, Earlier(one, time.Time{}), "it is a time here as others are")
}

func TestZeroIsNeverTheFirst(t *testing.T) {
	one, two, never := time.Unix(1, 0), time.Unix(2, 0), time.Time{}
	require.Equal(t, one, First(two, never, one))
	require.Equal(t, two, First(never, two, never))
	require.Zero(t, First(never, never))
	require.Zero(t, First())
}

func TestDurationsAreText(t *testing.T) {
	for text, want := range map[string]time.Duration{"120ms": 120 * time.Millisecond, "-1h0m0s": -time.Hour, "1m30.5s": 90500 * time.Millisecond} {
		d, err := ParseDuration(text)
		require.NoError(t, err)
		require.EqualValues(t, want, d)
		written, err := json.Marshal(d)
		require.NoError(t, err)
		require.Equal(t, `"`+text+`"`, string(written))
		var read Duration
		require.NoError(t, json.Unmarshal(written, &read))
		require.Equal(t, d, read)
	}
	var kept Duration
	require.ErrorContains(t, json.Unmarshal([]byte(`"120"`), &kept), `"120", want a time such as 120ms, 90s or -1h`)
	require.Equal(t, Duration(time.Second), Duration(time.Second+time.Microsecond).Rounded())
}
