package sim

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// attack is a scenario in which adversaries play one behaviour on the last honest node, or
// in which honest nodes alone do what strains a node.
type attack struct {
	name string
	Settings
}

// outcome is what an attack cost whom.
type outcome struct {
	identities int // that the attacker had
	sent       int // bytes, by the attacker
	proofs     int // of work, by the attacker

	block   time.Duration // the longest that an honest block took, from when a sound link had it
	resolve time.Duration // the longest that a resolve took
	waiting int           // most bytes that waited at a node for its peers' sake
	busy    float64       // largest share of the time that an engine was at work
}

// attacks are known ones.
func attacks() []attack {
	return []attack{
		adversaries("none", 0),
		adversaries("announces headers first, and keeps the blocks", 1, headerFirst),
		adversaries("the same, eight links", 8, headerFirst),
		adversaries("the same, 64 links", 64, headerFirst),
		adversaries("announces compact blocks first, and keeps their transactions, 64 links", 64, compactFirst),
		catchUp("gives a newcomer one block each 19 s", 1, trickle),
		catchUp("the same, eight links", 8, trickle),
		adversaries("does not find the blocks that it shows", 8, noBlocks),
		adversaries("claims the most work, and shows no header", 1, emptyClaim),
		flooding("sends forged transfers, by many identities", 12, 5000, forgery),
		flooding("sends 17 headers round and round", 2, 200, rotation),
		holding(flooding("sends side blocks of 32 KiB", 2, 100, siblings), 32<<10),
		lasting(flooding("sends 500,000 headers of the least work", 1, 20, headerFlood), time.Minute),
		newcomer("honest: a newcomer, and 24 MiB of pending transfers", 420, 60_000),
		newcomer("honest: a newcomer, and 15,000 pending transfers", 15_000, 0),
	}
}

// adversaries is a small network, all linked with all, and so many adversaries.
func adversaries(name string, count int, with ...behaviour) attack {
	return attack{name, Settings{
		Seed: 1, Nodes: 4, Adversaries: count, Outbound: 3, FullRegistry: true, behaviours: with, Active: 2 * time.Minute,
		BlockTime: 4 * time.Second, MineIn: 4 * time.Second, TransferIn: 2 * time.Second, Burst: 1,
		ResolveIn: 2 * time.Second, Latency: 20 * time.Millisecond, Bandwidth: 12_500_000,
	}}
}

// catchUp has the last node start when there are 400 blocks.
func catchUp(name string, count int, with behaviour) attack {
	a := adversaries(name, count, with)
	a.History, a.Late = 400, 1
	return a
}

// flooding has each adversary send so much a second, for less long, with transfers
// pending.
func flooding(name string, count, much int, with behaviour) attack {
	a := adversaries(name, count, with)
	a.Active, a.AttackIn, a.Flood, a.Pending = 10*time.Second, time.Second, much, 2000
	a.TransferIn, a.MineIn = 0, time.Second
	return a
}

// lasting is a for so long.
func lasting(a attack, busy time.Duration) attack {
	a.Active = busy
	return a
}

// holding is a with so many bytes of data, and no transfers that hold it.
func holding(a attack, data int) attack {
	a.Data, a.Pending = data, 0
	return a
}

// newcomer has the last node start when so many transfers are pending.
func newcomer(name string, pending, data int) attack {
	a := adversaries(name, 0)
	a.Nodes, a.Late, a.Pending, a.Data, a.MineIn, a.TransferIn = 2, 1, pending, data, 0, 0
	return a
}

// restAfter is how long an attack's damage is watched once the attackers are
// gone.
const restAfter = 30 * time.Second

// play plays the attack to its end.
func (a attack) play() (outcome, error) {
	w, err := New(a.Settings)
	if err != nil {
		return outcome{}, err
	}
	if err := w.startAll(); err != nil {
		return outcome{}, err
	}
	w.runActive()
	w.removeAdversaries()
	w.pass(restAfter)
	return outcomeOf(w), errors.Join(w.violations...)
}

func outcomeOf(w *World) outcome {
	o := outcome{
		identities: w.config.Adversaries + w.spent.identities, sent: w.spent.bytes, proofs: w.spent.proofs,
		block: w.slowest, resolve: w.slowestResolve,
	}
	for _, n := range w.honest() {
		o.waiting = max(o.waiting, n.mostHeld)
		o.busy = max(o.busy, n.busiest)
	}
	return o
}

// String is a row of a table in Markdown.
func (o outcome) String() string {
	return fmt.Sprintf("%d identities, %d KiB, %d proofs of work | %s | %s | %d KiB | %.0f %%",
		o.identities, o.sent>>10, o.proofs, o.block.Round(time.Millisecond), o.resolve.Round(time.Millisecond),
		o.waiting>>10, 100*o.busy)
}

// TestAttacks plays each known attack. With -v it prints what each cost the
// attacker, and what it did to the network.
func TestAttacks(t *testing.T) {
	rows := make([]string, len(attacks()))
	t.Run("all", func(t *testing.T) {
		for i, attack := range attacks() {
			t.Run(attack.name, func(t *testing.T) {
				t.Parallel()
				outcome, err := attack.play()
				rows[i] = "| " + attack.name + " | " + outcome.String() + " |"
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
