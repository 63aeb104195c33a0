//go:build !unix

package cores

import "time"

// processTime is the processor time that this process has used, which is unknown here.
func processTime() (used time.Duration, known bool) { return 0, false }
