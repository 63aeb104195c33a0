package links_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"networkmngr/internal/links"
	"networkmngr/internal/strictjson"
	"networkmngr/internal/times"
)

// TestUnits has each text as people write it, and what it is in JSON.
func TestUnits(t *testing.T) {
	for text, want := range map[string]string{
		`{"delay": "120ms"}`:                                `{"delay":"120ms"}`,
		`{"delay": "1.5s", "jitter": "0s"}`:                 `{"delay":"1.5s"}`,
		`{"bandwidth": "8Mbit/s"}`:                          `{"bandwidth":"8Mbit/s"}`,
		`{"bandwidth": "0.75 Mbit/s"}`:                      `{"bandwidth":"750kbit/s"}`,
		`{"bandwidth": 1000000000}`:                         `{"bandwidth":"1Gbit/s"}`,
		`{"bandwidth": 1234567}`:                            `{"bandwidth":"1234.567kbit/s"}`,
		`{"bandwidth": 12345, "burst": 64}`:                 `{"bandwidth":"12.345kbit/s","burst":"64B"}`,
		`{"bandwidth": 1e6, "burst": "1MB"}`:                `{"bandwidth":"1Mbit/s","burst":"1MB"}`,
		`{"bandwidth": 1e6, "burst": 65536}`:                `{"bandwidth":"1Mbit/s","burst":"64KiB"}`,
		`{"loss": "1%"}`:                                    `{"loss":"1%"}`,
		`{"loss": 0.015}`:                                   `{"loss":"1.5%"}`,
		`{"drop": 1e-7}`:                                    `{"drop":"0.00001%"}`,
		`{"drop": 1}`:                                       `{"drop":"100%"}`,
		`{"cut": "silent"}`:                                 `{"cut":"silent"}`,
		`{"loss_burst": {"p": "1%", "r": 0.5, "1-h": 0.5}}`: `{"loss_burst":{"p":"1%","r":"50%","1-h":"50%"}}`,
		`{"flap": {"every": "1m", "for": "5s"}}`:            `{"flap":{"every":"1m0s","for":"5s"}}`,
		`{}`:                                                `{}`,
	} {
		var link links.Link
		require.NoError(t, strictjson.Unmarshal([]byte(text), &link), text)
		require.NoError(t, link.Validate(), text)
		written, err := json.Marshal(link)
		require.NoError(t, err)
		assert.JSONEq(t, want, string(written), text)
	}
}

func TestWhatIsNoLink(t *testing.T) {
	for text, says := range map[string]string{
		`{"latency": "1s"}`:                                   `unknown key "latency", want bandwidth`,
		`{"delay": 120}`:                                      `delay: number 120, want string`,
		`{"delay": "120"}`:                                    `delay: "120", want a time such as 120ms`,
		`{"delay": "-1s"}`:                                    "delay: -1s, want 0s to 1h0m0s",
		`{"delay": "61m"}`:                                    "delay: 1h1m0s, want 0s to 1h0m0s",
		`{"jitter": "5ms"}`:                                   "jitter: 5ms, want at most the delay, 0s",
		`{"delay": "1s", "jitter": "-5ms"}`:                   "jitter: -5ms, want at most the delay, 1s",
		`{"delay": "1s", "shape": "normal"}`:                  `shape: "normal" without a jitter`,
		`{"delay": "1s", "jitter": "1ms", "shape": "Normal"}`: `shape: "Normal", want uniform, normal or pareto`,
		`{"bandwidth": "8MB/s"}`:                              `bandwidth: "8MB/s", want a rate such as 8Mbit/s`,
		`{"bandwidth": "8e3bit/s"}`:                           `bandwidth: "8e3bit/s", want a rate`,
		`{"bandwidth": "bit/s"}`:                              `bandwidth: "bit/s", want a rate`,
		`{"bandwidth": 1.5}`:                                  `bandwidth: 1.5, want a rate`,
		`{"bandwidth": null}`:                                 `bandwidth: null, want a rate`,
		`{"bandwidth": 999}`:                                  `bandwidth: 999bit/s, want 1kbit/s to 100Gbit/s`,
		`{"bandwidth": "101Gbit/s"}`:                          `bandwidth: 101Gbit/s, want 1kbit/s to 100Gbit/s`,
		`{"burst": "64kB"}`:                                   `burst: 64kB without a bandwidth`,
		`{"bandwidth": 1e6, "burst": "2GB"}`:                  `burst: 2GB, want 0B to 1GiB`,
		`{"bandwidth": 1e6, "burst": "64 k"}`:                 `burst: "64 k", want a size such as 64kB`,
		`{"loss": "1"}`:                                       `loss: "1", want a share such as 1%`,
		`{"loss": "0.01"}`:                                    `loss: "0.01", want a share such as 1%`,
		`{"loss": true}`:                                      `loss: true, want a share such as "1%", or as a number such as 0.01`,
		`{"loss": 0.51}`:                                      `loss: 51%, want 0% to 50%`,
		`{"loss": -0.1}`:                                      `loss: -10%, want 0% to 50%`,
		`{"loss": 0.1, "loss_burst": {"p": 0.1}}`:             `loss: 10% and loss_burst, want one of them`,
		`{"loss_burst": {"p": 1.5}}`:                          `loss_burst: p: 150%, want 0% to 100%`,
		`{"loss_burst": {"p": 0.1, "h": 0.1}}`:                `loss_burst: unknown key "h"`,
		`{"loss_burst": {"p": 0.5, "r": 0.1}}`:                `loss_burst: the mean of the lost: 83.3333333333%, want 0% to 50%`,
		`{"drop": 1.01}`:                                      `drop: 101%, want 0% to 100%`,
		`{"cut": "yes"}`:                                      `cut: "yes", want silent or reset`,
		`{"flap": {"every": "1s"}}`:                           `flap: for: 0s, want more than 0s and less than every, 1s`,
		`{"flap": {"every": "1s", "for": "1s"}}`:              `flap: for: 1s, want more than 0s`,
		`{"flap": {"every": "99ms", "for": "1ms"}}`:           `flap: every: 99ms, want 100ms to 24h0m0s`,
	} {
		var link links.Link
		err := strictjson.Unmarshal([]byte(text), &link)
		if err == nil {
			err = link.Validate()
			require.ErrorIs(t, err, links.ErrLink, text)
		}
		assert.ErrorContains(t, err, says, text)
	}
}

// TestLinkIsWhatItWrites reads what is written of any link, which is the same link
// written again.
func TestLinkIsWhatItWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		link := links.Link{
			Delay:     times.Duration(rapid.Int64Range(0, 1e12).Draw(t, "delay")),
			Bandwidth: links.Rate(rapid.Int64Range(1000, 1e11).Draw(t, "bandwidth")),
			Burst:     links.Size(rapid.Int64Range(0, 1<<30).Draw(t, "burst")),
			Loss:      links.Share(rapid.Float64Range(0, 0.5).Draw(t, "loss")),
			Drop:      links.Share(rapid.Float64Range(0, 1).Draw(t, "drop")),
		}
		text, err := json.Marshal(link)
		require.NoError(t, err)
		var again links.Link
		require.NoError(t, strictjson.Unmarshal(text, &again))
		twice, err := json.Marshal(again)
		require.NoError(t, err)
		require.Equal(t, string(text), string(twice))
		require.Equal(t, [3]any{link.Delay, link.Bandwidth, link.Burst}, [3]any{again.Delay, again.Bandwidth, again.Burst})
		require.InDelta(t, float64(link.Loss), float64(again.Loss), 1e-12)
	})
}

// FuzzLink reads anything: what is a valid link is one that can be written and read again.
func FuzzLink(f *testing.F) {
	for _, text := range []string{
		`{"delay": "120ms", "jitter": "15ms", "shape": "pareto", "bandwidth": "8Mbit/s", "burst": "64kB", "loss": "1%", "drop": 0.5, "cut": "silent"}`,
		`{"loss_burst": {"p": 1, "r": "50%", "1-h": 0.2, "1-k": 1e-9}, "flap": {"every": "1m", "for": "5s"}}`,
		`{"bandwidth": 9007199254740993}`, `{"bandwidth": "."}`, `{"loss": "1e9%"}`, `{"delay": "1h1ns"}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var link links.Link
		if strictjson.Unmarshal(text, &link) != nil || link.Validate() != nil {
			return
		}
		written, err := json.Marshal(link)
		require.NoError(t, err)
		var again links.Link
		require.NoError(t, strictjson.Unmarshal(written, &again), string(written))
		twice, err := json.Marshal(again)
		require.NoError(t, err)
		require.Equal(t, string(written), string(twice))
		m := links.New(link, 1, 1)
		leaves, due, _ := m.Next(noon, 10_000)
		require.False(t, leaves.Before(noon) || due.Before(leaves))
	})
}
