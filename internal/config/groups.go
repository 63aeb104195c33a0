package config

import (
	"fmt"
	"os"
	"strings"

	"networkmngr/internal/netgroup"
)

// Grouping says which nodes count as one party. It reads the file of labels, if one is
// named. The error is ErrSetting.
func (c Common) Grouping() (netgroup.Grouping, error) {
	by := c.GroupBy
	if file, isLabel := strings.CutPrefix(by, "label:"); isLabel && file != "" && !strings.Contains(file, "=") {
		text, err := os.ReadFile(file)
		if err != nil {
			return netgroup.Grouping{}, fmt.Errorf("%w: group-by %s: %w", ErrSetting, by, err)
		}
		by = "label:" + string(text)
	}
	g, err := netgroup.Read(by)
	if err == nil {
		g.V4, g.V6, g.Members = c.GroupV4, c.GroupV6, c.Members
		err = g.Validate()
	}
	if err != nil {
		return netgroup.Grouping{}, fmt.Errorf("%w: group-by, group-v4, group-v6, group-members: %w", ErrSetting, err)
	}
	return g, nil
}
