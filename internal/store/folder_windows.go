package store

// syncFolder has nothing to do: the system journals names itself.
func syncFolder(string) error { return nil }
