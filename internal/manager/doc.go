// Package manager is the network: it starts the nodes and tells them of each
// other, has them mine, watches them, and ends every one of them before it
// ends itself. It speaks to nodes over HTTP, like anybody.
//
// [Manager.Run] is the whole life of a network. check.go has what is checked
// before anything starts, start.go and stop.go the two ends, mining.go who
// mines when, routes.go the HTTP API,
// record.go what it writes down for those who look for the network,
// blockchain.go how all of it becomes another network.
package manager
