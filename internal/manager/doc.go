// Package manager is the network: it starts the nodes and tells them of each
// other, has them mine, watches them, and ends every one of them before it
// ends itself. It speaks to nodes over HTTP, like anybody.
//
// [Manager.Run] is the whole life of a network. check.go has what is checked
// before anything starts, start.go and stop.go the two ends, mining.go who
// mines when, routes.go the HTTP API, record.go what it writes down for those who look for
// the network, blockchain.go how all of it becomes another network, change.go and return.go
// how nodes come and go, reconcile.go what they are told that were away, merge.go how the
// nodes' events become one stream. snapshot.go saves a network, load.go makes one of that.
// linked.go is the network as linkfaults sees it, which has nodes have what is asked of their
// links; linksroutes.go takes that from requests.
//
// Nodes of other machines are members too: join.go is the second manager's side of that,
// machines.go the first one's, machine.go what it knows of a second one, elsewhere.go how the
// members there live and end.
package manager
