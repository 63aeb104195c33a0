// Package bootstrap is a bootstrap node: it brings nodes together that know nobody yet.
// It holds no chain, and is nobody's peer. A node introduces itself, the bootstrap node
// asks at the address that it was given who is there, and tells others of the node for as
// long as it answers. As with the DNS seeds of Bitcoin (Bitcoin Core, doc/dnsseed-policy.md),
// whoever is told of nodes believes only what those prove themselves.
//
// [Book] is what it knows, and decides; it has no clock and does no I/O. [Service] asks,
// and keeps the book on disk; a manager may have one, too. [Server] answers over HTTP.
package bootstrap
