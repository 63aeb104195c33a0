package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"networkmngr/internal/genesis"
)

// readmeBlock is an example. Those under a point of a list are indented.
var readmeBlock = regexp.MustCompile("(?ms)^ *```sh\n(.*?)^ *```")

// readme returns the README's examples for a shell.
func (w *world) readme() (examples []string) {
	w.t.Helper()
	readme, err := os.ReadFile("../../README.md")
	require.NoError(w.t, err)
	for _, block := range readmeBlock.FindAllStringSubmatch(string(readme), -1) {
		examples = append(examples, block[1])
	}
	return examples
}

// pastes is how often in a row each block is pasted: readers do so again. With the race
// detector, as scripts/test has it, that is tried too.
var pastes = 1

// startsNetworks reports whether a block starts what it needs, and so needs no other block.
func startsNetworks(block string) bool { return strings.Contains(block, "&\n") }

// The README's blocks on its network, pasted one after the other. The first one starts the
// network, the second one runs the tests, and the last one ends the network.
func TestReadmePasted(t *testing.T) {
	t.Parallel()
	w := newReadersWorld(t)
	blocks := slices.DeleteFunc(w.readme(), startsNetworks)
	last := len(blocks) - 1
	require.Equal(t, []string{"go run ./cmd/networkmngr -p 4999 -a 6\n", "scripts/test\n"}, blocks[:2])
	// With binaries of the race detector, blocks of the built-in network take seconds.
	n := w.launch(6, "--genesis", w.minedGenesis()).awaitReady()
	shell := newReader(w, n.port)
	for _, block := range blocks[2:last] {
		shell.requirePasted(block)
	}
	require.Contains(t, shell.paste(blocks[last]), "6 nodes stopped")
	n.requireCleanEnd()
}

// The README's blocks that start networks of their own.
func TestReadmeNetworksPasted(t *testing.T) {
	t.Parallel()
	blocks := slices.DeleteFunc(newWorld(t).readme(), func(block string) bool { return !startsNetworks(block) })
	require.NotEmpty(t, blocks)
	for number, block := range blocks {
		t.Run(strconv.Itoa(number), func(t *testing.T) {
			t.Parallel()
			require.Contains(t, block, "go build -o . ./cmd/...\n", "what needs no other network needs no other block")
			newReader(newReadersWorld(t), 0).requirePasted(block)
		})
	}
}

// minedGenesis is a light network's file whose first block meets its target, too, as
// the built-in network's does.
func (w *world) minedGenesis() string {
	w.t.Helper()
	file := w.lightGenesis("light", "alice", "bob", "carol", "dave")
	text, err := os.ReadFile(file)
	require.NoError(w.t, err)
	d, err := genesis.ParseDescription(text)
	require.NoError(w.t, err)
	for ; ; d.Time++ {
		g, err := d.Genesis()
		require.NoError(w.t, err)
		if strings.HasPrefix(g.Block.Hash().String(), "000") {
			break
		}
	}
	text, err = json.Marshal(d)
	require.NoError(w.t, err)
	return w.write("mined.json", string(text))
}

// reader pastes the README's blocks.
type reader struct {
	*world
	manager int // its port; those of its nodes follow; 0 if there is none
	others  int // the first of 40 ports for what blocks start themselves
}

func newReader(w *world, manager int) *reader {
	return &reader{world: w, manager: manager, others: freePorts(w.t, 40)}
}

// newReadersWorld is one in which accounts are kept apart from others.
func newReadersWorld(t *testing.T) *world {
	w := newWorld(t)
	w.env = []string{"NETWORKMNGR_ACCOUNTS=" + w.path("accounts")}
	return w
}

// shows tells by a part of a block what the block must say. For the others it is
// enough that nothing fails.
var shows = map[string]string{
	"/start/mining":     `"message":"6 mining requests sent"`,
	"leaves[0]":         `^[0-9]+ blocks are what they say\n$`,
	"siblings":          `^block [0-9]+ holds it\n$`,
	"pkeyutl":           `^transaction accepted, it waits for a block\n$`,
	"6001/mine?count=5": `"height":2,.*"height":5,`,
	"bootstrap -p":      `knows 0 nodes.*is known now","added":1.*\[\{"ip_address":"127.0.0.1".*connected to 127.*\[\{"ip_address":"127.0.0.1".*the bootstrap node shuts down`,
	"--lab":             `"name":"bob","balance":1999,.*"name":"bob","balance":1000,.*"name":"carol","balance":1999,.*"status":"overtaken"`,
	"/blockchain -d":    `"amount":5,`,
	"partition n0":      `cut apart\n.*the nodes disagree: .*\nhealed\n.*6 mining requests sent`,
	"links set":         `n5 > n0 +delay 200ms, loss 1%`,
	"n0=60,n1":          `n0 +60\.0 %`,
	"--merchant bob":    `^n0: double-spend.*\nn0: double-spend, won\nbob has `,
	"n1=selfish":        `n1 +40\.0 %.*[1-9] blocks? withheld\n.*n1 +40\.0 %.*selfish.*best chain: `,
	"set --anew":        `^demand, real power`,
	"snapshot load":     `2 mining requests sent; height 2\n.*2 mining requests sent; height 4\n.*agree on block 4.*agree on block 2`,
	"manager=":          `cut apart.*"message":"healed.*"n0":60.*"outcome":"won".*"withheld":[1-9].*"mode":"demand".*"reorgs":.*"message":"snapshot lesson-.*stand still.*go on.*"stands":false`,
	"reorg 2":           `aside block .*the tip is block .*snapshot lesson-.*stand still, and so does their time\n6 nodes go on`,
	"/network/faults":   `"message":"topology: ring;.*"pending":\[\]`,
	"/transactions -d":  `"message":"transaction accepted`,
	"--join":            `in its life 2.*all 4 nodes agree on block.*"message":"4 nodes stopped"`,
}

// requirePasted pastes a block as often as that is tried, and checks what it says.
func (r *reader) requirePasted(block string) {
	r.t.Helper()
	for range pastes {
		said := r.paste(block)
		require.NotContains(r.t, said, `"error":{`, block)
		for part, what := range shows {
			if strings.Contains(block, part) {
				require.Regexp(r.t, "(?s)"+what, said, block)
			}
		}
	}
}

// paste runs a block in a shell of its own, which must succeed throughout, and
// returns what it prints.
func (r *reader) paste(block string) string {
	r.t.Helper()
	script := "export NETWORKMNGR_PASSPHRASE='open sesame'\n" + r.here(block)
	shell := r.run(exec.Command("bash", "-e", "-o", "pipefail", r.write("block.sh", script)))
	require.Zero(r.t, shell.exitCode(), "%s\n%s\n%s", script, shell.stdout, shell.stderr)
	return shell.stdout.String()
}

var (
	readmePort = regexp.MustCompile(`\b(4999|500[0-5]|6[0-3]0[0-2]|42020)\b`)
	// readmeTurns is the command that has nodes mine in turn.
	readmeTurns = regexp.MustCompile(`(?m)^( *\./networkmngr mine)( +#| --logs \S+ +#|$)`)
)

// The README's lesson has a block of the built-in network, of some 2^18 hashes, about twice in
// a second. So has this hash rate one of the light network's, of some 2^12.
const lessonHashrate, lightHashrate = "400000", "8000"

// here returns a block with the test's ports and programs, with a hash rate for its network,
// and without the pauses of mining.
func (r *reader) here(block string) string {
	block = readmePort.ReplaceAllStringFunc(block, r.port)
	block = readmeTurns.ReplaceAllString(block, "$1 --min 0s --max 0s$2")
	return strings.NewReplacer(
		"go build -o . ./cmd/...", "", "./networkmngr ", filepath.Join(bin, "networkmngr")+" ",
		"./node ", filepath.Join(bin, "node")+" ", lessonHashrate, lightHashrate, "/start/mining'", "/start/mining?min=0s&max=0s'").Replace(block)
}

// port returns the test's port for one of the README: 4999 to 5005, 42020, or 6000 to
// 6302, of which every hundred is one network's.
func (r *reader) port(readme string) string {
	port, _ := strconv.Atoi(readme)
	switch {
	case port < 6000:
		return strconv.Itoa(r.manager + port - 4999)
	case port == 42020:
		return strconv.Itoa(r.others + 39)
	}
	return strconv.Itoa(r.others + (port-6000)/100*10 + port%100)
}
