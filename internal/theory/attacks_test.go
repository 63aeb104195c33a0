package theory_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/theory"
)

// The values of Eyal and Sirer's equation 8; at gamma 0 a third is where it begins to
// pay.
func TestSelfishShare(t *testing.T) {
	for _, c := range []struct{ alpha, gamma, want float64 }{
		{0.1, 0, 0.03564}, {0.1, 1, 0.10919}, {0.25, 0.5, 0.25}, {0.3, 0.25, 0.3}, {1. / 3, 0, 1. / 3},
		{0.4, 0, 0.48372}, {0.4, 0.5, 0.52558}, {0.45, 0.75, 0.69501}, {0.45, 1, 0.70942},
	} {
		require.InDelta(t, c.want, theory.SelfishShare(c.alpha, c.gamma), 1e-5, "%+v", c)
	}
	for alpha, want := range map[float64]float64{0.1: 0.9158, 0.2: 0.8505, 0.3: 0.7882, 0.4: 0.7049, 0.45: 0.6343} {
		require.InDelta(t, want, theory.SelfishGrowth(alpha), 1e-4, alpha)
	}
}

// Two values each, made by an independent Monte Carlo run of six million blocks.
func TestStubbornShares(t *testing.T) {
	for _, c := range []struct{ alpha, gamma, lead, both float64 }{
		{0.3, 0.25, 0.260, 0.207}, {0.4, 0.25, 0.485, 0.452}, {0.35, 0.5, 0.420, 0.422},
		{0.45, 0.5, 0.725, 0.753}, {0.4, 0.75, 0.588, 0.626}, {0.3, 0.9, 0.389, 0.411},
	} {
		require.InDelta(t, c.lead, theory.LeadStubbornShare(c.alpha, c.gamma), 0.003, "%+v", c)
		require.InDelta(t, c.both, theory.LeadForkStubbornShare(c.alpha, c.gamma), 0.003, "%+v", c)
	}
	for _, alpha := range []float64{0.1, 0.3, 0.45} { // where all work on the attacker's branch, too
		require.InDelta(t, theory.LeadStubbornShare(alpha, 1-1e-9), theory.LeadStubbornShare(alpha, 1), 1e-6)
		require.InDelta(t, theory.LeadForkStubbornShare(alpha, 1-1e-9), theory.LeadForkStubbornShare(alpha, 1), 1e-6)
	}
}

// Values for an attacker that never gives up, which giving up far behind comes close to;
// and giving up early costs what it must.
func TestDoubleSpend(t *testing.T) {
	for _, c := range []struct {
		q    float64
		z    int
		want float64
	}{
		{0.1, 1, 0.031111}, {0.1, 6, 0.000110}, {0.2, 2, 0.072400}, {0.3, 3, 0.180051}, {0.4, 1, 0.586667}, {0.4, 6, 0.381407},
	} {
		require.InDelta(t, c.want, theory.DoubleSpend(c.q, c.z, 100), 1e-6, "%+v", c)
	}
	require.Less(t, theory.DoubleSpend(0.4, 6, 9), theory.DoubleSpend(0.4, 6, 30))
	// One confirmation, given up one behind: the attacker finds the first block, and the
	// second, or the third after one of the others'.
	require.InDelta(t, 0.3*(0.3+0.7*0.3), theory.DoubleSpend(0.3, 1, 1), 1e-12)
}
