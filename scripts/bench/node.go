//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"networkmngr/internal/api/client"
	"networkmngr/internal/config"
	"networkmngr/internal/genesis"
	"networkmngr/internal/launch"
	"networkmngr/internal/launch/process"
	"networkmngr/internal/types"
)

// alone is one node's process.
type alone struct {
	*client.Node
	process launch.Node
	entry   types.NodeInfo
}

// startNode runs one node with an empty folder and no peers.
func (b *bench) startNode(ctx context.Context, genesis string) (*alone, error) {
	folder, err := os.MkdirTemp(b.folder, "node-")
	if err != nil {
		return nil, err
	}
	return b.resumeNode(ctx, genesis, folder)
}

// resumeNode runs one node on its folder.
func (b *bench) resumeNode(ctx context.Context, genesis, folder string) (*alone, error) {
	settings := config.DefaultNode()
	settings.Port, settings.Genesis = 0, genesis
	settings.Data, settings.Log.Folder = dataIn(folder), filepath.Join(folder, "logs")
	launcher := process.Launcher{Path: b.binary, Args: []string{"node"}}
	started, err := launcher.Start(ctx, launch.Spec{Settings: settings.Named()})
	if err != nil {
		return nil, err
	}
	ready := started.Ready()
	return &alone{
		Node: client.NewNode("http://"+ready.Address, "", newHTTP()), process: started,
		entry: types.NodeInfo{ID: ready.ID, Address: ready.Address, P2P: ready.P2P},
	}, nil
}

// dataIn is the data folder of the node in folder.
func dataIn(folder string) string { return filepath.Join(folder, "data") }

func (a *alone) stop() { a.process.Stop(endGrace) }

// easyGenesis writes a genesis file of a network whose blocks take two hashes
// each, with so much in each of these accounts. It is old enough for the
// difficulty to stay there however fast blocks come.
func (b *bench) easyGenesis(funded ...types.Address) (file string, err error) {
	const age, balance = 72 * time.Hour, 1_000_000 * types.Coin
	d := genesis.Description{
		Name: "bench", Time: uint32(time.Now().Add(-age).Unix()), BlockTime: 1, HalfLife: 864_000,
		Reward: types.Coin, FloorBits: "207fffff", Balances: make(map[types.Address]types.Amount),
	}
	for _, address := range funded {
		d.Balances[address] = balance
	}
	text, err := json.Marshal(d)
	if err != nil {
		return "", fmt.Errorf("genesis file: %w", err)
	}
	file = filepath.Join(b.folder, "genesis.json")
	return file, os.WriteFile(file, text, 0o600)
}
