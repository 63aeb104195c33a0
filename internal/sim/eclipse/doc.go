// Package eclipse plays attacks that are to have all links of one node, and counts what
// comes of them. The victim's tables are those of internal/addrman, and its choice of whom
// to evict that of internal/transport; what dials come to, who gossips and how time passes
// is a model, as a run is wanted for each of many seeds and for each defence that may be
// switched off.
//
// # The model
//
// The victim knows honest nodes, each of a group of its own or of one with few others, of
// which so many have answered within the last week that tried is nearly full. It seeks 8
// links of its own, each to another group, redials one that ends, sends a feeler every two
// minutes, and restarts now and then, when it dials its two anchors first. An honest link
// ends after 12 hours on average, one with the attacker never. All of the attacker's
// addresses answer. It has links to the victim from each of them, and by these tells every
// twelve hours of each of its addresses: from there, and from another one of its own. An
// address is dialled in a second, whether it answers or not.
//
// The attacks are those of Heilman, Kendler, Zohar and Goldberg (Eclipse Attacks on
// Bitcoin's Peer-to-Peer Network, USENIX Security 2015), in their worst case for the
// attacker: 4,600 addresses in 2,300 groups, as a botnet has, and 8,192 in 32, as who rents
// networks; besides, 8,192 in 4, and one that invents addresses.
// What comes of them stands in scripts/eclipse/RESULTS.md.
package eclipse
