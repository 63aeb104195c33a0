//go:build linux

package measure

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	gopsutil "github.com/shirou/gopsutil/v4/process"

	"networkmngr/internal/api/client"
	"networkmngr/internal/config"
	"networkmngr/internal/consensus"
	"networkmngr/internal/genesis"
	"networkmngr/internal/launch"
	"networkmngr/internal/launch/process"
	"networkmngr/internal/types"
)

// Network is one whose blocks take few hashes each, with accounts that have coins.
type Network struct {
	*consensus.Genesis
	File      string   // of the genesis
	Names     []string // of the accounts; see types.NamedKey
	Addresses []types.Address
}

// The compact targets of networks, and the hashes that a block takes on average.
const (
	easiest = "207fffff" // 2
	easy    = "1f0fffff" // PacedWork
)

// PacedWork is how many hashes a block of NewPacedNetwork takes on average: enough for a
// small share of a slow pace to be some hashes a second, and nothing to a processor.
const PacedWork = 4096

// NewNetwork writes a genesis file into a folder, whose blocks take two hashes each. It is
// old enough for the difficulty to stay as it is however fast blocks come. The error is
// that of the file.
func NewNetwork(folder string, accounts int) (*Network, error) {
	return newNetwork(folder, accounts, easiest)
}

// NewPacedNetwork is NewNetwork without accounts, where a block takes PacedWork hashes.
func NewPacedNetwork(folder string) (*Network, error) { return newNetwork(folder, 0, easy) }

func newNetwork(folder string, accounts int, floor string) (*Network, error) {
	const age, balance = 72 * time.Hour, 1_000_000 * types.Coin
	d := genesis.Description{
		Name: "measured", Time: uint32(time.Now().Add(-age).Unix()), BlockTime: 1, HalfLife: 864_000,
		Reward: types.Coin, FloorBits: floor, Balances: make(map[types.Address]types.Amount),
	}
	n := &Network{File: filepath.Join(folder, "genesis.json")}
	for i := range accounts {
		name := fmt.Sprintf("account %d", i)
		address := types.NamedAddress(name)
		n.Names, n.Addresses = append(n.Names, name), append(n.Addresses, address)
		d.Balances[address] = balance
	}
	text, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	if n.Genesis, err = d.Genesis(); err != nil {
		return nil, err
	}
	return n, os.WriteFile(n.File, text, 0o600)
}

// Sign signs a transfer for the account of a number.
func (n *Network) Sign(t *types.Transaction, from int) {
	t.Sign(types.NamedKey(n.Names[from]), n.Params.GenesisID)
}

// Node is one node's process.
type Node struct {
	*client.Node
	Process launch.Node
	Self    types.NodeInfo
}

// Start runs a node without peers on a folder, of the network of a genesis file, or of
// the built-in one if that is empty. The error is the launcher's.
func Start(ctx context.Context, binary, genesis, folder string) (*Node, error) {
	settings := config.DefaultNode()
	settings.Port, settings.Genesis = 0, genesis
	settings.Data, settings.Log.Folder = DataIn(folder), filepath.Join(folder, "logs")
	launcher := process.Launcher{Path: binary, Args: []string{"node"}}
	started, err := launcher.Start(ctx, launch.Spec{Settings: settings.Named()})
	if err != nil {
		return nil, err
	}
	ready := started.Ready()
	return &Node{
		Node: client.NewNode("http://"+ready.Address, "", NewHTTP()), Process: started,
		Self: types.NodeInfo{ID: ready.ID, Address: ready.Address, P2P: ready.P2P},
	}, nil
}

// DataIn is the data folder of the node in a folder.
func DataIn(folder string) string { return filepath.Join(folder, "data") }

// Stop ends the node, by force if it takes long.
func (n *Node) Stop() {
	const grace = 20 * time.Second
	n.Process.Stop(grace)
}

// Memory is the node's proportional set size in bytes; see PSS.
func (n *Node) Memory() (uint64, error) { return PSS(n.Process.Ready().PID) }

// PSS is a process's proportional set size in bytes: its own memory, and its share of
// what it has in common with others. The error is that of reading it.
func PSS(pid int) (uint64, error) {
	maps, err := (&gopsutil.Process{Pid: int32(pid)}).MemoryMaps(true)
	if err != nil {
		return 0, fmt.Errorf("memory of process %d: %w", pid, err)
	}
	return (*maps)[0].Pss << 10, nil
}

// NewHTTP makes a client that keeps connections.
func NewHTTP() *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
}

// Await polls until a condition holds. The error is the condition's, or the cause of
// ctx's end.
func Await(ctx context.Context, every time.Duration, condition func() (bool, error)) error {
	look := time.NewTicker(every)
	defer look.Stop()
	for {
		if holds, err := condition(); holds || err != nil {
			return err
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
