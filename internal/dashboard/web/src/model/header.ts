// A block's header: 80 bytes, whose numbers are written with their lowest byte first.

export interface Header {
  version: number;
  previous_hash: string;
  merkle_root: string;
  timestamp: number; // s since 1970
  bits: string; // eight hex digits
  nonce: number;
}

// Field is a part of the 80 bytes.
export interface Field {
  name: string;
  at: number; // its first byte
  size: number; // bytes
}

export const fields: readonly Field[] = [
  { name: "version", at: 0, size: 4 },
  { name: "previous hash", at: 4, size: 32 },
  { name: "Merkle root", at: 36, size: 32 },
  { name: "time", at: 68, size: 4 },
  { name: "bits", at: 72, size: 4 },
  { name: "nonce", at: 76, size: 4 },
];

// hexOf is the part of a header in hex that a field takes.
export function hexOf(header: string, { at, size }: Field): string {
  return header.slice(2 * at, 2 * (at + size));
}

// withNonce is a header in hex with another nonce, from 0 to 2^32 - 1.
export function withNonce(header: string, nonce: number): string {
  return header.slice(0, 152) + turned(nonce.toString(16).padStart(8, "0"));
}

// turned has the bytes of hex in the other order.
export function turned(hex: string): string {
  return (hex.match(/../g) ?? []).reverse().join("");
}
