// Command networkmngr runs a network of nodes; see internal/command.
package main

import (
	"os"

	"networkmngr/internal/command"
	"networkmngr/internal/watch"
)

func main() { os.Exit(command.Run(command.Program(os.Args[1:], watch.Show))) }
