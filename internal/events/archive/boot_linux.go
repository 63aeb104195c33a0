package archive

import (
	"os"
	"strings"
)

// boot names this run of the machine, from its start to its end (random(4)); empty if
// it is not known.
func boot() string {
	id, _ := os.ReadFile("/proc/sys/kernel/random/boot_id") // none is as good as another one's
	return strings.TrimSpace(string(id))
}
