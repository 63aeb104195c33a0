package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"slices"

	"networkmngr/internal/config"
	"networkmngr/internal/launch"
)

// Launcher starts nodes as processes of this machine. It implements
// [launch.Launcher]; a place is a folder.
type Launcher struct {
	Path string   // the executable
	Args []string // before the node's own
}

// DataCommand follows Launcher.Args where there is something to do with the data of
// nodes. What that is comes next, and the folders last.
const DataCommand = "data"

const (
	chains       = "chains"
	removeChains = "remove-chains"
	discard      = "discard"
)

// Start runs the program as a node, which reads its faults and the network's description
// from its standard input, in this order. The error is that of the function Start.
func (l Launcher) Start(ctx context.Context, spec launch.Spec) (launch.Node, error) {
	args := config.Args(spec.Settings)
	var input []byte
	if spec.Faults != nil {
		args = append(args, "--faults="+config.StandardInput)
		input = append(slices.Clone(spec.Faults), '\n')
	}
	if spec.Genesis != nil {
		args = append(args, "--genesis="+config.StandardInput)
	}
	process, err := Start(ctx, Command{
		Path: l.Path, Args: slices.Concat(l.Args, args), Env: config.Env(spec.Token),
		Input: append(input, spec.Genesis...), Parent: spec.Manager, Listener: spec.Listener, Crowd: spec.Crowd,
	})
	if err != nil {
		return nil, err // and no Node that holds a nil
	}
	return process, nil
}

// Chains asks the node's program; see [launch.Launcher].
func (l Launcher) Chains(ctx context.Context, places []string) ([]launch.Chain, error) {
	said, err := l.data(ctx, chains, places...)
	if err == nil && len(said.Chains) != len(places) {
		err = fmt.Errorf("%w: %d chains of %d folders", errGarbled, len(said.Chains), len(places))
	}
	return said.Chains, err
}

// RemoveChains has the node's program remove them; see [launch.Launcher].
func (l Launcher) RemoveChains(ctx context.Context, places []string) error {
	_, err := l.data(ctx, removeChains, places...)
	return err
}

// Discard has the node's program remove folders; see [launch.Launcher].
func (l Launcher) Discard(ctx context.Context, places []string) error {
	_, err := l.data(ctx, discard, places...)
	return err
}

// data runs the node's program on the data of nodes, and returns what it says. The
// program ends with this one, or soon.
func (l Launcher) data(ctx context.Context, what string, places ...string) (announcement, error) {
	attributes, err := childAttributes()
	if err != nil {
		return announcement{}, err
	}
	runtime.LockOSThread() // see childAttributes
	defer runtime.UnlockOSThread()
	args := slices.Concat(l.Args, []string{DataCommand, what, "--"}, places)
	cmd := exec.CommandContext(ctx, l.Path, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = &stdout, &stderr, attributes
	cmd.Env = append(config.Env(""), config.Launched+"=its parent process")
	failed := cmd.Run()
	said, err := parseAnnouncement(stdout.Bytes())
	if failed != nil && !errors.Is(err, launch.ErrReported) {
		err = fmt.Errorf("%s of %d folders: %w: %s", what, len(places), failed, bytes.TrimSpace(stderr.Bytes()))
	}
	return said, err
}
