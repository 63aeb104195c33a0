import type { StatsData } from "../api/forms";

export const lately = 10_000; // ms that a rate is of
const due = 3000; // ms by which stats are here of whoever searches, which come each second

interface Sample {
  at: number; // ms since 1970, its end
  hashes: number;
  seconds: number;
}

// Rates is how many hashes each node really tries, as the nodes tell while they are asked.
export class Rates {
  private last = 0; // ms since 1970, when a node told last
  private readonly samples = new Map<string, Sample[]>(); // by node, of about the last while

  // add takes in what a node has tried.
  add(node: string, at: number, { hashes, seconds }: StatsData): void {
    this.last = Math.max(this.last, at);
    const kept = (this.samples.get(node) ?? []).filter((s) => s.at > at - lately);
    kept.push({ at, hashes, seconds });
    this.samples.set(node, kept);
  }

  // forget drops what a node has tried, as it ended.
  forget(node: string): void {
    this.samples.delete(node);
  }

  // knows reports whether the rates at a time are known, where the last block was found at
  // another one: who has found a block has searched, and would have told.
  knows(at: number, found: number): boolean {
    return this.last > 0 && (at - this.last < lately || found < this.last + due);
  }

  // of is what a node tries in a second, at a time.
  of(node: string, at: number): number {
    return this.samples.has(node) ? rate(this.samples.get(node)!, at) : 0;
  }

  // all is what all nodes try in a second, at a time.
  all(at: number): number {
    let sum = 0;
    for (const list of this.samples.values()) sum += rate(list, at);
    return sum;
  }
}

// rate is of the last while, or as much of it as was told of: up to the last word of a node
// of which the next one is not due yet.
function rate(samples: readonly Sample[], at: number): number {
  const recent = samples.filter((s) => s.at > at - lately);
  const [first, last] = [recent[0], recent[recent.length - 1]];
  if (first === undefined || last === undefined) return 0;
  const end = at < last.at + due ? last.at : at;
  return recent.reduce((sum, s) => sum + s.hashes, 0) / ((end - first.at) / 1000 + first.seconds);
}
