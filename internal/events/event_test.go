package events

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/types"
)

func TestAnEventComesBackAsItWas(t *testing.T) {
	from := types.NodeID{1}
	was := Event{
		Offset: 18233, Time: time.Date(2026, 11, 28, 10, 44, 3, 123456000, time.UTC), Type: "block-connected",
		Node: "n3", Boot: "9f3c", Seq: 812,
		Data: BlockConnected{BlockRef: BlockRef{types.Hash{2}, 41}, Miner: types.NamedAddress("alice"), From: &from, Seconds: 0.0041},
	}
	text, err := json.Marshal(was)
	require.NoError(t, err)
	var is Event
	require.NoError(t, json.Unmarshal(text, &is))
	require.Equal(t, was, is)
}

// Readers in other languages read objects, and find a field by one name.
func TestEveryTypeIsReadAndWrittenAsAnObject(t *testing.T) {
	require.NotEmpty(t, Types())
	for _, name := range Types() {
		zero, err := decode(name, []byte(`{}`))
		require.NoError(t, err)
		require.Equal(t, name, zero.Type())
		text, err := json.Marshal(Event{Type: name, Data: zero})
		require.NoError(t, err, name)
		var back Event
		require.NoError(t, json.Unmarshal(text, &back), name)
		require.Equal(t, reflect.TypeOf(zero), reflect.TypeOf(back.Data))
	}
}

func TestATypeOfANewerNodeIsPassedOn(t *testing.T) {
	const text = `{"offset":1,"time":"2026-11-28T10:44:03Z","type":"comet-seen","data":{"tail":[1,2]}}`
	var e Event
	require.NoError(t, json.Unmarshal([]byte(text), &e))
	require.False(t, Known(e.Type))
	again, err := json.Marshal(e)
	require.NoError(t, err)
	require.JSONEq(t, text, string(again))
}

func TestBadDataSaysWhichEventItIs(t *testing.T) {
	var e Event
	err := json.Unmarshal([]byte(`{"offset":7,"type":"tip-moved","data":{"hash":"no"}}`), &e)
	require.ErrorContains(t, err, "event 7: data of tip-moved")
}

func TestNamesAreInTheOrderOfTheirNumbers(t *testing.T) {
	names := []string{"n10", "n2", "n1", "n0"}
	slices.SortFunc(names, CompareNames)
	require.Equal(t, []string{"n0", "n1", "n2", "n10"}, names)
}
