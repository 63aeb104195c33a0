package printable_test

import (
	"fmt"

	"networkmngr/internal/printable"
)

func ExampleText() {
	fmt.Println(printable.Text("blöck \x1b[2J\u202e"))
	// Output:
	// blöck \x1b[2J\u202e
}
