// Package snapshot is the form of a network in one file, .nmlab: a manifest, and behind
// it the files that the manifest lists with their sizes and sums, as a tar archive,
// compressed by zstd. What is in a file depends on the network alone: order, times and
// owners are always the same, nodes go by number, and nothing that the manifest or an
// entry's name says is a path or a port of a machine, but for the managers of a network of
// several. (The events tell what happened, also at which address.) It is pure.
package snapshot

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"networkmngr/internal/strictjson"
)

// Extension is that of the files' names.
const Extension = ".nmlab"

// Format is the number of the form that this program writes, and the only one that it
// reads.
const Format = 1

var (
	// ErrFormat means that a snapshot is of a form that this program does not read.
	ErrFormat = errors.New("unknown format")
	// ErrDamaged means that a file is no snapshot, or is not as it was written.
	ErrDamaged = errors.New("damaged snapshot")
	// ErrLimit means that a snapshot is larger than its reader takes.
	ErrLimit = errors.New("snapshot too large")
)

// Manifest says what is in a snapshot. It comes first.
type Manifest struct {
	Format   int       `json:"format"`
	Software string    `json:"software"` // that wrote it: name and version
	Name     string    `json:"name"`     // that it was given
	Created  time.Time `json:"created"`  // by the machine's clock
	Time     time.Time `json:"time"`     // of the lab
	Network  string    `json:"network"`  // name
	Genesis  string    `json:"genesis"`  // hash of the genesis block
	Lab      string    `json:"lab"`      // that it was taken of
	Offset   uint64    `json:"offset"`   // of the last event
	Keys     bool      `json:"keys"`     // the nodes' identities are in it
	Nodes    []Node    `json:"nodes"`    // by number, from 0, without a hole
	Files    []File    `json:"files"`    // in the order in which they follow
}

// Node is what is known of a node.
type Node struct {
	ID      string `json:"id"`    // empty if it is not known
	State   string `json:"state"` // when the snapshot was taken: running, paused or down
	Height  uint64 `json:"height"`
	Tip     string `json:"tip"`     // hash; empty if it is not known
	Removed bool   `json:"removed"` // it was taken out of the network, and may come back
	// Machine is the URL of the manager that started it, if that had joined another one's
	// network.
	Machine string `json:"machine,omitempty"`
	// Name is its name, in what one of several managers has of its own nodes.
	Name string `json:"name,omitempty"`
}

// File is a file of a snapshot.
type File struct {
	Path   string `json:"path"` // see CheckPath
	Size   int64  `json:"size"` // bytes
	SHA256 string `json:"sha256"`
}

// The files of a node, besides the network's.
const (
	Chain    = "chain.db"
	Pending  = "pending.jsonl"
	Strategy = "strategy.json"
	Identity = "identity.pem"
)

// GenesisFile describes the network.
const GenesisFile = "genesis.json"

// NodeFile is the path of a node's file.
func NodeFile(number int, name string) string { return fmt.Sprintf("nodes/%d/%s", number, name) }

// KeptFile is the path of what a manager keeps of a network, under its name.
func KeptFile(name string) string { return "kept/" + name }

// EventsFile is the path of a part of the stream of events.
func EventsFile(name string) string { return "events/" + name }

// paths are those that a snapshot may have: made when they are first asked for, as few
// processes ever do.
var paths = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:genesis\.json|kept/[a-z][a-z-]*\.json|events/[0-9]{20}\.jsonl(?:\.gz)?|nodes/(?:0|[1-9][0-9]{0,4})/(?:chain\.db|pending\.jsonl|strategy\.json|identity\.pem))$`)
})

// CheckPath returns an ErrDamaged for what is none of a snapshot's paths.
func CheckPath(path string) error {
	if !paths().MatchString(path) {
		return fmt.Errorf("%w: no path of a snapshot: %.100q", ErrDamaged, path)
	}
	return nil
}

// Part is what a path is of: "kept", "events", "nodes" or, of the genesis file, nothing;
// the number of the node, if it is of one; and the name in there.
func Part(path string) (part string, number int, name string) {
	parts := strings.Split(path, "/")
	name = parts[len(parts)-1]
	if len(parts) == 3 {
		number, _ = strconv.Atoi(parts[1]) // which CheckPath has seen to
	}
	if len(parts) > 1 {
		part = parts[0]
	}
	return part, number, name
}

// FilesOf lists a node's files.
func (m *Manifest) FilesOf(number int) (files []File) {
	for _, f := range m.Files {
		if part, of, _ := Part(f.Path); part == "nodes" && of == number {
			files = append(files, f)
		}
	}
	return files
}

// parse reads a manifest and checks it against limits.
func parse(text []byte, limits Limits) (*Manifest, error) {
	var which struct {
		Format   int    `json:"format"`
		Software string `json:"software"`
	}
	if err := json.Unmarshal(text, &which); err != nil {
		return nil, fmt.Errorf("%w: manifest: %w", ErrDamaged, err)
	}
	if which.Format != Format {
		return nil, fmt.Errorf("%w: %d, written by %.100s; this program reads format %d", ErrFormat, which.Format, which.Software, Format)
	}
	m := new(Manifest)
	if err := strictjson.Unmarshal(text, m); err != nil {
		return nil, fmt.Errorf("%w: manifest: %w", ErrDamaged, err)
	}
	return m, m.check(limits)
}

// check returns an ErrDamaged or an ErrLimit.
func (m *Manifest) check(limits Limits) error {
	if len(m.Nodes) > limits.Nodes || len(m.Files) > limits.Files {
		return fmt.Errorf("%w: %d nodes and %d files, want %d and %d at most", ErrLimit, len(m.Nodes), len(m.Files), limits.Nodes, limits.Files)
	}
	total, seen := int64(0), make(map[string]bool, len(m.Files))
	for _, f := range m.Files {
		if err := m.checkFile(f); err != nil {
			return err
		}
		if seen[f.Path] {
			return fmt.Errorf("%w: %s is there twice", ErrDamaged, f.Path)
		}
		seen[f.Path] = true
		if f.Size > limits.Bytes-total {
			return fmt.Errorf("%w: more than %d bytes", ErrLimit, limits.Bytes)
		}
		total += f.Size
	}
	if !slices.ContainsFunc(m.Files, func(f File) bool { return f.Path == GenesisFile }) {
		return fmt.Errorf("%w: there is no %s", ErrDamaged, GenesisFile)
	}
	return nil
}

func (m *Manifest) checkFile(f File) error {
	if err := CheckPath(f.Path); err != nil {
		return err
	}
	if part, number, _ := Part(f.Path); part == "nodes" && number >= len(m.Nodes) {
		return fmt.Errorf("%w: %s is of none of the %d nodes", ErrDamaged, f.Path, len(m.Nodes))
	}
	if f.Size < 0 {
		return fmt.Errorf("%w: %s has %d bytes", ErrDamaged, f.Path, f.Size)
	}
	if most := mostOf(f.Path); f.Size > most {
		return fmt.Errorf("%w: %s has %d bytes, want %d at most", ErrLimit, f.Path, f.Size, most)
	}
	return nil
}

// maxWhole bounds a file that is read as a whole by who resumes the network, in bytes.
const maxWhole = 16 << 20

// mostOf is how many bytes a file may have.
func mostOf(path string) int64 {
	part, _, name := Part(path)
	if part == "events" || name == Chain || name == Pending {
		return math.MaxInt64
	}
	return maxWhole
}
