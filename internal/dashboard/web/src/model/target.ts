// Compact targets, as Bitcoin has them.

// Target is what a header's hash, read as a number, must not exceed.
export interface Target {
  exponent: number; // the number's length in bytes
  mantissa: number; // its first three bytes
  value: bigint;
}

// targetOf expands bits, eight hex digits: mantissa × 256^(exponent - 3).
export function targetOf(bits: string): Target {
  const exponent = parseInt(bits.slice(0, 2), 16);
  const mantissa = parseInt(bits.slice(2), 16);
  const shift = 8n * BigInt(exponent - 3);
  return { exponent, mantissa, value: shift < 0n ? BigInt(mantissa) >> -shift : BigInt(mantissa) << shift };
}

// workOf is how many hashes it takes on average to meet the target of bits.
export function workOf(bits: string): number {
  return Number((1n << 256n) / (targetOf(bits).value + 1n));
}

// digits is a number of 256 bits in hex, with its leading zeros.
export function digits(n: bigint): string {
  return n.toString(16).padStart(64, "0");
}
