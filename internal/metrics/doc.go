// Package metrics shows nodes and networks to Prometheus: what has been counted since
// the start, from events, and what is so at the moment of a scrape.
//
// Names and units are those of Prometheus' guide: seconds and bytes, _total for what
// only grows. No label has the name of a peer, a block or an account, so that the number
// of series does not grow with what happens.
package metrics
