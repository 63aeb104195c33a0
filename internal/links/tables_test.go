package links_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"networkmngr/internal/links"
	"networkmngr/internal/times"
)

func TestPresetsAreLinks(t *testing.T) {
	assert.Equal(t, []string{
		"3g", "continent", "dial-up", "dsl", "flaky", "lan", "metro", "moon", "satellite", "wifi",
	}, links.PresetNames())
	for name, link := range links.Presets() {
		require.NoError(t, link.Validate(), name)
		assert.False(t, link.IsZero(), name)
	}
	links.Presets()["lan"] = links.Link{}
	assert.False(t, links.Presets()["lan"].IsZero(), "the caller's map is its own")
}

// TestTablesAreSimBlocks has figures from all corners of SimBlock's tables.
func TestTablesAreSimBlocks(t *testing.T) {
	ms := func(n int64) times.Duration { return times.Duration(time.Duration(n) * time.Millisecond) }
	assert.Equal(t, []string{"planet-2015", "planet-2019"}, links.TableNames())
	for _, pair := range []struct {
		table, from, to string
		want            links.Link
	}{
		{"planet-2015", "na", "na", links.Link{Delay: ms(36), Bandwidth: 4_700_000}},
		{"planet-2015", "na", "sa", links.Link{Delay: ms(255), Bandwidth: 4_700_000}},
		{"planet-2015", "eu", "sa", links.Link{Delay: ms(221), Bandwidth: 6_500_000}},
		{"planet-2015", "au", "eu", links.Link{Delay: ms(350), Bandwidth: 5_200_000}},
		{"planet-2019", "na", "eu", links.Link{Delay: ms(124), Bandwidth: 19_200_000}},
		{"planet-2019", "eu", "sa", links.Link{Delay: ms(227), Bandwidth: 18_000_000}},
		{"planet-2019", "asia", "jp", links.Link{Delay: ms(58), Bandwidth: 15_700_000}},
		{"planet-2019", "au", "au", links.Link{Delay: ms(16), Bandwidth: 11_300_000}},
	} {
		table, ok := links.TableOf(pair.table)
		require.True(t, ok)
		link, err := table.Link(pair.from, pair.to)
		require.NoError(t, err)
		assert.Equal(t, pair.want, link, pair)
		require.NoError(t, link.Validate())
	}
	_, ok := links.TableOf("planet-1969")
	assert.False(t, ok)
}

func TestTablesAreSymmetricalAndWhole(t *testing.T) {
	for _, table := range links.Tables() {
		require.Len(t, table.Latency, len(table.Regions))
		for i, from := range table.Regions {
			for j, to := range table.Regions {
				assert.Equal(t, table.Latency[i][j], table.Latency[j][i], "%s %s %s", table.Name, from, to)
			}
		}
		_, err := table.Link("na", "mars")
		require.ErrorIs(t, err, links.ErrLink)
		assert.ErrorContains(t, err, "region \"mars\", want one of na, eu, sa, asia, jp, au")
	}
}
