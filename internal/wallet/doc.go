// Package wallet finds accounts by name: a network's well-known ones, and a
// user's own with their keys in encrypted files.
package wallet
