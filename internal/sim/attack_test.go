package sim_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"networkmngr/internal/sim"
)

// TestAttacks plays each known attack. With -v it prints what each cost the
// attacker, and what it did to the network.
func TestAttacks(t *testing.T) {
	rows := make([]string, len(sim.Attacks()))
	t.Run("all", func(t *testing.T) {
		for i, attack := range sim.Attacks() {
			t.Run(attack.Name, func(t *testing.T) {
				t.Parallel()
				outcome, err := attack.Play()
				rows[i] = "| " + attack.Name + " | " + outcome.String() + " |"
				assert.NoError(t, err)
			})
		}
	})
	t.Log("| attack | what the attacker spends | slowest honest block | slowest resolve | most bytes waiting | busiest engine |")
	t.Log("| --- | --- | --- | --- | --- | --- |")
	for _, row := range rows {
		t.Log(row)
	}
}
