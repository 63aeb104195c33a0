// Package addrman remembers where other nodes can be dialled, so that whoever tells of
// many addresses cannot choose whom this node meets. It is pure: the time and the source
// of randomness come in.
//
// Heilman, Kendler, Zohar and Goldberg (Eclipse Attacks on Bitcoin's Peer-to-Peer Network,
// USENIX Security 2015) filled the tables of Bitcoin nodes with their own addresses, and
// after a restart of the victim had all of its links. What this package does is what
// Bitcoin Core has done since (src/addrman.h, src/addrman_impl.h and src/addrman.cpp of
// bitcoin/bitcoin, from which the numbers of [DefaultConfig] are):
//
//   - Two tables. New holds what others have told, tried what has answered; links go to
//     either with the same chance, so a flood of news takes half of them at most.
//   - Buckets under a secret key. An address has one place in tried, in one of the 8 of
//     256 buckets that its group may have; in new one place for each source, in one of
//     the 64 of 1,024 buckets that the source's group may have, and 8 places at most.
//     A bucket has 64 slots. So many addresses of few groups, or told by few, come in
//     each other's way, and nobody knows beforehand which address takes which place.
//   - Test before evict. An address that has answered takes no place in tried from
//     another one that has answered within 4 hours, or that has not been tried anew
//     (at most 10 wait for that, 40 minutes each).
//   - Feelers, by whoever uses the package: [Manager.Feel] says which address is worth a
//     short link, so that tried has many that are really there.
//   - Terrible addresses give way, are not passed on and not kept: those that have failed
//     3 times and never answered, or 10 times in a week, or of which nobody has told for
//     30 days. Others are chosen less often the more they fail (0.66 each time), and
//     hardly again within 10 minutes.
//
// Beyond Bitcoin Core, one source may have told of about one percent of new (there
// its 64 buckets bound it to 6 %); what it told of first gives way for what it tells last.
//
// An address belongs to a node id, which every link proves. The node's own word says
// where it is, and it is tried where it was reached; what others say of it holds until a
// dial has failed, and then what yet others say takes a turn. An address that names
// another id is refused.
package addrman
