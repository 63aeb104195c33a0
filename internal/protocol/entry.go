package protocol

import "networkmngr/internal/types"

// Entry is what a node tells others of itself, and a registry of them.
type Entry = types.NodeInfo
