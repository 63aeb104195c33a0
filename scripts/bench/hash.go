//go:build linux

package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"time"

	"networkmngr/internal/miner"
	"networkmngr/internal/types"
)

// hashing finds nonces for real headers on one thread.
func hashing(ctx context.Context, b *bench) ([]row, error) {
	var ours, plain []float64
	for range b.repeat.headers {
		h := b.header()
		began := time.Now()
		solved, err := miner.CPU{Threads: 1}.Solve(ctx, h)
		if err != nil {
			return nil, err
		}
		hashes := float64(solved.Nonce-h.Nonce) + 1
		ours = append(ours, hashes/time.Since(began).Seconds()/1e6)
		rate, err := plainRate(solved, h.Nonce)
		if err != nil {
			return nil, err
		}
		plain = append(plain, rate)
	}
	return []row{{
		what: "double SHA-256 of headers, one core", format: "%.1f MH/s", more: true,
		ours: []float64{median(ours)}, target: []float64{5.5}, plain: []float64{median(plain)}, by: "two plain sha256.Sum256",
		peers: "two plain sha256.Sum256 4.2 MH/s",
	}}, nil
}

// header is a random one whose nonce takes some four million hashes.
func (b *bench) header() types.Header {
	const bits = 0x1e03ffff
	h := types.Header{Version: 1, Time: 1_767_225_600, Bits: bits}
	for i := range h.MerkleRoot {
		h.MerkleRoot[i] = byte(b.random.Uint32())
	}
	return h
}

var errWrongNonce = errors.New("plain hashing finds another hash than the solver's")

// plainRate hashes the same headers the plain way, in millions a second, and
// makes sure that the last one is the solution.
func plainRate(solved types.Header, first uint32) (float64, error) {
	const nonceAt = types.HeaderSize - 4
	header := solved.Encode()
	var sum [sha256.Size]byte
	began := time.Now()
	for nonce := first; ; nonce++ {
		binary.LittleEndian.PutUint32(header[nonceAt:], nonce)
		sum = sha256.Sum256(header[:])
		sum = sha256.Sum256(sum[:])
		if nonce == solved.Nonce {
			break
		}
	}
	took := time.Since(began)
	if types.Hash(sum) != solved.Hash() {
		return 0, errWrongNonce
	}
	return (float64(solved.Nonce-first) + 1) / took.Seconds() / 1e6, nil
}
