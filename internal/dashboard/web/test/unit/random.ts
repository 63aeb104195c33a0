// Random numbers from a seed, which a failing test prints.

export type Random = (below: number) => number;

// random returns whole numbers, by mulberry32: https://github.com/cprosche/mulberry32.
export function random(seed: number): Random {
  let a = seed >>> 0;
  return (below) => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
