package node

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
	"github.com/hashicorp/go-hclog"

	"networkmngr/internal/store"
	"networkmngr/internal/wallet"
)

// The files of a node's folder, besides the chain's.
const (
	identityFile    = "identity.pem"
	selfFile        = "node.json"
	knownFile       = "nodes.json"
	pendingFileName = "pending.jsonl"
)

// loadIdentity reads the node's key, or makes one. A key that cannot be read
// is an error: a new one would be another node.
func loadIdentity(folder string) (ed25519.PrivateKey, error) {
	path := filepath.Join(folder, identityFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeIdentity(path)
	}
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
	return key, replaceFile(path, wallet.EncodeKey(key), 0o600)
}

// readSelf reads what the node told of itself in its last life, if it had one.
func readSelf(folder string) (self Entry, err error) {
	err = readJSON(filepath.Join(folder, selfFile), &self)
	return self, err
}

func writeSelf(folder string, self Entry) error {
	return writeJSON(filepath.Join(folder, selfFile), self)
}

// readKnown reads the other nodes that the node knew.
func readKnown(folder string) (known []Entry, err error) {
	err = readJSON(filepath.Join(folder, knownFile), &known)
	return known, err
}

func writeKnown(folder string, known []Entry) error {
	return writeJSON(filepath.Join(folder, knownFile), known)
}

// loadKnown reads the other nodes that the node knew. They can be learned again: a
// file that cannot be read is told of, and begun anew.
func loadKnown(folder string, log hclog.Logger) []Entry {
	known, err := readKnown(folder)
	if err == nil {
		return known
	}
	log.Warn("known nodes of last time cannot be read, learning them anew", "error", err)
	if err := writeKnown(folder, []Entry{}); err != nil {
		log.Warn("write known nodes", "error", err)
	}
	return nil
}

// readJSON reads a file into v; a file that is not there leaves v as it is.
func readJSON(path string, v any) error {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func writeJSON(path string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return replaceFile(path, append(text, '\n'), 0o644)
}

// replaceFile has a file on disk, in the place of another if there is one: a
// reader, or a crash, sees the old or the new one whole.
func replaceFile(path string, content []byte, mode fs.FileMode) error {
	if err := renameio.WriteFile(path, content, mode); err != nil {
		return err
	}
	return store.SyncFolder(filepath.Dir(path))
}

// placeFile is replaceFile by way of draft, a path in the same folder. The name is
// the caller's to sync, once for many files.
func placeFile(draft, path string, content []byte) error {
	if err := writeFile(draft, os.O_TRUNC, content); err != nil {
		return err
	}
	return os.Rename(draft, path)
}

// createFile makes a file that was not there before, and has it on disk.
func createFile(path string, content []byte) error {
	return errors.Join(writeFile(path, os.O_EXCL, content), store.SyncFolder(filepath.Dir(path)))
}

// writeFile has a file's content on disk; its name is the caller's to sync. flag is
// one of os's for a file that may be there: os.O_EXCL or os.O_TRUNC.
func writeFile(path string, flag int, content []byte) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|flag, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Sync(), file.Close())
}
