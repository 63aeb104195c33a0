// Package wallet knows accounts as people do: by name, without thinking about
// keys.
package wallet
