//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"

	"networkmngr/internal/config"
	"networkmngr/internal/launch"
	"networkmngr/internal/launch/process"
	"networkmngr/scripts/measure"
)

// plainCommand makes this program a bare HTTP server, to compare with.
const plainCommand = "plain-server"

// servePlain answers every request with the same text until the parent ends it or
// has ended.
func servePlain(text string) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	answer := []byte(text)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write(answer) // a client that is gone needs none
	})}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	ready := launch.Ready{Address: listener.Addr().String(), PID: os.Getpid()}
	if err := process.AnnounceReady(os.Stdout, ready); err != nil {
		return err
	}
	if err := process.WatchParent(context.Background(), os.Stdin); !errors.Is(err, process.ErrParentGone) {
		return err
	}
	return errors.Join(server.Close(), ignoreClosed(<-failed))
}

func ignoreClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// startPlain starts so many bare servers at once and returns when each has
// answered. With an error it returns those that run.
func startPlain(ctx context.Context, count int, text string) ([]*process.Process, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	spec := process.Command{Path: program, Args: []string{plainCommand, text}, Env: config.Env("")}
	var starting sync.WaitGroup
	processes, errs := make([]*process.Process, count), make([]error, count)
	client := measure.NewHTTP()
	for i := range count {
		starting.Go(func() {
			if processes[i], errs[i] = process.Start(ctx, spec); errs[i] == nil {
				_, errs[i] = get(client, "http://"+processes[i].Ready().Address)
			}
		})
	}
	starting.Wait()
	started := slices.DeleteFunc(processes, func(p *process.Process) bool { return p == nil })
	return started, errors.Join(errs...)
}

// get returns the body of an answer.
func get(client *http.Client, url string) ([]byte, error) {
	response, err := client.Get(url)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("GET %s: %s", url, response.Status)
	}
	return io.ReadAll(response.Body)
}
