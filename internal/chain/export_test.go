package chain

// Limits are what the chain was opened with.
func (c *Chain) Limits() Limits { return c.limits }
