//go:build !unix

package command

import (
	"fmt"
	"runtime"
)

// checkSystem returns why no network runs on this system.
func checkSystem() error {
	return misuse(fmt.Errorf("a manager ends its nodes by signals, which %s does not have: run each node with networkmngr node", runtime.GOOS))
}
