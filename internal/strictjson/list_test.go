package strictjson

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAListIsReadItemByItem(t *testing.T) {
	var v struct {
		List List[struct {
			Port int `json:"port"`
		}] `json:"list"`
	}
	require.NoError(t, Unmarshal([]byte(`{"list": [{"port": 1}, {"port": "x"}, 3, {"prot": 1}, {"port": 2, "port": 3}, {"port": 4}]}`), &v))
	require.Len(t, v.List.Items, 2)
	require.Equal(t, 4, v.List.Items[1].Port)
	require.Len(t, v.List.Left, 4)
	for _, err := range v.List.Left {
		require.ErrorIs(t, err, ErrMalformed)
	}
	require.ErrorContains(t, v.List.Left[0], "item 1: ")
	require.ErrorIs(t, Unmarshal([]byte(`{"list": {"port": 1}}`), &v), ErrMalformed)
	require.ErrorIs(t, Unmarshal([]byte(`{"list": [1`), &v), ErrMalformed)
}
