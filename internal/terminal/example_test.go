package terminal_test

import (
	"os"

	"networkmngr/internal/terminal"
)

func ExampleOutput_Table() {
	out := terminal.New(os.Stdout, false)
	out.Table([]string{"node", ">height", "state"}, [][]any{{"n0", 7, "running"}, {"n1", 12, "exited"}})
	// Output:
	// node  height  state
	// ─────────────────────
	// n0         7  running
	// n1        12  exited
}
