// Package netgroup says which network addresses count as one party: those that one
// operator can have many of at little cost. Places for links, buckets of known addresses
// and the choice of peers go by groups, so that who has many addresses of one group gets
// no more than one who has few. It is pure.
//
// By default a group is an IPv4 /16 or an IPv6 /32, as in Bitcoin Core
// (src/netgroup.cpp), and loopback is exempt: there all nodes of a machine have one
// address. A lab on one machine can have groups all the same, by ports or by names.
package netgroup
