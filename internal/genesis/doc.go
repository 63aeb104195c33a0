// Package genesis has the files that describe a network, [Description], and the
// one that is built in, [Dev]: from them it makes the genesis block that every
// chain of the network begins with.
package genesis
