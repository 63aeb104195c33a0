package faults_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/faults"
	"networkmngr/internal/strictjson"
)

// Whatever somebody asks for is refused, or it is settled, stays so when it is written
// down, and comes to something for every pair of nodes.
func FuzzState(f *testing.F) {
	for _, text := range []string{
		`{}`,
		`{"partitions": [{"name": "a", "groups": [["n0", 5001], ["region:eu"]], "how": "reset", "until": "2m"}], "regions": {"members": {"eu": "n2-n3"}}}`,
		`{"links": [{"from": "all", "to": "n3", "both": true, "delay": "5ms", "flap": {"every": "1m", "for": "5s"}}], "seed": 3}`,
		`{"regions": {"table": "planet-2015", "members": {"eu": ["n0"], "jp": ["n1", "n2"]}}, "reconnect": false}`,
		`{"topology": {"kind": "random", "degree": 3, "seed": 1}, "until": "2026-11-30T12:00:00Z"}`,
		`{"topology": {"kind": "edges", "edges": [["n0", "n1"]]}}`,
	} {
		f.Add(text)
	}
	list := members(5)
	list[4].Out = true
	f.Fuzz(func(t *testing.T, text string) {
		var s faults.State
		if strictjson.Unmarshal([]byte(text), &s) != nil {
			return
		}
		s, err := s.Settle(list, noon)
		if err != nil {
			require.ErrorIs(t, err, faults.ErrState)
			return
		}
		written, err := json.Marshal(s)
		require.NoError(t, err)
		var again faults.State
		require.NoError(t, strictjson.Unmarshal(written, &again), "%s", written)
		again, err = again.Settle(list, noon)
		require.NoError(t, err, "%s", written)
		twice, err := json.Marshal(again)
		require.NoError(t, err)
		require.Equal(t, string(written), string(twice))
		plan := faults.Resolve(s, list)
		require.Len(t, plan.Nodes, 4)
		require.Len(t, matrix(t, plan, list[:4]), 12)
		require.Empty(t, faults.Changed(s, s, list, noon))
		require.True(t, s.After(noon.Add(100*365*24*60*60*1e9)).Next().IsZero())
	})
}
