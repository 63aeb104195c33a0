package node

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/hashicorp/go-hclog"

	"networkmngr/internal/core"
	"networkmngr/internal/disk"
	"networkmngr/internal/snapshot"
	"networkmngr/internal/strictjson"
	"networkmngr/internal/types"
	"networkmngr/internal/wallet"
)

// The files of a node's folder, besides the chain's.
const (
	identityFile    = "identity.pem"
	selfFile        = "node.json"  // what the node told of itself in its last life
	knownFile       = "nodes.json" // the other nodes that it knew
	bansFile        = "bans.json"  // who is kept out
	pendingFileName = "pending.jsonl"
	strategyFile    = snapshot.Strategy // what a strategy withholds
)

// loadIdentity reads the node's key, or makes one. A key that cannot be read
// is an error: a new one would be another node.
func loadIdentity(folder string) (ed25519.PrivateKey, error) {
	key, err := readIdentity(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return makeIdentity(filepath.Join(folder, identityFile))
	}
	return key, err
}

func readIdentity(folder string) (ed25519.PrivateKey, error) {
	path := filepath.Join(folder, identityFile)
	text, err := disk.ReadFile(path)
	if err != nil {
		return nil, err
	}
	key, err := wallet.DecodeKey(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}

func makeIdentity(path string) (ed25519.PrivateKey, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	return key, disk.WriteFile(path, wallet.EncodeKey(key), 0o600)
}

// loadKnown reads the other nodes that the node knew. They can be learned again: those
// that cannot be read are told of and left out, and a file that cannot be is begun anew.
func loadKnown(folder string, log hclog.Logger) core.Book {
	book, left, err := readKnown(folder)
	if len(left) > 0 {
		log.Warn("known nodes of last time cannot be read, going on without them", "nodes", len(left), "error", left[0])
	}
	if err == nil {
		return book
	}
	log.Warn("known nodes of last time cannot be read, learning them anew", "error", err)
	if err := writeKnown(folder, core.Book{}); err != nil {
		log.Warn("write known nodes", "error", err)
	}
	return core.Book{}
}

// keptBook is a core.Book as nodes.json has it, of which each node counts by itself.
type keptBook struct {
	Registry  strictjson.List[types.NodeInfo] `json:"registry"`
	Anchors   strictjson.List[types.NodeID]   `json:"anchors"`
	Addresses struct {
		Key   core.AddressKey                     `json:"key"`
		Nodes strictjson.List[core.StoredAddress] `json:"nodes"`
	} `json:"addresses"`
}

// readKnown reads nodes.json, and says what of it had to be left out. Before there were
// tables, it was a list of nodes.
func readKnown(folder string) (book core.Book, left []error, err error) {
	if old, err := readJSON[strictjson.List[types.NodeInfo]](folder, knownFile); err == nil {
		return core.Book{Registry: old.Items}, old.Left, nil
	}
	kept, err := readJSON[keptBook](folder, knownFile)
	if err != nil {
		return core.Book{}, nil, err
	}
	addresses := core.AddressState{Key: kept.Addresses.Key, Nodes: kept.Addresses.Nodes.Items}
	sound, odd := addresses.Sound()
	left = slices.Concat(kept.Registry.Left, kept.Anchors.Left, kept.Addresses.Nodes.Left, odd)
	return core.Book{Registry: kept.Registry.Items, Anchors: kept.Anchors.Items, Addresses: sound}, left, nil
}

// writeKnown writes nodes.json, which only the node's owner may read: whoever knows the
// key of the tables knows which addresses come in each other's way.
func writeKnown(folder string, book core.Book) error {
	text, err := json.MarshalIndent(book, "", "  ")
	if err != nil {
		return err
	}
	return disk.WriteFile(filepath.Join(folder, knownFile), append(text, '\n'), 0o600)
}

// readJSON reads what a file of a node's folder says; nothing, if it is not there.
func readJSON[T any](folder, name string) (v T, err error) {
	path := filepath.Join(folder, name)
	text, err := disk.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return v, nil
	}
	if err != nil {
		return v, err
	}
	if err := strictjson.Unmarshal(text, &v); err != nil {
		return v, fmt.Errorf("%s: %w", path, err)
	}
	return v, nil
}

func writeJSON(folder, name string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return disk.WriteFile(filepath.Join(folder, name), append(text, '\n'), 0o644)
}
