// Package watch shows a network at a terminal while it lives: its nodes, the tree of
// blocks and what has happened, and has the network do what keys stand for.
package watch

import (
	"context"
	"os"
	"sync"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
)

// framesPerSecond bounds how often the terminal is written to.
const framesPerSecond = 20

// Show shows the network that find leads to until the user quits or ctx ends. The
// terminal is that of the process, and the error is about it.
func Show(ctx context.Context, find Find) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	options := []tea.ProgramOption{tea.WithoutSignalHandler(), tea.WithFPS(framesPerSecond)}
	if os.Getenv("NO_COLOR") != "" {
		options = append(options, tea.WithColorProfile(colorprofile.ASCII))
	}
	f := newFeed(find)
	program := tea.NewProgram(newScreen(ctx), options...)
	// With a context of its own, the library closes its input while that is read still.
	defer context.AfterFunc(ctx, program.Quit)()
	var running sync.WaitGroup
	running.Go(func() { f.run(ctx) })
	running.Go(func() { f.batches(ctx, func(told []any) { program.Send(batch(told)) }) })
	_, err := program.Run()
	cancel()
	running.Wait()
	return err
}
