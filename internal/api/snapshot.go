package api

// SnapshotRequest is the body of POST /network/snapshot.
type SnapshotRequest struct {
	Name        string `json:"name"`
	WithoutKeys bool   `json:"without_keys,omitempty"` // the nodes get new identities where it is loaded
}

// Snapshot answers POST /network/snapshot.
type Snapshot struct {
	Message string  `json:"message"`
	Name    string  `json:"name"`
	File    string  `json:"file"`    // where it is, on the manager's machine
	Bytes   int64   `json:"bytes"`   // of the file
	Nodes   int     `json:"nodes"`   // that are in it
	Height  uint64  `json:"height"`  // of the highest chain
	Seconds float64 `json:"seconds"` // that it took
}
