//go:build linux

package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"networkmngr/internal/mining"
	"networkmngr/internal/types"
)

// hashing finds nonces for real headers on one thread. That thread's own clock
// times it, which stands still while another thread has the core.
func hashing(ctx context.Context, b *bench) ([]row, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var ours, plain []float64
	for range b.repeat.headers {
		h := b.header()
		var solved types.Header
		solving, err := threadTime(func() (err error) {
			solved, _, err = mining.CPU{Threads: 1}.Solve(ctx, h)
			return err
		})
		if err != nil {
			return nil, err
		}
		hashing, err := threadTime(func() error { return hashPlain(solved, h.Nonce) })
		if err != nil {
			return nil, err
		}
		millions := (float64(solved.Nonce-h.Nonce) + 1) / 1e6
		ours = append(ours, millions/solving.Seconds())
		plain = append(plain, millions/hashing.Seconds())
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

// hashPlain hashes the same headers the plain way, and makes sure that the last
// one is the solution.
func hashPlain(solved types.Header, first uint32) error {
	const nonceAt = types.HeaderSize - 4
	header := solved.Encode()
	for nonce := first; ; nonce++ {
		binary.LittleEndian.PutUint32(header[nonceAt:], nonce)
		once := sha256.Sum256(header[:])
		twice := sha256.Sum256(once[:])
		if nonce != solved.Nonce {
			continue
		}
		if types.Hash(twice) != solved.Hash() {
			return errWrongNonce
		}
		return nil
	}
}

// threadTime is the processor time that f takes of the calling thread.
func threadTime(f func() error) (time.Duration, error) {
	var before, after unix.Timespec
	err := errors.Join(
		unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &before), f(),
		unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &after))
	return time.Duration(after.Nano() - before.Nano()), err
}
