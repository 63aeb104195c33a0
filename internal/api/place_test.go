package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/api"
	"networkmngr/internal/types"
)

// A node's place is read as it was written, by names, IPv4 and IPv6.
func TestPlaces(t *testing.T) {
	for _, address := range []string{"127.0.0.1:5000", "[2001:db8::7]:1", "seed.example:65535", "seed.example.:1", "7.example:1"} {
		info := types.NodeInfo{ID: types.NodeID{1}, Address: address, P2P: []string{"/ip4/127.0.0.1/tcp/1"}}
		place, ok := api.PlaceOf(info)
		require.True(t, ok)
		got, err := place.HostPort()
		require.NoError(t, err)
		require.Equal(t, address, got)
		again, complete := place.Info()
		require.True(t, complete)
		require.Equal(t, info, again)
	}
	short, err := api.Place{Address: "http://127.0.0.1:5000/"}.HostPort()
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:5000", short)
}

func TestPlacesThatAreNone(t *testing.T) {
	for _, place := range []api.Place{
		{}, {IPAddress: "127.0.0.1"}, {Port: 1, IPAddress: "no place"},
		{IPAddress: "127.0.0.1", Port: 1, Address: "127.0.0.1:2"}, {Address: "127.0.0.1"},
		{IPAddress: "300.0.0.1", Port: 1}, {IPAddress: "127.0.1", Port: 1}, {Address: "seed.example.7.:1"},
	} {
		_, err := place.HostPort()
		require.Error(t, err, place)
	}
	_, ok := api.PlaceOf(types.NodeInfo{Address: "127.0.0.1:http"})
	require.False(t, ok)
	_, complete := api.Place{Address: "127.0.0.1:1", ID: types.NodeID{1}}.Info()
	require.False(t, complete, "without where peers connect to it")
}
