package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/links"
)

// Each way has chances of its own: what happens on one changes nothing on another one, a
// new link of two nodes does not repeat their last one, and back is not forth.
func TestWaysHaveTheirOwnChances(t *testing.T) {
	settings := Settings{Seed: 7, Nodes: 4, Outbound: 1, BlockTime: time.Second, Latency: 20 * time.Millisecond}
	arrivals := func(w *World, from, to int) (all []time.Time) {
		m := w.newModel(w.nodes[from], w.nodes[to])
		for i := range 20 {
			_, due, _ := m.Next(w.now.Add(time.Duration(i)*time.Minute), 100)
			all = append(all, due)
		}
		return all
	}
	world := func() *World {
		w, err := New(settings)
		require.NoError(t, err)
		return w
	}
	first, second := world(), world()
	for range 100 {
		second.rand.Uint64()
		arrivals(second, 2, 3)
	}
	forth := arrivals(first, 0, 1)
	require.Equal(t, forth, arrivals(second, 0, 1))
	require.NotEqual(t, forth, arrivals(first, 0, 1))
	require.NotEqual(t, forth, arrivals(world(), 1, 0))
}

// Ways are as slow as the settings say.
func TestWaysAreAsTheSettingsSay(t *testing.T) {
	w, err := New(Settings{
		Seed: 1, Nodes: 3, Adversaries: 1, Outbound: 1, BlockTime: time.Second,
		Latency: 20 * time.Millisecond, Slow: 1, Loss: 0.5, Bandwidth: 1000,
	})
	require.NoError(t, err)
	between := func(from, to int) [2]time.Duration {
		link := w.linkOf(w.nodes[from], w.nodes[to])
		require.NoError(t, link.Validate())
		require.Equal(t, links.Link{Bandwidth: 8000, Drop: 0.5}, links.Link{Bandwidth: link.Bandwidth, Drop: link.Drop})
		return [2]time.Duration{time.Duration(link.Delay - link.Jitter), time.Duration(link.Delay + link.Jitter)}
	}
	require.Equal(t, [2]time.Duration{20 * time.Millisecond, 80 * time.Millisecond}, between(1, 2))
	require.Equal(t, [2]time.Duration{20 * time.Millisecond, 2080 * time.Millisecond}, between(0, 2))
	require.Equal(t, [2]time.Duration{20 * time.Millisecond, 2080 * time.Millisecond}, between(2, 0))
	require.Equal(t, [2]time.Duration{0, time.Millisecond}, between(1, 3))
	w.stopLosing()
	require.Zero(t, w.linkOf(w.nodes[1], w.nodes[2]).Drop)

	_, err = New(Settings{Nodes: 1, BlockTime: time.Second, Latency: 1, Link: links.Link{Cut: links.Silent}})
	require.ErrorIs(t, err, links.ErrLink)
	_, err = New(Settings{Nodes: 1, BlockTime: time.Second, Latency: 1, Link: links.Link{Drop: 2}})
	require.ErrorIs(t, err, links.ErrLink)
}
