// Package types holds what a chain is made of: hashes, amounts, addresses,
// transactions, headers and blocks, each with its one canonical binary
// encoding, its JSON form and, where it is signed, its signature.
//
// The package knows no rule of consensus beyond what makes an encoding canonical,
// and reads no clock.
package types
