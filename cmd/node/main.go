// Command node runs one node of a network; see internal/command.
package main

import (
	"os"

	"networkmngr/internal/command"
)

func main() { os.Exit(command.Run(command.Node())) }
